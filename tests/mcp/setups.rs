//! Setups by an agent: progress, an answer before the client loses its patience, and the end of what was cancelled.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::{Client, told};
use crate::stand_in::Home;

const TOOL: &str = "tenstorrent_set_up_model";

fn client(home: &Home, patience: &str) -> Client {
    let mut env = home.variables();
    env.push(("TT_JUKEBOX_TEST_PATIENCE_MS".into(), patience.into()));
    Client::ready(&env)
}

#[test]
fn a_setup_is_planned_run_and_watched() {
    let mut home = Home::new();
    home.seconds = "2";
    let mut client = client(&home, "400");
    let arguments = json!({ "model": "model-E3", "confirm": true });
    let (text, object, _) = client.call(TOOL, json!({ "model": "model-E3" }));
    assert!(text.contains("confirm: true") && home.count("begin") == 0, "{text}");
    assert!(object["steps_left"].as_array().unwrap().len() > 5);
    let params = json!({ "name": TOOL, "arguments": arguments, "_meta": { "progressToken": "p" } });
    // On a busy machine the first call may be over before there is anything to tell.
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let (text, object, _) = told(&client.request("tools/call", params.clone()));
        assert!(text.starts_with("It still runs: ") && object["done"] == false && Instant::now() < until, "{text}");
        if text.starts_with("It still runs: step ") {
            break;
        }
    }
    let note = client.notes.iter().find(|note| note["method"] == "notifications/progress").expect("progress");
    assert_eq!(note["params"]["progressToken"], "p");
    assert!(note["params"]["message"].as_str().unwrap().starts_with("step "), "{note}");
    let until = Instant::now() + Duration::from_secs(60);
    let (text, object) = loop {
        let (text, object, failed) = client.call(TOOL, arguments.clone());
        assert!(!failed && Instant::now() < until, "{text}");
        if object["done"] == true {
            break (text, object);
        }
    };
    assert!(object["outcome"]["ran"].as_array().unwrap().len() > 5, "{text}");
    assert_eq!(home.count("begin build"), 1, "the calls have joined one run");
    let (_, again, _) = client.call(TOOL, arguments);
    assert_eq!(again["outcome"]["ran"], json!([]));
    assert!(home.left_running().is_empty());
}

#[test]
fn what_ends_between_two_calls_is_told_by_the_next_one() {
    let mut home = Home::new();
    home.seconds = "1";
    let mut client = client(&home, "400");
    let arguments = json!({ "model": "model-E3", "confirm": true });
    let (_, object, _) = client.call(TOOL, arguments.clone());
    assert_eq!(object["done"], false);
    let until = Instant::now() + Duration::from_secs(60);
    while home.journal().is_none_or(|journal| journal["progress"]["state"] != "done") {
        assert!(Instant::now() < until);
        thread::sleep(Duration::from_millis(20));
    }
    // Work of another kind, so that the setup has its answer by then.
    client.call(TOOL, json!({ "model": "model-E6" }));
    let mut ran = || loop {
        let (text, object, failed) = client.call(TOOL, arguments.clone());
        assert!(!failed && Instant::now() < until, "{text}");
        if object["done"] == true {
            break object["outcome"]["ran"].as_array().unwrap().len();
        }
    };
    assert!(ran() > 5, "the answer of the work that was watched");
    assert_eq!(ran(), 0, "an answer is given once");
}

#[test]
fn a_cancelled_setup_and_a_client_that_leaves_end_its_programs() {
    for leaves in [false, true] {
        let mut home = Home::new();
        home.seconds = "20";
        let mut client = client(&home, "60000");
        let arguments = json!({ "model": "model-E3", "confirm": true });
        let id = client.ask("tools/call", json!({ "name": TOOL, "arguments": arguments }));
        let until = Instant::now() + Duration::from_secs(20);
        while home.count("begin build") == 0 {
            assert!(Instant::now() < until, "the build did not begin");
            thread::sleep(Duration::from_millis(5));
        }
        let begun = Instant::now();
        if leaves {
            client.close_stdin();
        } else {
            let params = json!({ "requestId": id, "reason": "the person has pressed Stop" });
            client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params }));
        }
        while !home.left_running().is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", home.left_running());
            thread::sleep(Duration::from_millis(10));
        }
    }
}
