//! The JSON that is sent to a server. Pure.

use serde_json::{Map, Value, json};

use crate::protocol::{ChatMessage, ChatOptions, ToolCall};

/// The body of a chat that streams, with the tokens counted at its end.
pub fn chat(model: &str, messages: &[ChatMessage], options: &ChatOptions) -> Value {
    let mut body = conversation(model, messages, options);
    body.insert("stream".into(), true.into());
    body.insert("stream_options".into(), json!({ "include_usage": true }));
    let mut set = |name: &str, value: Option<Value>| value.and_then(|value| body.insert(name.to_owned(), value));
    set("max_tokens", options.max_tokens.map(Value::from));
    set("temperature", options.temperature.map(Value::from));
    set("top_p", options.top_p.map(Value::from));
    set("seed", options.seed.map(Value::from));
    set("ignore_eos", options.ignore_eos.map(Value::from));
    set("stop", options.stop.clone().filter(|stop| !stop.is_empty()).map(Value::from));
    set("tool_choice", options.tool_choice.clone().filter(|_| has_tools(options)).map(Value::from));
    Value::Object(body)
}

/// The body that asks for the number of tokens of the same conversation.
pub fn count(model: &str, messages: &[ChatMessage], options: &ChatOptions) -> Value {
    let mut body = conversation(model, messages, options);
    body.insert("add_generation_prompt".into(), true.into());
    Value::Object(body)
}

/// Length of the tools as JSON.
pub fn tools_bytes(options: &ChatOptions) -> usize {
    tools(options).map_or(0, |tools| tools.to_string().len())
}

fn has_tools(options: &ChatOptions) -> bool {
    options.tools.as_ref().is_some_and(|tools| !tools.is_empty())
}

fn tools(options: &ChatOptions) -> Option<Value> {
    let tools = options.tools.as_ref().filter(|tools| !tools.is_empty())?;
    Some(tools.iter().map(|tool| json!({ "type": "function", "function": tool })).collect())
}

fn conversation(model: &str, messages: &[ChatMessage], options: &ChatOptions) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("model".into(), model.into());
    body.insert("messages".into(), messages.iter().map(message).collect());
    if let Some(tools) = tools(options) {
        body.insert("tools".into(), tools);
    }
    body
}

fn message(message: &ChatMessage) -> Value {
    let mut body = json!({ "role": message.role, "content": message.content });
    if let Some(calls) = message.tool_calls.as_ref().filter(|calls| !calls.is_empty()) {
        body["tool_calls"] = calls.iter().map(call).collect();
    }
    if let Some(id) = &message.tool_call_id {
        body["tool_call_id"] = id.as_str().into();
    }
    body
}

fn call(call: &ToolCall) -> Value {
    json!({
        "id": call.id,
        "type": "function",
        "function": { "name": call.name, "arguments": call.arguments },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ChatTool;

    #[test]
    fn only_what_was_chosen_is_sent() {
        let messages = [ChatMessage { role: "user".into(), content: "hi".into(), ..ChatMessage::default() }];
        let plain = chat("m", &messages, &ChatOptions::default());
        let expected = json!({
            "model": "m",
            "messages": [{ "role": "user", "content": "hi" }],
            "stream": true,
            "stream_options": { "include_usage": true },
        });
        assert_eq!(plain, expected);
        let tool = ChatTool { name: "look".into(), parameters: json!({}), ..ChatTool::default() };
        let options = ChatOptions {
            max_tokens: Some(5),
            tools: Some(vec![tool]),
            tool_choice: Some("auto".into()),
            ..ChatOptions::default()
        };
        let body = chat("m", &messages, &options);
        assert_eq!((&body["max_tokens"], &body["tool_choice"]), (&json!(5), &json!("auto")));
        assert_eq!(body["tools"][0]["function"]["name"], "look");
        assert!(count("m", &messages, &options).get("stream").is_none());
    }
}
