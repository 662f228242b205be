//! The pages of `content/reference/` that are made of the program's own lists, and the table of settings in the extension's
//! README. `cargo xtask content` fails when one of them is stale, `cargo xtask content --write` makes them anew.

mod command_line;
mod commands;
mod failures;
mod protocol;
mod settings;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::Looked;

pub use settings::variables;

/// Stands below the title of every page that is made.
pub const MADE: &str = "Made by `cargo xtask content --write`; do not edit.";

/// Says which pages are stale.
pub fn check(looked: &mut Looked) -> Result<()> {
    for (name, fresh) in fresh(&looked.root)? {
        if fs::read_to_string(looked.root.join(name)).unwrap_or_default() != fresh {
            looked.find(name, "it is stale; `cargo xtask content --write` makes it anew");
        }
    }
    Ok(())
}

/// Writes every page.
pub fn write(root: &Path) -> Result<()> {
    for (name, text) in fresh(root)? {
        fs::create_dir_all(root.join(name).parent().context("a page lies in a folder")?)?;
        fs::write(root.join(name), text)?;
        println!("{name} is fresh");
    }
    Ok(())
}

/// Every page as it should be.
fn fresh(root: &Path) -> Result<Vec<(&'static str, String)>> {
    let editor = Editor::read(root)?;
    Ok(vec![
        ("content/reference/settings.md", settings::page(&editor)?),
        ("content/reference/commands.md", commands::page(root, &editor)?),
        ("content/reference/command-line.md", command_line::page()),
        ("content/reference/protocol.md", protocol::page(root)?),
        ("content/reference/setup-failures.md", failures::page(root)?),
        (settings::README, settings::readme(root, &editor)?),
    ])
}

/// What the extension declares, with the texts for its keys.
pub struct Editor {
    contributes: Value,
    texts: Value,
}

impl Editor {
    /// Reads the manifest of a checkout.
    pub fn read(root: &Path) -> Result<Self> {
        let contributes = json(root, "editor-client/package.json")?["contributes"].take();
        Ok(Self { contributes, texts: json(root, "editor-client/package.nls.json")? })
    }

    /// The settings that it declares, by id.
    pub fn settings(&self) -> Result<&Map<String, Value>> {
        let declared = self.contributes["configuration"]["properties"].as_object();
        declared.context("the manifest declares no settings")
    }

    /// The titles of its commands, as far as they are words.
    pub fn titles(&self) -> Result<BTreeSet<String>> {
        let declared = self.contributes["commands"].as_array().context("the manifest declares no commands")?;
        let title = |command: &Value| self.text(&command["title"]).trim_end_matches('…').to_owned();
        Ok(declared.iter().map(title).collect())
    }

    /// A text of the manifest, on one line: `%key%` is looked up.
    fn text(&self, value: &Value) -> String {
        let raw = value.as_str().unwrap_or_default();
        let key = raw.strip_prefix('%').and_then(|rest| rest.strip_suffix('%'));
        key.map_or(raw, |key| self.texts[key].as_str().unwrap_or(raw)).replace('\n', " ")
    }
}

fn json(root: &Path, name: &str) -> Result<Value> {
    let text = fs::read_to_string(root.join(name)).with_context(|| name.to_owned())?;
    serde_json::from_str(&text).with_context(|| name.to_owned())
}

/// A table of Markdown. A pipe in a cell would end it.
fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &mut dyn Iterator<Item = String>| format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
    let mut text = line(&mut heads.iter().map(|head| (*head).to_owned()));
    text.push_str(&format!("|{}\n", "---|".repeat(heads.len())));
    for row in rows {
        text.push_str(&line(&mut row.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " "))));
    }
    text
}

/// A text as code; nothing for nothing.
fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{text}`") }
}
