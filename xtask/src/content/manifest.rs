//! The walkthrough in the extension's manifest: made of `content/walkthrough.json`, so that there is one truth.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use serde_json::{Map, Value, json};
use tt_jukebox::lessons::{Button, Content, Line, Step, Walkthroughs};

use super::Looked;

const MANIFEST: &str = "editor-client/package.json";
const TEXTS: &str = "editor-client/package.nls.json";
/// Opens the lesson with the commands of the machine; every step has it.
const OPEN_LESSON: &str = "tenstorrent.openLesson";

/// Ids of the commands that the manifest declares.
pub fn commands(root: &Path) -> Result<BTreeSet<String>> {
    let manifest = read(root, MANIFEST)?;
    let commands = manifest["contributes"]["commands"].as_array().context("the manifest declares no commands")?;
    Ok(commands.iter().filter_map(|command| command["command"].as_str().map(str::to_owned)).collect())
}

/// Says where the manifest differs from the walkthrough.
pub fn check(looked: &mut Looked) -> Result<()> {
    for (name, fresh) in fresh(&looked.root, &looked.content.walkthroughs, &looked.commands)? {
        if fs::read_to_string(looked.root.join(name))? != fresh {
            looked.find(name, "the walkthrough in it is stale; `cargo xtask content --write` makes it anew");
        }
    }
    Ok(())
}

/// Writes the walkthrough into the manifest.
pub fn write(root: &Path) -> Result<()> {
    let content = Content::of_folder(&root.join("content")).map_err(|failure| anyhow!("{failure}"))?;
    for (name, text) in fresh(root, &content.walkthroughs, &commands(root)?)? {
        fs::write(root.join(name), text)?;
        println!("{name} has the walkthrough of content/walkthrough.json");
    }
    Ok(())
}

/// The two files as they should be.
fn fresh(root: &Path, all: &Walkthroughs, commands: &BTreeSet<String>) -> Result<[(&'static str, String); 2]> {
    let (mut manifest, texts) = (read(root, MANIFEST)?, read(root, TEXTS)?);
    let mut texts: Map<String, Value> = texts.as_object().context("the texts are no object")?.clone();
    texts.retain(|key, _| !key.starts_with("walkthrough."));
    let mut walkthroughs = Vec::new();
    for walkthrough in &all.walkthroughs {
        let key = format!("walkthrough.{}", walkthrough.id);
        let mut text = |part: &str, text: &str| {
            let key = format!("{key}.{part}");
            texts.insert(key.clone(), text.into());
            format!("%{key}%")
        };
        let (title, description) = (text("title", &walkthrough.title), text("description", &walkthrough.description));
        let steps: Vec<Value> = walkthrough
            .steps
            .iter()
            .map(|step| {
                let title = text(&format!("{}.title", step.id), &step.title);
                let description = text(&format!("{}.description", step.id), &lines(step, commands));
                json!({
                    "id": step.id,
                    "title": title,
                    "description": description,
                    "media": { "markdown": format!("dist/content/lessons/{}", step.lesson) },
                    "completionEvents": [format!("onContext:tenstorrent.step.{}.proved", step.ticked_by())],
                })
            })
            .collect();
        walkthroughs.push(json!({
            "id": walkthrough.id, "title": title, "description": description, "icon": "media/icon.png", "steps": steps,
        }));
    }
    manifest["contributes"]["walkthroughs"] = walkthroughs.into();
    Ok([(MANIFEST, written(&manifest)?), (TEXTS, written(&Value::Object(texts))?)])
}

/// A description: sentences, and the buttons whose commands are there. A link alone on its line is drawn as a button.
fn lines(step: &Step, commands: &BTreeSet<String>) -> String {
    let own = Button {
        title: "This Lesson for This Machine".into(),
        command: OPEN_LESSON.into(),
        args: vec![step.id.clone().into()],
    };
    let mut lines: Vec<String> = Vec::new();
    for line in step.description.iter().chain([&Line::Button(own)]) {
        match line {
            Line::Text(text) => lines.push(text.clone()),
            Line::Button(button) if commands.contains(&button.command) => lines.push(link(button)),
            Line::Button(_) => {}
        }
    }
    lines.join("\n")
}

fn link(button: &Button) -> String {
    let args = match button.args.as_slice() {
        [] => String::new(),
        args => format!("?{}", encoded(&Value::from(args.to_vec()).to_string())),
    };
    format!("[{}](command:{}{args})", button.title, button.command)
}

/// What `encodeURIComponent` makes of a text.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn read(root: &Path, name: &str) -> Result<Value> {
    let text = fs::read_to_string(root.join(name)).with_context(|| name.to_owned())?;
    serde_json::from_str(&text).with_context(|| name.to_owned())
}

fn written(value: &Value) -> Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}
