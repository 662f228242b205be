//! `tt-jukebox lesson [ID]`: the lessons, or one of them for this machine; and what is proved of them.

use clap::Args;

use super::block_on;
use super::output::{Output, printable, table};
use crate::error::Result;
use crate::protocol::{LessonParams, Lessons, LessonsParams, ProgressAction, ProgressParams};
use crate::requests;
use crate::session::Session;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Which lesson; left out, all are listed
    id: Option<String>,
    /// Print what is proved, to keep it
    #[arg(long, conflicts_with_all = ["id", "reset"])]
    export: bool,
    /// Forget what is proved, of one lesson or of all
    #[arg(long)]
    reset: bool,
}

pub(super) fn run(session: &Session, options: Options, output: &Output) -> Result<()> {
    if options.export || options.reset {
        let action = if options.export { ProgressAction::Export } else { ProgressAction::Reset };
        let params = ProgressParams { action, step: options.id, ..ProgressParams::default() };
        let progress = block_on(requests::progress(session, params))?;
        return output.print(&progress, |progress| match &progress.text {
            Some(text) => text.clone(),
            None => format!("{} steps are proved.", progress.steps.iter().filter(|step| step.done).count()),
        });
    }
    match options.id {
        Some(id) => {
            output.print(&block_on(requests::lesson(session, LessonParams { id }))?, |lesson| lesson.markdown.clone())
        }
        None => output.print(&block_on(requests::lessons(session, LessonsParams {}))?, list),
    }
}

fn list(lessons: &Lessons) -> String {
    let mut text = String::new();
    if let Some(name) = &lessons.simulated {
        text.push_str(&format!("For a simulated {name}.\n\n"));
    }
    let rows: Vec<Vec<String>> = lessons
        .lessons
        .iter()
        .map(|row| {
            let state = match (row.done, row.can, &row.nearest) {
                (true, ..) => "done".to_owned(),
                (_, true, _) => String::new(),
                (_, false, Some(near)) => format!("not here; instead: {near}"),
                (_, false, None) => "not here".to_owned(),
            };
            vec![row.id.clone(), printable(&row.title), state]
        })
        .collect();
    text.push_str(&table(&["LESSON", "TITLE", "STATE"], &rows));
    text.push_str("\n\n`tt-jukebox lesson LESSON` prints one for this machine.\n");
    text
}
