//! What the editor offers: commands, verbs of the chat, tools of agents, from the manifest.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Editor, MADE, code, json, table};

pub fn page(root: &Path, editor: &Editor) -> Result<String> {
    let declared = editor.contributes["commands"].as_array().context("the manifest declares no commands")?;
    let mut rows: Vec<Vec<String>> = declared
        .iter()
        .map(|command| {
            let id = command["command"].as_str().unwrap_or_default();
            let category = editor.text(&command["category"]);
            let title = editor.text(&command["title"]);
            let title = if category.is_empty() { title } else { format!("{category}: {title}") };
            vec![title, code(id), palette(editor, id)]
        })
        .collect();
    rows.sort();
    let mut text = format!(
        "# Commands of the editor\n\n{MADE} The list is the manifest of the extension.\n\n\
         ## In the palette\n\n\
         Press F1 and type a part of the title. The last column says when it is offered, in the words of VS Code's `when`\n\
         clauses; empty is always.\n\n"
    );
    text.push_str(&table(&["command", "id", "offered"], &rows));
    for participant in editor.contributes["chatParticipants"].as_array().into_iter().flatten() {
        let name = participant["name"].as_str().unwrap_or_default();
        let verbs = participant["commands"].as_array().into_iter().flatten();
        let rows: Vec<Vec<String>> = verbs
            .map(|verb| {
                let name = verb["name"].as_str().unwrap_or_default();
                vec![code(&format!("/{name}")), editor.text(&verb["description"])]
            })
            .collect();
        text.push_str(&format!("\n## In the chat, after `@{name}`\n\n"));
        text.push_str(&table(&["verb", "what it does"], &rows));
    }
    text.push_str(
        "\n## Tools of agents\n\nThe same in the editor and by `tt-jukebox mcp`; the list is `content/tools.json`. Those \
         that change something\nact with the word of a person only.\n\n",
    );
    let tools = json(root, "content/tools.json")?;
    let tools = tools.as_array().or(tools["tools"].as_array()).context("content/tools.json has no list")?;
    let rows: Vec<Vec<String>> = tools
        .iter()
        .map(|tool| {
            let about = ["title", "displayName"].into_iter().find_map(|key| tool[key].as_str()).unwrap_or_default();
            vec![code(tool["name"].as_str().unwrap_or_default()), about.to_owned()]
        })
        .collect();
    text.push_str(&table(&["tool", "what it does"], &rows));
    Ok(text)
}

/// The condition under which the palette offers a command.
fn palette(editor: &Editor, id: &str) -> String {
    let menu = editor.contributes["menus"]["commandPalette"].as_array();
    let entry = menu.into_iter().flatten().find(|entry| entry["command"] == id);
    match entry.map(|entry| &entry["when"]) {
        Some(Value::String(when)) if when == "false" => "no: it belongs to buttons and menus".to_owned(),
        Some(Value::String(when)) => code(when),
        _ => String::new(),
    }
}
