//! Steps that fail: what is said, what is kept, and that the next run carries on there.

use std::fs;

use serde_json::Value;

use crate::repositories::move_head;
use crate::stand_in::{Home, SECRET, describe};

fn failure(home: &Home, model: &str, code: i32) -> Value {
    let output = home.run(&["setup", model, "--yes", "--json"]);
    assert_eq!(output.status.code(), Some(code), "{}", describe(&output));
    home.journal().unwrap()["progress"]["failure"].clone()
}

#[test]
fn a_failed_step_carries_what_somebody_needs_who_is_asked_about_it() {
    let home = Home::new();
    let lines: Vec<String> = (0..40).map(|number| format!("line {number} in {}", home.path().display())).collect();
    home.write("fails/build", &format!("{}\n{SECRET} at https://me:word@example.org/x\nthe end\n", lines.join("\n")));
    failure(&home, "model-E3", 6);
    let failed = home.journal().unwrap()["progress"]["failed"].clone();
    assert_eq!((&failed["id"], &failed["title"]), (&Value::from("metal.build"), &Value::from("Build tt-metal")));
    assert_eq!(failed["command"], "./build_metal.sh");
    let tail: Vec<&str> = failed["tail"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert_eq!((tail.len(), tail[0]), (20, "line 22 in ~"));
    assert_eq!(tail[18..], ["[hidden] at https://[hidden]@example.org/x", "the end"]);
    fs::remove_file(home.path().join("fails/build")).unwrap();
    home.set_up("model-E3");
    assert!(home.journal().unwrap()["progress"]["failed"].is_null());
}

#[test]
fn a_failed_build_says_its_likely_cause_and_keeps_its_log() {
    let home = Home::new();
    home.write("fails/build", "ld: final link failed: No space left on device\n");
    let said = failure(&home, "model-E3", 6);
    assert_eq!(said["what"], "the step \"Build tt-metal\" has failed");
    assert!(said["why"].as_str().unwrap().contains("likely cause: the disk is full"), "{said}");
    let log = home.state(home.environment("E3").file_name().unwrap().to_str().unwrap()).join("log/metal.build.log");
    assert!(said["next"].as_str().unwrap().contains(log.to_str().unwrap()), "{said}");
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.contains("$ ./build_metal.sh") && text.contains("No space left"), "{text}");
    assert!(text.contains("HF none"), "the token is for the download alone: {text}");
    assert_ne!(home.json(&["list", "model-E3", "--json"])["matches"][0]["readiness"], "ready");
    fs::remove_file(home.path().join("fails/build")).unwrap();
    let outcome = home.set_up("model-E3");
    assert!(!outcome["ran"].as_array().unwrap().contains(&"metal.store".into()), "{outcome}");
    assert_eq!(home.count("begin build"), 2);
    let download = log.with_file_name("weights.log");
    assert!(fs::read_to_string(download).unwrap().contains("the token is [hidden]"));
    assert_eq!(home.files_with(SECRET), Vec::<std::path::PathBuf>::new());
}

#[test]
fn what_no_table_knows_is_told_in_its_own_last_words() {
    let home = Home::new();
    home.write("fails/venv", "something new went wrong\n");
    let said = failure(&home, "model-E3", 6);
    assert!(said["why"].as_str().unwrap().contains("something new went wrong"), "{said}");
}

#[test]
fn the_failure_of_the_download_is_its_own() {
    let home = Home::new();
    home.write("fails/download", "");
    let said = failure(&home, "model-E3", 8);
    assert_eq!(
        (said["what"].as_str(), said["next"].as_str()),
        (Some("the licence is not accepted"), Some("Accept it."))
    );
}

#[test]
fn a_commit_that_is_nowhere_is_told() {
    let home = Home::new();
    let specs = fs::read_to_string(home.path().join("specs.json")).unwrap();
    home.write("specs.json", &specs.replace(&home.repositories.vllm["E3"], "0123456"));
    let said = failure(&home, "model-E3", 6);
    assert!(said["why"].as_str().unwrap().starts_with("0123456 is not in it"), "{said}");
}

#[test]
fn missing_packages_of_the_system_wait_for_the_person_and_never_run_sudo() {
    let home = Home::new();
    fs::remove_file(home.path().join("bin/ninja")).unwrap();
    home.tool("sudo", "#!/bin/sh\necho 'begin sudo' >> \"$STAND_IN_LOG\"\n");
    if which::which_in("ninja", Some("/usr/bin:/bin"), "/").is_ok() {
        eprintln!("not run: ninja is part of this system");
        return;
    }
    let said = failure(&home, "model-E3", 6);
    assert!(said["next"].as_str().unwrap().contains("sudo ./install_dependencies.sh"), "{said}");
    assert_eq!((home.count("begin sudo"), home.count("begin build")), (0, 0));
}

#[test]
fn a_checkout_without_its_repository_and_a_folder_that_is_none_are_left_alone() {
    let home = Home::new();
    let metal = home.environment("E3").join("tt-metal");
    fs::create_dir_all(&metal).unwrap();
    fs::write(metal.join("notes"), "my work").unwrap();
    let refused = |word: &str| {
        let output = home.run(&["setup", "model-E3", "--yes"]);
        assert_eq!(output.status.code(), Some(6), "{}", describe(&output));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(word) && said.contains("somebody may have work in it"), "{said}");
        assert_eq!(fs::read_to_string(metal.join("notes")).unwrap(), "my work");
    };
    refused("is no checkout of ours");
    fs::remove_file(metal.join("notes")).unwrap();
    home.set_up("model-E3");
    fs::write(metal.join("notes"), "my work").unwrap();
    let store = home.root().join("stores/tt-metal.git");
    fs::rename(&store, store.with_extension("away")).unwrap();
    refused("its repository");
    fs::rename(store.with_extension("away"), &store).unwrap();
    assert_eq!(home.set_up("model-E3")["ran"], serde_json::json!([]));
}

#[test]
fn a_checkout_that_somebody_has_moved_is_left_alone() {
    let home = Home::new();
    home.set_up("model-E3");
    let metal = home.environment("E3").join("tt-metal");
    move_head(&metal);
    fs::write(metal.join("README.md"), "my work").unwrap();
    let output = home.run(&["setup", "model-E3", "--yes"]);
    assert_eq!(output.status.code(), Some(6), "{}", describe(&output));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("somebody has moved this checkout"),
        "{}",
        describe(&output)
    );
    assert_eq!(fs::read_to_string(metal.join("README.md")).unwrap(), "my work");
}
