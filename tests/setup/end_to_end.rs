//! Whole setups with real parts: from the plan to the last step, again, and after `kill -9` in the middle of pip and of the
//! download.

use std::fs;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::notes::{noted, overlap};
use crate::real_parts::{LENGTH, Real};
use crate::stand_in::{SECRET, describe};

/// One for each way of installing: pip and the launcher, the script of the tree, the plugin, the script of the plugin.
const ERAS: [&str; 4] = ["E1", "E3", "E6", "E7"];

#[test]
fn real_parts_come_from_the_plan_to_the_last_step() {
    let real = Real::new(&ERAS);
    for era in ERAS {
        let (home, model) = (&real.home, format!("model-{era}"));
        let plan = home.json(&["setup", &model, "--dry-run", "--json"]);
        let ids = |steps: &Value| -> Vec<String> {
            steps.as_array().unwrap().iter().map(|step| step["id"].as_str().unwrap().to_owned()).collect()
        };
        let planned = ids(&plan["steps"]);
        let outcome = home.set_up(&model);
        let shared = ["system", "metal.store", "vllm.store"];
        let missing = planned.iter().filter(|id| !shared.contains(&id.as_str()));
        let ran = outcome["ran"].as_array().unwrap();
        assert!(missing.clone().all(|id| ran.contains(&json!(id))), "{era}: {outcome}");
        assert!(real.is_whole(era), "{era}");
        let sent: u64 = real.hub.served().iter().map(|(_, range)| range.end - range.start).sum();
        assert_eq!(sent, 2 * LENGTH as u64 + 2 + 3 + 98, "{era}: each byte once");
        assert!(real.hub.requests().iter().all(|line| line.contains("store") != line.contains("with token")), "{era}");

        // The pins have done what they are for: the index has a newer numpy, and the tree would take it.
        assert_eq!(real.python(era, "import numpy, torch, vllm, ttnn; print(numpy.__version__)"), "1.26.4", "{era}");
        let name = home.environment(era).file_name().unwrap().to_str().unwrap().to_owned();
        let check: Value = serde_json::from_slice(&home.run(&["env", "verify", &name, "--json"]).stdout).unwrap();
        let rows = check["rows"].as_array().unwrap().iter();
        // The oldest trees want Python 3.10, which may not be the one of this machine.
        let wrong: Vec<&Value> = rows.filter(|row| row["ok"] == false && row["what"] != "Python").collect();
        assert_eq!(wrong, Vec::<&Value>::new(), "{era}");

        let pips = real.started(era, "vllm.install", "");
        assert!(pips >= 1, "{era}");
        assert_eq!(home.set_up(&model)["ran"], json!([]), "{era}: nothing is done twice");
        assert_eq!(real.hub.requests(), Vec::<String>::new(), "{era}: what is there is not asked for");
        assert_eq!((real.started(era, "vllm.install", ""), real.started(era, "weights", "")), (pips, 1), "{era}");
        let list = home.json(&["list", &model, "--json"]);
        assert_eq!(list["matches"][0]["readiness"], "ready", "{era}: {list}");
    }
    assert!(real.home.path().join("tt-scratchpad/start-vllm-server.py").is_file(), "the launcher of E1");
    assert_eq!(real.home.count("end build"), ERAS.len());
    assert_eq!(real.home.files_with(SECRET), Vec::<std::path::PathBuf>::new(), "a token stands nowhere");
}

#[test]
fn verify_imports_the_packages_and_tells_what_they_say() {
    let mut real = Real::new(&["E3"]);
    real.home.set_up("model-E3");
    let name = real.home.environment("E3").file_name().unwrap().to_str().unwrap().to_owned();
    let wrong = |home: &crate::stand_in::Home| -> Vec<String> {
        let check: Value = serde_json::from_slice(&home.run(&["env", "verify", &name, "--json"]).stdout).unwrap();
        let rows = check["rows"].as_array().unwrap().iter().filter(|row| row["ok"] == false);
        rows.map(|row| format!("{}: {}", row["what"].as_str().unwrap(), row["found"].as_str().unwrap())).collect()
    };
    let before = wrong(&real.home);
    assert!(before.iter().all(|row| row.starts_with("Python: ")), "{before:?}");
    real.home.more.push(("TTNN_IS_BROKEN", Some("1".into())));
    let row = "import ttnn: ImportError: libtt_metal.so: cannot open shared object file".to_owned();
    assert_eq!(wrong(&real.home), [before.clone(), vec![row]].concat());
    // The folder ttnn of tt-metal is on the path, and to Python that is a package.
    let pip = ["-m", "pip", "uninstall", "--quiet", "--yes", "ttnn", "vllm"];
    assert!(std::process::Command::new(real.venv("E3")).args(pip).status().unwrap().success());
    let rows = [
        "import ttnn: not installed: there is only a folder of that name",
        "import vllm: ModuleNotFoundError: No module named 'vllm'",
    ];
    assert_eq!(wrong(&real.home), [before, rows.map(str::to_owned).to_vec()].concat());
}

