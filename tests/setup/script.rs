//! The script of a plan, read by shellcheck.

use std::process::Command;

use crate::stand_in::{Home, describe};

const MODELS: [&str; 10] = [
    "model-E1",
    "model-E2",
    "model-E3",
    "model-E4",
    "model-E5",
    "model-E6",
    "model-E7",
    "model-media",
    "model-forge",
    "model-tagged",
];

#[test]
fn shellcheck_has_nothing_to_say() {
    if which::which("shellcheck").is_err() {
        eprintln!("not run: shellcheck is not installed");
        return;
    }
    let home = Home::new();
    let check = |model: &str, round: &str| {
        let script = home.run(&["setup", model, "--script"]);
        assert!(script.status.success(), "{}", describe(&script));
        let path = home.write(&format!("{model}-{round}.sh"), &String::from_utf8(script.stdout).unwrap());
        let output = Command::new("shellcheck").args(["--format=gcc"]).arg(&path).output().unwrap();
        assert!(output.status.success(), "{model}: {}", describe(&output));
    };
    MODELS.iter().for_each(|model| check(model, "first"));
    // What is there changes the plan: the history is fetched in place of cloned.
    home.set_up("model-E6");
    std::fs::remove_dir_all(home.environment("E6")).unwrap();
    MODELS.iter().for_each(|model| check(model, "again"));
}
