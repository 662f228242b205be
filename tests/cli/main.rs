//! The real binary as a command line: output, exit codes, and what a person is told when something is missing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may stop anywhere"
)]

mod audit;
mod completions;
mod lessons;
mod old_lines;
mod templates;

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Runs the binary in an empty environment and an empty folder.
fn run_in(dir: &TempDir, args: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tt-jukebox"));
    command.args(args).env_clear().env("HOME", dir.path()).env("TT_JUKEBOX_ROOT", "/nonexistent");
    command.env("TT_JUKEBOX_CATALOG_UPDATES", "off");
    command.envs(env.iter().copied()).current_dir(dir.path()).output().unwrap()
}

fn run(args: &[&str]) -> Output {
    run_in(&tempfile::tempdir().unwrap(), args, &[])
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", stdout(output)))
}

#[test]
fn every_command_answers_in_json_with_a_schema() {
    for args in [
        &["devices"][..],
        &["list"],
        &["list", "llama"],
        &["show", "llama-3.1-8b-instruct"],
        &["command", "llama-3.1-8b-instruct"],
        &["lesson"],
        &["lesson", "vllm-production"],
        &["doctor"],
        &["config"],
        &["probe", "--raw"],
        &["completions", "bash"],
        &["templates"],
    ] {
        let mut args = args.to_vec();
        args.extend(["--simulate", "n150", "--json"]);
        let output = run(&args);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", stderr(&output));
        assert_eq!(json(&output)["schema"], 1, "{args:?}");
    }
}

#[test]
fn global_options_stand_before_and_after_the_command() {
    let before = run(&["--json", "--simulate", "t3k", "list"]);
    let after = run(&["list", "--json", "--simulate", "t3k"]);
    assert_eq!(stdout(&before), stdout(&after));
    assert_eq!(json(&before)["product"], "T3K");
}

#[test]
fn every_simulated_box_is_named_labelled_and_has_models() {
    let boxes = [
        ("n150", "N150"),
        ("n300", "N300"),
        ("t3k", "T3K"),
        ("p100", "P100"),
        ("p150", "P150"),
        ("p150x4", "P150X4"),
        ("p300x2", "P300X2"),
        ("galaxy", "GALAXY"),
    ];
    for (name, product) in boxes {
        let list = json(&run(&["list", "--json", "--simulate", name]));
        assert_eq!(list["product"], product);
        assert_eq!(list["simulated"], name);
        let devices: Vec<&str> =
            list["matches"].as_array().unwrap().iter().map(|found| found["device_type"].as_str().unwrap()).collect();
        assert!(devices.contains(&product), "{name}: {devices:?}");
        assert!(!devices.contains(&"GPU"));
        for args in [&["list"][..], &["devices"], &["show", "llama"], &["doctor"]] {
            let mut args = args.to_vec();
            args.extend(["--simulate", name]);
            let output = run(&args);
            assert!(stdout(&output).contains(&format!("simulated {name}")), "{args:?}: {}", stdout(&output));
        }
    }
}

#[test]
fn the_command_stands_on_stdout_and_its_notes_on_stderr() {
    let output = run(&["--simulate", "t3k", "command", "Llama-3.3-70B-Instruct"]);
    let command = stdout(&output);
    assert!(command.starts_with("cd ") && command.contains("--model meta-llama/Llama-3.3-70B-Instruct"), "{command}");
    assert!(command.contains(r#"--override_tt_config '{"trace_region_size":30000000}'"#), "{command}");
    assert!(stderr(&output).contains("note: made for a simulated t3k"), "{}", stderr(&output));
    let explained = stdout(&run(&["--simulate", "t3k", "command", "--explain", "Llama-3.3-70B-Instruct"]));
    let source = "--max-num-seqs = 32\n    from release_model_spec.json of release 0.11.1, vllm_args.max_num_seqs";
    assert!(explained.contains(source), "{explained}");
}

#[test]
fn without_a_device_there_is_a_next_step_and_an_exit_code() {
    for args in [&["devices"][..], &["list"], &["command", "llama-3.1-8b"]] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(3), "{args:?}");
        assert_eq!(stdout(&output), "");
        assert!(stderr(&output).contains("No Tenstorrent device found\n  why:"), "{}", stderr(&output));
        assert!(stderr(&output).contains("--simulate n150"));
    }
    let output = run(&["devices", "--json"]);
    assert_eq!((output.status.code(), json(&output)["health"].as_str()), (Some(3), Some("no_device")));
    let error = run(&["list", "--json"]);
    assert_eq!(json(&error)["error"]["kind"], "no_device");
}

