//! `content/walkthrough.json` against what it names: lessons, commands, templates, other steps.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Result;
use serde_json::Value;
use tt_jukebox::lessons::{Line, Step};

use super::{Looked, lesson_files, spelling};

const FILE: &str = "content/walkthrough.json";

pub fn check(looked: &mut Looked) -> Result<()> {
    let all = looked.content.walkthroughs.clone();
    let files: BTreeSet<String> = lesson_files(&looked.lessons())?.into_iter().collect();
    let used: BTreeSet<&str> = all.steps().map(|step| step.lesson.as_str()).collect();
    for file in files.iter().filter(|file| !used.contains(file.as_str())) {
        looked.find(format!("content/lessons/{file}"), "no step of the walkthrough shows it");
    }
    for step in all.steps() {
        let place = format!("{FILE}, {}", step.id);
        if !files.contains(&step.lesson) {
            looked.find(&place, format!("there is no content/lessons/{}", step.lesson));
        }
        texts(looked, &place, step);
        for button in step.buttons() {
            if !looked.commands.contains(&button.command) && !looked.is_coming(&button.command) {
                looked.find(&place, format!("no command is called {}", button.command));
            }
        }
        if let Some(template) = &step.needs.template {
            let name = format!("templates/{}", template.file);
            if !looked.root.join(&name).is_file() && !looked.is_coming(&name) {
                looked.find(&place, format!("there is no {name}"));
            }
        }
        let refers = step.nearest.iter().chain(&step.proved_by);
        for other in refers.filter(|other| !all.steps().any(|step| step.id == **other)) {
            looked.find(&place, format!("there is no step {other}"));
        }
        if step.proof.is_some() == step.proved_by.is_some() {
            looked.find(&place, "a step has a proof of its own or that of another one");
        }
        if step.proof.is_some() && step.hint.is_empty() {
            looked.find(&place, "a step that can fail needs a hint");
        }
    }
    let named: BTreeSet<String> = all
        .steps()
        .flat_map(|step| {
            let template = step.needs.template.as_ref().map(|template| format!("templates/{}", template.file));
            step.buttons().map(|button| button.command.clone()).chain(template).collect::<Vec<_>>()
        })
        .collect();
    for coming in all.coming.iter().filter(|coming| !named.contains(*coming)) {
        looked.find(FILE, format!("{coming} is coming, but no step names it"));
    }
    templates(looked)
}

/// The list of templates says which step each belongs to; it must be the one that calls it.
fn templates(looked: &mut Looked) -> Result<()> {
    let name = "templates/templates.json";
    let list: Vec<Value> = serde_json::from_str(&fs::read_to_string(looked.root.join(name))?)?;
    let all = looked.content.walkthroughs.clone();
    for template in &list {
        let Some(lesson) = template["lesson"].as_str() else { continue };
        if !all.steps().any(|step| step.id == lesson) {
            looked.find(name, format!("there is no step {lesson}"));
        }
    }
    for step in all.steps() {
        let Some(called) = &step.needs.template else { continue };
        let is_its = |template: &&Value| {
            let files = template["files"].as_array();
            template["lesson"] == *step.id && files.is_some_and(|files| files.contains(&called.file.clone().into()))
        };
        if !list.iter().any(|template| is_its(&template)) && !looked.is_coming(&format!("templates/{}", called.file)) {
            looked.find(name, format!("{} belongs to the step {}, but no template says so", called.file, step.id));
        }
    }
    Ok(())
}

/// The sentences, and the names of the buttons in the lesson.
fn texts(looked: &mut Looked, place: &str, step: &Step) {
    let lines = step.description.iter().filter_map(|line| match line {
        Line::Text(text) => Some(text.as_str()),
        Line::Button(_) => None,
    });
    for text in lines.chain([step.title.as_str(), step.hint.as_str()]) {
        let prose: String = text.split('`').step_by(2).collect::<Vec<_>>().join("¦");
        for what in spelling::complaints(&prose) {
            looked.find(place, what);
        }
    }
    let lesson = fs::read_to_string(looked.lessons().join(&step.lesson)).unwrap_or_default();
    for button in step.buttons().filter(|button| !lesson.contains(&format!("**{}**", button.title))) {
        looked.find(place, format!("{} does not say what the button \"{}\" does", step.lesson, button.title));
    }
    let is_shared = looked.content.walkthroughs.steps().filter(|other| other.lesson == step.lesson).count() > 1;
    if !is_shared && !lesson.starts_with(&format!("# {}\n", step.title)) {
        looked.find(place, format!("{} does not begin with the title \"{}\"", step.lesson, step.title));
    }
}
