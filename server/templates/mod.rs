//! The templates that the program carries: their list, and copying them to where a person works on them. What is there
//! already is never lost: see `scratchpad/`.

use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Failure, FailureKind, Result};
use crate::matching::nearest;
use crate::scratchpad;

/// Name below `templates/` and text of every file; made by `embed.rs`.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/templates.rs"));
const LIST: &str = include_str!("../../templates/templates.json");

/// A template, as `templates/templates.json` lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Short name, for commands.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// What it does, in one sentence.
    pub about: String,
    /// What it needs besides Python, in words.
    pub needs: Vec<String>,
    /// Id of the walkthrough step that it belongs to; null for none.
    pub lesson: Option<String>,
    /// Its files below `templates/`; the first one is the one to open.
    pub files: Vec<String>,
}

/// Every template, in the order of the list.
///
/// # Errors
/// When the list that the program carries cannot be read, which a test rules out.
pub fn list() -> Result<Vec<Template>> {
    serde_json::from_str(LIST)
        .map_err(|error| Failure::new(FailureKind::Internal, "the list of templates is broken", error.to_string(), ""))
}

/// The template with that id, or the one that is opened by that file: lessons name the file.
///
/// # Errors
/// When there is none.
pub fn find(asked: &str) -> Result<Template> {
    let templates = list()?;
    let known: Vec<&str> = templates.iter().map(|template| template.id.as_str()).collect();
    let next = match nearest(asked, known.iter().copied()).first() {
        Some(near) => format!("Did you mean {near}? `tt-jukebox templates` says what each is for."),
        None => "`tt-jukebox templates` says what each is for.".into(),
    };
    let why = format!("there are {}", known.join(", "));
    let failure = Failure::new(FailureKind::Usage, format!("there is no template {asked:.100?}"), why, next);
    let is_it = |template: &Template| {
        template.id.eq_ignore_ascii_case(asked) || template.files.first().is_some_and(|file| file == asked)
    };
    templates.into_iter().find(is_it).ok_or(failure)
}

/// The files of a template as they belong into `folder`, each with its text.
///
/// # Errors
/// When the list names a file that the program does not carry, or one outside of the folder; a test rules both out.
pub fn files(template: &Template, folder: &Path) -> Result<Vec<(PathBuf, &'static str)>> {
    let place = |name: &String| {
        let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        let found = FILES.iter().find(|(known, _)| known == name).filter(|_| inside);
        let what = format!("the program does not carry {name}");
        let text = found.map(|(_, text)| *text);
        text.map(|text| (folder.join(name), text))
            .ok_or_else(|| Failure::new(FailureKind::Internal, what, "the list names it", ""))
    };
    template.files.iter().map(place).collect()
}

/// Copies the files of a template. One that is there and differs from ours because somebody has edited it, or because it is
/// not ours, stays as it is, unless `replace`: then it is moved to a name of its own first.
///
/// # Errors
/// When a file cannot be written, and when something that is no file stands in its place.
pub fn copy(template: &Template, folder: &Path, replace: bool) -> Result<Vec<scratchpad::Copied>> {
    files(template, folder)?.into_iter().map(|(path, text)| scratchpad::copy(&path, text, replace)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_list_and_the_files_agree() {
        let templates = list().unwrap();
        let ids: BTreeSet<&str> = templates.iter().map(|template| template.id.as_str()).collect();
        assert_eq!(ids.len(), templates.len(), "an id is there twice");
        let mut named = BTreeSet::new();
        for template in &templates {
            assert!(!template.files.is_empty() && !template.title.is_empty() && template.about.ends_with('.'));
            for ((_, text), name) in files(template, Path::new("/s")).unwrap().iter().zip(&template.files) {
                named.insert(name.as_str());
                // The mark of a copy is found behind a first line of this kind only.
                assert!(text.starts_with("#!/usr/bin/env python3\n# tt-jukebox:"), "{name}");
            }
        }
        let carried: BTreeSet<&str> = FILES.iter().map(|(name, _)| *name).collect();
        assert_eq!(named, carried, "a file that no template names, or the other way round");
    }

    #[test]
    fn lessons_are_steps_of_the_walkthrough() {
        let package: serde_json::Value =
            serde_json::from_str(include_str!("../../editor-client/package.json")).unwrap();
        let steps = package["contributes"]["walkthroughs"][0]["steps"].as_array().unwrap();
        for lesson in list().unwrap().iter().filter_map(|template| template.lesson.as_deref()) {
            assert!(steps.iter().any(|step| step["id"] == lesson), "there is no step {lesson}");
        }
    }

    #[test]
    fn a_list_cannot_lead_outside() {
        let mut template = find("chat-direct").unwrap();
        template.files = vec!["../server/lib.rs".into()];
        assert_eq!(files(&template, Path::new("/s")).unwrap_err().kind, FailureKind::Internal);
    }

    #[test]
    fn a_template_is_found_by_its_id_and_by_the_file_that_lessons_name() {
        assert_eq!(find("tt-chat-direct.py").unwrap().id, find("Chat-Direct").unwrap().id);
        let near = find("chat").unwrap_err();
        assert_eq!(near.kind, FailureKind::Usage);
        assert!(near.next.starts_with("Did you mean chat-direct?"), "{near}");
    }
}
