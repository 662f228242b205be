//! `tt-jukebox setup MODEL`: the whole plan first, then the run with its progress. What is done is not done twice.

mod view;

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::time::Duration;

use clap::Args;

use super::candidates;
use super::output::{Output, printable};
use super::stopping::block_on_stoppable;
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{Need, SetupParams, SetupPlan, SetupStep};
use crate::recipe::{Shell, words};
use crate::requests::setup::{planned, run_setup};
use crate::session::Session;
use crate::setup::{engine, times};
use view::View;

/// A group gets INT, TERM and KILL within less than six seconds.
const PATIENCE: Duration = Duration::from_secs(8);

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Model name, repository or entry id
    #[arg(required = true, add = candidates::any_model())]
    model: Vec<String>,
    /// Device name of the spec file, for example T3K; without it the best one that this box has
    #[arg(long, value_name = "DEVICE", add = candidates::device())]
    device: Option<String>,
    /// Only tell what would be done, and what stands in the way
    #[arg(long)]
    dry_run: bool,
    /// Print a bash script that does the same
    #[arg(long, conflicts_with = "dry_run")]
    script: bool,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

pub(super) fn run(session: &Session, options: Options, output: &Output) -> Result<()> {
    let params = SetupParams { model: options.model.join(" "), device: options.device.clone(), shell: None };
    let planned = block_on_stoppable(planned(session, &params))?;
    let plan = &planned.plan.shown;
    if options.script {
        let script = planned.script()?;
        return output.print(&serde_json::json!({ "schema": 1, "script": script }), |_| script.clone());
    }
    if options.dry_run {
        return output.print(plan, text);
    }
    if plan.steps.iter().any(|step| !step.done) {
        output.message(text(plan).trim_end());
        planned.check()?;
        agree(&options)?;
    }
    let mut view = View::new(output);
    // With a terminal somebody is there who can run what needs sudo.
    let somebody = io::stdin().is_terminal() && io::stderr().is_terminal();
    let mut hear = |progress: &_| view.show(progress);
    let done = block_on_stoppable(run_setup(session, &params, somebody, &mut hear));
    view.close();
    if matches!(&done, Err(failure) if failure.kind == FailureKind::Cancelled) {
        output.message("stopping what runs; what is done stays done");
        engine::end_all(PATIENCE);
    }
    let outcome = done?;
    output.line(&outcome, |outcome| printable(&outcome.text)).map(drop)
}

/// The person's yes, by option or in the terminal.
fn agree(options: &Options) -> Result<()> {
    if options.yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let why = "a setup takes long and much disk";
        let next = "Run it in a terminal, or with --yes if the plan above is what you want.";
        return Err(Failure::new(FailureKind::Usage, "nothing was begun: there is no terminal to ask in", why, next));
    }
    let _ = write!(io::stderr(), "Begin? [y/N] ");
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    Err(Failure::new(FailureKind::Cancelled, "nothing was begun", "the answer was not yes", ""))
}

/// The plan for a terminal.
fn text(plan: &SetupPlan) -> String {
    let label = plan.simulated.as_ref().map_or(String::new(), |name| format!(", a simulated {name}"));
    let mut text = format!("Set up {} for {}{label}\n", printable(&plan.model_name), printable(&plan.device_type));
    if let (Some(folder), Some(era)) = (&plan.folder, &plan.era) {
        text.push_str(&format!("in {} (vLLM of era {})\n", printable(folder), printable(era)));
    }
    text.push('\n');
    for (number, step) in plan.steps.iter().enumerate() {
        let mark = if step.done { "done" } else { "    " };
        text.push_str(&format!("{:>3}. {mark}  {}{}\n", number + 1, printable(&step.title), needs(step)));
        if step.done {
            continue;
        }
        text.push_str(&format!("           {}\n", printable(&step.why)));
        for command in &step.commands {
            let line = words(&command.argv, Shell::Bash).unwrap_or_else(|error| format!("# {error}"));
            text.push_str(&format!("           $ {line}\n"));
        }
        text.push_str(&format!("           now: {}\n", printable(&step.missing)));
        if let Some(seconds) = step.expected_seconds {
            text.push_str(&format!("           {}\n", times::words(seconds)));
        }
    }
    text.push('\n');
    for obstacle in &plan.obstacles {
        let mark = if obstacle.blocking { "in the way" } else { "note" };
        text.push_str(&printable(&format!("{mark}: {} - {}", obstacle.what, obstacle.why)));
        text.push_str(&format!("\n      {}\n", printable(&obstacle.next)));
    }
    for note in &plan.notes {
        text.push_str(&format!("note: {}\n", printable(note)));
    }
    text
}

fn needs(step: &SetupStep) -> &'static str {
    if step.needs.contains(&Need::Sudo) { "  (sudo: you run it)" } else { "" }
}
