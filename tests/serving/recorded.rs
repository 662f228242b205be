//! Answers in the shape that vLLM 0.16 gives them, recorded once and shortened; and the whole recordings, where they lie
//! beside the project.

use std::fs;
use std::path::Path;

/// Body of `/v1/models`.
pub const MODELS: &str = r#"{"object":"list","data":[{"id":"tiny-random-llama","object":"model","created":1795259226,"owned_by":"vllm","root":"tiny-random-llama","parent":null,"max_model_len":1024,"permission":[]}]}"#;

/// Body of a context that is too long, with the status 400.
pub const TOO_LONG: &str = r#"{"error":{"message":"You passed 1025 input tokens and requested 0 output tokens. However, the model's context length is only 1024 tokens, resulting in a maximum input length of 1024 tokens. Please reduce the length of the input prompt. (parameter=input_tokens, value=1025)","type":"BadRequestError","param":"input_tokens","code":400}}"#;

/// Body of a model that is not served, with the status 404.
pub const UNKNOWN: &str =
    r#"{"error":{"message":"The model `nope` does not exist.","type":"NotFoundError","param":"model","code":404}}"#;

/// One chunk of a stream.
pub fn chunk(delta: &str, finish: &str) -> String {
    format!(
        r#"data: {{"id":"chatcmpl-a9","object":"chat.completion.chunk","created":1795259226,"model":"tiny-random-llama","choices":[{{"index":0,"delta":{delta},"logprobs":null,"finish_reason":{finish},"token_ids":null}}]}}{}"#,
        "\n\n"
    )
}

/// A chunk with text.
pub fn text(text: &str) -> String {
    chunk(&serde_json::json!({ "content": text }).to_string(), "null")
}

/// The last chunk, with the tokens.
pub fn usage() -> String {
    format!(
        r#"data: {{"id":"chatcmpl-a9","object":"chat.completion.chunk","created":1795259226,"model":"tiny-random-llama","choices":[],"usage":{{"prompt_tokens":14,"total_tokens":26,"completion_tokens":12}}}}{}"#,
        "\n\n"
    )
}

/// The end of a stream.
pub const DONE: &str = "data: [DONE]\n\n";

/// A whole stream: role, some tokens with characters of several bytes, reason, tokens, end.
pub fn stream() -> String {
    let words = ["mo", "lose", " Llama", "", "é", "\u{fffd}son", " 🦀", "\n", "QA"];
    let tokens: String = words.iter().map(|word| text(word)).collect();
    format!(
        "{}{tokens}{}{}{DONE}",
        chunk(r#"{"role":"assistant","content":""}"#, "null"),
        chunk(r#"{"content":""}"#, r#""length""#),
        usage()
    )
}

/// The text of [`stream`].
pub const STREAM_TEXT: &str = "molose Llamaé\u{fffd}son 🦀\nQA";

/// The recordings of a real server, as (name, text), where they are.
pub fn beside(name: &str) -> Option<String> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures/vllm-0.16.0");
    fs::read(dir.join(name)).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}
