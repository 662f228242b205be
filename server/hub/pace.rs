//! How long a server is waited for, and how often it is asked again.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use crate::error::{Failure, FailureKind, Result};

/// So many tries in a row that bring not one byte end a download. Work that moves is never given up.
const TRIES: u32 = 5;
/// A server that asks for more patience than this is told about at once.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// Without a byte for so long a connection is taken for dead.
const STALL: Duration = Duration::from_secs(30);

/// Why a try has failed.
#[derive(Debug)]
pub enum Trouble {
    /// Asking again would bring the same.
    Final(Failure),
    /// It may be better in a moment.
    Again {
        /// What to tell when it is not.
        failure: Failure,
        /// How long the server asks to wait.
        wait: Option<Duration>,
    },
}

impl Trouble {
    /// A trouble that may be over in a moment.
    pub fn again(failure: Failure) -> Self {
        Self::Again { failure, wait: None }
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Final(failure)
    }
}

/// The patience of one run. A server that asks to wait is left alone by all its connections.
#[derive(Debug)]
pub struct Pace {
    stall: Duration,
    not_before: Mutex<Option<Instant>>,
}

/// Tries in a row that have brought nothing.
#[derive(Debug, Default)]
pub struct Tries(u32);

impl Pace {
    /// A pace that waits for bytes as long as `HF_HUB_DOWNLOAD_TIMEOUT` says, in seconds.
    pub fn from(env: impl Fn(&str) -> Option<String>) -> Self {
        let told =
            env("HF_HUB_DOWNLOAD_TIMEOUT").and_then(|text| text.trim().parse().ok()).filter(|seconds| *seconds > 0);
        Self { stall: told.map_or(STALL, Duration::from_secs), not_before: Mutex::default() }
    }

    /// How long no byte may come.
    pub fn stall(&self) -> Duration {
        self.stall
    }

    /// Waits until the server may be asked.
    pub async fn turn(&self) {
        let until = *self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = until {
            sleep_until(until).await;
        }
    }

    /// Waits before the next try, longer each time.
    ///
    /// # Errors
    /// When it was tried often enough, or the server asks for more patience than anybody has.
    pub async fn after(&self, trouble: Trouble, tries: &mut Tries) -> Result<()> {
        let (mut failure, wait) = match trouble {
            Trouble::Final(failure) => return Err(failure),
            Trouble::Again { failure, wait } => (failure, wait),
        };
        tries.0 += 1;
        if tries.0 >= TRIES {
            failure.why = format!("{}; it was tried {TRIES} times", failure.why);
            return Err(failure);
        }
        match wait {
            Some(wait) if wait > LONGEST_WAIT => return Err(failure),
            Some(wait) => {
                let until = Instant::now() + wait;
                let mut gate = self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
                *gate = Some(gate.map_or(until, |known| known.max(until)));
            }
            // Half a second, one, two, four where the stall is the usual one.
            None => sleep(self.stall / 60 * 2u32.pow(tries.0 - 1)).await,
        }
        Ok(())
    }
}

impl Tries {
    /// Something has come: patience begins anew.
    pub fn moved(&mut self) {
        self.0 = 0;
    }
}

/// The failure of a program that does not answer its own questions.
pub fn defect(what: impl std::fmt::Display) -> Failure {
    Failure::new(
        FailureKind::Internal,
        "the download has ended in a way that it should not",
        what.to_string(),
        "Please report this.",
    )
}
