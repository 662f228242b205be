//! `tt-jukebox doctor`: what is wrong with this host, and what to do.

use super::block_on;
use super::output::Output;
use crate::error::Result;
use crate::protocol::DoctorParams;
use crate::requests;
use crate::session::Session;

pub(super) fn run(session: &Session, output: &Output) -> Result<()> {
    let report = block_on(requests::doctor(session, DoctorParams {}))?;
    output.print(&report, |report| report.text.clone())
}
