//! `tenstorrent/tokens`: how many tokens a text or a conversation has for the model that runs.

use serde_json::json;

use crate::error::Result;
use crate::protocol::{ChatMessage, Tokens, TokensParams};
use crate::serving::{body, context};
use crate::session::Session;

/// Counts as the server does, or by rule of thumb where it cannot be asked.
///
/// # Errors
/// When an address cannot be used.
pub async fn tokens(session: &Session, params: TokensParams) -> Result<Tokens> {
    let options = params.options.unwrap_or_default();
    let server = super::chat::endpoint(session, &options).await?;
    let model = options.model.clone().unwrap_or_default();
    let asked = match &params.text {
        Some(text) => json!({ "model": model, "prompt": text, "add_special_tokens": false }),
        None => body::count(&model, &params.messages, &options),
    };
    let text = params.text.map(|content| ChatMessage { content, ..ChatMessage::default() });
    Ok(match server.count(&asked).await {
        Some(tokens) => Tokens { tokens, estimated: false },
        None => {
            let messages: Vec<ChatMessage> = text.map_or(params.messages, |text| vec![text]);
            Tokens { tokens: context::estimate(&messages, body::tools_bytes(&options)), estimated: true }
        }
    })
}
