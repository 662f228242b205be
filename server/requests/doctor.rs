//! `tenstorrent/doctor`: what is wrong with this host.

use crate::device::snapshot;
use crate::doctor::{Seen, examine, report};
use crate::error::Result;
use crate::protocol::{DoctorParams, Report};
use crate::session::Session;

/// Examines the host passively and writes the report.
///
/// # Errors
/// When the recorded facts or the simulated box cannot be had. A broken catalog is a finding, not a failure.
pub async fn doctor(session: &Session, _params: DoctorParams) -> Result<Report> {
    let settings = &session.settings;
    let host = session.host()?;
    let seen = Seen {
        tt_smi: snapshot::find(settings.get("tt_smi"), Some(settings.home())).map(|path| path.display().to_string()),
        catalog: session.catalog().map(|catalog| format!("{} ({} entries)", catalog.source, catalog.entries.len())),
        checkouts: [("tt-metal", "metal_home"), ("vLLM", "vllm_home")]
            .into_iter()
            .filter_map(|(name, key)| Some((name, settings.path(key)?)))
            .map(|(name, path)| (name, path.join(".git").exists(), path.display().to_string()))
            .collect(),
        warnings: settings.warnings.clone(),
    };
    let findings = examine(&host, &seen);
    let text = report(&host, &findings, settings.home());
    Ok(Report { schema: 1, findings, text })
}
