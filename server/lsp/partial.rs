//! What comes before an answer, as `$/progress` under the token of its request: pieces of a chat, snapshots of a setup.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc::{Receiver, UnboundedReceiver};
use tower_lsp::Client;

use crate::protocol::{ProgressToken, SetupProgress};

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
        send(&client, token, value).await;
    }
}

/// The same for setups, whose snapshots are never dropped: the last one says how it ended.
pub async fn pass_on_setups(client: Client, mut reports: UnboundedReceiver<(ProgressToken, SetupProgress)>) {
    while let Some((token, progress)) = reports.recv().await {
        if let (Ok(token), Ok(value)) = (serde_json::to_value(token), serde_json::to_value(progress)) {
            send(&client, token, value).await;
        }
    }
}

async fn send(client: &Client, token: Value, value: Value) {
    client.send_notification::<Progress>(Params { token, value }).await;
}
