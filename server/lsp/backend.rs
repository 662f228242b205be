//! The server's end of the protocol: state, and one method for each request, all alike.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use lsp_types::{InitializeParams, InitializeResult, InitializedParams, ServerInfo};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;
use tower_lsp::{Client, LanguageServer, jsonrpc};

use super::monitor::Monitor;
use super::{guard, log};
use crate::catalog::refresh::{LIFETIME_S, Outcome};
use crate::device::Host;
use crate::error::{Failure, FailureKind, Result};
use crate::for_each_request;
use crate::protocol::*;
use crate::requests;
use crate::session::Session;
use crate::settings::{SETTINGS, Sources, resolve};

/// A look for newer spec files that nobody waits for.
const REFRESH_PATIENCE: Duration = Duration::from_secs(30);

/// Everything that a request may need.
#[derive(Debug)]
pub struct Backend {
    client: Client,
    jobs: TaskTracker,
    logs: Mutex<Option<log::Lines>>,
    /// Options of the command line that started the server; they win over the editor's.
    options: BTreeMap<String, String>,
    options_name: &'static str,
    /// Made by `initialize`; a broken setting is told by every request and not by a server that does not start.
    session: OnceLock<Result<Arc<Session>>>,
    monitor: OnceLock<Monitor>,
}

impl Backend {
    /// A backend that has not met its client yet.
    pub fn new(
        client: Client,
        jobs: TaskTracker,
        logs: log::Lines,
        options: BTreeMap<String, String>,
        options_name: &'static str,
    ) -> Self {
        Self {
            client,
            jobs,
            logs: Mutex::new(Some(logs)),
            options,
            options_name,
            session: OnceLock::new(),
            monitor: OnceLock::new(),
        }
    }

    fn session(&self) -> Result<Arc<Session>> {
        self.session.get().cloned().unwrap_or_else(|| {
            let what = "the server has not been initialized";
            Err(Failure::new(
                FailureKind::Usage,
                what,
                "a request came before `initialize`",
                "Send `initialize` first.",
            ))
        })
    }

    fn open_session(&self, params: &InitializeParams) -> Result<Arc<Session>> {
        let mut options = editor_options(params.initialization_options.as_ref());
        options.extend(self.options.clone());
        let name = if self.options.is_empty() { "editor setting" } else { self.options_name };
        let mut sources = Sources::of_process(options, name);
        let root =
            params.workspace_folders.iter().flatten().next().map(|folder| &folder.uri).or(params.root_uri.as_ref());
        if let Some(folder) = root.and_then(|uri| uri.to_file_path().ok()) {
            sources.project = Some(folder);
        }
        let settings = resolve(&sources)?;
        for warning in &settings.warnings {
            tracing::warn!("{warning}");
        }
        let session = Arc::new(Session::new(settings).that_stays());
        tokio::spawn(super::partial::pass_on(self.client.clone(), session.serving.partials()));
        Ok(session)
    }

    async fn answer<P, T, F>(&self, params: P, request: impl FnOnce(Arc<Session>, P) -> F) -> jsonrpc::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let session = self.session().map_err(|failure| guard::reply(&failure))?;
        guard::run(&self.jobs, request(session, params)).await
    }
}

