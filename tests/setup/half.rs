//! What a run that was cut off has left half done is removed, and a run that is cut off in the middle of that leaves nothing
//! that stops the next one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::stand_in::{Home, describe};

/// A program that kills the setup in the call whose number stands in `at`.
const KILLS: &str = r#"#!/bin/bash
echo x >> "$HOME/calls"
for last; do :; done
if [ "$(wc -l < "$HOME/calls")" != "$(cat "$HOME/at")" ]; then exec /bin/NAME "$@"; fi
if [ NAME = mv ]; then /bin/mv "$@"; else /bin/rm -f "$last/.git" "$last/HEAD"; fi
kill -KILL $PPID
"#;

/// The folder that git keeps beside a checkout.
fn git_dir(checkout: &Path) -> PathBuf {
    let link = fs::read_to_string(checkout.join(".git")).unwrap();
    checkout.join(link.trim().strip_prefix("gitdir: ").unwrap())
}

#[test]
fn a_kill_in_the_middle_of_a_removal_is_mended_by_the_next_run() {
    let home = Home::new();
    home.set_up("model-tagged");
    let vllm = &home.repositories.vllm["E3"];
    let folder = home.root().join(format!("v0.62.0_rc33-{}", &vllm[..7]));
    let kernel = folder.join("tt-metal/third_party/fabric/deep/kernels/kernel.txt");
    for half in ["vllm", "tt-metal/third_party/fabric"] {
        let mut kills = 0;
        loop {
            let checkout = folder.join(half);
            fs::remove_file(git_dir(&checkout).join("index")).unwrap();
            fs::write(home.path().join("calls"), "").unwrap();
            fs::write(home.path().join("at"), (kills + 1).to_string()).unwrap();
            ["rm", "mv"].iter().for_each(|name| home.tool(name, &KILLS.replace("NAME", name)));
            let killed = home.run(&["setup", "model-tagged", "--yes", "--json"]);
            ["rm", "mv"].iter().for_each(|name| fs::remove_file(home.path().join("bin").join(name)).unwrap());
            if killed.status.success() {
                break;
            }
            assert_eq!(killed.status.code(), None, "{half}: {}", describe(&killed));
            kills += 1;
            home.set_up("model-tagged");
            assert!(checkout.join(".git").is_file() && kernel.is_file(), "{half}, after {kills} kills");
            assert!(!folder.join(".tt-jukebox/half").exists(), "{half}: what was moved aside is removed");
        }
        assert!(kills >= 3, "{half}: only {kills} kills");
    }
    assert_eq!(home.count("end build"), 1, "nothing else was done again");
}

#[test]
fn a_store_that_somebody_makes_meanwhile_is_fetched_into() {
    let home = Home::new();
    let script = home.run(&["setup", "model-E3", "--script"]).stdout;
    let script = home.write("setup.sh", &String::from_utf8(script).unwrap());
    let store = home.root().join("stores/tt-metal.git");
    // A repository without the commit, as the setup of another environment may have made it.
    let make = || {
        let git = |args: &[&str]| assert!(Command::new("git").args(args).status().unwrap().success());
        git(&["init", "--quiet", "--bare", store.to_str().unwrap()]);
        git(&["-C", store.to_str().unwrap(), "remote", "add", "origin", &home.repositories.url("tt-metal")]);
    };
    fs::create_dir_all(store.parent().unwrap()).unwrap();
    let lock = File::create(store.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let mut running = home.start("model-E3");
    let waits = || home.journal().is_some_and(|journal| journal.to_string().contains("waits for another setup"));
    assert!(running.until(waits), "{}", running.output());
    make();
    drop(lock);
    assert_eq!(running.end(), Some(0), "{}", running.output());

    fs::remove_dir_all(home.root()).unwrap();
    fs::create_dir_all(store.parent().unwrap()).unwrap();
    make();
    let output = Command::new("bash").arg(&script).env_clear().envs(home.variables()).output().unwrap();
    assert!(output.status.success(), "{}", describe(&output));
    assert!(!store.join("tt-metal.git.part").exists());
    assert_eq!(home.count("git clone --bare"), 2, "of vLLM, each time: {:?}", home.log());
}
