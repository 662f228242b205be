//! The settings: those of the program from its list, those of the editor from the manifest.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use tt_jukebox::settings::{PROJECT_FILE, SETTINGS};

use super::{Editor, MADE, code, table};

pub const README: &str = "editor-client/README.md";
const HEADING: &str = "## Settings\n";

/// Variables that are no settings, and who reads them.
const VARIABLES: [(&str, &str); 9] = [
    ("HF_HOME, HF_HUB_CACHE", "Where weights lie; all programs of Hugging Face heed them."),
    ("HF_TOKEN, HF_TOKEN_PATH", "The token for the hub, or the file that holds it."),
    ("HF_ENDPOINT", "A mirror of the hub: https, or on this machine."),
    ("HF_HUB_DOWNLOAD_TIMEOUT", "Seconds without a byte after which a download asks again; 30 by default."),
    ("HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY", "The proxy, for everything that goes over the network."),
    (
        "TT_JUKEBOX_API_KEY",
        "The key of a model server, for `ask`, `bench` and the chats: of the one in `server_url`, where that is set.",
    ),
    ("TT_JUKEBOX_LOG", "How much `lsp` logs in the editor's output: error, warn, info, debug or trace."),
    (
        "XDG_CONFIG_HOME, XDG_DATA_HOME",
        "Where the user's file lies, and the environments unless their setting names a folder.",
    ),
    ("XDG_STATE_HOME, XDG_CACHE_HOME", "Where journals, logs and progress lie, and the fetched spec files."),
];

/// The names in the list of variables.
pub fn variables() -> impl Iterator<Item = &'static str> {
    VARIABLES.iter().flat_map(|(names, _)| names.split(", "))
}

pub fn page(editor: &Editor) -> Result<String> {
    let rows: Vec<Vec<String>> = SETTINGS
        .iter()
        .map(|setting| {
            let project = if setting.from_project { "yes" } else { "no" };
            vec![code(setting.key), code(setting.env), code(setting.default), project.into(), setting.doc.into()]
        })
        .collect();
    let own = table(&["setting", "environment", "default", "a project may set it", "what it is for"], &rows);
    let variables: Vec<Vec<String>> = VARIABLES
        .iter()
        .map(|(names, about)| vec![names.split(", ").map(code).collect::<Vec<_>>().join(", "), (*about).to_owned()])
        .collect();
    let mut text = format!(
        "# Settings\n\n{MADE} The lists are `server/settings/list.rs` and the manifest of the extension.\n\n\
         ## Of the program\n\n\
         A value comes from the option of the command line or of the editor, else from the environment, else from\n\
         `{PROJECT_FILE}` in this folder or one above it, else from `~/.config/tt-jukebox/config.toml`, else it is the\n\
         default. `tt-jukebox config` shows each value and where it comes from. A project's file may set only what cannot\n\
         decide which program this machine runs.\n\n{own}\n"
    );
    text.push_str(
        "A file has one line for each:\n\n```toml\nport = 8010\nenvironments = \"/data/tt/environments\"\n```\n\n",
    );
    text.push_str("## Of the editor\n\n");
    text.push_str(
        "What is empty or untouched here is left to the program's own sources above. In code-server and over Remote-SSH\n\
         these settings belong to the machine: **Tenstorrent: Open Settings** opens the right page. What names a program,\n\
         a folder or an address is not taken from a workspace that is not trusted.\n\n",
    );
    let rows = rows_of_editor(editor)?.into_iter().map(|row| {
        vec![code(&row.id), code(&row.default), row.values, row.twin.map(code).unwrap_or_default(), row.about]
    });
    let heads = ["setting", "default", "values", "of the program", "what it does"];
    text.push_str(&table(&heads, &rows.collect::<Vec<_>>()));
    text.push_str("\n## Variables that are no settings\n\n");
    text.push_str(&table(&["variable", "what it does"], &variables));
    Ok(text)
}

/// The extension's README with its table of settings made anew.
pub fn readme(root: &Path, editor: &Editor) -> Result<String> {
    let text = fs::read_to_string(root.join(README)).context(README)?;
    let (before, after) = text.split_once(HEADING).with_context(|| format!("{README} has no heading {HEADING:?}"))?;
    let rows: Vec<_> = rows_of_editor(editor)?.into_iter().map(|row| vec![code(&row.id), row.about]).collect();
    let rest: String =
        after.trim_start().lines().skip_while(|line| line.starts_with('|')).map(|line| format!("{line}\n")).collect();
    Ok(format!("{before}{HEADING}\n{}{rest}", table(&["setting", "what it does"], &rows)))
}

struct Row {
    id: String,
    default: String,
    values: String,
    /// Key of the program's setting that it stands for.
    twin: Option<&'static str>,
    about: String,
}

fn rows_of_editor(editor: &Editor) -> Result<Vec<Row>> {
    let declared = editor.settings()?;
    let row = |(id, about): (&String, &Value)| {
        let values: Vec<String> =
            about["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).map(code).collect();
        let text = ["markdownDescription", "description"].into_iter().map(|key| editor.text(&about[key]));
        let default = match &about["default"] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        Row {
            id: id.clone(),
            default,
            values: values.into_iter().filter(|value| !value.is_empty()).collect::<Vec<_>>().join(", "),
            twin: twin(id),
            about: text.into_iter().find(|text| !text.is_empty()).unwrap_or_default(),
        }
    };
    Ok(declared.iter().map(row).collect())
}

/// `tenstorrent.server.port` is `port`, `tenstorrent.metalHome` is `metal_home`.
fn twin(id: &str) -> Option<&'static str> {
    let name = id.strip_prefix("tenstorrent.")?;
    let mut key = String::new();
    for c in name.strip_prefix("server.").unwrap_or(name).chars() {
        if c.is_ascii_uppercase() {
            key.push('_');
        }
        key.push(c.to_ascii_lowercase());
    }
    SETTINGS.iter().map(|setting| setting.key).find(|own| *own == key)
}
