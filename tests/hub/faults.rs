//! Whatever goes wrong on the way: either it is made good, or it is said clearly; and nothing wrong gets its name.

use std::fs;
use std::ops::Range;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::hub_server::{Fault, HubServer, git_id, sha256};
use super::person::{Person, last_event, stderr};

const REPO: &str = "o/Model";
const ONE: &str = "model-00001-of-00002.safetensors";
const LENGTH: usize = 200_000;

fn hub() -> HubServer {
    let server = HubServer::start();
    server.add_model(REPO, LENGTH);
    server
}

/// Everything that has its name has its content.
fn nothing_wrong_has_its_name(person: &Person) {
    for path in person.finished(REPO) {
        let bytes = fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(name == sha256(&bytes) || name == git_id(&bytes), "{name} has other content");
    }
}

fn bytes(served: &[(String, Range<u64>)], file: &str) -> u64 {
    served.iter().filter(|(path, _)| path == file).map(|(_, range)| range.end - range.start).sum()
}

#[test]
fn a_connection_that_is_cut_anywhere_goes_on_from_there() {
    let server = hub();
    for part in 0..50 {
        let person = Person::with(&server);
        let at = LENGTH as u64 * part / 50 + part % 3;
        server.once(ONE, Fault::CutAt(at));
        let event = person.download(REPO);
        assert_eq!(event["event"], "done", "{at}: {event}");
        assert_eq!(bytes(&server.served(), ONE), LENGTH as u64, "cut at {at}: each byte once");
        assert_eq!(person.finished(REPO).len(), 5);
        nothing_wrong_has_its_name(&person);
    }
}

#[test]
fn what_can_be_made_good_is() {
    let server = hub();
    let rows: [(&str, Vec<Fault>, Duration); 6] = [
        ("a stall", vec![Fault::StallAt(70_000)], Duration::from_secs(1)),
        ("busy", vec![Fault::Status(429, "retry-after: 1\r\n".into())], Duration::from_secs(1)),
        ("trouble", vec![Fault::Status(500, String::new()), Fault::Status(503, String::new())], Duration::ZERO),
        ("a link that has run out", vec![Fault::Status(403, String::new())], Duration::ZERO),
        ("no parts", vec![Fault::NoRanges], Duration::ZERO),
        ("many cuts", (1..20).map(|cut| Fault::CutAt(cut * 10_000)).collect(), Duration::ZERO),
    ];
    for (name, faults, least) in rows {
        let person = Person::with(&server);
        faults.into_iter().for_each(|fault| server.once(ONE, fault));
        let begun = Instant::now();
        let event = person.download(REPO);
        assert_eq!(event["event"], "done", "{name}: {event}");
        assert!(begun.elapsed() >= least, "{name}: it waits as long as it is asked to");
        nothing_wrong_has_its_name(&person);
    }
    let person = Person::with(&server);
    server.once("/api", Fault::Status(500, String::new()));
    server.once("/api", Fault::Status(429, "retry-after: 0\r\n".into()));
    assert_eq!(person.download(REPO)["event"], "done");
}

#[test]
fn a_silent_server_is_told_while_it_is_waited_for() {
    let server = hub();
    let mut person = Person::with(&server);
    person.env.push(("HF_HUB_DOWNLOAD_TIMEOUT", "8".into()));
    server.once("/api", Fault::Hangs(Duration::from_millis(6500)));
    server.once(ONE, Fault::StallAt(70_000));
    let output = person.run(&["download", REPO, "--events"]);
    let events: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.last().unwrap()["event"], "done");
    let waits: Vec<(u64, &str)> = events
        .iter()
        .filter(|event| event["event"] == "waiting")
        .map(|event| (event["seconds"].as_u64().unwrap(), event["why"].as_str().unwrap()))
        .collect();
    let list = waits.iter().filter(|(seconds, why)| *seconds >= 5 && why.starts_with("the hub has not said")).count();
    let bytes = waits.iter().filter(|(seconds, why)| *seconds >= 5 && *why == "the server sends nothing").count();
    assert!((1..=3).contains(&list) && (2..=5).contains(&bytes) && list + bytes == waits.len(), "{waits:?}");
}