macro_rules! answer_requests {
    ($($(#[doc = $doc:literal])* $name:ident: $method:literal ($params:ty) -> $result:ty;)*) => {
        impl Backend {
            $($(#[doc = $doc])*
            pub async fn $name(&self, params: $params) -> jsonrpc::Result<$result> {
                let answer = self
                    .answer(params, |session, params| async move { requests::$name(&session, params).await })
                    .await;
                if let Ok(answer) = &answer {
                    self.after(answer);
                }
                answer
            })*
        }
    };
}
for_each_request!(answer_requests);

impl Backend {
    /// A probe refreshes whatever shows the device; an answer that proves a step of the walkthrough ticks it.
    fn after<T: 'static>(&self, answer: &T) {
        let answer = answer as &dyn Any;
        let Some(monitor) = self.monitor.get().cloned() else { return };
        self.keep_what_it_proves(answer);
        if let Some(host) = answer.downcast_ref::<Host>().cloned() {
            self.jobs.spawn(async move { monitor.show(&host).await });
        } else if monitor.is_behind() {
            self.jobs.spawn(async move { monitor.look().await });
        }
    }

    fn keep_what_it_proves(&self, answer: &dyn Any) {
        let (Ok(session), Some(proof)) = (self.session(), requests::proved_by_answer(answer)) else { return };
        if let Err(failure) = requests::keep_proof(&session, proof) {
            tracing::warn!("{failure}");
        }
    }
}

/// Looks for newer spec files now and then; how often it really asks is the catalog's own affair.
async fn keep_catalog_fresh(session: Arc<Session>) {
    loop {
        match session.refresh_catalog(false, REFRESH_PATIENCE).await {
            Ok(Outcome::Updated(release)) => tracing::info!("release {release} of the spec files has been fetched"),
            Ok(Outcome::NotDue | Outcome::Unchanged) => {}
            Err(failure) => tracing::info!("{failure}"),
        }
        tokio::time::sleep(Duration::from_secs(LIFETIME_S + 1)).await;
    }
}

/// The editor's settings as options; an empty text means that the setting is not set.
fn editor_options(value: Option<&serde_json::Value>) -> BTreeMap<String, String> {
    let mut options = BTreeMap::new();
    for (key, value) in value.and_then(serde_json::Value::as_object).into_iter().flatten() {
        let text = match value {
            serde_json::Value::String(text) if !text.is_empty() => text.clone(),
            serde_json::Value::Number(number) => number.to_string(),
            _ => continue,
        };
        if SETTINGS.iter().any(|setting| setting.key == key) {
            options.insert(key.clone(), text);
        } else {
            tracing::warn!("there is no setting named {key:?}; the editor's value is ignored");
        }
    }
    options
}

#[tower_lsp::async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> jsonrpc::Result<InitializeResult> {
        let session = self.open_session(&params);
        if let Ok(session) = &session {
            let (send, reports) = mpsc::unbounded_channel();
            session.set_reports(send);
            tokio::spawn(super::partial::pass_on_setups(self.client.clone(), reports));
        }
        // A second `initialize` is refused by tower-lsp before it comes here.
        let _ = self.monitor.set(Monitor::new(self.client.clone(), session.clone()));
        let _ = self.session.set(session);
        let version = Some(env!("CARGO_PKG_VERSION").to_owned());
        Ok(InitializeResult {
            server_info: Some(ServerInfo { name: "tt-jukebox".into(), version }),
            ..InitializeResult::default()
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        let waiting = self.logs.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut lines) = waiting {
            let client = self.client.clone();
            tokio::spawn(async move {
                while let Some((level, line)) = lines.recv().await {
                    client.log_message(level, line).await;
                }
            });
        }
        tracing::info!("tt-jukebox {}", env!("CARGO_PKG_VERSION"));
        if let Some(monitor) = self.monitor.get() {
            monitor.start();
        }
        if let Ok(session) = self.session() {
            tokio::spawn(keep_catalog_fresh(session));
        }
    }

    async fn shutdown(&self) -> jsonrpc::Result<()> {
        Ok(())
    }
}

/// Ways to misbehave, for the tests of the lifecycle. They exist in debug builds only.
#[cfg(debug_assertions)]
impl Backend {
    /// Panics in the middle of an answer.
    pub async fn test_panic(&self, _: serde_json::Value) -> jsonrpc::Result<()> {
        #[expect(clippy::panic, reason = "this is what the test asks for")]
        self.answer((), |_, ()| async { panic!("as asked") }).await
    }

    /// Blocks its thread for a second.
    pub async fn test_block(&self, _: serde_json::Value) -> jsonrpc::Result<u32> {
        let block = |_, ()| async {
            std::thread::sleep(std::time::Duration::from_secs(1));
            Ok(1)
        };
        self.answer((), block).await
    }
}
