//! `tt-jukebox templates`: scripts to start from, and copying one.

use clap::{Args, Subcommand};

use super::candidates;
use super::output::{Output, printable, table};
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{TemplateFile, Templates, TemplatesAction, TemplatesParams};
use crate::recipe::FileCondition;
use crate::requests;
use crate::session::Session;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// What there is
    List,
    /// Copy one to ~/tt-scratchpad; a file that you have edited is left alone
    Copy {
        /// Id, as `templates` shows it
        #[arg(add = candidates::template())]
        id: String,
        /// Folder for the copy
        #[arg(long, value_name = "DIR")]
        dir: Option<std::path::PathBuf>,
        /// Replace edited files too; the old ones are kept as NAME.bak
        #[arg(long)]
        replace: bool,
    },
}

pub(super) fn run(session: &Session, options: Options, output: &Output) -> Result<()> {
    let Some(Action::Copy { id, dir, replace }) = options.action else {
        let list = super::block_on(requests::templates(session, TemplatesParams::default()))?;
        return output.print(&list, listed);
    };
    // A shell has a folder to start from.
    let absolute = |dir: std::path::PathBuf| {
        std::path::absolute(&dir).map(|dir| dir.display().to_string()).map_err(|error| {
            let what = format!("{} is no folder", dir.display());
            Failure::new(FailureKind::Input, what, error.to_string(), "Name another with --dir.")
        })
    };
    let dir = dir.map(absolute).transpose()?;
    let params = TemplatesParams { action: TemplatesAction::Copy, id: Some(id), dir, replace };
    let copied = super::block_on(requests::templates(session, params))?;
    output.print(&copied, |copied| {
        copied.templates.iter().flat_map(|entry| &entry.files).map(line).collect::<Vec<_>>().join("\n")
    })
}

fn listed(list: &Templates) -> String {
    let rows: Vec<Vec<String>> = list
        .templates
        .iter()
        .map(|entry| {
            let state = state(&entry.files);
            vec![entry.id.clone(), entry.title.clone(), entry.needs.join(", "), state.to_owned()]
        })
        .collect();
    let rows = table(&["ID", "WHAT IT IS", "NEEDS", "HERE"], &rows);
    format!("{rows}\n`tt-jukebox templates copy ID` copies one to {}", printable(&list.dir))
}

/// How the copy of a template lies there: what would keep somebody from using it counts first.
fn state(files: &[TemplateFile]) -> &'static str {
    let any = |condition| files.iter().any(|file| file.condition == condition);
    if any(FileCondition::Missing) {
        ""
    } else if any(FileCondition::Foreign) {
        "not ours"
    } else if any(FileCondition::Edited) {
        "edited"
    } else if any(FileCondition::Outdated) {
        "older copy"
    } else {
        "copied"
    }
}

fn line(file: &TemplateFile) -> String {
    let path = printable(&file.path);
    match (&file.backup, file.written, file.condition) {
        (Some(backup), ..) => format!("{path}: replaced; the old one is {}", printable(backup)),
        (None, true, _) => format!("{path}: written"),
        (None, false, FileCondition::Current) => format!("{path}: is there"),
        (None, false, FileCondition::Edited) => {
            format!("{path}: has been edited, and is left alone; --replace keeps it as .bak and writes a fresh one")
        }
        (None, false, _) => {
            format!("{path}: is not from this program, and is left alone; --replace keeps it as .bak")
        }
    }
}