#[test]
fn a_device_can_be_named_without_having_it() {
    let output = run(&["command", "llama-3.1-8b-instruct", "--device", "n150"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("MESH_DEVICE=N150"));
}

#[test]
fn every_entry_can_be_listed_whatever_the_box() {
    let all = json(&run(&["list", "--all", "--json"]));
    let here = json(&run(&["list", "--json", "--simulate", "n150"]));
    let all_from_here = json(&run(&["list", "--all", "--json", "--simulate", "n150"]));
    let count = |list: &Value| list["matches"].as_array().unwrap().len();
    assert_eq!(count(&all), count(&all_from_here));
    assert!(count(&here) < count(&all));
    assert_eq!(all_from_here["matches"][0]["device_type"], "N150", "what runs here comes first");
}

#[test]
fn names_that_do_not_fit_say_why() {
    let rows = [
        (&["--simulate", "n150", "list", "xyzzy"][..], 4, "no model name and no repository"),
        (&["--simulate", "n150", "command", "Llama-3.3-70B-Instruct"], 4, "it is listed for"),
        (&["--simulate", "n150", "command", "llama"], 2, "Name one of them in full"),
        (&["--simulate", "n150", "command", "whisper-large-v3", "--target", "host"], 7, "runs only as a container"),
        (&["--simulate", "toaster", "list"], 2, "the boxes are n150"),
        (&["--simulate", "n150", "--facts", "x", "list"], 2, "cannot be used with"),
        (&["nonsense"], 2, "nonsense"),
    ];
    for (args, code, text) in rows {
        let output = run(args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(text), "{args:?}: {}", stderr(&output));
    }
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        fs::write(dir.path().join(name), text).unwrap();
        dir.path().join(name).display().to_string()
    };
    let whole = serde_json::to_string(&Value::from("x")).unwrap();
    let rows = [
        (write("cut.json", "{\"model_specs\": {\"a\""), "the file is cut off"),
        (write("page.json", "<html>404</html>"), "not valid JSON"),
        (write("other.json", "{\"a\": 1}"), "not a spec file"),
        (write("text.json", &whole), "not a spec file"),
        (dir.path().display().to_string(), "neither release-X.Y.Z.json nor"),
        ("/nonexistent.json".to_owned(), "No such file"),
        ("/dev/zero".to_owned(), "not a regular file"),
    ];
    for (path, why) in rows {
        let output = run(&["--simulate", "n150", "list", "--catalog", &path]);
        assert_eq!(output.status.code(), Some(5), "{path}: {}", stderr(&output));
        assert!(stderr(&output).contains(why), "{path}: {}", stderr(&output));
        let facts = run(&["list", "--facts", &path]);
        assert_eq!(facts.status.code(), Some(5), "{path}: {}", stderr(&facts));
        assert!(stderr(&facts).contains("probe --raw"), "{}", stderr(&facts));
    }
}

#[test]
fn recorded_facts_answer_in_place_of_this_host() {
    let dir = tempfile::tempdir().unwrap();
    let raw = run(&["--simulate", "p150x4", "probe", "--raw"]);
    fs::write(dir.path().join("facts.json"), &raw.stdout).unwrap();
    let output = run_in(&dir, &["devices", "--json"], &[("TT_JUKEBOX_FACTS", "facts.json")]);
    assert_eq!(json(&output)["product"], "P150X4");
    let direct = run(&["--simulate", "p150x4", "devices", "--json"]);
    assert_eq!(json(&output), json(&direct));
}

#[test]
fn configuration_says_where_each_value_comes_from() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("tenstorrent.toml"), "port = 9000\nmetal_home = \"/evil\"\n").unwrap();
    let output = run_in(&dir, &["config", "--json"], &[("TT_JUKEBOX_SIMULATE", "n150")]);
    let settings = json(&output)["settings"].clone();
    let row = |key: &str| settings.as_array().unwrap().iter().find(|row| row["key"] == key).unwrap().clone();
    assert_eq!(row("port")["value"], "9000");
    assert!(row("port")["source"].as_str().unwrap().ends_with("tenstorrent.toml"));
    assert_eq!(row("simulate")["source"], "TT_JUKEBOX_SIMULATE");
    assert_eq!(row("metal_home")["source"], "default");
    assert!(stderr(&output).contains("metal_home may not be set by a project"), "{}", stderr(&output));
}

