//! `tt-jukebox reset` as a person runs it, with a tt-smi that says yes to everything and does nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tt_jukebox::device::facts::{Facts, ProcessFacts};
use tt_jukebox::device::simulate;

use crate::child::Process;
use crate::fake_tree::FakeTree;
use crate::heart::Heart;

/// A fake box, and a folder with a tt-smi that writes down what it is told.
struct Bench {
    tree: FakeTree,
    facts: Facts,
    dir: TempDir,
}

impl Bench {
    fn of(name: &str) -> Self {
        Self::from(simulate::facts(name).unwrap())
    }

    fn from(facts: Facts) -> Self {
        let bench = Self { tree: FakeTree::from_facts(&facts), facts, dir: tempfile::tempdir().unwrap() };
        bench.tt_smi("exit 0");
        bench
    }

    /// A box whose first chip is held by this process.
    fn held_by(process: &Process, command: &str) -> Self {
        let mut facts = simulate::facts("n150").unwrap();
        facts.pci[0].holders = Some(vec![process.pid()]);
        facts.processes = vec![described(process, command)];
        Self::from(facts)
    }

    /// Replaces what tt-smi does after it has written down its arguments.
    fn tt_smi(&self, then: &str) {
        let script = format!(
            "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 6.8.0; exit 0; fi\necho \"$@\" >> {}\necho resetting\n{then}\n",
            self.log_file().display()
        );
        fs::write(self.dir.path().join("tt-smi"), script).unwrap();
        fs::set_permissions(self.dir.path().join("tt-smi"), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn log_file(&self) -> PathBuf {
        self.dir.path().join("log")
    }

    /// What tt-smi was told, without the questions for its version.
    fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tt-jukebox"));
        let path = format!("{}:/usr/bin:/bin", self.dir.path().display());
        command.arg("reset").args(args).env_clear().env("PATH", path).env("HOME", self.dir.path());
        command.env("TT_JUKEBOX_ROOT", self.tree.path("")).current_dir(self.dir.path()).stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }
}

fn described(process: &Process, command: &str) -> ProcessFacts {
    let id = process.id();
    ProcessFacts {
        pid: id.pid,
        user: "ada".into(),
        command: command.into(),
        start_ticks: id.start_ticks,
        started: 1_700_000_000,
    }
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stdout)))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_reset_that_did_nothing_is_not_believed() {
    let bench = Bench::of("n150");
    let output = bench.run(&["--yes", "--wait", "1", "--json"]);
    assert_eq!(bench.log(), "-r\n");
    assert_eq!(output.status.code(), Some(6), "{}", text(&output.stderr));
    let outcome = json(&output);
    assert_eq!((outcome["schema"].as_u64(), outcome["verified"]["ok"].as_bool()), (Some(1), Some(false)));
    let problem = outcome["verified"]["problems"][0].as_str().unwrap();
    assert!(problem.contains("heartbeat that stands still"), "{problem}");
    assert!(outcome["verified"]["next"].as_str().unwrap().starts_with("Reset once more"));
    let stderr = text(&output.stderr);
    assert!(stderr.contains("the reset is not proved"), "{stderr}");
    assert!(stderr.contains("resetting"), "what tt-smi prints is seen, beside the one document: {stderr}");
}

