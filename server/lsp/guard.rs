//! Runs a handler so that it can neither block the others nor take the server down: on a thread that may block, ended
//! when the request is cancelled, and with a panic turned into an error reply.

use std::future::Future;

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_lsp::jsonrpc;

use crate::error::{Failure, FailureKind, Result};

/// Runs `work` to its end, whatever it does. When the returned future is dropped, which is what `$/cancelRequest`,
/// `exit` and the end of input do, `work` is dropped at its next await, and with it every process that it started.
pub async fn run<T, F>(jobs: &TaskTracker, work: F) -> jsonrpc::Result<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let cancel = CancellationToken::new();
    let _cancel_on_drop = cancel.clone().drop_guard();
    let handle = Handle::current();
    let task = jobs.spawn_blocking(move || {
        handle.block_on(async {
            tokio::select! {
                answer = work => answer,
                () = cancel.cancelled() => Err(cancelled()),
            }
        })
    });
    match task.await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(failure)) => Err(reply(&failure)),
        Err(stopped) if stopped.is_cancelled() => Err(reply(&cancelled())),
        Err(panicked) => Err(reply(&Failure::new(
            FailureKind::Internal,
            "tt-jukebox made a mistake while answering",
            panic_text(panicked),
            "This request was dropped and the next one works. Please report it with the log.",
        ))),
    }
}

fn cancelled() -> Failure {
    Failure::new(FailureKind::Cancelled, "the request was cancelled", "", "")
}

fn panic_text(error: tokio::task::JoinError) -> String {
    let payload = error.into_panic();
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without a text".into())
}

/// A failure as the error of a reply; the whole of it is in `data`.
pub fn reply(failure: &Failure) -> jsonrpc::Error {
    let code = match failure.kind {
        FailureKind::Internal => jsonrpc::ErrorCode::InternalError,
        FailureKind::Usage => jsonrpc::ErrorCode::InvalidParams,
        FailureKind::Cancelled => jsonrpc::ErrorCode::RequestCancelled,
        // RequestFailed of the LSP specification.
        _ => jsonrpc::ErrorCode::ServerError(-32803),
    };
    jsonrpc::Error { code, message: failure.what.clone().into(), data: serde_json::to_value(failure).ok() }
}
