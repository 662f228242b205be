//! Partial results: pieces of an answer that come before it, as `$/progress` under the token of the request.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc::Receiver;
use tower_lsp::Client;

/// The notification of the protocol; the type of lsp-types 0.94 takes work-done progress only.
enum Progress {}

#[derive(Debug, Serialize, Deserialize)]
struct Params {
    token: Value,
    value: Value,
}

impl lsp_types::notification::Notification for Progress {
    type Params = Params;
    const METHOD: &'static str = "$/progress";
}

/// Sends every piece in order, until the server ends.
pub async fn pass_on(client: Client, mut pieces: Receiver<(Value, Value)>) {
    while let Some((token, value)) = pieces.recv().await {
        client.send_notification::<Progress>(Params { token, value }).await;
    }
}
