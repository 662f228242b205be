//! Conversations that are too long, and with `TT_JUKEBOX_VLLM` the count of a real server and its end of work.

use std::time::{Duration, Instant};

use tt_jukebox::error::FailureKind;
use tt_jukebox::protocol::{ChatOptions, ChatPartial};
use tt_jukebox::serving::chat::{Chat as Question, chat};
use tt_jukebox::serving::endpoint::Endpoint;

use super::model_server::ModelServer;
use super::relay::{ask, message};

#[test]
fn a_conversation_that_is_too_long_loses_its_oldest_turns_and_says_so() {
    let long = "x".repeat(300);
    let mut messages = vec![message("system", "be brief")];
    for turn in 0..6 {
        messages.push(message("user", &format!("{turn}{long}")));
        messages.push(message("assistant", "yes"));
    }
    messages.push(message("user", "last"));
    for (counts, how, left) in [(1, "as the server counts them", 4), (0, "estimated from the characters", 13)] {
        let server = ModelServer::start().counts(counts);
        let outcome = ask(&server.url(), &messages, &ChatOptions::default()).0.unwrap();
        let sent = server.seen("/v1/chat/completions")[0].body["messages"].as_array().unwrap().clone();
        assert_eq!(sent.first().unwrap()["content"], "be brief");
        assert_eq!(sent.last().unwrap()["content"], "last");
        assert_eq!(sent.len() as u64 + outcome.left_out, messages.len() as u64);
        if outcome.left_out > 0 {
            assert!(outcome.notes[0].contains(how), "{:?}", outcome.notes);
            assert_eq!(sent[1]["role"], "user", "a turn goes as a whole");
        }
        // 1024 - 256 tokens: two turns of 305 letters fit by the server's count, all of them by the estimate.
        assert!(sent.len() >= left, "{how}: {}", sent.len());
    }
    let alone = [message("user", &"y".repeat(5000))];
    let server = ModelServer::start().counts(1);
    let failure = ask(&server.url(), &alone, &ChatOptions::default()).0.unwrap_err();
    assert!(failure.kind == FailureKind::Usage && failure.why.contains("5000 tokens"), "{failure:?}");
    assert!(server.seen("/v1/chat/completions").is_empty());
}

#[test]
fn a_real_server_counts_trims_and_is_let_go() {
    let Ok(url) = std::env::var("TT_JUKEBOX_VLLM") else {
        eprintln!("TT_JUKEBOX_VLLM is not set: no real server is asked");
        return;
    };
    let mut messages = vec![message("system", "be brief")];
    for turn in 0..8 {
        messages.push(message("user", &format!("{turn} {}", "tensor ".repeat(60))));
        messages.push(message("assistant", "yes"));
    }
    messages.push(message("user", "last"));
    let options = ChatOptions { max_tokens: Some(8), ..ChatOptions::default() };
    let outcome = ask(&url, &messages, &options).0.unwrap();
    assert!(outcome.left_out > 0 && outcome.notes[0].contains("as the server counts them"), "{outcome:?}");
    assert!(outcome.usage.unwrap().prompt_tokens <= 1024 - 8 && outcome.trouble.is_none());

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Endpoint::new(&url, None).unwrap();
        let first = tokio::sync::Notify::new();
        let options = ChatOptions { max_tokens: Some(900), ignore_eos: Some(true), ..ChatOptions::default() };
        let mut tell = |_: &ChatPartial| {
            first.notify_one();
            true
        };
        let messages = [message("user", "count")];
        let question = Question { messages: &messages, options: &options };
        tokio::select! {
            _ = chat(&server, &question, &mut tell) => panic!("it was not long"),
            () = first.notified() => {}
        }
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            let body = server.fetch("metrics", None, Duration::from_secs(5)).await.unwrap();
            let load = tt_jukebox::serving::metrics::read(&String::from_utf8_lossy(&body)).unwrap().alone();
            if load.running == 0 {
                break;
            }
            assert!(Instant::now() < until, "the server goes on with what nobody reads");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
}
