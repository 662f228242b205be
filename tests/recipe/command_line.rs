//! The real binary: `--all`, the files that a command refers to, choices and their limits.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::catalogs::published;

/// Runs the binary in an empty environment with a home of its own.
fn run(home: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tt-jukebox"));
    command.args(args).env_clear().env("HOME", home).env("TT_JUKEBOX_ROOT", "/nonexistent").env("SHELL", "/bin/sh");
    command.current_dir(home).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

const MODEL: [&str; 5] = ["command", "Llama-3.1-8B-Instruct", "--device", "n150", "--json"];

#[test]
fn every_vllm_entry_of_the_newest_release_is_one_line() {
    let home = tempfile::tempdir().unwrap();
    let mut args = vec!["command", "--all", "--json"];
    let folder = published().map(|folder| folder.display().to_string());
    if let Some(folder) = &folder {
        args.extend(["--catalog", folder]);
    }
    let text = stdout(&run(home.path(), &args));
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 99);
    for line in &lines {
        for key in ["model_id", "device", "era", "program", "cwd"] {
            assert!(line[key].as_str().is_some_and(|text| !text.is_empty()), "{key} in {line}");
        }
        for key in ["args", "env", "notes", "provenance"] {
            assert!(line[key].is_array(), "{key} in {line}");
        }
        for key in ["launcher", "tt_config_flag"] {
            assert!(line.get(key).is_some(), "{key} in {line}");
        }
        assert!(line.get("error").is_none(), "{line}");
    }
    assert!(fs::read_dir(home.path()).unwrap().next().is_none(), "nothing is written");
    let table = stdout(&run(home.path(), &["command", "--all"]));
    assert_eq!(table.lines().count(), 99);
}

#[test]
fn files_are_written_only_when_they_are_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let launcher = home.path().join("tt-scratchpad/start-vllm-server.py");
    let first = run(home.path(), &MODEL);
    let command: Value = serde_json::from_str(&stdout(&first)).unwrap();
    assert_eq!(command["launcher"], launcher.display().to_string());
    assert_eq!(command["files"][0]["condition"], "missing");
    assert!(!launcher.exists());
    assert!(stderr(&first).contains("--install-files writes it"), "{}", stderr(&first));
    let second = run(home.path(), &[&MODEL[..], &["--install-launcher"]].concat());
    let command: Value = serde_json::from_str(&stdout(&second)).unwrap();
    assert_eq!(command["files"][0]["condition"], "current");
    assert_eq!(fs::metadata(&launcher).unwrap().permissions().mode() & 0o777, 0o755);
    let mut edited = fs::read_to_string(&launcher).unwrap();
    edited.push_str("# mine\n");
    fs::write(&launcher, &edited).unwrap();
    let third = run(home.path(), &[&MODEL[..], &["--install-files"]].concat());
    assert!(stderr(&third).contains("has been edited, and is left alone"), "{}", stderr(&third));
    assert_eq!(fs::read_to_string(&launcher).unwrap(), edited);
}

#[test]
fn an_open_server_needs_a_key_file_and_the_key_is_nowhere_in_the_answer() {
    let home = tempfile::tempdir().unwrap();
    let open = [&MODEL[..], &["--host", "0.0.0.0"]].concat();
    let refused = run(home.path(), &open);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("needs a key"), "{}", stderr(&refused));
    let answer = run(home.path(), &[&open[..], &["--install-files"]].concat());
    let text = stdout(&answer);
    let secrets = fs::read_to_string(home.path().join("tt-scratchpad/server.env")).unwrap();
    let key = secrets.lines().find_map(|line| line.strip_prefix("VLLM_API_KEY=")).unwrap();
    assert!(key.len() == 64 && !text.contains(key) && !stderr(&answer).contains(key));
    assert!(stderr(&answer).contains("anybody who can reach port 8000"), "{}", stderr(&answer));
    let command: Value = serde_json::from_str(&text).unwrap();
    assert!(command["text"].as_str().unwrap().contains("--host 0.0.0.0"));
}

