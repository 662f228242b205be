//! A plan as a bash script that does the same: readable, safe to run again, and every word from outside quoted.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Plan, Step};
use crate::protocol::SetupCommand;
use crate::recipe::{Shell, Unquotable, is_unseen, is_variable_name, words};
use crate::setup::goal::Goal;
use crate::setup::proof::Proof;

/// The script of a plan.
///
/// # Errors
/// When a word holds a control character.
pub fn script(plan: &Plan, goal: &Goal) -> Result<String, Unquotable> {
    let shown = &plan.shown;
    let mut text = String::from("#!/usr/bin/env bash\n");
    let _ = writeln!(text, "# {}", line(&format!("Sets up {} on {}.", shown.model_name, shown.device_type)));
    let version = env!("CARGO_PKG_VERSION");
    let _ = writeln!(text, "# Written by tt-jukebox {version}. Safe to run again: what is done is not done twice.");
    text.push_str("set -euo pipefail\n");
    let unset: BTreeSet<&str> = plan.steps.iter().flat_map(|step| &step.shown.commands).flat_map(unset).collect();
    let _ = writeln!(text, "unset {}", unset.into_iter().collect::<Vec<_>>().join(" "));
    for obstacle in &shown.obstacles {
        let _ = writeln!(text, "# note: {}", line(&format!("{}: {}", obstacle.what, obstacle.next)));
    }
    if let Some(host) = &goal.host {
        let own = host.layout.stamp("x").parent().map(|folder| folder.display().to_string()).unwrap_or_default();
        let stores = host.layout.root.join("stores").display().to_string();
        let _ = writeln!(text, "\nmkdir -p {} {}", word(&own)?, word(&stores)?);
        let record = serde_json::to_string(&crate::setup::engine::record(host)).unwrap_or_default();
        let file = host.layout.record_file().display().to_string();
        let _ = writeln!(text, "printf '%s\\n' {} > {}", word(&record)?, word(&file)?);
    }
    for (number, step) in plan.steps.iter().enumerate() {
        text.push_str(&block(number + 1, step)?);
    }
    text.push_str("\necho 'Everything is set up.'\n");
    Ok(text)
}

fn block(number: usize, step: &Step) -> Result<String, Unquotable> {
    let shown = &step.shown;
    let mut text = format!("\n# {number}. {}\n# {}\n", line(&shown.title), line(&shown.why));
    let title = word(&line(&shown.title))?;
    let guard = guard(&step.proof)?;
    let indent = if let Some(guard) = &guard {
        let _ = writeln!(text, "if {guard}; then\n  printf 'already done: %s\\n' {title}\nelse");
        "  "
    } else {
        ""
    };
    let _ = writeln!(text, "{indent}printf -- '--- %s\\n' {title}");
    if let Some((folder, commands)) = &step.once_there {
        let _ = writeln!(text, "{indent}if [ -e {} ]; then", word(&folder.display().to_string())?);
        lines(&mut text, &format!("{indent}  "), commands)?;
        let _ = writeln!(text, "{indent}else");
        lines(&mut text, &format!("{indent}  "), &shown.commands)?;
        let _ = writeln!(text, "{indent}fi");
    } else {
        lines(&mut text, indent, &shown.commands)?;
    }
    if let Proof::Stamp { file, text: stamp, .. } = &step.proof {
        let _ = writeln!(text, "{indent}printf '%s\\n' {} > {}", word(stamp)?, word(&file.display().to_string())?);
    }
    if guard.is_some() {
        text.push_str("fi\n");
    }
    Ok(text)
}

fn lines(text: &mut String, indent: &str, commands: &[SetupCommand]) -> Result<(), Unquotable> {
    for command in commands {
        let run = run(command)?;
        match &command.only_if {
            Some(file) => {
                let _ = writeln!(text, "{indent}if [ -e {} ]; then {run}; fi", word(file)?);
            }
            None => {
                let _ = writeln!(text, "{indent}{run}");
            }
        }
    }
    Ok(())
}

/// What is taken away once, at the top: a command that needs such a variable sets it itself.
fn unset(command: &SetupCommand) -> impl Iterator<Item = &str> {
    command.unset.iter().map(String::as_str).filter(|name| is_variable_name(name))
}

/// A command in a shell of its own, so that folder and variables end with it.
fn run(command: &SetupCommand) -> Result<String, Unquotable> {
    let mut env = Vec::new();
    if !command.env.is_empty() {
        env.push("env".to_owned());
    }
    env.extend(command.env.iter().map(|variable| format!("{}={}", variable.name, variable.value)));
    env.extend(command.argv.iter().cloned());
    Ok(format!("(cd {} && {})", word(&command.cwd)?, words(&env, Shell::Bash)?))
}

/// The condition under which a step is done; none for one that finds out by itself.
fn guard(proof: &Proof) -> Result<Option<String>, Unquotable> {
    let path = |path: &std::path::Path| word(&path.display().to_string());
    Ok(match proof {
        Proof::Store { store, commit } => {
            let commit = word(&format!("{commit}^{{commit}}"))?;
            Some(format!("git -C {} rev-parse --verify --quiet {commit} >/dev/null 2>&1", path(store)?))
        }
        Proof::Worktree { store, folder, commit } => {
            let wanted = format!("git -C {} rev-parse {}", path(store)?, word(&format!("{commit}^{{commit}}"))?);
            let head = format!("git -C {} rev-parse HEAD 2>/dev/null", path(folder)?);
            let index = format!("$(git -C {} rev-parse --git-dir 2>/dev/null)/index", path(folder)?);
            Some(format!("[ -f \"{index}\" ] && [ \"$({head})\" = \"$({wanted})\" ]"))
        }
        Proof::Stamp { file, text, products } => {
            let mut test = format!("[ \"$(cat {} 2>/dev/null)\" = {} ]", path(file)?, word(text)?);
            for product in products {
                test.push_str(&format!(" && [ -e {} ]", path(product)?));
            }
            Some(test)
        }
        Proof::Tools(rows) => {
            let row = |names: &Vec<String>| {
                let tests: Result<Vec<String>, Unquotable> =
                    names.iter().map(|name| Ok(format!("command -v {} >/dev/null", word(name)?))).collect();
                Ok(format!("{{ {}; }}", tests?.join(" || ")))
            };
            Some(rows.iter().map(row).collect::<Result<Vec<_>, Unquotable>>()?.join(" && "))
        }
        Proof::Answers(argv) => Some(format!("{} >/dev/null 2>&1", words(argv, Shell::Bash)?)),
        Proof::Submodules { .. } | Proof::Files(_) | Proof::Weights { .. } => None,
    })
}

fn word(text: &str) -> Result<String, Unquotable> {
    words(&[text.to_owned()], Shell::Bash)
}

/// Text for a comment: on one line, without anything that acts.
fn line(text: &str) -> String {
    text.chars().map(|c| if is_unseen(c) { ' ' } else { c }).collect()
}
