//! Command lines of the older tt-jukebox over the real binary, and complaints about a line that nobody understands.

use serde_json::Value;

use super::{json, run, run_in, stderr, stdout};

const N150: [&str; 2] = ["--simulate", "n150"];

fn on_n150(line: &str) -> std::process::Output {
    run(&[line.split_whitespace().collect::<Vec<_>>(), N150.to_vec()].concat())
}

#[test]
fn old_lines_answer_as_the_new_ones_and_tell_them() {
    for (old, new) in [
        ("--list", "list --all"),
        ("-l -f", "list --all"),
        ("--model llama", "list llama"),
        ("chat", "list --task chat"),
        ("code_assistant", "list --task code_assistant"),
        ("--show-experimental video", "list --task video --experimental"),
        ("-e chat --force", "list --task chat --experimental"),
    ] {
        for json in [false, true] {
            let with = |line: &str| on_n150(&format!("{line}{}", if json { " --json" } else { "" }));
            let (was, is) = (with(old), with(new));
            assert_eq!(was.status.code(), is.status.code(), "{old}: {}", stderr(&was));
            assert_eq!(stdout(&was), stdout(&is), "{old}");
            assert!(stderr(&was).contains(&format!("note: this is now \"tt-jukebox {new}\"")), "{}", stderr(&was));
            assert!(!stderr(&is).contains("this is now"), "{}", stderr(&is));
        }
    }
}

#[test]
fn the_next_step_to_a_command_is_told_as_the_older_program_took_it() {
    let one = on_n150("--model Llama-3.1-8B-Instruct");
    let next = "next: `tt-jukebox command Llama-3.1-8B-Instruct --simulate n150` prints its serving command";
    assert!(stderr(&one).contains(next), "{}", stderr(&one));
    let many = on_n150("-m llama");
    assert!(stderr(&many).contains("next: `tt-jukebox command NAME --simulate n150`"), "{}", stderr(&many));
    assert!(!stderr(&on_n150("chat")).contains("next:"));
    let none = on_n150("-m xyzzy");
    assert_eq!(none.status.code(), Some(4), "{}", stderr(&none));
}

#[test]
fn a_token_on_the_command_line_is_refused_and_stands_nowhere() {
    for line in ["--hf-token hf_secret", "--token=hf_secret chat --json", "list --hf-token=hf_secret --json"] {
        let output = on_n150(line);
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert!(
            stderr(&output).contains("HF_TOKEN") && stderr(&output).contains("hf auth login"),
            "{}",
            stderr(&output)
        );
        assert!(!format!("{}{}", stderr(&output), stdout(&output)).contains("secret"), "{line}");
        assert_eq!(stdout(&output).is_empty(), !line.contains("--json"));
    }
}

#[test]
fn setup_shows_the_plan_of_todays_setup_and_asks() {
    let output = on_n150("--setup --model Llama-3.2-1B-Instruct");
    assert!(stderr(&output).contains("this is now \"tt-jukebox setup Llama-3.2-1B-Instruct\""), "{}", stderr(&output));
    assert_ne!(output.status.code(), Some(0), "nothing is built without a yes");
    let shown = format!("{}{}", stdout(&output), stderr(&output));
    assert!(shown.contains("steps are done") || shown.contains("in the way"), "{shown}");
}

#[test]
fn complaints_are_json_too_where_that_is_wanted() {
    let rows: [(&[&str], &str); 5] = [
        (&["nonsense", "--json"], "unrecognized subcommand 'nonsense'"),
        (&["list", "--lmit", "3", "--json"], "unexpected argument '--lmit' found"),
        (&["--json", "--facts", "x", "--simulate", "n150", "list"], "cannot be used with"),
        (&["--json", "show"], "required arguments were not provided"),
        (&["--json"], "no command is named"),
    ];
    for (args, what) in rows {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let object = json(&output);
        assert_eq!((object["schema"].as_u64(), object["error"]["kind"].as_str()), (Some(1), Some("usage")));
        assert!(object["error"]["what"].as_str().unwrap().contains(what), "{object}");
        assert!(object["error"]["next"].as_str().unwrap().contains("--help"), "{object}");
        assert!(!stderr(&output).is_empty());
        let without: Vec<&str> = args.iter().copied().filter(|arg| *arg != "--json").collect();
        assert_eq!(stdout(&run(&without)), "", "{args:?}");
    }
    let tip = json(&run(&["list", "--lmit", "3", "--json"]))["error"]["why"].clone();
    assert!(tip.as_str().unwrap().contains("--limit"), "{tip}");
    let help = run(&["--json", "--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(serde_json::from_str::<Value>(&stdout(&help)).is_err(), "help is an answer, and stays text");
}

#[test]
fn a_fresh_catalog_is_asked_for_as_before() {
    let dir = tempfile::tempdir().unwrap();
    let entry = serde_json::json!({"id": {"model_id": "id_x_M_n150", "hf_model_repo": "o/M", "model_name": "M",
        "device_type": "N150", "tt_metal_commit": "a", "vllm_commit": "b", "model_type": "LLM", "device_model_spec": {}}});
    std::fs::write(dir.path().join("specs.json"), entry.to_string()).unwrap();
    let args = ["--refresh-cache", "--model", "M", "--catalog", "specs.json", "--simulate", "n150"];
    let output = run_in(&dir, &args, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("1 entry for N150"), "{}", stdout(&output));
    for line in ["this is now \"tt-jukebox list M --refresh-cache\"", "so nothing was refreshed"] {
        assert!(stderr(&output).contains(line), "{}", stderr(&output));
    }
}
