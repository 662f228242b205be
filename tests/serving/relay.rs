//! The relay in the library: what comes out of whatever a server sends.

use std::time::{Duration, Instant};

use tt_jukebox::error::{FailureKind, Result};
use tt_jukebox::protocol::{ChatMessage, ChatOptions, ChatOutcome, ChatPartial, Ended};
use tt_jukebox::serving::Secret;
use tt_jukebox::serving::chat::{Chat as Question, chat};
use tt_jukebox::serving::delta::{Added, Answer};
use tt_jukebox::serving::endpoint::Endpoint;
use tt_jukebox::serving::stream::Events;

use super::model_server::{Chat, ModelServer, recorded};
use super::recorded::{self as shapes, STREAM_TEXT, TOO_LONG, UNKNOWN, beside, chunk, stream, text};

pub fn message(role: &str, content: &str) -> ChatMessage {
    ChatMessage { role: role.into(), content: content.into(), ..ChatMessage::default() }
}

pub fn ask(url: &str, messages: &[ChatMessage], options: &ChatOptions) -> (Result<ChatOutcome>, Vec<ChatPartial>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut pieces = Vec::new();
    let mut tell = |piece: &ChatPartial| {
        pieces.push(piece.clone());
        true
    };
    let outcome = runtime.block_on(async {
        let server = Endpoint::new(url, Secret::new("sesame")).unwrap();
        chat(&server, &Question { messages, options }, &mut tell).await
    });
    (outcome, pieces)
}

fn hello(server: &ModelServer) -> (Result<ChatOutcome>, Vec<ChatPartial>) {
    ask(&server.url(), &[message("user", "hello")], &ChatOptions { stall_s: Some(1), ..ChatOptions::default() })
}

/// A generator of numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

fn read(parts: &[&[u8]]) -> Answer {
    let (mut events, mut answer) = (Events::default(), Answer::default());
    let mut done = false;
    let mut each = |data: &str| done |= answer.take(data) == Added::Done;
    for part in parts {
        events.feed(part, &mut each).unwrap();
    }
    events.finish(&mut each).unwrap();
    assert!(done, "the end of the stream was lost");
    answer
}

