//! `tenstorrent/chat`: one answer of the model that runs.

use serde_json::Value;

use crate::error::Result;
use crate::protocol::{ChatOptions, ChatOutcome, ChatParams, ChatPartial};
use crate::serving::chat::Chat;
use crate::serving::endpoint::Endpoint;
use crate::serving::keys::{Keys, origin};
use crate::serving::pieces::Tell;
use crate::serving::{Secret, chat as relay, choice, in_file};
use crate::session::Session;

/// A key for the server that is asked. It is no setting, since settings are shown.
const KEY: &str = "TT_JUKEBOX_API_KEY";

/// Has the chat; pieces go to whoever gave a token for them.
///
/// # Errors
/// When no token came. What breaks afterwards stands in the outcome.
pub async fn chat(session: &Session, params: ChatParams) -> Result<ChatOutcome> {
    let token = params.partial_result_token.clone();
    let mut tell = |piece: &ChatPartial| match &token {
        Some(token) => session.serving.tell(token, serde_json::to_value(piece).unwrap_or(Value::Null)),
        None => true,
    };
    chat_and_tell(session, &params, &mut tell).await
}

/// The same with the pieces told to `tell`.
///
/// # Errors
/// As [`chat`].
pub async fn chat_and_tell(session: &Session, params: &ChatParams, tell: Tell<'_>) -> Result<ChatOutcome> {
    let options = params.options.clone().unwrap_or_default();
    let server = endpoint(session, &options).await?;
    relay::chat(&server, &Chat { messages: &params.messages, options: &options }, tell).await
}

/// The server that a chat goes to: the one that is named, else the one of the settings, else the best that runs.
///
/// # Errors
/// When an address cannot be used.
pub async fn endpoint(session: &Session, options: &ChatOptions) -> Result<Endpoint> {
    let keys = keys(session, options);
    match options.url.as_deref().or(session.settings.get("server_url")) {
        Some(url) => Endpoint::new(url, keys.of(url, choice::trust_of_named(url))),
        None => choice::best(session, &keys).await,
    }
}

/// The keys of the request, of the editor, of the environment, and of the file that servers here were started with.
pub(super) fn keys(session: &Session, options: &ChatOptions) -> Keys {
    let file = session.settings.home().join("tt-scratchpad/server.env");
    Keys {
        asked: options.api_key.clone(),
        kept: session.serving.keys(),
        environment: std::env::var(KEY).ok().and_then(|key| Secret::new(&key)),
        setting: session.settings.get("server_url").and_then(origin),
        own: std::fs::read_to_string(file).ok().and_then(|text| in_file(&text)),
    }
}