#[test]
fn watching_prints_one_object_a_line_until_nobody_reads() {
    use std::io::{BufRead as _, BufReader};
    let mut child = Command::new(env!("CARGO_BIN_EXE_tt-jukebox"))
        .args(["devices", "--watch", "--json", "--simulate", "n300"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..2 {
        let host: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!((host["product"].as_str(), host["schema"].as_u64()), (Some("N300"), Some(1)));
    }
    drop(lines);
    assert_eq!(child.wait().unwrap().code(), Some(0), "it ends when the reader is gone");
}

#[test]
fn a_saved_snapshot_answers_in_place_of_this_host() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("snapshot.json");
    let snapshot = r#"{"device_info": [{"board_info": {"bus_id": "0000:01:00.0", "board_type": "p150b",
        "board_id": "000004123191110e"}, "telemetry": {"asic_temperature": "40.8"}}]}"#;
    fs::write(&file, snapshot).unwrap();
    let host = json(&run(&["devices", "--json", "--smi", file.to_str().unwrap()]));
    assert_eq!((host["product"].as_str(), host["runnable"][0].as_str()), (Some("P150"), Some("P150")));
    let chip = &host["chips"][0];
    assert_eq!((chip["temperature_c"].as_f64(), chip["power_w"].as_f64()), (Some(40.8), None));
    for key in [
        "bus_id",
        "board_type",
        "arch",
        "remote",
        "current_a",
        "voltage_v",
        "aiclk_mhz",
        "fw_bundle",
        "heartbeat",
        "holders",
    ] {
        assert!(chip.get(key).is_some(), "{key} is missing in {chip}");
    }
    let reason = host["findings"].to_string();
    assert!(reason.contains("tt-smi gives no power"), "a missing value has its reason: {reason}");
    assert_eq!(run(&["devices", "--smi", "/nonexistent"]).status.code(), Some(5));
}

