//! Completion as the shells do it: each loads the script and asks for what can follow.

use std::fs;
use std::process::{Command, Output, Stdio};

use serde_json::json;
use tempfile::TempDir;

use super::{run, run_in, stderr, stdout};

/// A folder with the script of a shell in it, or nothing where the shell is missing.
fn script_for(shell: &str) -> Option<TempDir> {
    let found = Command::new(shell).arg("-c").arg("true").stderr(Stdio::null()).status();
    if !found.is_ok_and(|status| status.success()) {
        eprintln!("not run: {shell} is not installed");
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    let output = run(&["completions", shell]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    fs::write(dir.path().join("script"), output.stdout).unwrap();
    Some(dir)
}

/// Runs a line in a shell that reads no files of the user.
fn in_shell(dir: &TempDir, shell: &[&str], line: &str) -> Output {
    let [program, args @ ..] = shell else { panic!("no shell") };
    let mut command = Command::new(program);
    command.args(args).arg(line).current_dir(dir.path()).env_clear().env("HOME", dir.path()).env("PATH", path());
    command.output().unwrap()
}

fn path() -> String {
    std::env::var("PATH").unwrap_or_default()
}

/// What is typed, and what is offered among other things.
const ASKED: [(&str, &str); 8] = [
    ("list lla", "Llama-3.1-8B-Instruct"),
    ("show meta-llama/Llama-3.3", "meta-llama/Llama-3.3-70B-Instruct"),
    ("command gpt-oss-2", "gpt-oss-20b"),
    ("command llama --device p300x", "P300X2"),
    ("--simulate t", "t3k"),
    ("list --task ch", "chat"),
    ("comp", "completions"),
    ("completions z", "zsh"),
];

#[test]
fn bash_offers_models_tasks_devices_and_boxes() {
    let Some(dir) = script_for("bash") else { return };
    for (typed, expected) in ASKED {
        let words: Vec<&str> = typed.split(' ').collect();
        let (last, before) = (words[words.len() - 1], words.len().checked_sub(2).map_or("tt-jukebox", |at| words[at]));
        let line = format!(
            "source ./script; COMP_WORDS=(tt-jukebox {typed}); COMP_CWORD={}; COMP_TYPE=9
             _clap_complete_tt_jukebox tt-jukebox {last} {before}; printf '%s\\n' \"${{COMPREPLY[@]}}\"; complete -p tt-jukebox",
            words.len()
        );
        let output = in_shell(&dir, &["bash", "--norc", "-c"], &line);
        let offered = stdout(&output);
        assert!(offered.lines().any(|line| line == expected), "{typed}: {offered}\n{}", stderr(&output));
        assert!(offered.contains("-F _clap_complete_tt_jukebox tt-jukebox"), "{offered}");
    }
}

#[test]
fn fish_offers_models_tasks_devices_and_boxes() {
    let Some(dir) = script_for("fish") else { return };
    for (typed, expected) in ASKED {
        let line = format!("source ./script; complete -C 'tt-jukebox {typed}'");
        let output = in_shell(&dir, &["fish", "--no-config", "-c"], &line);
        let offered = stdout(&output);
        let names: Vec<&str> = offered.lines().filter_map(|line| line.split('\t').next()).collect();
        assert!(names.contains(&expected), "{typed}: {offered}\n{}", stderr(&output));
    }
}

/// zsh completes in its line editor only, so it gets a terminal, and writes the line into a file after the Tab.
const ZSH: &str = r#"
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'autoload -Uz compinit; compinit -u -D; source ./script; bindkey "^I" complete-word
  written() { print -r -- "$BUFFER" > line.new; mv line.new line; exit }; zle -N written; bindkey "^X" written
  zle-line-init() { : > ready }; zle -N zle-line-init'
wait_for() { repeat 400; do [[ -e $1 ]] && return; sleep 0.05; done; print "no $1"; zpty -r shell text; print -r -- $text; exit 1 }
wait_for ready
zpty -w -n shell "$TYPED"$'\t\x18'
wait_for line
cat line
"#;

#[test]
fn zsh_completes_in_any_case() {
    let Some(dir) = script_for("zsh") else { return };
    let loaded = in_shell(
        &dir,
        &["zsh", "-f", "-c"],
        "autoload -Uz compinit; compinit -u -D; source ./script; print $_comps[tt-jukebox]",
    );
    assert_eq!(stdout(&loaded), "_clap_dynamic_completer_tt_jukebox\n", "{}", stderr(&loaded));
    for (typed, expected) in [
        ("tt-jukebox show GPT-oss-2", "tt-jukebox show gpt-oss-20b"),
        ("tt-jukebox show llama-3.3", "tt-jukebox show Llama-3.3-70B-Instruct"),
        ("tt-jukebox list --task ch", "tt-jukebox list --task chat"),
        ("tt-jukebox command x --device p300x", "tt-jukebox command x --device P300X2"),
    ] {
        let _ = fs::remove_file(dir.path().join("line"));
        let _ = fs::remove_file(dir.path().join("ready"));
        let output = in_shell(&dir, &["zsh", "-f", "-c"], &format!("TYPED='{typed}'\n{ZSH}"));
        assert_eq!(stdout(&output).trim_end(), expected, "{typed}: {}", stderr(&output));
    }
}

#[test]
fn the_script_says_where_it_belongs_and_needs_no_settings() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("tenstorrent.toml"), "port = [broken").unwrap();
    for (shell, place) in [("bash", "~/.bashrc"), ("zsh", "~/.zshrc"), ("fish", "~/.config/fish/config.fish")] {
        let output = run_in(&dir, &["completions", shell], &[]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let comment = stdout(&output).lines().find(|line| line.starts_with("# ")).unwrap().to_owned();
        assert!(comment.contains(place) && comment.contains(&format!("tt-jukebox completions {shell}")), "{comment}");
    }
    assert_eq!(run(&["completions", "tcsh"]).status.code(), Some(2));
}

#[test]
fn another_program_that_completes_does_not_turn_answers_into_candidates() {
    let dir = tempfile::tempdir().unwrap();
    let output = run_in(&dir, &["list", "--simulate", "n150"], &[("COMPLETE", "bash")]);
    assert!(stdout(&output).contains("MODEL"), "{}", stdout(&output));
    let asked = run_in(&dir, &["--", "tt-jukebox", "list", "lla"], &[("TT_JUKEBOX_COMPLETE", "tcsh")]);
    assert_eq!((stdout(&asked).as_str(), stderr(&asked).as_str()), ("", ""), "nothing is written into the line");
}

#[test]
fn what_has_been_fetched_is_offered_unless_a_shell_would_act_on_it() {
    let dir = tempfile::tempdir().unwrap();
    let entry = |name: &str| {
        json!({"model_id": format!("id_x_{name}"), "hf_model_repo": format!("o/{name}"), "model_name": name,
            "device_type": "N150", "inference_engine": "vLLM", "tt_metal_commit": "a", "vllm_commit": "b",
            "version": "0.99.0", "device_model_spec": {}})
    };
    let specs = json!({"a": entry("zz-new"), "b": entry("zz$(reboot)"), "c": entry("zz;ls"), "d": entry("zz two")});
    let cache = dir.path().join(".cache/tt-jukebox/catalog");
    fs::create_dir_all(&cache).unwrap();
    let file = json!({"release_version": "0.99.0", "model_specs": specs});
    fs::write(cache.join("newest.json"), file.to_string()).unwrap();
    let asked = run_in(&dir, &["--", "tt-jukebox", "show", "zz"], &[("TT_JUKEBOX_COMPLETE", "fish")]);
    assert_eq!(stdout(&asked), "zz-new\tmodel for N150\n", "{}", stderr(&asked));
    // A catalog that the line or the environment names comes before what was fetched.
    let own = json!({"release_version": "0.99.0", "model_specs": {"a": entry("zz-own")}});
    fs::write(dir.path().join("own.json"), own.to_string()).unwrap();
    let line = ["--", "tt-jukebox", "--catalog", "own.json", "show", "zz"];
    let asked = run_in(&dir, &line, &[("TT_JUKEBOX_COMPLETE", "fish")]);
    assert_eq!(stdout(&asked), "zz-own\tmodel for N150\n", "{}", stderr(&asked));
    let env = [("TT_JUKEBOX_COMPLETE", "fish"), ("TT_JUKEBOX_CATALOG", "own.json")];
    let asked = run_in(&dir, &["--", "tt-jukebox", "show", "zz"], &env);
    assert_eq!(stdout(&asked), "zz-own\tmodel for N150\n", "{}", stderr(&asked));
}
