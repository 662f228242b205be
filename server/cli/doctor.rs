//! `tt-jukebox doctor`: what is wrong with this host, and what to do.

use std::process::ExitCode;

use super::output::Output;
use super::stopping::block_on_stoppable;
use crate::device::Severity;
use crate::error::Result;
use crate::protocol::DoctorParams;
use crate::requests;
use crate::session::Session;

/// Exit code of a doctor that has found an error. No failure: the report is whole and stands on stdout.
pub(super) const FOUND: u8 = 9;

pub(super) fn run(session: &Session, output: &Output) -> Result<ExitCode> {
    let report = block_on_stoppable(requests::doctor(session, DoctorParams {}))?;
    output.print(&report, |report| report.text.clone())?;
    let works = report.findings.iter().all(|finding| finding.severity < Severity::Error);
    Ok(if works { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}
