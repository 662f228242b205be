//! How the server behaves when requests are cancelled, panic or block, and when the editor leaves. Each test is one thing
//! that tower-lsp 0.20 gets wrong when it is used as it comes.

use serde_json::json;

use crate::harness::{Server, Tools, alive, all_gone};

const N150: [(&str, &str); 1] = [("TT_JUKEBOX_SIMULATE", "n150")];
const EMPTY_ROOT: [(&str, &str); 1] = [("TT_JUKEBOX_ROOT", "/nonexistent")];

#[test]
fn cancelling_is_quick_however_many_requests_run_and_takes_their_processes_along() {
    let tools = Tools::with_hanging_tt_smi();
    let mut server = Server::ready(&tools, &EMPTY_ROOT);
    let requests: Vec<i64> = (0..8).map(|_| server.ask("tenstorrent/probe", json!({ "refresh": true }))).collect();
    let pids = tools.pids(16);
    for id in &requests {
        server.notify("$/cancelRequest", json!({ "id": id }));
    }
    for id in requests {
        assert_eq!(server.response(id)["error"]["code"], -32800);
    }
    assert!(all_gone(&pids), "tt-smi or its child outlived the cancelled request");
}

#[test]
fn a_blocking_handler_does_not_hold_up_the_others() {
    let mut server = Server::ready(&Tools::none(), &N150);
    let slow = server.ask("tenstorrent/test/block", json!({}));
    let quick = server.ask("tenstorrent/match", json!({ "query": "llama-3.1-8b-instruct" }));
    let first = server.next_response();
    assert_eq!(first["id"], quick, "the quick answer comes first");
    assert_eq!(server.response(slow)["result"], 1);
}

#[test]
fn a_panic_is_an_error_reply_and_the_next_request_works() {
    let mut server = Server::ready(&Tools::none(), &N150);
    let answer = server.request("tenstorrent/test/panic", json!({}));
    assert_eq!(answer["error"]["code"], -32603);
    assert_eq!(answer["error"]["data"]["kind"], "internal");
    assert_eq!(answer["error"]["data"]["why"], "as asked");
    let next = server.request("tenstorrent/match", json!({}));
    assert!(next["result"]["matches"].as_array().is_some_and(|matches| !matches.is_empty()));
    server.notify("exit", json!(null));
    server.end();
    assert!(server.stderr().contains("as asked"), "a crash is told on stderr");
}

#[test]
fn exit_ends_the_server_while_stdin_stays_open() {
    let mut server = Server::ready(&Tools::none(), &N150);
    server.request("shutdown", json!(null));
    server.notify("exit", json!(null));
    assert!(server.end().success());
}

#[test]
fn the_editor_dies_while_a_job_runs() {
    let tools = Tools::with_hanging_tt_smi();
    let mut server = Server::ready(&tools, &EMPTY_ROOT);
    server.ask("tenstorrent/probe", json!({ "refresh": true }));
    let pids = tools.pids(2);
    server.close_stdin();
    server.end();
    assert!(all_gone(&pids), "the job outlived the editor");
    // Whether the dropped request still gets its error is a race, and nobody is there to read it.
    server.forget_unread();
}

#[test]
fn shutdown_exit_and_closed_stdin_with_a_request_in_flight() {
    let tools = Tools::with_hanging_tt_smi();
    let mut server = Server::ready(&tools, &EMPTY_ROOT);
    server.ask("tenstorrent/probe", json!({ "refresh": true }));
    let pids = tools.pids(2);
    server.request("shutdown", json!(null));
    server.notify("exit", json!(null));
    server.close_stdin();
    assert!(server.end().success());
    assert!(all_gone(&pids));
    // Whether the dropped request still gets its error is a race, and nobody is there to read it.
    server.forget_unread();
}

#[test]
fn the_editor_is_gone_before_it_has_said_anything() {
    let mut server = Server::start(&Tools::none(), &[]);
    server.close_stdin();
    assert!(server.end().success());
}

#[test]
fn garbage_on_stdin_is_answered_or_ends_the_server_but_never_hangs_it() {
    for garbage in [&b"not a header at all\r\n\r\n"[..], b"Content-Length: 5\r\n\r\n{{{{{", b"\0\xff\xfe\r\n\r\n\r\n"] {
        let mut server = Server::ready(&Tools::none(), &N150);
        server.send_raw(garbage);
        server.close_stdin();
        server.end();
        assert!(!alive(server.pid()));
        drain(&mut server);
    }
}

/// Reads the parse error that tower-lsp may have sent before it ended.
fn drain(server: &mut Server) {
    let stderr = server.stderr();
    assert!(!stderr.contains("panicked"), "{stderr}");
    server.forget_unread();
}

#[test]
fn unknown_methods_and_wrong_parameters_are_told_apart() {
    let mut server = Server::ready(&Tools::none(), &N150);
    assert_eq!(server.request("tenstorrent/nonsense", json!({}))["error"]["code"], -32601);
    assert_eq!(server.request("tenstorrent/match", json!({ "query": 7 }))["error"]["code"], -32602);
}

#[test]
fn a_request_before_the_handshake_is_refused() {
    let mut server = Server::start(&Tools::none(), &N150);
    assert_eq!(server.request("tenstorrent/match", json!({}))["error"]["code"], -32002);
    server.close_stdin();
    server.end();
}
