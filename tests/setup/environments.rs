//! `env list`, `use`, `remove`, `verify`.

use std::fs;

use crate::repositories::move_head;
use crate::stand_in::{Home, describe};

#[test]
fn environments_are_listed_used_verified_and_removed() {
    let home = Home::new();
    assert_eq!(home.json(&["env", "list", "--json"])["environments"], serde_json::json!([]));
    home.set_up("model-E3");
    home.set_up("model-E6");
    let name = |era: &str| home.environment(era).file_name().unwrap().to_str().unwrap().to_owned();
    let (e3, e6) = (name("E3"), name("E6"));
    let list = home.json(&["env", "list", "--json"]);
    let rows = list["environments"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert!(
        rows.iter().all(|row| row["ready"] == true && row["in_use"] == false && row["bytes"].as_u64() > Some(1000)),
        "{list}"
    );

    // The entry's own pair wins; another one is the fallback for what is not set up.
    let cwd = |model: &str| home.json(&["command", model, "--json"])["cwd"].as_str().unwrap().to_owned();
    assert_eq!(cwd("model-E4"), home.path().join("tt-vllm").to_str().unwrap());
    assert!(home.run(&["env", "use", &e6]).status.success());
    assert_eq!(cwd("model-E4"), home.environment("E6").join("vllm").to_str().unwrap());
    assert_eq!(cwd("model-E3"), home.environment("E3").join("vllm").to_str().unwrap());
    let list = home.json(&["env", "list", "--json"]);
    let used: Vec<_> = list["environments"].as_array().unwrap().iter().filter(|row| row["in_use"] == true).collect();
    assert_eq!((used.len(), used[0]["name"].as_str()), (1, Some(e6.as_str())));

    let check = home.json(&["env", "verify", &e3, "--json"]);
    assert_eq!(check["ok"], true, "{check}");
    fs::remove_dir_all(home.environment("E3").join("tt-metal/build")).unwrap();
    fs::write(home.environment("E3").join("tt-metal/README.md"), "changed").unwrap();
    move_head(&home.environment("E3").join("vllm"));
    let output = home.run(&["env", "verify", &e3, "--json"]);
    assert_eq!(output.status.code(), Some(6), "{}", describe(&output));
    let check: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = check["rows"].as_array().unwrap();
    let wrong: Vec<&str> =
        rows.iter().filter(|row| row["ok"] == false).map(|row| row["what"].as_str().unwrap()).collect();
    assert_eq!(wrong, ["tt-metal", "vLLM", "build"], "{check}");

    let output = home.run(&["env", "remove", &e3, "--yes"]);
    assert_eq!(output.status.code(), Some(2), "{}", describe(&output));
    assert!(String::from_utf8_lossy(&output.stderr).contains("changed files"), "{}", describe(&output));
    assert_eq!(home.run(&["env", "remove", &e6]).status.code(), Some(2), "it asks, and nobody can answer");
    assert!(home.run(&["env", "remove", &e3, "--yes", "--discard-changes"]).status.success());
    assert!(home.run(&["env", "remove", &e6, "--yes"]).status.success());
    assert!(!home.environment("E3").exists() && !home.environment("E6").exists());
    assert!(home.path().join("environments/stores/tt-metal.git").is_dir(), "the stores stay");
    assert_eq!(home.run(&["env", "verify", &e3]).status.code(), Some(2));
    let outcome = home.set_up("model-E3");
    assert!(outcome["done_before"].as_array().unwrap().contains(&"metal.store".into()), "{outcome}");
}

#[test]
fn an_environment_that_a_setup_works_on_is_not_removed() {
    let mut home = Home::new();
    home.seconds = "0.5";
    let mut running = home.start("model-E3");
    assert!(running.until(|| home.step("metal.build").as_deref() == Some("running")), "{}", running.output());
    let name = home.environment("E3").file_name().unwrap().to_str().unwrap().to_owned();
    let output = home.run(&["env", "remove", &name, "--yes"]);
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("a setup works on this environment"),
        "{}",
        describe(&output)
    );
    assert_eq!(running.end(), Some(0), "{}", running.output());
}

#[test]
fn work_of_a_person_is_not_removed_whatever_kind_it_is_of() {
    let home = Home::new();
    home.set_up("model-E3");
    let folder = home.environment("E3");
    let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
    let refused = |word: &str| {
        let output = home.run(&["env", "remove", &name, "--yes"]);
        assert_eq!(output.status.code(), Some(2), "{word}: {}", describe(&output));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(word), "{word}: {said}");
    };
    for path in
        ["tt-metal/notes.md", "tt-metal/third_party/fabric/deep/kernels/mine.cpp", "vllm/mine/model.py", "beside"]
    {
        fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
        fs::write(folder.join(path), "days of work").unwrap();
        let shown = path.strip_prefix("tt-metal/").unwrap_or(path);
        refused(shown.strip_prefix("vllm/mine/model.py").map_or(shown, |_| "mine/"));
        fs::remove_file(folder.join(path)).unwrap();
    }
    let submodule = folder.join("tt-metal/third_party/fabric");
    fs::write(submodule.join("fabric.txt"), "changed").unwrap();
    refused("third_party/fabric/fabric.txt");
    fs::write(submodule.join("fabric.txt"), "f").unwrap();
    let head = fs::read_to_string(folder.join("tt-metal/third_party/fabric/.git")).unwrap();
    let head = submodule.join(head.trim().strip_prefix("gitdir: ").unwrap()).join("HEAD");
    let before = fs::read_to_string(&head).unwrap();
    move_head(&submodule);
    refused("third_party/fabric");
    fs::write(&head, before).unwrap();
    // What git cannot read may hold anything.
    let store = home.root().join("stores/vllm.git");
    fs::rename(&store, store.with_extension("away")).unwrap();
    refused("git cannot say what has changed");
    fs::rename(store.with_extension("away"), &store).unwrap();
    let output = home.run(&["env", "remove", &name, "--yes"]);
    assert!(output.status.success() && !folder.exists(), "what a setup makes is no loss: {}", describe(&output));
}
