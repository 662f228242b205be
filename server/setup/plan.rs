//! What a setup would do. Pure: the goal and what is known of this host in, steps and obstacles out.

mod container;
mod host;
mod obstacles;
mod script;
mod text;

use std::path::PathBuf;

use super::facts::SetupFacts;
use super::goal::{Goal, fingerprint};
use super::proof::Proof;
use super::times;
use crate::protocol::{Need, SetupCommand, SetupPlan, SetupStep};
use crate::recipe::Variable;

pub use script::script;

/// Every program whose presence a host plan asks for.
pub fn host_tools() -> impl Iterator<Item = &'static str> {
    ["git", "uv"].into_iter().chain(host::TOOLS.iter().flat_map(|names| names.iter().copied()))
}

/// Variables of the person's shell that would lead a step astray.
const UNSET: [&str; 6] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"];
/// Variables that break TT-Forge when they are set (tt-inference-server README, TT_METAL_HOME and tt-forge).
const FORGE_UNSET: [&str; 2] = ["TT_METAL_HOME", "TT_METAL_VERSION"];

/// Steps that run one after the other; two lanes run side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Everything but the weights.
    Build,
    /// The weights.
    Weights,
}

/// One step, with what the engine needs to run it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What people see of it.
    pub shown: SetupStep,
    /// What shows that it is done.
    pub proof: Proof,
    /// The lane that it runs in.
    pub lane: Lane,
    /// File that must be locked while it runs: somebody else may work on the same repository.
    pub lock: Option<PathBuf>,
    /// Commands in place of those shown where this folder is there once the lock is held.
    pub once_there: Option<(PathBuf, Vec<SetupCommand>)>,
    /// True when its output is events of the downloader.
    pub events: bool,
}

/// A plan with what the engine needs to run it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What people see of it.
    pub shown: SetupPlan,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// The steps alone. What is done already is judged by [`plan`], once somebody has looked at the proofs.
pub fn steps(goal: &Goal, facts: &SetupFacts) -> Vec<Step> {
    let mut steps = match (&goal.host, &goal.container) {
        (Some(host), _) => host::steps(goal, host, facts),
        (None, Some(container)) => container::steps(goal, container, facts),
        (None, None) => Vec::new(),
    };
    if let Some(file) = goal.files.first() {
        let mut argv = vec![goal.program.clone(), "command".into(), goal.model_id.clone()];
        argv.extend(["--device".to_owned(), goal.device_type.clone(), "--install-files".to_owned()]);
        let title = "Write the files that the serving command refers to";
        let why = format!("the command reads {}", file.path.display());
        let mut step = Step::new("files", title, &why, Proof::Files(goal.files.clone()));
        step.shown.commands.push(command(argv, &facts.home, &goal.options));
        steps.push(step);
    }
    if let Some(repo) = &goal.weights {
        let proof = Proof::Weights {
            repo: repo.clone(),
            name: goal.model_name.clone(),
            hub: goal.hub.clone(),
            models: goal.models.clone(),
        };
        let mut step = Step::new("weights", &format!("Download {repo}"), "the model itself", proof);
        let argv = vec![goal.downloader.clone(), "download".into(), repo.clone(), "--events".into()];
        step.shown.commands.push(command(argv, &facts.home, &goal.options));
        step.shown.needs.extend([Need::Network, Need::Token]);
        step.lane = Lane::Weights;
        step.events = true;
        steps.push(step);
    }
    if goal.engine == "forge" {
        let commands = steps.iter_mut().flat_map(|step| &mut step.shown.commands);
        commands.for_each(|command| command.unset.extend(FORGE_UNSET.map(str::to_owned)));
    }
    steps
}

/// The whole plan.
pub fn plan(goal: &Goal, facts: &SetupFacts) -> Plan {
    let mut steps = steps(goal, facts);
    for step in &mut steps {
        let missing = facts.proofs.get(&step.shown.id).cloned();
        let missing = missing.unwrap_or_else(|| Some("nobody has looked".to_owned().into()));
        step.shown.done = missing.is_none();
        step.shown.missing = missing.map_or_else(String::new, |missing| missing.to_string());
        step.shown.expected_seconds = facts.times.get(&times::key(goal, &step.shown.id)).copied();
    }
    let mut shown = SetupPlan {
        schema: 1,
        id: goal.id(),
        model_id: goal.model_id.clone(),
        model_name: goal.model_name.clone(),
        device_type: goal.device_type.clone(),
        simulated: goal.simulated.clone(),
        target: goal.target,
        environment: goal.host.as_ref().map(|host| host.layout.name.clone()),
        folder: goal.host.as_ref().map(|host| host.layout.folder().display().to_string()),
        era: goal.host.as_ref().map(|host| host.era.clone()),
        obstacles: obstacles::obstacles(goal, facts, &steps),
        steps: steps.iter().map(|step| step.shown.clone()).collect(),
        notes: goal.notes.clone(),
        text: String::new(),
        script: String::new(),
        terminal: String::new(),
    };
    if let (Some(host), false) = (&goal.host, facts.references.is_empty()) {
        let clones: Vec<String> = facts.references.values().map(|path| path.display().to_string()).collect();
        shown.notes.push(format!(
            "{} takes objects from {} in place of fetching them again: keep that clone. Nothing in it is changed",
            host.layout.root.join("stores").display(),
            clones.join(" and ")
        ));
    }
    shown.text = text::markdown(&shown);
    Plan { shown, steps }
}

impl Step {
    fn new(id: &str, title: &str, why: &str, proof: Proof) -> Self {
        let shown = SetupStep {
            id: id.to_owned(),
            title: title.to_owned(),
            commands: Vec::new(),
            why: why.to_owned(),
            proof: proof.words(),
            done: false,
            missing: String::new(),
            bytes: None,
            expected_seconds: None,
            needs: Vec::new(),
            depends_on: Vec::new(),
            by_person: false,
        };
        Self { shown, proof, lane: Lane::Build, lock: None, once_there: None, events: false }
    }

    /// What it runs now.
    pub fn commands(&self) -> &[SetupCommand] {
        match &self.once_there {
            Some((folder, commands)) if folder.exists() => commands,
            _ => &self.shown.commands,
        }
    }

    fn after(mut self, ids: &[&str]) -> Self {
        self.shown.depends_on = ids.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    fn network(mut self) -> Self {
        self.shown.needs.push(Need::Network);
        self
    }

    fn locked(mut self, file: PathBuf) -> Self {
        self.lock = Some(file);
        self
    }

    fn runs(mut self, commands: impl IntoIterator<Item = SetupCommand>) -> Self {
        self.shown.commands.extend(commands);
        self
    }
}

/// A command in a folder.
fn command(argv: Vec<String>, cwd: &std::path::Path, env: &[Variable]) -> SetupCommand {
    SetupCommand {
        argv,
        cwd: cwd.display().to_string(),
        env: env.to_vec(),
        unset: UNSET.map(str::to_owned).to_vec(),
        only_if: None,
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn variable(name: &str, value: impl Into<String>) -> Variable {
    Variable { name: name.to_owned(), value: value.into() }
}

/// What a stamp holds: other commits or other commands make the step run again.
fn stamp_text(commits: &[&str], commands: &[SetupCommand]) -> String {
    let argv = commands.iter().flat_map(|command| command.argv.iter().map(String::as_str));
    format!("{:016x}", fingerprint(commits.iter().copied().chain(argv)))
}
