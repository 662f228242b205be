//! One package: its files brought together in a folder of their own, then handed to vsce.
//!
//! The extension's own folder stays as it is, so packages for other systems leave no foreign program in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::contents;
use super::platforms::UNIVERSAL;
use crate::processes::{read, run_quietly};
use crate::workspace::{Workspace, megabytes};

/// What of the extension's folder is never looked at: sources, and what other tools put there. What of the rest goes
/// into the package says `.vscodeignore`.
const APART: [&str; 6] = ["node_modules", "src", "test", "bin", "code-server", "package-lock.json"];

/// What to make.
pub struct Package {
    /// VS Code's name of the system; none for all that have no package of their own.
    pub platform: Option<&'static str>,
    /// None for the package that holds no program.
    pub sidecar: Option<Sidecar>,
    /// The address of the project, as the two galleries show it. Without it the page of the extension has no pictures: they
    /// are shown from there.
    pub repository: Option<String>,
    /// Where to write it.
    pub file: PathBuf,
}

/// The program, and the licences of what is inside it.
pub struct Sidecar {
    pub program: PathBuf,
    pub notices: String,
}

impl Package {
    /// Writes the package, unless it is too large or holds the wrong files.
    pub fn write(&self, workspace: &Workspace) -> Result<PathBuf> {
        let stage = workspace.target().join(format!("package-{}", self.platform.unwrap_or(UNIVERSAL)));
        if stage.exists() {
            fs::remove_dir_all(&stage).with_context(|| format!("could not remove {}", stage.display()))?;
        }
        self.bring_together(workspace, &stage).context("could not bring the files of the package together")?;
        let listed = read(self.vsce(workspace, &stage, "ls").arg("--no-dependencies"))?;
        contents::check(&stage, &listed.lines().collect::<Vec<_>>(), self.sidecar.is_some())?;

        let fresh = self.file.with_extension("vsix.fresh");
        let mut vsce = self.vsce(workspace, &stage, "package");
        vsce.args(["--no-dependencies", "--out"]).arg(&fresh);
        if let Some(platform) = self.platform {
            vsce.args(["--target", platform]);
        }
        match &self.repository {
            Some(address) => {
                vsce.args(["--baseContentUrl", &format!("{address}/blob/HEAD/editor-client")]);
                vsce.args(["--baseImagesUrl", &format!("{address}/raw/HEAD/editor-client")]);
            }
            None => {
                vsce.arg("--allow-missing-repository");
            }
        }
        run_quietly(&mut vsce).context("could not write the package")?;
        let size = fs::metadata(&fresh)?.len();
        contents::check_size(&fresh, size)?;
        // Under its name only when it may be used.
        fs::rename(&fresh, &self.file)?;
        fs::remove_dir_all(&stage)?;
        println!("{}: {}", self.file.display(), megabytes(size));
        Ok(self.file.clone())
    }

    fn vsce(&self, workspace: &Workspace, stage: &Path, what: &str) -> Command {
        let mut vsce = Command::new("node");
        vsce.current_dir(stage).arg(workspace.client().join("node_modules/@vscode/vsce/vsce")).arg(what);
        vsce
    }

    fn bring_together(&self, workspace: &Workspace, stage: &Path) -> Result<()> {
        fs::create_dir_all(stage)?;
        for entry in fs::read_dir(workspace.client())? {
            let entry = entry?;
            if APART.iter().all(|name| entry.file_name() != *name) {
                copy(&entry.path(), &stage.join(entry.file_name()))?;
            }
        }
        for name in ["LICENSE", "CHANGELOG.md"] {
            fs::copy(workspace.root.join(name), stage.join(name))?;
        }
        if let Some(Sidecar { program, notices }) = &self.sidecar {
            let bin = stage.join("bin");
            fs::create_dir(&bin)?;
            fs::copy(program, bin.join("tt-jukebox"))?;
            fs::write(bin.join("THIRD-PARTY-NOTICES.txt"), notices)?;
        }
        rewrite(&stage.join("package.json"), |text| manifest(text, self.repository.as_deref()))?;
        if self.repository.is_none() {
            rewrite(&stage.join("README.md"), |text| Ok(without_pictures(text)))?;
        }
        Ok(())
    }
}

/// The manifest without what only serves its making, with the address of the project where there is one.
fn manifest(text: &str, repository: Option<&str>) -> Result<String> {
    let mut manifest: Value = serde_json::from_str(text)?;
    let fields = manifest.as_object_mut().context("package.json is no object")?;
    // `private` keeps it off npm; as a mark in the package it would keep it off the galleries.
    for name in ["scripts", "devDependencies", "private"] {
        fields.shift_remove(name);
    }
    if let Some(address) = repository {
        fields.insert("repository".to_owned(), json!({ "type": "git", "url": format!("{address}.git") }));
        fields.insert("homepage".to_owned(), json!(address));
        fields.insert("bugs".to_owned(), json!({ "url": format!("{address}/issues") }));
    }
    Ok(format!("{manifest:#}\n"))
}

/// VS Code shows pictures of that page from an https address only.
fn without_pictures(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("![")).collect();
    format!("{}\n", lines.join("\n").replace("\n\n\n", "\n\n"))
}

fn rewrite(file: &Path, change: impl FnOnce(&str) -> Result<String>) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
    Ok(fs::write(file, change(&text)?)?)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        fs::copy(from, to).with_context(|| format!("could not copy {}", from.display()))?;
        return Ok(());
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_of_a_package_names_the_project_where_it_is_known() {
        let text = r#"{ "name": "x", "private": true, "scripts": { "vscode:prepublish": "y" }, "main": "./m.js" }"#;
        let plain: Value = serde_json::from_str(&manifest(text, None).unwrap()).unwrap();
        assert_eq!(plain, json!({ "name": "x", "main": "./m.js" }));
        let known: Value = serde_json::from_str(&manifest(text, Some("https://example.org/me/it")).unwrap()).unwrap();
        assert_eq!(known["repository"]["url"], "https://example.org/me/it.git");
        assert_eq!(known["bugs"]["url"], "https://example.org/me/it/issues");
    }

    #[test]
    fn the_page_has_its_pictures_from_the_project_or_none() {
        assert_eq!(without_pictures("# A\n\n![b](c.png)\n\nd\n"), "# A\n\nd\n");
        let workspace = Workspace::find().unwrap();
        let page = fs::read_to_string(workspace.client().join("README.md")).unwrap();
        let pictures: Vec<&str> = page
            .lines()
            .filter_map(|line| line.strip_prefix("![")?.split_once("]("))
            .map(|(_, rest)| rest.trim_end_matches(')'))
            .collect();
        assert!(!pictures.is_empty());
        for picture in pictures {
            // The galleries refuse SVG there.
            assert!(picture.ends_with(".png") && workspace.client().join(picture).is_file(), "{picture}");
        }
        assert!(!without_pictures(&page).contains("!["));
    }
}
