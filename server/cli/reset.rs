//! `tt-jukebox reset`: plan, ask, free the boards, run tt-smi where everybody can see it, and prove that it worked.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::os::fd::AsFd as _;
use std::process::Stdio;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tokio::process::Command;
use tokio::time::{sleep, timeout};

use super::output::{Output, printable, table};
use super::stopping::block_on_stoppable;
use crate::clock::seconds_now;
use crate::device::host::Holder;
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{ProcessId, ReleaseParams, Released, ResetParams, ResetPlan, Verified, VerifyParams};
use crate::requests;
use crate::reset::plan::{chips_in, holders};
use crate::session::Session;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// PCI addresses of the boards, for example 0000:01:00.0; without any, every board
    #[arg(value_name = "BUS_ID")]
    bus_ids: Vec<String>,
    /// Do not ask: end the processes that hold the boards, and reset
    #[arg(long, short)]
    yes: bool,
    /// Only tell what would be done
    #[arg(long)]
    dry_run: bool,
    /// Wait so long for the boards to come back; without it as long as the plan says
    #[arg(long, value_name = "SECONDS")]
    wait: Option<u32>,
}

/// What one run has done, as far as it came.
#[derive(Debug, Serialize)]
struct Outcome {
    schema: u32,
    plan: ResetPlan,
    /// What became of the holders; null when nothing was asked of them.
    released: Option<Released>,
    /// How the boards are afterwards; null when nothing was reset.
    verified: Option<Verified>,
}

/// Two looks at the holders that must both find nobody: a server that is being restarted is gone for a moment only.
const TWICE: Duration = Duration::from_millis(300);

pub(super) fn run(session: &Session, options: Options, output: &Output) -> Result<()> {
    let plan = block_on_stoppable(requests::reset_plan(session, ResetParams { bus_ids: options.bus_ids.clone() }))?;
    let mut outcome = Outcome { schema: 1, plan, released: None, verified: None };
    if options.dry_run || outcome.plan.simulated.is_some() {
        return output.print(&outcome, |outcome| plan_text(&outcome.plan));
    }
    output.message(plan_text(&outcome.plan).trim_end());
    agree(&options, &outcome.plan)?;
    let done = block_on_stoppable(perform(session, &options, &mut outcome, output));
    output.print(&outcome, |outcome| match &outcome.verified {
        Some(verified) => verified.text.clone(),
        None => "Nothing was reset.".into(),
    })?;
    done
}

/// The person's yes, by option or in the terminal.
fn agree(options: &Options, plan: &ResetPlan) -> Result<()> {
    if options.yes {
        return match plan.unseen_holders {
            false => Ok(()),
            true => Err(Failure::new(
                FailureKind::Tool,
                "nothing was reset: a process that cannot be seen from here holds a board",
                "a reset under a running job can freeze the machine, so --yes does not cover it",
                "Stop it on the host, or run the command in a terminal without --yes to decide yourself.",
            )),
        };
    }
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::new(
            FailureKind::Usage,
            "nothing was reset: there is no terminal to ask in",
            "a reset takes the boards away from whoever uses them",
            "Run it in a terminal, or with --yes if the plan above is what you want.",
        ));
    }
    let question = match plan.holders.len() {
        0 => "Reset now?".to_owned(),
        1 => "End this process and reset now?".to_owned(),
        count => format!("End these {count} processes and reset now?"),
    };
    let _ = write!(io::stderr(), "{question} [y/N] ");
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    Err(Failure::new(FailureKind::Cancelled, "nothing was reset", "the answer was not yes", ""))
}

async fn perform(session: &Session, options: &Options, outcome: &mut Outcome, output: &Output) -> Result<()> {
    if !outcome.plan.holders.is_empty() {
        let released = requests::release(session, ReleaseParams { holders: ids(&outcome.plan.holders) }).await?;
        for gone in &released.gone {
            let how = gone.signal.as_deref().map_or("had ended before".to_owned(), |name| format!("ended on {name}"));
            output.message(&format!("process {} {how}", gone.pid));
        }
        let left = released.left.first().map(|left| {
            Failure::new(
                FailureKind::Tool,
                format!("nothing was reset: process {} still holds a board", left.pid),
                left.why.clone(),
                left.next.clone(),
            )
        });
        outcome.released = Some(released);
        left.map_or(Ok(()), Err)?;
    }
    nobody_holds(session, outcome).await?;
    for command in &outcome.plan.commands {
        if !run_visibly(command, outcome.plan.deadline_s, output).await? {
            break;
        }
    }
    output.message("waiting for the boards");
    let params = VerifyParams {
        expected: outcome.plan.expected.clone(),
        deadline_s: options.wait.unwrap_or(outcome.plan.deadline_s),
    };
    let verified = requests::verify_and_tell(session, params, &mut |line| output.message(&printable(line))).await?;
    let failure = (!verified.ok).then(|| {
        let what = "the reset is not proved: not every chip is back and alive";
        Failure::new(FailureKind::Tool, what, printable(&verified.problems.join("; ")), verified.next.clone())
    });
    outcome.verified = Some(verified);
    failure.map_or(Ok(()), Err)
}