#[test]
fn boards_that_live_are_proved() {
    let bench = Bench::of("p300x2");
    let _heart = Heart::of(&bench.tree, &bench.facts.pci);
    let output = bench.run(&["--yes", &bench.facts.pci[2].bus_id]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(bench.log(), "-r /dev/tenstorrent/2 /dev/tenstorrent/3\n");
    let stdout = text(&output.stdout);
    assert!(stdout.starts_with("resetting\n"), "{stdout}");
    assert!(stdout.contains("All 2 chips are back and alive after 2."), "{stdout}");
}

#[test]
fn a_tt_smi_that_fails_does_not_decide_either() {
    let bench = Bench::of("p150x4");
    let _heart = Heart::of(&bench.tree, &bench.facts.pci);
    bench.tt_smi("exit 3");
    let [one, two] = [&bench.facts.pci[0].bus_id, &bench.facts.pci[1].bus_id];
    let output = bench.run(&["--yes", one, two, "--json"]);
    assert_eq!(bench.log(), "-r /dev/tenstorrent/0\n", "the second board is left alone after that");
    assert!(text(&output.stderr).contains("tt-smi ended with exit status: 3"), "{}", text(&output.stderr));
    assert_eq!(json(&output)["verified"]["ok"], true);
}

#[test]
fn nothing_is_done_without_a_yes() {
    let mut holder = Process::ignoring("");
    let bench = Bench::held_by(&holder, "python serve.py");
    let output = bench.run(&[]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = text(&output.stderr);
    assert!(stderr.contains("there is no terminal to ask in"), "{stderr}");
    assert!(stderr.contains("python serve.py") && stderr.contains("days ago"), "the plan is shown: {stderr}");
    let dry = bench.run(&["--dry-run", "--yes", "--json"]);
    let outcome = json(&dry);
    assert_eq!(
        (dry.status.code(), outcome["plan"]["holders"][0]["pid"].as_u64()),
        (Some(0), Some(holder.pid().into()))
    );
    assert_eq!((&outcome["released"], &outcome["verified"]), (&Value::Null, &Value::Null));
    assert!(outcome["plan"]["text"].as_str().unwrap().ends_with("/tt-smi -r"), "{outcome}");
    assert_eq!((bench.log().as_str(), holder.is_running()), ("", true));
}

#[test]
fn nothing_is_run_for_a_simulated_box() {
    let bench = Bench::of("n150");
    for args in [&["--simulate", "galaxy", "--yes"][..], &["--simulate", "galaxy"]] {
        let output = bench.run(args);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let stdout = text(&output.stdout);
        assert!(stdout.contains("(simulated: galaxy)") && stdout.contains("tt-smi -glx_reset"), "{stdout}");
        assert!(stdout.contains("nothing is run"), "{stdout}");
    }
    let raw = Command::new(env!("CARGO_BIN_EXE_tt-jukebox")).args(["--simulate", "n150", "probe", "--raw"]).output();
    let mut facts: Value = serde_json::from_slice(&raw.unwrap().stdout).unwrap();
    facts.as_object_mut().unwrap().remove("simulated");
    fs::write(bench.dir.path().join("facts.json"), facts.to_string()).unwrap();
    let recorded = bench.run(&["--facts", "facts.json", "--yes", "--json"]);
    assert_eq!(json(&recorded)["plan"]["simulated"], "recorded facts", "they may be those of another machine");
    assert_eq!(bench.log(), "");
}

#[test]
fn holders_are_ended_before_the_reset_and_not_after() {
    let mut holder = Process::ignoring("");
    let bench = Bench::held_by(&holder, "python serve.py");
    let _heart = Heart::of(&bench.tree, &bench.facts.pci);
    // A process that has ended and waits for its parent is a zombie and holds nothing.
    bench.tt_smi(&format!("cut -d' ' -f3 /proc/{}/stat >> {}", holder.pid(), bench.log_file().display()));
    let output = bench.run(&["--yes", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(bench.log(), "-r\nZ\n");
    assert_eq!(json(&output)["released"]["gone"][0]["signal"], "INT");
    assert!(text(&output.stderr).contains(&format!("process {} ended on INT", holder.pid())));
    assert_eq!(holder.ended_by(), Some(2));
}

#[test]
fn a_board_that_is_still_held_is_not_reset() {
    if let Some(mut other) = Process::of_user(65_534) {
        let bench = Bench::held_by(&other, "python serve.py");
        let output = bench.run(&["--yes", "--json"]);
        assert_eq!(output.status.code(), Some(6));
        assert_eq!(json(&output)["released"]["left"][0]["pid"].as_u64(), Some(other.pid().into()));
        assert!(text(&output.stderr).contains("still holds a board"), "{}", text(&output.stderr));
        assert_eq!((bench.log().as_str(), other.is_running()), ("", true));
    }
    let mut facts = simulate::facts("n150").unwrap();
    facts.pci[0].holders = Some(vec![0]);
    let bench = Bench::from(facts);
    let output = bench.run(&["--yes"]);
    assert_eq!((output.status.code(), bench.log().as_str()), (Some(6), ""), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("--yes does not cover it"), "{}", text(&output.stderr));
}

#[test]
fn whoever_takes_a_board_meanwhile_stops_the_reset() {
    let mut supervised = Process::ignoring("");
    let dir = tempfile::tempdir().unwrap();
    let script = dir.path().join("on-int");
    let holder =
        Process::shell(&format!("trap '. {}; exit 0' INT; echo ready; while :; do sleep 0.02; done", script.display()));
    let bench = Bench::held_by(&holder, "python old.py");
    bench.tree.add_process(&described(&supervised, "python new.py"));
    let pids = bench.tree.path("proc/driver/tenstorrent/0/pids");
    fs::write(&script, format!("echo {} > {}\n", supervised.pid(), pids.display())).unwrap();
    let output = bench.run(&["--yes"]);
    assert_eq!(output.status.code(), Some(6), "{}", text(&output.stderr));
    let stderr = text(&output.stderr);
    assert!(stderr.contains(&format!("process {} has taken a board meanwhile", supervised.pid())), "{stderr}");
    assert!(stderr.contains("python new.py"), "{stderr}");
    assert_eq!((bench.log().as_str(), supervised.is_running()), ("", true), "nobody is ended whom nobody has named");
}

#[test]
fn what_is_missing_is_said() {
    let bench = Bench::of("n150");
    fs::remove_file(bench.dir.path().join("tt-smi")).unwrap();
    let output = bench.run(&["--yes"]);
    assert_eq!(output.status.code(), Some(6));
    assert!(text(&output.stderr).contains("next: Install it with `pip install tt-smi`"), "{}", text(&output.stderr));
    let empty = Bench::from(Facts::default());
    let output = empty.run(&["--yes"]);
    assert_eq!((output.status.code(), empty.log().as_str()), (Some(3), ""), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("there is no device to reset"), "{}", text(&output.stderr));
    assert_eq!(bench.run(&["0000:77:00.0"]).status.code(), Some(2));
}

/// Ctrl-C at the question: a handler that waits for running programs must not swallow it.
#[test]
fn an_interrupt_at_the_question_ends_the_command() {
    if !Command::new("script").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("not run: there is no script(1) that could be a terminal");
        return;
    }
    let bench = Bench::of("n150");
    let inner = bench.command(&[]);
    let line = format!("{} reset", inner.get_program().to_str().unwrap());
    let mut outer = Command::new("script");
    outer.args(["-qec", &line, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    outer.env_clear().current_dir(bench.dir.path());
    outer.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut terminal = outer.spawn().unwrap();
    let mut keys = terminal.stdin.take().unwrap();
    let mut screen = terminal.stdout.take().unwrap();
    let mut shown = String::new();
    while !shown.contains("[y/N]") {
        let mut bytes = [0; 256];
        let length = std::io::Read::read(&mut screen, &mut bytes).unwrap();
        assert!(length > 0, "it ended before it asked: {shown}");
        shown.push_str(&String::from_utf8_lossy(&bytes[..length]));
    }
    std::io::Write::write_all(&mut keys, b"\x03").unwrap();
    assert_eq!(terminal.wait().unwrap().code(), Some(130), "{shown}");
    assert_eq!(bench.log(), "");
}

#[test]
fn a_terminal_is_asked() {
    if !Command::new("script").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("not run: there is no script(1) that could be a terminal");
        return;
    }
    for (answer, code, log) in [("n", 130, ""), ("", 130, ""), ("yes", 6, "-r\n")] {
        let mut holder = Process::ignoring("");
        let bench = Bench::held_by(&holder, "python serve.py");
        let inner = bench.command(&["--wait", "0"]);
        let line = format!("{} reset --wait 0", inner.get_program().to_str().unwrap());
        let mut outer = Command::new("script");
        outer.args(["-qec", &line, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        outer.env_clear().current_dir(bench.dir.path());
        outer.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let mut terminal = outer.spawn().unwrap();
        let mut keys = terminal.stdin.take().unwrap();
        std::io::Write::write_all(&mut keys, format!("{answer}\n").as_bytes()).unwrap();
        let output = terminal.wait_with_output().unwrap();
        drop(keys);
        let stdout = text(&output.stdout);
        assert!(stdout.contains("End this process and reset now? [y/N]"), "{stdout}");
        assert_eq!(output.status.code(), Some(code), "{answer:?}: {stdout}");
        assert_eq!((bench.log().as_str(), holder.is_running()), (log, code == 130), "{answer:?}: {stdout}");
    }
}
