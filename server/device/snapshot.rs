//! Asks tt-smi for a snapshot. Only on an explicit request: it opens every device, which wakes idle boards and can
//! disturb a running job (luwen#135, luwen#137).

use std::path::PathBuf;
use std::time::Duration;

use super::facts::{Facts, SmiAnswer};
use crate::process;

/// A Galaxy snapshot is about 270 kB; tt-smi 3.x has printed 1.2 MB of noise (tt-smi#116).
const MAX_BYTES: usize = 8_000_000;
/// Discovery on a healthy box takes seconds; on a sick one tt-smi waits up to 15 minutes, which nobody should.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Where to look for tt-smi: the setting, PATH, then the places where the installers put it.
pub fn find(setting: Option<&str>, home: Option<&std::path::Path>) -> Result<PathBuf, String> {
    if let Some(path) = setting {
        return which::which(path).map_err(|_| format!("the setting tt_smi names {path}, which cannot be run"));
    }
    which::which("tt-smi")
        .ok()
        .or_else(|| INSTALLED.iter().find_map(|place| which::which(home?.join(place).join("tt-smi")).ok()))
        .ok_or_else(|| format!("not found on PATH, in ~/{}", INSTALLED.join(", ~/")))
}

/// Folders below the home folder where tt-installer, pip and the tt command line put it.
const INSTALLED: [&str; 3] = [".tenstorrent-venv/bin", ".local/bin", ".local/share/tenstorrent/bin"];

/// The answer of a tt-smi that was not asked, because somebody uses a device: it talks to every chip and has broken
/// running jobs (luwen#137, tt-inference-server#1863). None when nobody does.
pub fn refused(facts: &Facts) -> Option<SmiAnswer> {
    let host = super::interpret(facts);
    let holder = host.chips.iter().flat_map(|chip| &chip.holders).find(|holder| !holder.telemetry)?;
    let command = holder.command.as_deref().unwrap_or("a process that cannot be seen from here");
    let error = format!("not asked, since {command} (pid {}) uses a device and could be disturbed", holder.pid);
    Some(SmiAnswer { program: "tt-smi".into(), stdout: String::new(), error: Some(error) })
}

/// Runs `tt-smi -s`. Whatever goes wrong is part of the answer.
pub async fn take(program: Result<PathBuf, String>, deadline: Duration) -> SmiAnswer {
    let program = match program {
        Ok(program) => program,
        Err(error) => return SmiAnswer { program: "tt-smi".into(), stdout: String::new(), error: Some(error) },
    };
    // tt-smi filters devices by this variable and writes UMD's log lines to stdout unless told otherwise.
    let env = [("TT_VISIBLE_DEVICES", None), ("TT_LOGGER_FILE", Some("/dev/stderr"))];
    let outcome = process::run(&program, &["-s"], &env, deadline, MAX_BYTES).await;
    let mut answer = SmiAnswer { program: program.display().to_string(), ..SmiAnswer::default() };
    match outcome {
        Ok(finished) => {
            answer.stdout = String::from_utf8_lossy(&finished.stdout).into_owned();
            if !answer.stdout.contains("device_info") {
                answer.error = Some(without_snapshot(finished.code, &answer.stdout));
            }
        }
        Err(error) => answer.error = Some(error.to_string()),
    }
    answer
}

fn without_snapshot(code: Option<i32>, stdout: &str) -> String {
    let said = super::smi::parse(stdout).err().unwrap_or_default();
    match code {
        Some(code) => format!("exit code {code}; {said}"),
        None => format!("ended by a signal; {said}"),
    }
}
