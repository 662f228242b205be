//! A whole setup for each way of installing, end to end.

use std::fs;
use std::process::Command;

use crate::stand_in::{Home, SECRET, describe};

#[test]
fn every_era_comes_from_nothing_to_ready() {
    let home = Home::new();
    for era in ["E1", "E2", "E3", "E4", "E5", "E6", "E7"] {
        let model = format!("model-{era}");
        let outcome = home.set_up(&model);
        let before = outcome["done_before"].as_array().unwrap();
        let shared = ["system", "metal.store", "vllm.store"];
        assert!(before.iter().all(|id| shared.contains(&id.as_str().unwrap())), "{era}: {outcome}");
        let folder = home.environment(era);
        for path in
            ["tt-metal/build/lib/libtt_metal.so", "tt-metal/third_party/fabric/deep/kernels/kernel.txt", "vllm/.git"]
        {
            assert!(folder.join(path).exists(), "{era}: {path}");
        }
        let again = home.set_up(&model);
        assert_eq!(again["ran"], serde_json::json!([]), "{era}: nothing is done twice: {again}");
        // The answer to what runs here knows it.
        let list = home.json(&["list", &model, "--json"]);
        assert_eq!(list["matches"][0]["readiness"], "ready", "{era}: {list}");
        let command = home.json(&["command", &model, "--json"]);
        let home_of = |name: &str| {
            let env = command["env"].as_array().unwrap().iter().find(|variable| variable["name"] == name);
            env.map(|variable| variable["value"].as_str().unwrap().to_owned())
        };
        assert_eq!(home_of("TT_METAL_HOME").as_deref(), folder.join("tt-metal").to_str(), "{era}");
        assert_eq!(command["cwd"].as_str(), folder.join("vllm").to_str(), "{era}");
        assert_eq!(command["era"], era);
        assert!(fs::metadata(command["program"].as_str().unwrap()).is_ok(), "{era}: {}", command["program"]);
    }
    assert_eq!(home.count("git clone --bare"), 3, "one store for each repository, whatever the number of environments");
    assert_eq!(home.count("end build"), 7, "one build for each pair");
    assert!(home.path().join("tt-scratchpad/start-vllm-server.py").is_file(), "the launcher of E1");
    for line in
        ["end pip llama-models==0.0.48", "end pip requirements.txt", "end uv numpy<2", "end uv vllm-tt-plugin[runtime]"]
    {
        assert!(home.count(line) > 0, "{line} in {:?}", home.log());
    }
    assert_eq!(home.files_with(SECRET), Vec::<std::path::PathBuf>::new(), "a token stands nowhere");
}

#[test]
fn a_container_is_pulled_and_forge_keeps_its_variables_unset() {
    let home = Home::new();
    let outcome = home.set_up("model-media");
    assert_eq!(outcome["ran"], serde_json::json!(["image", "volume", "files"]));
    assert_eq!(home.set_up("model-media")["ran"], serde_json::json!([]));
    assert_eq!((home.count("end pull"), home.count("end volume")), (1, 1));
    let plan = home.json(&["setup", "model-forge", "--dry-run", "--json"]);
    for step in plan["steps"].as_array().unwrap() {
        for command in step["commands"].as_array().unwrap() {
            let unset: Vec<&str> =
                command["unset"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
            assert!(unset.contains(&"TT_METAL_HOME") && unset.contains(&"TT_METAL_VERSION"), "{step}");
        }
    }
}

#[test]
fn a_commit_that_the_plugin_has_not_is_looked_for_in_the_fork() {
    let home = Home::new();
    let outcome = home.set_up("model-late");
    assert!(outcome["ran"].as_array().unwrap().contains(&"vllm.install".into()), "{outcome}");
    assert_eq!(home.count("git clone --bare"), 3);
    assert!(home.environment("E6").join("vllm/plugins/vllm-tt-plugin/src/config.py").is_file());
    let logs = home.state(home.environment("E6").file_name().unwrap().to_str().unwrap()).join("log");
    let install = fs::read_to_string(logs.join("vllm.install.log")).unwrap();
    assert!(
        !install.contains("docs/install-vllm-tt.sh"),
        "the tree is looked at before anything is installed: {install}"
    );
}

#[test]
fn a_tag_is_a_commit_too_and_a_clone_of_the_user_is_a_source_and_is_left_alone() {
    let home = Home::new();
    let clone = home.path().join("tt-metal");
    let git = |args: &[&str]| {
        let output = Command::new("git").args(args).env("HOME", home.path()).current_dir(home.path()).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    git(&["clone", "--quiet", &home.repositories.url("tt-metal"), "tt-metal"]);
    fs::write(clone.join("README.md"), "my own work").unwrap();
    fs::write(clone.join("new.txt"), "mine").unwrap();
    let before = (git(&["-C", "tt-metal", "status", "--porcelain"]), git(&["-C", "tt-metal", "for-each-ref"]));
    let config = fs::read_to_string(clone.join(".git/config")).unwrap();
    home.set_up("model-tagged");
    assert!(home.count("git clone --bare --filter=blob:none --progress --reference-if-able") > 0, "{:?}", home.log());
    let alternates = fs::read_to_string(home.root().join("stores/tt-metal.git/objects/info/alternates")).unwrap();
    assert!(alternates.contains(clone.to_str().unwrap()), "{alternates}");
    assert_eq!((git(&["-C", "tt-metal", "status", "--porcelain"]), git(&["-C", "tt-metal", "for-each-ref"])), before);
    assert_eq!(fs::read_to_string(clone.join(".git/config")).unwrap(), config);
    assert_eq!(home.json(&["list", "model-tagged", "--json"])["matches"][0]["readiness"], "ready");
}

#[test]
fn the_script_does_the_same_and_can_be_run_again() {
    let home = Home::new();
    let script = home.run(&["setup", "model-E1", "--script"]);
    assert!(script.status.success(), "{}", describe(&script));
    let path = home.write("setup.sh", &String::from_utf8(script.stdout).unwrap());
    let run = || {
        let output = Command::new("bash").arg(&path).env_clear().envs(home.variables()).output().unwrap();
        assert!(output.status.success(), "{}", describe(&output));
    };
    run();
    assert_eq!((home.count("end build"), home.count("end venv"), home.count("end download")), (1, 1, 1));
    run();
    assert_eq!((home.count("end build"), home.count("end venv")), (1, 1));
    let outcome = home.set_up("model-E1");
    assert_eq!(outcome["ran"], serde_json::json!([]), "what the script has done is proved: {outcome}");
    assert_eq!(home.json(&["list", "model-E1", "--json"])["matches"][0]["readiness"], "ready");
}
