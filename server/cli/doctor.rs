//! `tt-jukebox doctor`: what is wrong with this host, and what to do.

use super::output::Output;
use super::stopping::block_on_stoppable;
use crate::error::Result;
use crate::protocol::DoctorParams;
use crate::requests;
use crate::session::Session;

pub(super) fn run(session: &Session, output: &Output) -> Result<()> {
    let report = block_on_stoppable(requests::doctor(session, DoctorParams {}))?;
    output.print(&report, |report| report.text.clone())
}
