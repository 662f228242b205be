//! A recipe as text that a person can read, copy and paste, in the quoting of their shell.

use serde::{Deserialize, Serialize};

use super::Recipe;

/// A shell whose quoting we know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Shell {
    /// bash
    #[default]
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
    /// POSIX sh
    Sh,
}

/// Linux refuses to start a program with a longer word (`MAX_ARG_STRLEN`, 32 pages, execve(2)).
const MAX_WORD: usize = 128 << 10;
/// A quarter of the usual stack of 8 MB is what Linux gives to arguments and environment together (execve(2)).
const MAX_COMMAND: usize = 1 << 20;

/// A value that no shell line can carry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} {why}")]
pub struct Unquotable {
    /// Argument or variable.
    pub name: String,
    /// What is wrong with it.
    pub why: &'static str,
}

/// The command as text: one value a line, every line but the last ending in a backslash.
///
/// # Errors
/// When a value holds a control character: pasted into a terminal it would act and not stand there.
pub fn render(recipe: &Recipe, shell: Shell) -> Result<String, Unquotable> {
    render_behind(&format!("cd {} &&", quoted("cwd", &recipe.cwd, shell)?), recipe, shell)
}

/// The command behind a first line that goes to its folder.
pub(super) fn render_behind(first: &str, recipe: &Recipe, shell: Shell) -> Result<String, Unquotable> {
    let total: usize = recipe.args.iter().map(String::len).sum();
    if total > MAX_COMMAND {
        return Err(Unquotable { name: "the command".into(), why: "is longer than a program can be given" });
    }
    let word = |name: &str, text: &str| quoted(name, text, shell);
    let mut lines = vec![first.to_owned()];
    if !recipe.env.is_empty() {
        lines.push("env".to_owned());
    }
    for variable in &recipe.env {
        if !is_variable_name(&variable.name) {
            return Err(Unquotable { name: format!("{:.100?}", variable.name), why: "is no name of a variable" });
        }
        lines.push(format!("  {}={}", variable.name, word(&variable.name, &variable.value)?));
    }
    let indent = if recipe.env.is_empty() { "" } else { "  " };
    let mut line = format!("{indent}{}", word("program", &recipe.program)?);
    let mut after_flag = false;
    for arg in &recipe.args {
        let is_flag = arg.starts_with("--");
        if is_flag || (line.contains(" --") && !after_flag) {
            lines.push(std::mem::take(&mut line));
            line.push_str("    ");
        } else {
            line.push(' ');
        }
        line.push_str(&word("an argument", arg)?);
        after_flag = is_flag;
    }
    lines.push(line);
    Ok(lines.join(" \\\n"))
}

/// True for a text that can be the name of an environment variable.
pub fn is_variable_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A program and its arguments as one line.
///
/// # Errors
/// When a word holds a control character.
pub fn words(command: &[String], shell: Shell) -> Result<String, Unquotable> {
    let word = |text: &String| quoted("a word of the command", text, shell);
    Ok(command.iter().map(word).collect::<Result<Vec<_>, _>>()?.join(" "))
}

/// True for characters that act or hide and do not show: control characters, those that turn the direction of writing, and
/// those without width.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn quoted(name: &str, text: &str, shell: Shell) -> Result<String, Unquotable> {
    let unquotable = |why| Unquotable { name: name.to_owned(), why };
    if text.len() >= MAX_WORD {
        return Err(unquotable("is longer than the 128 kB that Linux gives to a program in one word"));
    }
    quote(text, shell).ok_or_else(|| unquotable("holds a control character"))
}

/// One word of a command line; none when it holds a control character.
fn quote(text: &str, shell: Shell) -> Option<String> {
    if text.chars().any(is_unseen) {
        return None;
    }
    // zsh reads a word that begins with `=` as the path of a program.
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@+:,./-=".contains(c);
    if !text.is_empty() && !text.starts_with('=') && text.chars().all(plain) {
        return Some(text.to_owned());
    }
    let inside = match shell {
        // Inside fish's single quotes a backslash escapes a quote and itself.
        Shell::Fish => text.replace('\\', "\\\\").replace('\'', "\\'"),
        _ => text.replace('\'', r"'\''"),
    };
    Some(format!("'{inside}'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Variable;
    use proptest::prelude::*;
    use std::process::Command;

    fn echo(args: &[&str], value: &str) -> Recipe {
        Recipe {
            cwd: "/".into(),
            env: vec![Variable { name: "MESH_DEVICE".into(), value: value.into() }],
            program: "/usr/bin/printf".into(),
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            ..Recipe::default()
        }
    }

    /// Every shell of this machine. One that is not installed is named, not passed over.
    fn shells() -> Vec<(Shell, std::path::PathBuf)> {
        let all = [(Shell::Bash, "bash"), (Shell::Zsh, "zsh"), (Shell::Fish, "fish"), (Shell::Sh, "sh")];
        let found: Vec<_> = all.into_iter().filter_map(|(s, name)| Some((s, which::which(name).ok()?))).collect();
        assert!(found.len() >= 2, "bash and sh are needed for this test");
        found
    }

    fn says(shell: &std::path::Path, text: &str) -> String {
        let output = Command::new(shell).arg("-c").arg(text).output().unwrap();
        assert!(output.status.success(), "{} said {}", shell.display(), String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn a_command_reads_well() {
        let text =
            render(&echo(&["-m", "mod", "--model", "o/M", "--flag", "--json", r#"{"a":1}"#], "(4, 8)"), Shell::Bash);
        expect_test::expect![[r#"
            cd / && \
            env \
              MESH_DEVICE='(4, 8)' \
              /usr/bin/printf -m mod \
                --model o/M \
                --flag \
                --json '{"a":1}'"#]]
        .assert_eq(&text.unwrap());
    }

    #[test]
    fn control_characters_are_refused() {
        assert!(render(&echo(&["a\nb"], ""), Shell::Bash).is_err());
        assert!(render(&echo(&["a\0b"], ""), Shell::Bash).is_err());
        assert!(render(&echo(&[], "\u{1b}[0m"), Shell::Bash).is_err());
        let long = "x".repeat(1 << 20);
        let refused = render(&echo(&[&long], ""), Shell::Bash).unwrap_err().to_string();
        assert!(refused.contains("128 kB"), "{refused}");
        let many = vec!["x".repeat(100_000); 11];
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(render(&echo(&many, ""), Shell::Bash).is_err());
        let mut named = echo(&[], "x");
        named.env[0].name = "A B".into();
        let refused = render(&named, Shell::Bash).unwrap_err().to_string();
        assert_eq!(refused, "\"A B\" is no name of a variable");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn real_shells_give_back_the_same_words(words in proptest::collection::vec("[ -~äß'\"\\\\$`!*?~=#;|&<>(){}\\[\\]]{0,12}", 1..4)) {
            for (shell, path) in shells() {
                let mut args = vec!["%s\\n"];
                args.extend(words.iter().map(String::as_str));
                let text = render(&echo(&args, "x"), shell).unwrap();
                let expected: String = words.iter().map(|word| format!("{word}\n")).collect();
                prop_assert_eq!(says(&path, &text), expected, "{}", text);
            }
        }
    }
}