/// Looks twice that nobody has taken a board since the plan was made.
async fn nobody_holds(session: &Session, outcome: &Outcome) -> Result<()> {
    let planned = ids(&outcome.plan.holders);
    for _ in 0..2 {
        let host = session.host()?;
        let (now, _) = holders(&chips_in(&host, &outcome.plan.expected));
        // Those of the plan are known to be gone, whatever a list that is a moment old says.
        if let Some(holder) = now.iter().find(|holder| ids(&[(*holder).clone()]).iter().all(|id| !planned.contains(id)))
        {
            return Err(Failure::new(
                FailureKind::Tool,
                format!("nothing was reset: process {} has taken a board meanwhile", holder.pid),
                printable(holder.command.as_deref().unwrap_or("its command is not known")),
                "Stop whatever starts it (a service, a supervisor), then run the reset again.",
            ));
        }
        sleep(TWICE).await;
    }
    Ok(())
}

fn ids(holders: &[Holder]) -> Vec<ProcessId> {
    let id = |holder: &Holder| Some(ProcessId { pid: holder.pid, start_ticks: holder.start_ticks? });
    holders.iter().filter_map(id).collect()
}

/// Runs one command of the plan with our own streams. False when it has failed by its own account; that it succeeded
/// proves nothing.
async fn run_visibly(command: &[String], deadline_s: u32, output: &Output) -> Result<bool> {
    let failure = |error: io::Error| {
        let what = format!("{} could not be started", command.first().map_or("the reset", String::as_str));
        Failure::new(FailureKind::Tool, what, error.to_string(), "`tt-jukebox doctor` shows which tt-smi was found.")
    };
    let Some((program, args)) = command.split_first() else { return Ok(true) };
    output.message(&format!("> {}", printable(&command.join(" "))));
    let mut process = Command::new(program);
    // It would hide boards from tt-smi, and the plan names the boards itself.
    process.args(args).env_remove("TT_VISIBLE_DEVICES");
    if output.is_json() {
        // Stdout carries our one document.
        process.stdout(io::stderr().as_fd().try_clone_to_owned().map(Stdio::from).map_err(failure)?);
    }
    let mut child = process.spawn().map_err(failure)?;
    let status = match timeout(Duration::from_secs(deadline_s.into()), child.wait()).await {
        Ok(status) => status,
        Err(_) => {
            // Ending it in the middle could leave a board in reset, so that is left to the person.
            output.message("tt-smi is still at work; it waits up to 15 minutes for a board. Ctrl-C stops it.");
            child.wait().await
        }
    };
    let status = status.map_err(failure)?;
    if !status.success() {
        output.message(&format!("tt-smi ended with {status}; how the boards are decides"));
    }
    Ok(status.success())
}

fn plan_text(plan: &ResetPlan) -> String {
    let simulated = plan.simulated.as_deref().map_or(String::new(), |name| format!(" (simulated: {name})"));
    let mut text = format!("Reset{simulated}: {}\n", printable(&plan.boards.join(", ")));
    if plan.holders.is_empty() {
        text.push_str(if plan.unseen_holders { "Held by a process that cannot be seen\n" } else { "Held by nobody\n" });
    } else {
        let rows: Vec<Vec<String>> = plan.holders.iter().map(row).collect();
        text.push_str("Held by processes that will be ended:\n");
        text.push_str(&table(&["PID", "USER", "STARTED", "COMMAND"], &rows));
        text.push('\n');
    }
    text.push_str(&format!("Command: {}\n", printable(&plan.text)));
    for note in &plan.notes {
        text.push_str(&format!("note: {}\n", printable(note)));
    }
    text
}

fn row(holder: &Holder) -> Vec<String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "unknown".to_owned());
    let now = seconds_now();
    let started = holder.started.map_or_else(|| "unknown".to_owned(), |started| ago(now.saturating_sub(started)));
    vec![holder.pid.to_string(), text(&holder.user), started, text(&holder.command)]
}

/// A span of time in its largest unit: the reader wants to know whether it is the job of last night.
fn ago(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s ago"),
        120..7200 => format!("{} min ago", seconds / 60),
        7200..172_800 => format!("{} h ago", seconds / 3600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time() {
        let spans = [0, 119, 120, 7199, 7200, 172_799, 172_800].map(ago);
        assert_eq!(spans, ["0 s ago", "119 s ago", "2 min ago", "119 min ago", "2 h ago", "47 h ago", "2 days ago"]);
    }
}
