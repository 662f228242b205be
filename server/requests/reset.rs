//! `tenstorrent/reset/*`: plan a reset, free the boards, and prove that they are back.

use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{ReleaseParams, Released, ResetParams, ResetPlan, Verified, VerifyParams};
use crate::session::Session;

fn later() -> Failure {
    Failure::new(FailureKind::NotSupported, "resets are not supported yet", "", "Run `tt-smi -r` in a terminal.")
}

/// What a reset would do.
///
/// # Errors
/// Always, for now.
pub async fn reset_plan(_session: &Session, _params: ResetParams) -> Result<ResetPlan> {
    Err(later())
}

/// Ends the named processes.
///
/// # Errors
/// Always, for now.
pub async fn release(_session: &Session, _params: ReleaseParams) -> Result<Released> {
    Err(later())
}

/// Waits until the boards are back.
///
/// # Errors
/// Always, for now.
pub async fn verify(_session: &Session, _params: VerifyParams) -> Result<Verified> {
    Err(later())
}
