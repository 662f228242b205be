//! `tenstorrent/setup/*`: what a setup would do, and doing it.

use super::command::choose;
use super::place::{choices_here, clones, for_entry, on_this_host};
use super::setup_goal::goal;
use crate::error::{Failure, FailureKind, Result};
use crate::hub::Secret;
use crate::protocol::{CommandParams, SetupOutcome, SetupParams, SetupPlan, SetupProgress, SetupRunParams};
use crate::recipe::{KeyFile, Place, Shell, Target, usual_target, words};
use crate::session::Session;
use crate::setup::engine::{self, Ended, Job, Running};
use crate::setup::facts::{Known, gather, prove};
use crate::setup::goal::Goal;
use crate::setup::journal::StateFolder;
use crate::setup::plan::{Plan, plan, script};

/// How often a plan may change while it is run: once for the repository, once for the era, and once to spare.
const TRIES: usize = 3;

/// A goal, what is known about this host, and the plan of it.
#[derive(Debug)]
pub struct Planned {
    /// What the setup is to reach.
    pub goal: Goal,
    known: Known,
    token: Option<Secret>,
    /// The plan.
    pub plan: Plan,
}

/// What a setup would do. Nothing is changed, and nothing is fetched.
///
/// # Errors
/// When no entry fits, when the entry cannot be served here, and when a setting cannot be used.
pub async fn setup_plan(session: &Session, params: SetupParams) -> Result<SetupPlan> {
    let planned = planned(session, &params).await?;
    let script = planned.script().unwrap_or_default();
    let terminal = in_terminal(&planned.plan.shown.model_id, params.shell.unwrap_or_default());
    Ok(SetupPlan { script, terminal, ..planned.plan.shown })
}

/// The line that runs this very program on the entry.
fn in_terminal(model_id: &str, shell: Shell) -> String {
    let program = std::env::current_exe().ok().and_then(|path| path.to_str().map(str::to_owned));
    let line = ["setup", model_id].map(str::to_owned);
    let line: Vec<String> = std::iter::once(program.unwrap_or_else(|| "tt-jukebox".into())).chain(line).collect();
    words(&line, shell).unwrap_or_default()
}

/// The same, with what is needed to run it.
///
/// # Errors
/// As [`setup_plan`].
pub async fn planned(session: &Session, params: &SetupParams) -> Result<Planned> {
    let survey = session.survey()?;
    let command =
        CommandParams { model: params.model.clone(), device: params.device.clone(), ..CommandParams::default() };
    let entry = choose(&command, &survey.host, &survey.catalog)?;
    let choices = choices_here(session, None)?;
    let place = Place { key_file: KeyFile::Good, ..on_this_host(session, &choices)? };
    let target = usual_target(&entry.spec);
    let place = if target == Target::Host { for_entry(session, place, entry) } else { place };
    let goal = goal(session, &survey, entry, &place, &choices)?;
    let known = Known {
        home: session.settings.home().to_owned(),
        ram_gib: survey.host.resources.ram_total_gib,
        weights_gib: survey.installed.gib_of(entry.spec.model.weights_repo()),
        port: place.port,
        root: session.is_of_this_host().then(|| session.settings.path("root").unwrap_or_default()),
        clones: clones(session),
        token: session.token().is_some(),
        container_programs: place.container_programs.clone(),
    };
    let mut facts = gather(&goal, &known).await;
    prove(&goal, &mut facts).await;
    let plan = plan(&goal, &facts);
    Ok(Planned { goal, known, token: session.token_for_children().map(|(_, secret)| secret), plan })
}

impl Planned {
    /// The plan as a bash script that does the same.
    ///
    /// # Errors
    /// When a word of it holds a control character.
    pub fn script(&self) -> Result<String> {
        script(&self.plan, &self.goal).map_err(|error| {
            let what = "the plan cannot be written as a script";
            Failure::new(FailureKind::Input, what, error.to_string(), "Report it to the publisher of the spec file.")
        })
    }

