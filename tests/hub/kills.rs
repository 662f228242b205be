//! Downloads that end in the middle: killed, interrupted, or two at once.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::hub_server::{HubServer, sha256};
use super::notes::{noted, overlap};
use super::person::{Person, last_event};

const REPO: &str = "o/Model";
const LENGTH: usize = 6 << 20;

#[test]
fn thirty_kills_cost_no_byte_that_was_noted() {
    let server = HubServer::start();
    server.add_model(REPO, LENGTH);
    server.slow(24 << 20);
    let shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    let content = [super::hub_server::weights(1, LENGTH), super::hub_server::weights(2, LENGTH)];
    let names: Vec<(String, &str)> = content.iter().zip(shards).map(|(bytes, file)| (sha256(bytes), file)).collect();
    let (mut kills, mut seed, mut noted_bytes) = (0, 20_261_121_u64, 0);
    while kills < 30 {
        let person = Person::with(&server);
        loop {
            let known = noted(&person.folder(REPO).join("blobs"), &names);
            server.served();
            let mut child = person.command(&["download", REPO, "--events"]).spawn().unwrap();
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let ended = if kills < 30 {
                thread::sleep(Duration::from_millis((seed >> 33) % 260));
                child.try_wait().unwrap()
            } else {
                Some(child.wait().unwrap())
            };
            let ended = match ended {
                Some(status) => status.success(),
                None => {
                    child.kill().unwrap();
                    child.wait().unwrap();
                    kills += 1;
                    false
                }
            };
            assert_eq!(overlap(&server.served(), &known), 0, "after {kills} kills");
            noted_bytes += known.iter().map(|(_, range)| range.end - range.start).sum::<u64>();
            for path in person.finished(REPO) {
                let (bytes, name) = (fs::read(&path).unwrap(), path.file_name().unwrap().to_str().unwrap().to_owned());
                assert!(name.len() == 40 || name == sha256(&bytes), "{name} has other content after {kills} kills");
            }
            if ended {
                break;
            }
        }
        let whole = |(bytes, file): (&Vec<u8>, &str)| fs::read(person.snapshot(REPO).join(file)).unwrap() == *bytes;
        assert!(content.iter().zip(shards).all(whole));
        let left = fs::read_dir(person.folder(REPO).join("blobs")).unwrap().flatten();
        let left: Vec<_> = left.map(|entry| entry.file_name()).filter(|name| name.len() > 64).collect();
        assert!(left.is_empty(), "nothing is left behind: {left:?}");
    }
    assert!(noted_bytes > LENGTH as u64, "the kills came in the middle: {noted_bytes} bytes were noted");
}

#[test]
fn a_note_that_outlived_its_file_goes_with_the_next_run() {
    let server = HubServer::start();
    server.add_model(REPO, LENGTH);
    let person = Person::with(&server);
    assert_eq!(person.download(REPO)["event"], "done");
    // A kill between the two: the file has its name, and its note is still there.
    let blob = person.folder(REPO).join("blobs").join(sha256(&super::hub_server::weights(1, LENGTH)));
    let left = ["jukebox.ranges", "jukebox.draft"].map(|ending| blob.with_extension(ending));
    left.iter().for_each(|path| fs::write(path, "{}").unwrap());
    assert_eq!(person.download(REPO)["event"], "done");
    assert!(blob.is_file() && !left.iter().any(|path| path.exists()));
}

#[test]
fn an_interrupt_ends_it_cleanly_and_keeps_what_has_come() {
    let server = HubServer::start();
    server.add_model(REPO, LENGTH);
    server.slow(4 << 20);
    let person = Person::with(&server);
    let mut child = person.command(&["download", REPO, "--events"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (mut seen, begun) = (0, Instant::now());
    while seen < 1 << 20 {
        let event: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        seen = event["bytes"].as_u64().unwrap();
        assert_eq!(event["total"].as_u64().unwrap(), 2 * LENGTH as u64 + 2 + 3 + 98);
    }
    kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), Signal::INT).unwrap();
    let asked = Instant::now();
    let events: Vec<Value> = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    assert_eq!(events.last().unwrap()["error"]["kind"], "cancelled");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(asked.elapsed() < Duration::from_secs(2));
    assert!(events.len() as u128 <= begun.elapsed().as_millis() / 200 + 2, "at most five events a second");
    server.slow(0);
    server.served();
    assert_eq!(person.download(REPO)["event"], "done");
    let came: u64 = server.served().iter().map(|(_, range)| range.end - range.start).sum();
    assert!(came <= 2 * LENGTH as u64 + 2 + 3 + 98 - seen, "{came} bytes came again after {seen}");
}

#[test]
fn a_reader_that_goes_away_ends_it() {
    let server = HubServer::start();
    server.add_model(REPO, LENGTH);
    server.slow(1 << 20);
    let person = Person::with(&server);
    let mut child = person.command(&["download", REPO, "--events"]).spawn().unwrap();
    drop(child.stdout.take());
    let begun = Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(begun.elapsed() < Duration::from_secs(4));
}

#[test]
fn two_at_once_fetch_each_byte_once() {
    let server = HubServer::start();
    server.add_model(REPO, LENGTH);
    server.slow(24 << 20);
    let person = Person::with(&server);
    let first = person.command(&["download", REPO, "--events"]).spawn().unwrap();
    let second = person.command(&["download", REPO]).spawn().unwrap();
    let outputs = [first.wait_with_output().unwrap(), second.wait_with_output().unwrap()];
    assert!(outputs.iter().all(|output| output.status.success()), "{outputs:?}");
    assert_eq!(last_event(&outputs[0])["event"], "done");
    let told = String::from_utf8_lossy(&outputs[1].stderr);
    let waited = told.contains("another tt-jukebox downloads the same");
    // Whichever came first; the events of the other say nothing of waiting.
    assert!(waited || told.contains("MB"), "{told}");
    let came: u64 = server.served().iter().map(|(_, range)| range.end - range.start).sum();
    assert_eq!(came, 2 * LENGTH as u64 + 2 + 3 + 98);
    assert!(Path::new(&person.snapshot(REPO)).join("config.json").exists());
}
