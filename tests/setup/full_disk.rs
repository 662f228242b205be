//! Setups on a disk that is really full: environments, logs and the journal are all on it.

use std::fs;

use serde_json::{Value, json};

use crate::real_parts::Real;
use crate::small_disk::SmallDisk;
use crate::stand_in::{Home, describe};

/// Puts environments, logs and journal of a home on a disk of their own.
fn on_small_disk(home: &mut Home, size: &str) -> Option<SmallDisk> {
    let disk = SmallDisk::mount(&home.root(), size)?;
    let (program, mut args) = disk.enter();
    args.push(env!("CARGO_BIN_EXE_tt-jukebox").to_owned());
    home.through = Some((program, args));
    home.more.push(("XDG_STATE_HOME", Some(home.root().join(".state").display().to_string())));
    Some(disk)
}

/// Runs a setup that must fail; answers what the last event says.
fn failure(home: &Home, code: i32) -> Value {
    let output = home.run(&["setup", "model-E1", "--yes", "--json"]);
    assert_eq!(output.status.code(), Some(code), "{}", describe(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    last["failure"].clone()
}

#[test]
fn a_build_that_fills_the_disk_is_told_and_goes_on_when_there_is_room() {
    let mut home = Home::new();
    let Some(disk) = on_small_disk(&mut home, "24m") else { return };
    home.more.push(("STAND_IN_MEGABYTES", Some("40".into())));
    let said = failure(&home, 6);
    assert_eq!(said["what"], "the step \"Build tt-metal\" has failed", "{said}");
    assert!(said["why"].as_str().unwrap().contains("likely cause: the disk is full"), "{said}");
    assert!(said["next"].as_str().unwrap().contains("Free some space"), "{said}");
    let again = failure(&home, 6);
    assert!(again["why"].as_str().unwrap().contains("disk is full"), "on a disk that is full from the start: {again}");
    let stamps = disk.seen(&home.environment("E1").join(".tt-jukebox"));
    assert!(!stamps.join("metal.build.done").exists());
    assert!(disk.resize("200m"));
    let outcome = home.set_up("model-E1");
    assert!(outcome["done_before"].as_array().unwrap().contains(&json!("metal.submodules")), "{outcome}");
    assert_eq!(home.set_up("model-E1")["ran"], json!([]));
    for entry in fs::read_dir(stamps).unwrap().flatten() {
        assert!(fs::metadata(entry.path()).unwrap().len() > 0, "{:?} is empty", entry.path());
    }
}

#[test]
fn a_real_pip_that_fills_the_disk_is_told_and_goes_on_when_there_is_room() {
    let mut real = Real::new(&["E1"]);
    let Some(disk) = on_small_disk(&mut real.home, "40m") else { return };
    // The environment fits, torch with its many files does not.
    let mut sizes = [6, 14, 24, 34, 44, 90].into_iter();
    let mut failed = Vec::new();
    assert!(disk.resize("10m"));
    loop {
        let output = real.home.run(&["setup", "model-E1", "--yes", "--json"]);
        if output.status.success() {
            break;
        }
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        let said = &last["failure"];
        assert!(said["why"].as_str().unwrap_or_default().contains("disk is full"), "{failed:?} {}", describe(&output));
        failed.push(said["what"].as_str().unwrap().to_owned());
        let more = sizes.next().expect("it goes on for ever");
        disk.resize(&format!("{}m", 10 + more));
    }
    eprintln!("{failed:?}");
    assert!(failed.iter().any(|what| what.contains("Python environment") || what.contains("vLLM")), "{failed:?}");
    let whole = disk.seen(&real.home.environment("E1").join("tt-metal/build/python_env_vllm/lib"));
    let python = fs::read_dir(whole).unwrap().flatten().next().unwrap().path().join("site-packages");
    assert!(fs::metadata(python.join("torch/part1199.py")).is_ok_and(|meta| meta.len() > 0));
    assert!(real.is_whole("E1"));
}
