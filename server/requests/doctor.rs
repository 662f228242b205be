//! `tenstorrent/doctor`: what is wrong with this host.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::device::{Facts, Host, interpret, snapshot};
use crate::doctor::{Seen, examine, report, shareable};
use crate::environment::Installed;
use crate::error::Result;
use crate::matching::{self, Fit, Query};
use crate::process;
use crate::protocol::{DoctorParams, Report};
use crate::session::Session;

/// A heartbeat moves about twice a second; so far apart must two looks be to tell that it stands still.
const HEARTBEAT: Duration = Duration::from_millis(2050);
/// `tt-smi --version` loads as many modules as a snapshot does, half a second of them.
const VERSION_DEADLINE: Duration = Duration::from_secs(10);

/// Examines the host and writes the report. No device is opened.
///
/// # Errors
/// When the recorded facts or the simulated box cannot be had. A broken catalog is a finding, not a failure.
pub async fn doctor(session: &Session, _params: DoctorParams) -> Result<Report> {
    let facts = facts_with_heartbeat(session).await?;
    let host = interpret(&facts);
    let settings = &session.settings;
    let program = snapshot::find(settings.get("tt_smi"), Some(settings.home()));
    let tt_smi_version = match &program {
        Ok(program) => Some(version_of(program).await),
        Err(_) => None,
    };
    let seen = Seen {
        tt_smi: program.map(|path| path.display().to_string()),
        tt_smi_version,
        catalog: session.catalog().map(|catalog| format!("{} ({} entries)", catalog.source, catalog.entries.len())),
        blocked: blocked(session, &host),
        checkouts: [("tt-metal", "metal_home"), ("vLLM", "vllm_home")]
            .into_iter()
            .filter_map(|(name, key)| Some((name, settings.path(key)?)))
            .map(|(name, path)| (name, path.join(".git").exists(), path.display().to_string()))
            .collect(),
        not_on_path: not_on_path(settings.home()),
        warnings: settings.warnings.clone(),
    };
    let private = private_words();
    let findings = shareable(examine(&facts, &host, &seen), settings.home(), &private);
    let text = report(&host, &findings, settings.home(), &private);
    Ok(Report { schema: 1, findings, text })
}

/// Two looks where there is a heartbeat to compare, one where there is not.
async fn facts_with_heartbeat(session: &Session) -> Result<Facts> {
    let facts = session.facts()?;
    let beats = facts.pci.iter().any(|function| function.driver.contains_key("tt_heartbeat"));
    if !beats || !session.is_of_this_host() {
        return Ok(facts);
    }
    tokio::time::sleep(HEARTBEAT).await;
    session.facts()
}

async fn version_of(program: &Path) -> std::result::Result<String, String> {
    let finished = process::run(program, &["--version"], &[], VERSION_DEADLINE, 100_000).await;
    let finished = finished.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&finished.stdout).trim().to_owned();
    match finished.code {
        Some(0) => text.split_whitespace().next_back().map(str::to_owned).ok_or_else(|| "it says nothing".into()),
        Some(code) => Err(format!("`--version` ended with code {code}")),
        None => Err("`--version` was ended by a signal".into()),
    }
}

/// Names of the entries for this box that ask for newer firmware or a newer driver, and how many entries there are.
fn blocked(session: &Session, host: &Host) -> (Vec<String>, usize) {
    let Ok(catalog) = session.catalog() else { return (Vec::new(), 0) };
    let all = matching::matches(&Query::default(), host, &Installed::unknown(), &catalog);
    let count = all.len();
    let of_software =
        |found: &matching::Match| found.fit == Fit::No && found.reasons.iter().any(|r| r.starts_with("requires"));
    (all.into_iter().filter(of_software).map(|found| found.model_name).collect(), count)
}

/// Folders where tools are installed but PATH does not lead.
fn not_on_path(home: &Path) -> Vec<String> {
    let path: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let folder = home.join(".local/bin");
    let has_tool = ["tt-smi", "hf", "tt", "uv"].iter().any(|tool| folder.join(tool).is_file());
    if has_tool && !path.contains(&folder) { vec![folder.display().to_string()] } else { Vec::new() }
}

/// Names that a shared report must not hold.
fn private_words() -> Vec<String> {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    ["USER", "LOGNAME"].iter().filter_map(|name| std::env::var(name).ok()).chain([host]).collect()
}