#[test]
fn a_thousand_cuts_change_nothing() {
    let mut streams = vec![stream(), stream().replace("\n\n", "\r\n\r\n"), stream().replace("\n\n", "\n\n: ping\n\n")];
    streams.extend(
        beside("chat-stream.http")
            .map(|whole| whole.split_once("\r\n\r\n").map_or(whole.clone(), |(_, body)| body.to_owned())),
    );
    for stream in streams {
        let bytes = stream.as_bytes();
        let whole = read(&[bytes]);
        assert!(!whole.content.is_empty() && whole.usage.is_some());
        let mut numbers = Numbers(7);
        for _ in 0..1000 {
            let mut cuts: Vec<usize> = (0..=numbers.below(40)).map(|_| numbers.below(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let parts: Vec<&[u8]> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
            assert_eq!(read(&parts), whole, "cut at {cuts:?}");
        }
    }
}

#[test]
fn a_recorded_stream_comes_whole_and_in_pieces() {
    let bytes = stream().into_bytes();
    let mut numbers = Numbers(1);
    for _ in 0..20 {
        let parts: Vec<Vec<u8>> = bytes.chunks(1 + numbers.below(300)).map(<[u8]>::to_vec).collect();
        let server = ModelServer::start().chats([Chat::Stream(parts)]);
        let (outcome, pieces) = hello(&server);
        let outcome = outcome.unwrap();
        assert_eq!((&*outcome.content, outcome.ended), (STREAM_TEXT, Ended::Length));
        assert_eq!(outcome.usage.unwrap().completion_tokens, 12);
        assert_eq!(outcome.model, "tiny-random-llama", "the name is the server's own");
        assert!(outcome.trouble.is_none() && outcome.notes.is_empty() && outcome.first_token_ms.is_some());
        assert_eq!(pieces.iter().map(|piece| &*piece.content).collect::<String>(), STREAM_TEXT);
        let request = &server.seen("/v1/chat/completions")[0];
        assert_eq!(request.body["model"], "tiny-random-llama");
        assert_eq!(request.body["stream_options"]["include_usage"], true);
        assert_eq!(request.key.as_deref(), Some("Bearer sesame"));
    }
}

#[test]
fn reasoning_and_tools_come_whole() {
    let body: String = [
        chunk(r#"{"reasoning":"let me ","reasoning_content":"let me "}"#, "null"),
        chunk(r#"{"reasoning_content":"think"}"#, "null"),
        chunk(
            r#"{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"look","arguments":""}}]}"#,
            "null",
        ),
        chunk(r#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"at\":1}"}}]}"#, "null"),
        chunk("{}", r#""tool_calls""#),
        shapes::DONE.to_owned(),
    ]
    .concat();
    let (outcome, pieces) = hello(&ModelServer::start().chats([Chat::Stream(vec![body.into_bytes()])]));
    let outcome = outcome.unwrap();
    assert_eq!((&*outcome.reasoning, outcome.ended), ("let me think", Ended::ToolCalls));
    assert_eq!((&*outcome.tool_calls[0].name, &*outcome.tool_calls[0].arguments), ("look", r#"{"at":1}"#));
    assert_eq!(pieces.iter().map(|piece| &*piece.reasoning).collect::<String>(), "let me think");
}

#[test]
fn every_refusal_has_words_of_its_own() {
    let rows = [
        (Chat::Status(401, "", r#"{"error":"Unauthorized"}"#), FailureKind::Input, "does not take our key"),
        (Chat::Status(404, "", UNKNOWN), FailureKind::NoMatch, "does not serve tiny-random-llama"),
        (Chat::Status(400, "", TOO_LONG), FailureKind::Usage, "longer than the model's context"),
        (Chat::Status(429, "retry-after: 9\r\n", "{}"), FailureKind::Network, "too much to do"),
        (Chat::Status(500, "", r#"{"error":{"message":"EngineDeadError"}}"#), FailureKind::Network, "has failed"),
        (Chat::Status(503, "", ""), FailureKind::Network, "is not ready"),
        (Chat::Nothing, FailureKind::Network, "broke the connection"),
    ];
    for (chat, kind, words) in rows {
        let (outcome, pieces) = hello(&ModelServer::start().chats([chat]));
        let failure = outcome.unwrap_err();
        assert!(failure.kind == kind && failure.what.contains(words), "{words}: {failure:?}");
        assert!(!failure.why.is_empty() && !failure.next.is_empty() && pieces.is_empty(), "{failure:?}");
        assert!(!format!("{failure:?}").contains("sesame"));
    }
    let gone = { ModelServer::start().url() };
    let failure = ask(&gone, &[message("user", "hello")], &ChatOptions::default()).0.unwrap_err();
    assert!(failure.what.contains("no server listens") && failure.next.contains("tt-jukebox serve"), "{failure:?}");
    let page = ModelServer::start().models("<html>Jupyter</html>");
    assert!(hello(&page).0.unwrap_err().what.contains("no model server"));
}

#[test]
fn what_breaks_in_the_middle_keeps_what_has_come() {
    let half = || format!("{}{}", text("half "), text("an answer"));
    let error = r#"data: {"error":{"message":"EngineCore died","type":"x","code":500}}"#;
    let rows = [
        (Chat::Break(half()), Ended::CutOff, "broke off"),
        (Chat::Stream(vec![half().into_bytes()]), Ended::CutOff, "broke off"),
        (Chat::Hang(half()), Ended::Stalled, "stopped in the middle"),
        (Chat::Stream(vec![format!("{}{error}\n\n", half()).into_bytes()]), Ended::Failed, "has failed"),
    ];
    for (chat, ended, words) in rows {
        let server = ModelServer::start().chats([chat]);
        let (outcome, pieces) = hello(&server);
        let outcome = outcome.unwrap();
        assert_eq!((&*outcome.content, outcome.ended), ("half an answer", ended));
        assert!(outcome.trouble.unwrap().what.contains(words));
        assert_eq!(pieces.iter().map(|piece| &*piece.content).collect::<String>(), "half an answer");
        assert_eq!(server.seen("/v1/chat/completions").len(), 1, "never again after the first token");
    }
    let finished = format!("{}{}", half(), chunk("{}", "\"stop\""));
    let outcome = hello(&ModelServer::start().chats([Chat::Break(finished)])).0.unwrap();
    assert!(outcome.ended == Ended::Stop && outcome.trouble.is_none(), "the reason came, only [DONE] did not");
}

#[test]
fn before_the_first_token_it_is_asked_again() {
    let role = || chunk(r#"{"role":"assistant"}"#, "null");
    let ended = Chat::Stream(vec![role().into_bytes()]);
    for first in [Chat::Status(503, "", ""), Chat::Nothing, Chat::Break(role()), ended] {
        let server = ModelServer::start().chats([first, recorded()]);
        let outcome = hello(&server).0.unwrap();
        assert_eq!(outcome.content, STREAM_TEXT);
        assert!(outcome.notes[0].starts_with("asked again"), "{:?}", outcome.notes);
        assert_eq!(server.seen("/v1/chat/completions").len(), 2);
    }
    let server = ModelServer::start().chats([Chat::Status(500, "", ""), recorded()]);
    assert!(hello(&server).0.is_err() && server.seen("/v1/chat/completions").len() == 1);
}

#[test]
fn nothing_at_all_is_told_in_time() {
    let server = ModelServer::start().chats([Chat::Hang(String::new())]);
    let options = ChatOptions { first_token_s: Some(1), ..ChatOptions::default() };
    let begun = Instant::now();
    let failure = ask(&server.url(), &[message("user", "hello")], &options).0.unwrap_err();
    assert!(failure.what.contains("says nothing") && failure.why.contains("within 1 s"), "{failure:?}");
    assert!(begun.elapsed() < Duration::from_secs(4));
    assert!(server.was_left(), "the connection is closed");
}

#[test]
fn a_server_that_does_not_stream_is_understood() {
    let whole = r#"{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"at once","reasoning":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"total_tokens":3,"completion_tokens":2}}"#;
    let outcome = hello(&ModelServer::start().chats([Chat::Whole(whole)])).0.unwrap();
    assert_eq!((&*outcome.content, outcome.ended, outcome.usage.unwrap().total_tokens), ("at once", Ended::Stop, 3));
    let nonsense = hello(&ModelServer::start().chats([Chat::Whole("[]")])).0.unwrap_err();
    assert!(nonsense.what.contains("no model server"));
}

#[test]
fn a_model_that_is_not_served_is_told_with_what_is() {
    let server = ModelServer::start();
    let options = ChatOptions { model: Some("nope".into()), ..ChatOptions::default() };
    let failure = ask(&server.url(), &[message("user", "hello")], &options).0.unwrap_err();
    assert!(failure.kind == FailureKind::NoMatch && failure.why.contains("tiny-random-llama"), "{failure:?}");
}

#[test]
fn many_tokens_come_in_few_pieces() {
    let (outcome, pieces) = hello(&ModelServer::start().chats([Chat::Endless(20_000)]));
    let outcome = outcome.unwrap();
    assert_eq!(outcome.content.len(), 20_000 * "token ".len());
    let most = outcome.total_ms / 10.0 + 3.0;
    assert!((pieces.len() as f64) < most, "{} pieces in {} ms", pieces.len(), outcome.total_ms);
}