#[test]
fn a_signal_takes_tt_smi_along() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let (program, pids) = (dir.path().join("tt-smi"), dir.path().join("pids"));
    fs::write(&program, format!("#!/bin/sh\n/bin/sleep 300 & echo $$ $! > '{}'\nwait\n", pids.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tt-jukebox"))
        .args(["devices", "--tt-smi"])
        .env("TT_JUKEBOX_ROOT", "/nonexistent")
        .env("TT_JUKEBOX_TT_SMI", &program)
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let started: Vec<u32> = loop {
        let text = fs::read_to_string(&pids).unwrap_or_default();
        let found: Vec<u32> = text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect();
        if found.len() == 2 {
            break found;
        }
        assert!(std::time::Instant::now() < until, "the fake tool was not started");
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    for pid in started {
        let gone = || {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.rsplit(") ").next().is_none_or(|rest| rest.is_empty() || rest.starts_with('Z'))
        };
        while !gone() {
            assert!(std::time::Instant::now() < until, "process {pid} outlived the command");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}

#[test]
fn a_root_on_the_command_line_resets_nothing_here() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().display().to_string();
    let output = run(&["--simulate", "n150", "--root", &root, "reset", "--yes"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let asked =
        run_in(&dir, &["devices", "--tt-smi", "--json", "--root", &root], &[("TT_JUKEBOX_TT_SMI", "/bin/true")]);
    assert!(!stdout(&asked).contains("/bin/true"), "tt-smi of this machine says nothing about another tree");
}

#[test]
fn the_strongest_source_names_what_stands_in_for_the_host() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("facts.json"), run(&["--simulate", "p150", "probe", "--raw"]).stdout).unwrap();
    fs::write(dir.path().join("tenstorrent.toml"), "simulate = \"n150\"\ncatalog = \"evil.json\"\n").unwrap();
    let product = |args: &[&str], env: &[(&str, &str)]| {
        let output = run_in(&dir, &[&["devices", "--json"], args].concat(), env);
        json(&output)["product"].as_str().map(str::to_owned)
    };
    let facts = [("TT_JUKEBOX_FACTS", "facts.json")];
    assert_eq!(product(&["--simulate", "t3k"], &facts).as_deref(), Some("T3K"), "an option wins over the environment");
    assert_eq!(product(&[], &facts).as_deref(), Some("P150"), "the environment wins over the project");
    assert_eq!(product(&[], &[]).as_deref(), Some("N150"));
    let list = run_in(&dir, &["list"], &[]);
    assert_eq!(list.status.code(), Some(0), "a project names no catalog: {}", stderr(&list));
    assert!(stderr(&list).contains("catalog may not be set by a project"), "{}", stderr(&list));
}

#[test]
fn recorded_facts_of_a_stranger_neither_act_on_the_terminal_nor_name_anybody() {
    let dir = tempfile::tempdir().unwrap();
    let mut facts = json(&run(&["--simulate", "n150", "probe", "--raw"]));
    facts["driver_version"]["text"] = "2.9.0\u{1b}[31m\u{202e}".into();
    facts["pci"][0]["holders"] = serde_json::json!([4242]);
    facts["processes"] = serde_json::json!([{ "pid": 4242, "user": "alice", "command": "python serve.py", "start_ticks": 1, "started": 1 }]);
    fs::write(dir.path().join("facts.json"), facts.to_string()).unwrap();
    for command in ["devices", "doctor", "list"] {
        let output = run_in(&dir, &[command, "--facts", "facts.json"], &[]);
        assert!(!stdout(&output).contains(['\u{1b}', '\u{202e}']), "{command}: {:?}", stdout(&output));
    }
    for args in [&["doctor"][..], &["doctor", "--json"]] {
        let report = stdout(&run_in(&dir, &[args, &["--facts", "facts.json"]].concat(), &[]));
        assert!(report.contains("python serve.py") && !report.contains("alice"), "{report}");
    }
}

#[test]
fn a_doctor_that_finds_an_error_ends_with_its_own_code() {
    let nothing = run(&["doctor"]);
    assert!(stdout(&nothing).contains("## Error: No Tenstorrent device found"), "{}", stdout(&nothing));
    assert!(stdout(&nothing).contains("In the guide: `device.none`"), "{}", stdout(&nothing));
    assert_eq!(nothing.status.code(), Some(9));
    assert_eq!(stderr(&nothing), "", "the report says it all");
    assert_eq!(run(&["doctor", "--json"]).status.code(), Some(9));
    assert_eq!(run(&["doctor", "--simulate", "n150"]).status.code(), Some(0), "notes are no errors");
    assert!(stdout(&run(&["--help"])).contains("  9  the doctor has found something that does not work"));
}

#[test]
fn help_lists_the_exit_codes() {
    let help = stdout(&run(&["--help"]));
    for line in ["  3  no Tenstorrent device found", "130  stopped by the user"] {
        assert!(help.contains(line), "{help}");
    }
    assert_eq!(run(&[]).status.code(), Some(2));
    assert_eq!(stdout(&run(&["--version"])), format!("tt-jukebox {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tt-jukebox"))
        .args(["--simulate", "galaxy", "list", "--json"])
        .env("TT_JUKEBOX_CATALOG_UPDATES", "off")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}

#[test]
fn a_lesson_is_printed_for_the_box_and_progress_is_the_persons() {
    let list = stdout(&run(&["lesson", "--simulate", "p100"]));
    assert!(list.contains("image-generation") && list.contains("not here; instead: vscode-chat"), "{list}");
    let lesson = stdout(&run(&["lesson", "download-model", "--simulate", "p100"]));
    assert!(lesson.starts_with("# Download a model and run it once\n\n*For a simulated p100"), "{lesson}");
    assert!(lesson.contains("download Llama-3.1-8B-Instruct --dry-run --simulate p100\n"), "{lesson}");
    assert!(!lesson.contains("{{") && !lesson.contains("command:") && !lesson.contains("!["), "{lesson}");
    assert_eq!(json(&run(&["lesson", "--export", "--json"]))["text"], "{\n  \"schema\": 1,\n  \"proofs\": []\n}");
    assert_eq!(stdout(&run(&["lesson", "--reset"])), "0 steps are proved.\n");
    assert!(stdout(&run(&["lesson", "3", "--simulate", "p100"])).starts_with("# Download a model and run it once"));
    let unknown = run(&["lesson", "cooking"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("metalium-cookbook"), "{}", stderr(&unknown));
}
