//! tt-smi as it behaves when it does not behave. Each time there is an answer within the deadline, and nothing stays
//! behind.

use std::time::{Duration, Instant};

use tt_jukebox::device::facts::SmiAnswer;
use tt_jukebox::device::{Facts, Host, interpret, simulate, snapshot};

use crate::fake_smi::{FakeProgram, snapshot_of};

const DEADLINE: Duration = Duration::from_millis(1500);

fn ask(program: &FakeProgram) -> SmiAnswer {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let start = Instant::now();
    let answer = runtime.block_on(snapshot::take(Ok(program.path()), DEADLINE));
    assert!(start.elapsed() < DEADLINE + Duration::from_secs(2), "{:?}", start.elapsed());
    answer
}

fn host(answer: SmiAnswer) -> Host {
    interpret(&Facts { smi: Some(answer), ..Facts::default() })
}

#[test]
fn a_snapshot_with_noise_around_it_is_read() {
    let program = FakeProgram::new("cat \"$(dirname \"$0\")/out\"");
    let snapshot = snapshot_of(&simulate::facts("p150x4").unwrap(), true);
    let noise = "\u{1b}[31m2026-11-21 10:00:00 | error | UMD | ARC {timeout}\u{1b}[0m\n at 0x1\n";
    for text in [snapshot.clone(), format!("{noise}{snapshot}"), format!("{noise}{snapshot}\n{noise}")] {
        program.write("out", text.as_bytes());
        assert_eq!(host(ask(&program)).product.as_deref(), Some("P150X4"));
    }
}

#[test]
fn every_failure_is_named() {
    let no_driver =
        "printf '\\033[91mNo Tenstorrent driver detected! Please install driver using tt-kmd\\033[0m\\n'; exit 1";
    let rows = [
        ("hangs", "sleep 60", "no answer within 1 s"),
        ("hangs and ignores TERM", "trap '' TERM; sleep 60; sleep 60", "no answer within 1 s"),
        ("a grandchild holds the pipe", "sleep 60 & exit 0", "no answer within 1 s"),
        ("prints without end", "yes '{\"device_info\": 1'", "more than 8000 kB"),
        ("no driver", no_driver, "exit code 1; tt-smi printed no snapshot; it said: No Tenstorrent driver detected!"),
        ("no device", "echo 'No Tenstorrent devices detected! Exiting...'; exit 1", "No Tenstorrent devices detected!"),
        ("a traceback", "echo Traceback >&2; exit 1", "exit code 1"),
        ("dies", "kill -9 $$", "ended by a signal"),
        ("says nothing", "exit 0", "it said: nothing"),
        ("cut off", "echo '{\"device_info\": [{'", "the snapshot is cut off"),
        ("not JSON", "echo '{device_info}'", "not valid JSON"),
        ("not a snapshot", "echo '{\"x\": \"device_info\"}'", "no device_info list"),
        ("not text", "printf '\\377\\376 device_info'", "printed no snapshot"),
    ];
    for (name, script, expected) in rows {
        let host = host(ask(&FakeProgram::new(script)));
        let finding = host.findings.iter().find(|finding| finding.id == "tt_smi.failed");
        let finding = finding.unwrap_or_else(|| panic!("{name}: {:?}", host.findings));
        assert!(finding.evidence.contains(expected), "{name}: {}", finding.evidence);
    }
}

#[test]
fn a_slow_answer_in_time_counts() {
    let program = FakeProgram::new("sleep 0.5; cat \"$(dirname \"$0\")/out\"");
    program.write("out", snapshot_of(&simulate::facts("t3k").unwrap(), true).as_bytes());
    assert_eq!(host(ask(&program)).product.as_deref(), Some("T3K"));
}

#[test]
fn what_tt_smi_sees_joins_what_sysfs_sees_by_address() {
    let mut facts = simulate::facts("n300").unwrap();
    facts.smi = Some(SmiAnswer { program: "tt-smi".into(), stdout: snapshot_of(&facts, true), error: None });
    let host = interpret(&facts);
    assert_eq!(host.chips.len(), 2);
    assert_eq!(host.chips[0].node, Some(0), "from sysfs");
    assert_eq!(host.chips[1].temperature_c, Some(38.6), "the remote chip, from tt-smi");
}
