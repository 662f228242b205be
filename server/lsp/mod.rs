//! The language server on stdio: the only room that knows `tower-lsp`.
//!
//! tower-lsp 0.20 as it comes lets one busy handler hold back cancellation, dies of a panic, and outlives an editor that
//! is gone. The four habits against that are here: 64 handlers at once, every handler behind [`guard`], and an end at
//! `exit` and at the end of input ([`lifecycle`]). `tests/lsp_lifecycle.rs` pins each of them.

mod backend;
mod guard;
mod lifecycle;
pub mod log;
mod monitor;
mod partial;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tower_lsp::{LspService, Server};

use crate::error::{Failure, FailureKind, Result};
use crate::for_each_request;
use lifecycle::{End, EndOfInput, OnExit};

/// How long running work may take to end itself once the editor is gone.
const GRACE: Duration = Duration::from_millis(1500);

/// How long a setup may take to end its programs: INT, TERM and KILL stay below six seconds.
const SETUP_GRACE: Duration = Duration::from_secs(6);

macro_rules! register {
    ($($(#[doc = $doc:literal])* $name:ident: $method:literal ($params:ty) -> $result:ty;)*) => {
        fn register(builder: tower_lsp::LspServiceBuilder<backend::Backend>) -> tower_lsp::LspServiceBuilder<backend::Backend> {
            builder$(.custom_method($method, backend::Backend::$name))*
        }
    };
}
for_each_request!(register);

/// Methods that misbehave on purpose, in debug builds, for the tests of the lifecycle.
fn register_tests(
    builder: tower_lsp::LspServiceBuilder<backend::Backend>,
) -> tower_lsp::LspServiceBuilder<backend::Backend> {
    #[cfg(debug_assertions)]
    let builder = builder
        .custom_method("tenstorrent/test/panic", backend::Backend::test_panic)
        .custom_method("tenstorrent/test/block", backend::Backend::test_block);
    builder
}

/// Serves on stdin and stdout until the editor says `exit` or goes away.
///
/// # Errors
/// When the runtime cannot be started.
pub fn serve(options: BTreeMap<String, String>, options_name: &'static str) -> Result<()> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(|error| {
            let next = "The machine may be out of threads or file handles; close something and try again.";
            Failure::new(FailureKind::Internal, "the language server could not start", error.to_string(), next)
        })?;
    let logs = log::install();
    runtime.block_on(async {
        let end = Arc::new(End::default());
        let jobs = tokio_util::task::TaskTracker::new();
        let builder =
            LspService::build(|client| backend::Backend::new(client, jobs.clone(), logs, options, options_name));
        let (service, socket) = register_tests(register(builder)).finish();
        let input = EndOfInput::new(tokio::io::stdin(), end.clone());
        let server = Server::new(input, tokio::io::stdout(), socket)
            .concurrency_level(64)
            .serve(OnExit::new(service, end.clone()));
        tokio::select! {
            () = server => {}
            () = end.reached() => {}
        }
        jobs.close();
        let _ = tokio::time::timeout(GRACE, jobs.wait()).await;
    });
    // A setup ends its programs in order; it carries on when it is run again.
    crate::setup::engine::end_all(SETUP_GRACE);
    // A blocking read of stdin cannot be interrupted; the runtime is left to the end of the process.
    runtime.shutdown_background();
    Ok(())
}