    /// Refuses to begin while something stands in the way; everything that does is told at once.
    ///
    /// # Errors
    /// When something does.
    pub fn check(&self) -> Result<()> {
        let blocking: Vec<_> = self.plan.shown.obstacles.iter().filter(|obstacle| obstacle.blocking).collect();
        if blocking.is_empty() {
            return Ok(());
        }
        let what = match blocking.len() {
            1 => "nothing was begun: something stands in the way".to_owned(),
            count => format!("nothing was begun: {count} things stand in the way"),
        };
        let why: Vec<String> =
            blocking.iter().map(|obstacle| format!("{} ({})", obstacle.what, obstacle.why)).collect();
        let next: Vec<&str> = blocking.iter().map(|obstacle| obstacle.next.as_str()).collect();
        Err(Failure::new(FailureKind::Tool, what, why.join("; "), next.join(" ")))
    }

    /// Starts it, or joins the process that has it under way.
    ///
    /// # Errors
    /// On a box that is not there, and when something stands in the way.
    pub fn start(&self, waits_for_person: bool) -> Result<Running> {
        self.check()?;
        let state = StateFolder::of(&self.goal.place());
        engine::start(Job {
            goal: self.goal.clone(),
            known: self.known.clone(),
            state,
            waits_for_person,
            token: self.token.clone(),
        })
    }
}

/// Runs a setup to its end. Progress goes to `hear`.
///
/// # Errors
/// As [`setup_plan`], when something stands in the way, when a step fails, and when it is stopped.
pub async fn run_setup(
    session: &Session,
    params: &SetupParams,
    waits_for_person: bool,
    hear: &mut (dyn FnMut(&SetupProgress) + Send),
) -> Result<SetupOutcome> {
    if matches!(session.settings.stand_in(), Some("facts" | "smi")) {
        let why = "these are the facts of another machine";
        let next = "Leave the recorded facts out, or use --dry-run or --script.";
        return Err(Failure::new(FailureKind::NotSupported, "nothing can be set up here", why, next));
    }
    let mut tries = 0;
    loop {
        let planned = planned(session, params).await?;
        let mut running = planned.start(waits_for_person)?;
        let mut snapshots = running.snapshots.clone();
        let ended = loop {
            tokio::select! {
                ended = running.end() => break ended,
                changed = snapshots.changed() => if changed.is_ok() {
                    hear(&snapshots.borrow_and_update().clone());
                },
            }
        };
        hear(&snapshots.borrow_and_update().clone());
        match ended {
            Ok(Ended::Done(outcome)) => return Ok(outcome),
            Ok(Ended::Free) => {}
            // What has been fetched can change the plan: the first repository has no such commit and the other is to be
            // tried, or the tree is of another era than its commit made us expect.
            Err(failure) if failure.kind == FailureKind::Tool && tries < TRIES => {
                tries += 1;
                let again = self::planned(session, params).await?;
                let way = |planned: &Planned| planned.goal.host.clone();
                if way(&again) == way(&planned) {
                    return Err(failure);
                }
            }
            Err(failure) => return Err(failure),
        }
    }
}

/// Runs a setup for an editor. Somebody is there who can run what needs sudo.
///
/// # Errors
/// As [`run_setup`].
pub async fn setup_run(session: &Session, params: SetupRunParams) -> Result<SetupOutcome> {
    let wanted = SetupParams { model: params.model, device: params.device, shell: None };
    let Some(token) = params.work_done_token else {
        return run_setup(session, &wanted, true, &mut |_| ()).await;
    };
    // An editor gets one `begin` and one `end`, however often the run itself begins anew.
    let mut last: Option<SetupProgress> = None;
    let mut hear = |progress: &SetupProgress| {
        let kind = if last.is_none() { "begin" } else { "report" };
        let progress = SetupProgress { kind: kind.into(), ..progress.clone() };
        session.report(token.clone(), &progress);
        last = Some(progress);
    };
    let done = run_setup(session, &wanted, true, &mut hear).await;
    if let Some(last) = last {
        session.report(token, &SetupProgress { kind: "end".into(), ..last });
    }
    done
}