#[test]
fn a_build_that_fails_costs_no_byte_of_the_weights_and_a_refusal_none_of_the_build() {
    let real = Real::new(&["E1"]);
    let home = &real.home;
    home.write("fails/build", "c++: fatal error: Killed signal terminated program cc1plus\n");
    real.hub.slow(1 << 20);
    let output = home.run(&["setup", "model-E1", "--yes", "--json"]);
    assert_eq!(output.status.code(), Some(6), "{}", describe(&output));
    assert!(String::from_utf8_lossy(&output.stderr).contains("memory ran out"), "{}", describe(&output));
    let known = noted(&real.cached("E1").join("blobs"), &Real::blobs());
    assert!(!known.is_empty(), "the download was in the middle: {}", describe(&output));
    fs::remove_file(home.path().join("fails/build")).unwrap();

    real.hub.slow(0);
    real.hub.served();
    real.hub.gate("owner/model-E1", crate::hub_server::Gate { token: Some("another".into()), refusal: None });
    let output = home.run(&["setup", "model-E1", "--yes", "--json"]);
    assert_eq!(output.status.code(), Some(8), "{}", describe(&output));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("https://huggingface.co/owner/model-E1") || said.contains("/owner/model-E1"), "{said}");
    real.hub.gate("owner/model-E1", crate::hub_server::Gate { token: Some(SECRET.into()), refusal: None });
    home.set_up("model-E1");
    assert_eq!(overlap(&real.hub.served(), &known), 0, "what had come is not fetched again");
    assert!(real.is_whole("E1"));
}

#[test]
fn kills_in_the_middle_of_pip_and_of_the_download_lose_nothing() {
    let real = Real::new(&["E1"]);
    let home = &real.home;
    // Slow enough that the download lasts as long as the kills.
    real.hub.slow(64 << 10);
    let blobs = real.cached("E1").join("blobs");
    let (mut random, mut kills, mut noted_bytes) = (20_261_121_u64, 0, 0);
    // About how long each of them takes, in milliseconds.
    for (step, takes) in [("venv", 2500), ("vllm.install", 1500), ("requirements", 400), ("pins", 400)] {
        for round in 0..4 {
            let known = noted(&blobs, &Real::blobs());
            noted_bytes += known.iter().map(|(_, range)| range.end - range.start).sum::<u64>();
            real.hub.served();
            let mut running = home.start("model-E1");
            let there = running.until(|| home.step(step).is_some_and(|state| state == "running" || state == "done"));
            assert!(there, "{step}: {}", running.output());
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            thread::sleep(Duration::from_millis((random >> 33) % takes));
            running.signal("KILL");
            assert_eq!(running.end(), None, "{step}: {}", running.output());
            if home.step(step).as_deref() == Some("running") {
                kills += 1;
            }
            // Every other time its programs die with it, as when the machine does.
            if round % 2 == 0 {
                for pid in home.left_running() {
                    let _ = std::process::Command::new("kill").args(["-KILL", &pid.to_string()]).status();
                }
            }
            assert_eq!(overlap(&real.hub.served(), &known), 0, "{step}, after {kills} kills");
        }
    }
    eprintln!("{kills} of 16 kills came in the middle of their step");
    assert!(kills >= 8, "only {kills} kills came in the middle of their step");
    assert!(noted_bytes > 0, "the kills came in the middle of the download");
    let known = noted(&blobs, &Real::blobs());
    real.hub.served();
    real.hub.slow(0);
    let outcome = home.set_up("model-E1");
    assert!(outcome["done_before"].as_array().unwrap().contains(&json!("metal.build")), "{outcome}");
    assert_eq!(home.count("end build"), 1, "what was done is not done again: {:?}", home.log());
    assert_eq!(overlap(&real.hub.served(), &known), 0);
    assert!(real.is_whole("E1"));
    let versions = "import numpy, torch, vllm, loguru, llama_models; print(numpy.__version__, torch.__version__)";
    assert_eq!(real.python("E1", versions), "1.26.4 2.5.0+cpu");
    assert_eq!(real.python("E1", "import torch.part1199, pip; print('whole')"), "whole");
    assert_eq!(home.set_up("model-E1")["ran"], json!([]));
    assert_eq!(home.left_running(), Vec::<u32>::new());
    assert_eq!(home.files_with(SECRET), Vec::<std::path::PathBuf>::new());
}
