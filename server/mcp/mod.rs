//! The tools of `content/tools.json` as an MCP server on stdio: the only room that knows `rmcp`. Nothing else is offered,
//! and nothing but the protocol is written to stdout.

mod calls;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, ListToolsResult,
    PaginatedRequestParams, ProgressNotificationParam, ServerCapabilities, ServerConfig, ToolAnnotations,
};
use rmcp::service::RequestContext;
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt as _};
use serde_json::Value;

use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{SetupProgress, ToolAnswer};
use crate::session::Session;
use crate::settings::{Sources, resolve};
use crate::tools::{self, Tool, texts};
use calls::{Calls, Heard};

/// Arguments have some hundred bytes.
const MAX_LINE: usize = 1 << 20;
/// How long running work may take to end itself once the client is gone.
const GRACE: Duration = Duration::from_millis(1500);
/// How long a setup may take to end its programs: INT, TERM and KILL stay below six seconds.
const SETUP_GRACE: Duration = Duration::from_secs(6);
const INSTRUCTIONS: &str = "Tools for a machine with Tenstorrent cards: what is in it, which models run on it, what is wrong \
    with it, and its model servers. Start with tenstorrent_device_status and tenstorrent_list_models. Tools that start, stop \
    or set up show what they would do until they are called with confirm: true; ask the person first.";

/// Serves until the client goes away.
///
/// # Errors
/// When a setting cannot be used, and when the program cannot start.
pub fn serve(options: BTreeMap<String, String>, options_name: &'static str) -> Result<()> {
    let failed = |why: String| {
        let next = "Start it from a client that speaks MCP on stdio.";
        Failure::new(FailureKind::Internal, "the MCP server could not start", why, next)
    };
    let session = Arc::new(Session::new(resolve(&Sources::of_process(options, options_name))?).that_stays());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| failed(error.to_string()))?;
    let served = runtime.block_on(async {
        let transport = AsyncRwTransport::new(tokio::io::stdin(), tokio::io::stdout()).with_max_line_length(MAX_LINE);
        let calls = Arc::new(Calls::new(session));
        let served = match Server(calls.clone()).serve(transport).await {
            Ok(running) => running.waiting().await.map(drop).map_err(|error| failed(error.to_string())),
            // A client that leaves before it has said anything.
            Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => Ok(()),
            Err(error) => Err(failed(error.to_string())),
        };
        calls.end(GRACE).await;
        served
    });
    // A setup ends its programs in order; it carries on when it is run again.
    crate::setup::engine::end_all(SETUP_GRACE);
    runtime.shutdown_background();
    served
}

struct Server(Arc<Calls>);

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let about = Implementation::new("tt-jukebox", env!("CARGO_PKG_VERSION")).with_title("Tenstorrent");
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(about)
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> std::result::Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all().iter().map(offered).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> std::result::Result<CallToolResponse, ErrorData> {
        tools::find(&request.name).map_err(|failure| ErrorData::invalid_params(texts::told(&failure), None))?;
        let arguments = request.arguments.map_or(Value::Null, Value::Object);
        let mut call = self.0.call(&request.name, arguments);
        let token = context.meta.get_progress_token();
        let mut told = 0.0;
        let answer = loop {
            let heard = tokio::select! {
                heard = call.next() => heard,
                () = context.ct.cancelled() => {
                    call.cancel();
                    break Err(Failure::new(FailureKind::Cancelled, "the call was cancelled", "", ""));
                }
            };
            match heard {
                Heard::Progress(progress) => {
                    if let Some(token) = token.clone() {
                        told += 1.0;
                        let note = ProgressNotificationParam::new(token, told).with_message(line_of(&progress));
                        // A client that is gone hears nothing more.
                        let _ = context.peer.notify_progress(note).await;
                    }
                }
                Heard::StillRuns(progress) => break Ok(still_runs(progress.as_deref())),
                Heard::Done(answer) => break answer,
            }
        };
        Ok(CallToolResponse::Complete(result(answer)))
    }
}

/// A tool as MCP describes it.
fn offered(tool: &Tool) -> rmcp::model::Tool {
    let hints = ToolAnnotations::from_raw(
        Some(tool.title.clone()),
        Some(tool.read_only),
        Some(tool.destructive),
        Some(tool.idempotent),
        Some(tool.open_world),
    );
    rmcp::model::Tool::new(tool.name.clone(), tool.description.clone(), tool.input_schema.clone())
        .with_title(tool.title.clone())
        .with_annotations(hints)
}

/// A failure is an answer as well: the model reads it and does something else.
fn result(answer: Result<ToolAnswer>) -> CallToolResult {
    match answer {
        Ok(answer) => {
            let mut result = CallToolResult::success(vec![ContentBlock::text(answer.text)]);
            result.structured_content = Some(answer.structured);
            result
        }
        Err(failure) => {
            let mut result = CallToolResult::error(vec![ContentBlock::text(texts::told(&failure))]);
            result.structured_content = serde_json::to_value(&failure).ok();
            result
        }
    }
}

fn line_of(progress: &SetupProgress) -> String {
    if progress.of == 0 {
        return "it looks at what is done already".to_owned();
    }
    let waits = progress.steps.iter().find(|step| step.state == crate::protocol::SetupState::Waiting);
    let waits = waits.map_or(String::new(), |step| format!("; waits for the person to run: {}", step.line));
    format!("step {} of {}: {}{waits}", progress.step, progress.of, progress.message)
}

fn still_runs(progress: Option<&SetupProgress>) -> ToolAnswer {
    let far = progress.map_or_else(|| "it has begun".to_owned(), line_of);
    let text = format!("It still runs: {far}. Call it again with the same arguments to go on watching.\n");
    ToolAnswer { schema: 1, text, structured: serde_json::json!({ "done": false, "progress": far }) }
}
