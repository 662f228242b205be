//! The text of every command, read by the real shells: what reaches the program is what the recipe says.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tt_jukebox::recipe::{Recipe, Shell, render};

use crate::catalogs;

/// Every shell of this machine. One that is not installed is named, not passed over.
pub fn installed() -> Vec<(Shell, PathBuf)> {
    let all = [(Shell::Bash, "bash"), (Shell::Zsh, "zsh"), (Shell::Fish, "fish"), (Shell::Sh, "sh")];
    let found = all.into_iter().filter_map(|(shell, name)| match which::which(name) {
        Ok(path) => Some((shell, path)),
        Err(_) => {
            eprintln!("not run with {name}: it is not installed");
            None
        }
    });
    let found: Vec<_> = found.collect();
    assert!(found.len() >= 2, "bash and sh are needed for this test");
    found
}

/// A program that prints its arguments and its environment, each ended by a NUL.
pub fn echo(dir: &Path) -> PathBuf {
    let path = dir.join("echo");
    fs::write(&path, "#!/bin/sh\nprintf '%s\\0' \"$@\" '-- environment'\nenv -0\nprintf '%s\\0' '-- end'\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// What one run of [`echo`] has seen.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    pub args: Vec<String>,
    pub env: BTreeMap<String, String>,
}

/// Runs many commands in one process of a shell.
pub fn run(shell: &Path, texts: &[String]) -> Vec<Seen> {
    let mut child = Command::new(shell)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", "/nonexistent")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let script = texts.join("\n") + "\n";
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(script.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{}: {}", shell.display(), String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut words = text.split('\0');
    let mut seen = Vec::new();
    while let Some(first) = words.next().filter(|word| !word.is_empty()) {
        let mut args = vec![first.to_owned()];
        args.extend(words.by_ref().take_while(|word| *word != "-- environment").map(str::to_owned));
        let pairs = words.by_ref().take_while(|word| *word != "-- end");
        let env =
            pairs.filter_map(|pair| pair.split_once('=')).map(|(name, value)| (name.into(), value.into())).collect();
        seen.push(Seen { args, env });
    }
    seen
}

/// A recipe that can be run anywhere, with everything else as it is.
pub fn runnable(recipe: &Recipe, echo: &Path) -> Recipe {
    let mut recipe = recipe.clone();
    recipe.cwd = "/".into();
    recipe.program = echo.display().to_string();
    // The loader and Python of the test itself must not be led to folders that are not there.
    recipe.env.retain(|variable| !["LD_LIBRARY_PATH", "PYTHONPATH"].contains(&variable.name.as_str()));
    recipe
}

#[test]
fn every_command_reaches_the_program_as_it_is_in_every_shell() {
    let dir = tempfile::tempdir().unwrap();
    let echo = echo(dir.path());
    let mut recipes: Vec<Recipe> = Vec::new();
    for named in catalogs::with_history() {
        for recipe in named.entries().map(|entry| runnable(&named.recipe(entry), &echo)) {
            // Files of the same release are read twice, bundled and published.
            if recipes.iter().all(|known| (&known.args, &known.env) != (&recipe.args, &recipe.env)) {
                recipes.push(recipe);
            }
        }
    }
    for (shell, path) in installed() {
        let texts: Vec<String> = recipes.iter().map(|recipe| render(recipe, shell).unwrap()).collect();
        let seen = run(&path, &texts);
        assert_eq!(seen.len(), recipes.len(), "{shell:?}");
        for (seen, recipe) in seen.iter().zip(&recipes) {
            assert_eq!(seen.args, recipe.args, "{shell:?}");
            for variable in &recipe.env {
                assert_eq!(seen.env.get(&variable.name), Some(&variable.value), "{shell:?}: {}", variable.name);
            }
        }
    }
}
