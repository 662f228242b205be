//! `tt-jukebox config`: every setting, its value and where it comes from.

use serde::Serialize;

use super::output::{Output, table};
use crate::error::Result;
use crate::session::Session;
use crate::settings::{Resolved, SETTINGS};

#[derive(Serialize)]
struct Config<'a> {
    schema: u32,
    settings: &'a [Resolved],
}

pub(super) fn run(session: &Session, output: &Output) -> Result<()> {
    let config = Config { schema: 1, settings: &session.settings.resolved };
    output.print(&config, |config| {
        let rows: Vec<Vec<String>> = config
            .settings
            .iter()
            .zip(SETTINGS)
            .map(|(row, setting)| {
                let value = if row.value.is_empty() { "-".to_owned() } else { row.value.clone() };
                vec![row.key.to_owned(), value, row.source.clone(), setting.doc.to_owned()]
            })
            .collect();
        table(&["SETTING", "VALUE", "FROM", "WHAT IT IS FOR"], &rows)
    })
}
