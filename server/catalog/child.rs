//! Looking for newer files in a process of its own: TLS and a megabyte of JSON would double the memory of a language
//! server that stays for days.

use std::time::Duration;

use serde::Deserialize;

use super::refresh::Outcome;
use crate::error::{Failure, FailureKind, Result};
use crate::process;

/// More than any answer of `catalog refresh --json`.
const MAX_OUTPUT: usize = 1 << 20;
/// The process ends by itself within its own deadline.
const MARGIN: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Failure { error: Failure },
    Info { updated: Option<String>, looked: bool },
}

/// Has this program look for newer files, as [`super::refresh::refresh`] does.
///
/// # Errors
/// As that, and when the program cannot be started.
pub async fn refresh(url: &str, now_wanted: bool, deadline: Duration) -> Result<Outcome> {
    let broken = |why: String| {
        let next = "Reload the window; if it stays, report it.";
        Failure::new(FailureKind::Internal, "the look for newer spec files could not be started", why, next)
    };
    let program = std::env::current_exe().map_err(|error| broken(error.to_string()))?;
    let mut args = vec!["catalog", "refresh", "--json"];
    if !now_wanted {
        args.push("--if-due");
    }
    let env = [
        ("TT_JUKEBOX_CATALOG_URL", Some(url)),
        ("TT_JUKEBOX_CATALOG_UPDATES", Some("on")),
        ("TT_JUKEBOX_CATALOG", None),
    ];
    let finished = process::run(&program, &args, &env, deadline + MARGIN, MAX_OUTPUT).await;
    let finished = finished.map_err(|error| broken(error.to_string()))?;
    match serde_json::from_slice(&finished.stdout).map_err(|error| broken(error.to_string()))? {
        Said::Failure { error } => Err(error),
        Said::Info { updated: Some(release), .. } => Ok(Outcome::Updated(release)),
        Said::Info { looked: true, .. } => Ok(Outcome::Unchanged),
        Said::Info { .. } => Ok(Outcome::NotDue),
    }
}
