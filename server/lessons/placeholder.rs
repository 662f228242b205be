//! What a lesson may leave open for the machine that it is read on: a closed list, and the filling in.

use std::collections::BTreeMap;

use crate::error::{Failure, FailureKind, Result};
use crate::recipe::{Shell, words};
use crate::requests::status::escape;

/// How a value may stand in a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A word or two: in a sentence, or as one word of a command.
    Text,
    /// A path, likewise.
    Path,
    /// A whole command: alone on its line, in a block of code.
    Command,
}

/// A placeholder.
#[derive(Debug, Clone, Copy)]
pub struct Placeholder {
    /// Its name, which stands in two pairs of braces.
    pub name: &'static str,
    /// How it may stand.
    pub kind: Kind,
    /// What it becomes.
    pub about: &'static str,
}

const fn placeholder(name: &'static str, kind: Kind, about: &'static str) -> Placeholder {
    Placeholder { name, kind, about }
}

/// The list.
pub const PLACEHOLDERS: [Placeholder; 31] = [
    placeholder("device", Kind::Text, "the spec name of this box"),
    placeholder("boards", Kind::Text, "its boards, for example 2 x p300c"),
    placeholder("chips", Kind::Text, "how many chips it has"),
    placeholder("driver", Kind::Text, "the version of its kernel driver"),
    placeholder("model", Kind::Text, "the model for this step that suits this box best"),
    placeholder("model_repo", Kind::Text, "its repository on the Hugging Face hub"),
    placeholder("model_device", Kind::Text, "the device name under which it is published, the box or a part of it"),
    placeholder(
        "model_status",
        Kind::Text,
        "how far it has come: complete, functional or experimental, and to which release where the newest has dropped it",
    ),
    placeholder("model_count", Kind::Text, "how many models of this kind run on this box"),
    placeholder("context", Kind::Text, "its longest context here, in tokens"),
    placeholder("sequences", Kind::Text, "how many requests it takes at once"),
    placeholder("disk_gb", Kind::Text, "free disk in GB that its publisher asks for"),
    placeholder("ram_gb", Kind::Text, "memory in GB that its publisher asks for"),
    placeholder("port", Kind::Text, "the port of the model server"),
    placeholder("api_port", Kind::Text, "a port beside it, for a server of your own"),
    placeholder("server_url", Kind::Text, "the address of the model server"),
    placeholder("local_url", Kind::Text, "the address of a model server on this machine"),
    placeholder("metal_state", Kind::Text, "whether that checkout of tt-metal is there and built"),
    placeholder("metal_home", Kind::Path, "the checkout of tt-metal that is used"),
    placeholder("forge_home", Kind::Path, "the environment of TT-Forge"),
    placeholder("environments", Kind::Path, "the folder with the environments"),
    placeholder("scratchpad", Kind::Path, "the folder for scripts"),
    placeholder("weights_dir", Kind::Path, "the folder with the weights"),
    placeholder("script", Kind::Path, "the script of this step, in the folder for scripts"),
    placeholder("serve_command", Kind::Command, "the command that serves the model"),
    placeholder("test_command", Kind::Command, "the request that tries the server"),
    placeholder("verify_command", Kind::Command, "the small program that runs on the board"),
    placeholder("forge_install_command", Kind::Command, "what makes the environment of TT-Forge"),
    placeholder("forge_test_command", Kind::Command, "what imports TT-Forge and says its version"),
    placeholder("script_command", Kind::Command, "the call of the script of this step"),
    placeholder("dry_run_command", Kind::Command, "the same with --dry-run, which touches nothing"),
];

/// The placeholder of this name.
pub fn find(name: &str) -> Option<&'static Placeholder> {
    PLACEHOLDERS.iter().find(|placeholder| placeholder.name == name)
}

/// Names in double braces, in order, each once, whether they are in the list or not.
pub fn used(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for part in text.split("{{").skip(1) {
        let name = part.split("}}").next().unwrap_or_default();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Puts the values in: quoted for a shell in blocks of code, without any meaning as Markdown in sentences.
///
/// # Errors
/// When a name is not among the values, and when a value cannot stand where it is wanted.
pub fn fill(text: &str, values: &BTreeMap<&str, String>) -> Result<String> {
    let mut filled = String::with_capacity(text.len() * 2);
    let mut in_block = false;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        }
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("{{") {
            filled.push_str(before);
            let (name, after) = after.split_once("}}").ok_or_else(|| broken(line, "a brace is not closed"))?;
            let value = values.get(name).ok_or_else(|| broken(name, "nothing is known by this name"))?;
            let in_code = line[..line.len() - rest.len() + before.len()].matches('`').count() % 2 == 1;
            filled.push_str(&placed(name, value, in_block, in_code)?);
            rest = after;
        }
        filled.push_str(rest);
    }
    Ok(filled)
}

fn placed(name: &str, value: &str, in_block: bool, in_code: bool) -> Result<String> {
    let is_command = find(name).is_some_and(|placeholder| placeholder.kind == Kind::Command);
    if is_command {
        let stands_in_block = in_block && !value.contains("```");
        return stands_in_block.then(|| value.to_owned()).ok_or_else(|| broken(name, "a command stands in a block"));
    }
    if in_block {
        return words(&[value.to_owned()], Shell::Bash).map_err(|error| broken(name, &error.to_string()));
    }
    let plain: String = value.chars().map(|c| if c.is_control() || c == '`' { ' ' } else { c }).collect();
    Ok(if in_code { plain } else { escape(&plain) })
}

fn broken(what: &str, why: &str) -> Failure {
    let what = format!("a lesson could not be filled in at {what:.100?}");
    Failure::new(FailureKind::Internal, what, why, "`cargo xtask content` finds such places. Please report this.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_means_nothing_where_it_stands() {
        let values = BTreeMap::from([("model", "a [x](y) `z` $(reboot)".to_owned()), ("serve_command", "cd x".into())]);
        let text = "on {{model}}, `{{model}}`\n```sh\nrun {{model}}\n{{serve_command}}\n```\n{{model}}";
        let expected = "on a \\[x\\](y)  z  \\$(reboot), `a [x](y)  z  $(reboot)`\n```sh\n\
                        run 'a [x](y) `z` $(reboot)'\ncd x\n```\na \\[x\\](y)  z  \\$(reboot)";
        assert_eq!(fill(text, &values).unwrap(), expected);
    }

    #[test]
    fn what_nobody_knows_is_not_left_standing() {
        let values = BTreeMap::from([("serve_command", "a\n```\nb".to_owned())]);
        for text in ["{{nothing}}", "{{serve_command", "{{serve_command}}", "```\n{{serve_command}}\n```"] {
            assert!(fill(text, &values).is_err(), "{text}");
        }
    }

    #[test]
    fn names_are_found_and_differ() {
        assert_eq!(used("{{a}} {{b}} {{a}} {x}"), ["a", "b"]);
        for (at, one) in PLACEHOLDERS.iter().enumerate() {
            assert!(PLACEHOLDERS[at + 1..].iter().all(|other| other.name != one.name));
        }
    }
}
