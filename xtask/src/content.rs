//! `cargo xtask content`: whether the lessons and the walkthrough say what is true. `--write` puts the walkthrough into the
//! extension's manifest.

mod boxes;
mod calls;
mod guide;
mod manifest;
mod markdown;
mod pages;
mod pictures;
mod spelling;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use tt_jukebox::lessons::Content;

use crate::workspace::Workspace;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// File, and line where there is one.
    pub place: String,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// What is looked at: a checkout, or the part of one that has `content/`, `templates/` and the manifest.
pub struct Looked {
    root: PathBuf,
    content: Content,
    /// Commands that the manifest declares.
    commands: BTreeSet<String>,
    findings: Vec<Finding>,
}

impl Looked {
    fn find(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.findings.push(Finding { place: place.into(), what: what.into() });
    }

    fn lessons(&self) -> PathBuf {
        self.root.join("content/lessons")
    }

    /// Commands and templates that are named and not there yet.
    fn is_coming(&self, name: &str) -> bool {
        self.content.walkthroughs.coming.iter().any(|coming| coming == name)
    }
}

/// Runs the task.
pub fn run(args: &[String]) -> Result<()> {
    let workspace = Workspace::find()?;
    match args {
        [] => {}
        [flag] if flag == "--write" => {
            manifest::write(&workspace.root)?;
            return pages::write(&workspace.root);
        }
        _ => bail!("content takes --write or nothing, not {}", args.join(" ")),
    }
    make_sure(&workspace)
}

/// Fails with every finding.
pub fn make_sure(workspace: &Workspace) -> Result<()> {
    let (findings, coming) = check(&workspace.root)?;
    if !coming.is_empty() {
        println!("to come: {}", coming.join(", "));
    }
    if findings.is_empty() {
        println!("content: nothing to say");
        return Ok(());
    }
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    bail!("{}\n{} findings", lines.join("\n"), findings.len())
}

/// Everything that is wrong, and what is still to come.
pub fn check(root: &Path) -> Result<(Vec<Finding>, Vec<String>)> {
    let content = Content::of_folder(&root.join("content")).map_err(|failure| anyhow!("{failure}"))?;
    let commands = manifest::commands(root)?;
    let mut looked = Looked { root: root.to_owned(), content, commands, findings: Vec::new() };
    steps::check(&mut looked)?;
    manifest::check(&mut looked)?;
    pages::check(&mut looked)?;
    guide::check(&mut looked)?;
    for file in lesson_files(&looked.lessons())? {
        let text = fs::read_to_string(looked.lessons().join(&file)).with_context(|| file.clone())?;
        markdown::check_lesson(&mut looked, &file, &text)?;
    }
    let about = "content/README.md";
    markdown::check_page(&mut looked, about, &fs::read_to_string(root.join(about)).context(about)?)?;
    pictures::check(&mut looked)?;
    // What cannot be read cannot be filled in either.
    if looked.findings.is_empty() {
        boxes::check(&mut looked)?;
    }
    looked.findings.sort();
    looked.findings.dedup();
    let mut coming = looked.content.walkthroughs.coming;
    coming.retain(|name| !looked.commands.contains(name) && !looked.root.join(name).is_file());
    Ok((looked.findings, coming))
}

/// The lessons by file name, in order.
fn lesson_files(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("could not list {}", folder.display()))?;
    let mut names: Vec<String> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.retain(|name| name.ends_with(".md"));
    names.sort();
    Ok(names)
}