#[test]
fn what_cannot_is_said_and_costs_nothing() {
    let server = hub();
    let rows = [
        (Fault::CutAt(0), "it was tried 5 times"),
        (Fault::StallAt(0), "no byte came for 1 s"),
        (Fault::Claims(LENGTH as u64 - 1), "the server has 199999 bytes, and the hub lists 200000"),
        (Fault::Claims(LENGTH as u64 + 1), "the server has 200001 bytes, and the hub lists 200000"),
        (Fault::Flipped, "its hash is "),
        (Fault::Status(401, String::new()), "the store refuses it (401)"),
        (Fault::Status(404, String::new()), "the store refuses it (404)"),
        (Fault::Status(416, String::new()), "has not the part that was asked for (416)"),
        (Fault::Status(429, "retry-after: 9999\r\n".into()), "the hub asks for a pause"),
        (Fault::Status(500, String::new()), "the server is in trouble (500"),
        (Fault::Loop, "it leads on and on"),
    ];
    for (fault, why) in rows {
        let person = Person::with(&server);
        let name = format!("{fault:?}");
        server.always(ONE, fault);
        let output = person.run(&["download", REPO, "--events"]);
        let event = last_event(&output);
        assert_eq!(output.status.code(), Some(8), "{name}: {}", stderr(&output));
        assert_eq!(event["event"], "failed", "{name}");
        let error = &event["error"];
        assert!(error["why"].as_str().unwrap().contains(why), "{name}: {error}");
        assert!(!error["next"].as_str().unwrap().is_empty() && !error.to_string().contains("signed"), "{error}");
        nothing_wrong_has_its_name(&person);
        assert!(!person.snapshot(REPO).join(ONE).exists(), "{name}");
        assert!(!person.folder(REPO).join("refs/main").exists(), "{name}: an older snapshot would still count");
        server.heal();
        server.served();
        assert_eq!(person.download(REPO)["event"], "done", "{name}: and afterwards all is well");
        let small = bytes(&server.served(), "config.json");
        assert_eq!(small, 0, "{name}: what had come is not fetched again");
    }
}

#[test]
fn a_list_that_lies_or_leads_out_is_refused() {
    for path in ["../../x", "/tmp/tt-jukebox-out", "a/../../x", "x\0y"] {
        let server = hub();
        server.add(REPO, path, "harm");
        let person = Person::with(&server);
        let event = person.download(REPO);
        let error = event["error"]["why"].as_str().unwrap().to_owned();
        assert!(error.contains("outside of its folder"), "{path}: {error}");
        assert_eq!(super::person::files_below(person.home.path()), Vec::<std::path::PathBuf>::new());
    }
    let person = Person::with(&hub());
    for repo in ["../x", "o/../../x", "o/M/x", "/o/M", "o/"] {
        assert_eq!(person.download(repo)["error"]["kind"], "usage", "{repo}");
    }
}

#[test]
fn a_disk_that_fills_is_called_so() {
    let server = hub();
    let person = Person::with(&server);
    // A limit of the process on the length of a file stands in for the disk: 90 % of a shard, in blocks of 512 bytes.
    let program = env!("CARGO_BIN_EXE_tt-jukebox");
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", LENGTH * 9 / 10 / 512);
    let output = person.through("/bin/sh", &["-c", &script, program, "download", REPO, "--events"]).output().unwrap();
    let event = last_event(&output);
    assert_eq!(event["error"]["what"], "the disk, or your share of it, is full", "{event} {}", stderr(&output));
    assert_eq!(output.status.code(), Some(5));
    nothing_wrong_has_its_name(&person);
    server.served();
    assert_eq!(person.download(REPO)["event"], "done");
    // The shard that met the limit first is there up to it; how far the other had come is chance.
    let again = server.served();
    let came = bytes(&again, ONE) + bytes(&again, "model-00002-of-00002.safetensors");
    assert!(came <= (2 * LENGTH - LENGTH * 8 / 10) as u64, "what had come is kept: {again:?}");
}

#[test]
fn weights_that_do_not_fit_are_not_begun() {
    let server = hub();
    let person = Person::with(&server);
    let listed = serde_json::json!({ "sha": "0".repeat(40), "siblings": [
        { "rfilename": "config.json", "size": 1_000_000_000_000_000_u64, "blobId": "a".repeat(40) }
    ] });
    server.always("/api", Fault::Says(listed.to_string()));
    let error = person.download(REPO)["error"].clone();
    assert!(error["what"].as_str().unwrap().contains("not enough room"), "{error}");
    assert!(error["why"].as_str().unwrap().starts_with("1000000.0 GB are still to come"), "{error}");
    assert!(!server.requests().iter().any(|line| line.contains("resolve")), "not a byte was asked for");
    server.always("/api", Fault::Says("<html>Sign in</html>".into()));
    let error = person.download(REPO)["error"].clone();
    assert!(error["why"].as_str().unwrap().contains("not what a hub says"), "{error}");
}