#[test]
fn a_container_command_is_there_for_what_runs_in_no_other_way() {
    let home = tempfile::tempdir().unwrap();
    let whisper = ["--simulate", "n150", "command", "whisper-large-v3"];
    let text = stdout(&run(home.path(), &whisper));
    assert!(text.contains("docker run") || text.contains("podman run"), "{text}");
    let refused = run(home.path(), &[&whisper[..], &["--target", "host"]].concat());
    assert_eq!(refused.status.code(), Some(7));
    assert!(stderr(&refused).contains("runs only as a container"), "{}", stderr(&refused));
    let explained = stdout(&run(home.path(), &[&whisper[..], &["--explain"]].concat()));
    assert!(explained.contains("openapi.json") && explained.contains("NO_AUTH = 1\n    from"), "{explained}");
}

#[test]
fn a_choice_outside_its_limit_is_refused_with_the_limit() {
    let home = tempfile::tempdir().unwrap();
    for (choice, why) in [
        (&["--context", "99999999"][..], "the limit is"),
        (&["--sequences", "33"], "the limit is 32, from"),
        (&["--chips", "x"], "with commas"),
        (&["--weights", "nowhere"], "it is no folder"),
        (&["--port", "0"], "takes 1 to 65535"),
        (&["--host", "evil;"], "takes localhost or an IP address"),
        (&["--extra", "--plugin-config", "{}"], "not among the arguments"),
        (&["--extra", "--api-key", "x"], "everybody on this machine can read"),
    ] {
        let output = run(home.path(), &[&MODEL[..], choice].concat());
        assert_eq!(output.status.code(), Some(2), "{choice:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(why), "{choice:?}: {}", stderr(&output));
    }
    let chosen = [&MODEL[..], &["--context", "4096", "--port", "9000", "--extra", "--seed", "1"]].concat();
    let command: Value = serde_json::from_str(&stdout(&run(home.path(), &chosen))).unwrap();
    let text = command["text"].as_str().unwrap();
    for part in ["--max-model-len 4096", "--port 9000", "--seed 1"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(command["tests"][1]["text"].as_str().unwrap().contains("127.0.0.1:9000"));
}

#[test]
fn a_folder_is_named_in_full_and_a_chip_must_be_there() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("models/Llama-3.1-8B-Instruct");
    fs::create_dir_all(&folder).unwrap();
    fs::create_dir_all(home.path().join("root/dev/tenstorrent")).unwrap();
    fs::write(home.path().join("root/dev/tenstorrent/0"), "").unwrap();
    for weights in ["models/Llama-3.1-8B-Instruct", "~/models/Llama-3.1-8B-Instruct"] {
        let text = stdout(&run(home.path(), &[&MODEL[..4], &["--weights", weights]].concat()));
        assert!(text.contains(&format!("--model {}", folder.canonicalize().unwrap().display())), "{text}");
        assert!(text.contains("--served-model-name meta-llama/Llama-3.1-8B-Instruct"), "{text}");
    }
    let root = home.path().join("root").display().to_string();
    let chips = |chips: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tt-jukebox"));
        command.args(MODEL).args(["--chips", chips]).env_clear().env("HOME", home.path()).env("TT_JUKEBOX_ROOT", &root);
        command.output().unwrap()
    };
    assert_eq!(chips("0").status.code(), Some(0), "{}", stderr(&chips("0")));
    assert_eq!(chips("0,1").status.code(), Some(2));
    assert!(stderr(&chips("0,1")).contains("there is no chip 1"), "{}", stderr(&chips("0,1")));
}

#[test]
fn a_checkout_is_asked_what_it_is() {
    let home = tempfile::tempdir().unwrap();
    let tree = home.path().join("tt-vllm");
    fs::create_dir_all(tree.join("vllm/platforms")).unwrap();
    fs::write(tree.join("vllm/platforms/tt.py"), "def register_tt_models():\n    pass\n").unwrap();
    let output = run(home.path(), &MODEL);
    let command: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(command["era"], "E3", "the pinned commit is of E1, the checkout is not");
    assert!(stderr(&output).contains("check that commit out"), "{}", stderr(&output));
}
