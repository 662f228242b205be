//! The plan before anything runs.

use std::fs;
use std::net::TcpListener;

use crate::stand_in::{Home, SECRET, describe};

#[test]
fn a_dry_run_changes_nothing_and_says_everything() {
    let home = Home::new();
    let plan = home.json(&["setup", "model-E1", "--dry-run", "--json"]);
    let ids: Vec<&str> = plan["steps"].as_array().unwrap().iter().map(|step| step["id"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        [
            "metal.store",
            "metal.worktree",
            "metal.submodules",
            "vllm.store",
            "vllm.worktree",
            "system",
            "metal.build",
            "venv",
            "vllm.install",
            "requirements",
            "pins",
            "files",
            "weights"
        ]
    );
    for step in plan["steps"].as_array().unwrap() {
        for key in ["title", "why", "proof"] {
            assert!(!step[key].as_str().unwrap().is_empty(), "{step}");
        }
        assert!(step["done"] == (step["id"] == "system"), "{step}");
        assert!(step["expected_seconds"].is_null(), "nobody has measured it");
        let after = step["depends_on"].as_array().unwrap();
        assert!(after.iter().all(|id| ids.contains(&id.as_str().unwrap())), "{step}");
    }
    assert_eq!(plan["era"], "E1");
    assert!(!home.root().exists() && !home.state("").exists(), "nothing was made");
    let text = plan["text"].as_str().unwrap();
    assert!(text.contains("Build tt-metal") && text.contains("./build_metal.sh"), "{text}");
    assert!(!plan.to_string().contains(SECRET));
    let again = home.json(&["setup", "model-E1", "--dry-run", "--json"]);
    assert_eq!(again["id"], plan["id"]);
}

#[test]
fn a_plan_tells_how_long_steps_took_the_last_time_and_nothing_else() {
    let mut home = Home::new();
    home.seconds = "1.1";
    home.set_up("model-E3");
    let name = home.environment("E3").file_name().unwrap().to_str().unwrap().to_owned();
    assert!(home.run(&["env", "remove", &name, "--yes"]).status.success());
    let seconds = |home: &Home, model: &str, id: &str| {
        let plan = home.json(&["setup", model, "--dry-run", "--json"]);
        plan["steps"].as_array().unwrap().iter().find(|step| step["id"] == id).unwrap()["expected_seconds"].as_u64()
    };
    assert!(matches!(seconds(&home, "model-E3", "metal.build"), Some(1..=10)));
    assert_eq!(seconds(&home, "model-E6", "vllm.install"), None, "another way of installing was never measured");
    assert_eq!(seconds(&home, "model-E4", "weights"), None, "other weights were never measured");
    let text = String::from_utf8(home.run(&["setup", "model-E3", "--dry-run"]).stdout).unwrap();
    assert!(text.contains(" s the last time on this machine"), "{text}");
    // One that carries on where another run stopped is no measure.
    home.write("fails/build", "broken\n");
    assert_eq!(home.run(&["setup", "model-E3", "--yes"]).status.code(), Some(6));
    fs::remove_file(home.path().join("fails/build")).unwrap();
    let before = seconds(&home, "model-E3", "metal.build");
    home.seconds = "3";
    home.set_up("model-E3");
    assert!(home.run(&["env", "remove", &name, "--yes"]).status.success());
    assert_eq!(seconds(&home, "model-E3", "metal.build"), before);
}

#[test]
fn everything_that_stands_in_the_way_is_said_at_once() {
    let home = Home::new();
    let specs = fs::read_to_string(home.path().join("specs.json")).unwrap();
    let specs = specs.replace("owner/", "meta-llama/").replace("\"min_disk_gb\":0.001", "\"min_disk_gb\":90000000");
    home.write("specs.json", &specs.replace("\"min_ram_gb\":0.001", "\"min_ram_gb\":90000000"));
    for tool in ["git", "python3.10"] {
        fs::remove_file(home.path().join("bin").join(tool)).unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let mut command = home.command(&["setup", "model-E1", "--dry-run", "--json"]);
    command.env("PATH", home.path().join("bin")).env("TT_JUKEBOX_PORT", &port).env_remove("HF_TOKEN");
    let output = command.output().unwrap();
    let plan: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let ids: Vec<&str> = plan["obstacles"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["disk", "ram", "git", "python", "token", "port"], "{plan}");
    let blocking = plan["obstacles"].as_array().unwrap().iter().filter(|row| row["blocking"] == true).count();
    assert_eq!(blocking, 2);
    let mut command = home.command(&["setup", "model-E1", "--yes"]);
    let output = command.env("PATH", home.path().join("bin")).output().unwrap();
    assert_eq!(output.status.code(), Some(6), "{}", describe(&output));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("nothing was begun: 2 things stand in the way"), "{said}");
    assert!(!home.root().exists());
}

#[test]
fn a_token_is_looked_for_where_the_download_finds_it() {
    let mut home = Home::new();
    let specs = fs::read_to_string(home.path().join("specs.json")).unwrap();
    home.write("specs.json", &specs.replace("owner/", "meta-llama/"));
    let missing = |home: &Home| {
        let plan = home.json(&["setup", "model-E1", "--dry-run", "--json"]);
        plan["obstacles"].as_array().unwrap().iter().any(|row| row["id"] == "token")
    };
    home.more = vec![("HF_TOKEN", None)];
    assert!(missing(&home));
    home.more.push(("HUGGING_FACE_HUB_TOKEN", Some(SECRET.into())));
    assert!(!missing(&home), "under its older name");
    home.more.pop();
    home.more.push(("XDG_CACHE_HOME", Some(home.path().join("cache").display().to_string())));
    assert!(missing(&home));
    home.write("cache/huggingface/token", SECRET);
    assert!(!missing(&home), "in the cache folder of this user");
    fs::remove_file(home.path().join("cache/huggingface/token")).unwrap();
    home.write("mine", SECRET);
    home.more.push(("HF_TOKEN_PATH", Some("~/mine".into())));
    assert!(!missing(&home), "in a file that is named from the home folder");
}

#[test]
fn without_a_terminal_and_without_yes_nothing_begins() {
    let home = Home::new();
    let output = home.run(&["setup", "model-E3"]);
    assert_eq!(output.status.code(), Some(2), "{}", describe(&output));
    assert!(home.log().is_empty() || home.count("begin") == 0);
}

#[test]
fn hostile_spec_text_reaches_no_shell() {
    let home = Home::new();
    let evil = home.path().join("evil");
    let specs = fs::read_to_string(home.path().join("specs.json")).unwrap();
    for commit in [format!("$(touch {})", evil.display()), "--upload-pack=touch evil".into(), "x; touch evil".into()] {
        home.write("specs.json", &specs.replace(&home.repositories.vllm["E3"], &commit));
        let output = home.run(&["setup", "model-E3", "--yes"]);
        assert!([4, 5].contains(&output.status.code().unwrap()), "{}", describe(&output));
    }
    let named = specs.replace("model-E3", "it's $(touch evil) `touch evil`");
    home.write("specs.json", &named);
    let script = home.run(&["setup", "it's $(touch evil) `touch evil`", "--script"]);
    assert!(script.status.success(), "{}", describe(&script));
    let script = home.write("script.sh", &String::from_utf8(script.stdout).unwrap());
    let output = std::process::Command::new("bash")
        .arg(script)
        .env_clear()
        .envs(home.variables())
        .current_dir(home.path())
        .output();
    assert!(!home.path().join("evil").exists(), "{}", describe(&output.unwrap()));
}

#[test]
fn the_disk_of_a_container_is_that_of_its_volumes() {
    let home = Home::new();
    let specs = fs::read_to_string(home.path().join("specs.json")).unwrap();
    home.write("specs.json", &specs.replace("\"min_disk_gb\":0.001", "\"min_disk_gb\":90000000"));
    let obstacle = |id: &str| {
        let plan = home.json(&["setup", "model-media", "--dry-run", "--json"]);
        plan["obstacles"].as_array().unwrap().iter().find(|row| row["id"] == id).cloned()
    };
    let what = obstacle("disk").unwrap()["what"].as_str().unwrap().to_owned();
    assert!(what.ends_with(&format!("needed at {}", home.path().display())), "{what}");
    home.tool("docker", "#!/bin/sh\n[ \"$1\" = version ]\n");
    assert_eq!(obstacle("disk"), None, "what nobody knows is not held against anybody");
    home.tool("docker", "#!/bin/sh\nexit 1\n");
    assert_eq!(obstacle("container").unwrap()["blocking"], true);
}
