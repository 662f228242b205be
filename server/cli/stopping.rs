//! Ctrl-C, TERM and HUP while another program runs: its process group is not the terminal's, so a bare signal to us would
//! leave it behind, holding the devices.

use std::future::Future;
use std::sync::{Mutex, Once, PoisonError};
use std::thread;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{block_on, no_runtime};
use crate::error::{Failure, FailureKind, Result};

/// What a signal cancels. None between two answers, as at a question: then it ends the process, as if nobody listened.
static RUNNING: Mutex<Option<CancellationToken>> = Mutex::new(None);
static LISTENING: Once = Once::new();

/// Runs an answer that starts other programs. A signal drops it, and with it what it has started.
pub(super) fn block_on_stoppable<T>(answer: impl Future<Output = Result<T>>) -> Result<T> {
    let stop = CancellationToken::new();
    listen_for(&stop, || block_on(stoppable(answer, &stop)))
}

/// The same with a thread for each processor: work that moves gigabytes.
pub(super) fn block_on_threads<T>(answer: impl Future<Output = Result<T>>) -> Result<T> {
    let stop = CancellationToken::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(no_runtime)?;
    listen_for(&stop, || runtime.block_on(stoppable(answer, &stop)))
}

async fn stoppable<T>(answer: impl Future<Output = Result<T>>, stop: &CancellationToken) -> Result<T> {
    tokio::select! {
        answer = answer => answer,
        () = stop.cancelled() => Err(Failure::new(FailureKind::Cancelled, "stopped", "a signal asked for it", "")),
    }
}

fn listen_for<T>(stop: &CancellationToken, work: impl FnOnce() -> T) -> T {
    LISTENING.call_once(|| {
        // Without the thread signals do what they always do.
        let _ = thread::Builder::new().name("signals".into()).spawn(|| block_on(listen()));
    });
    let set = |token| *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = token;
    set(Some(stop.clone()));
    let done = work();
    set(None);
    done
}

/// Passes signals on for the rest of the process: a handler that is once installed stays.
async fn listen() -> Result<()> {
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    let mut signals: Vec<_> = kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect();
    loop {
        std::future::poll_fn(|cx| {
            let came = signals.iter_mut().any(|signal| signal.poll_recv(cx).is_ready());
            if came { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
        match RUNNING.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some(running) => running.cancel(),
            None => std::process::exit(FailureKind::Cancelled.exit_code().into()),
        }
    }
}
