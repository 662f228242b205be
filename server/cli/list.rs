//! `tt-jukebox list [QUERY]`: models that run on this box.

use clap::Args;

use super::block_on;
use super::candidates;
use super::output::{Output, table};
use crate::error::Result;
use crate::matching::{Fit, Match};
use crate::protocol::{MatchList, MatchParams};
use crate::requests;
use crate::session::Session;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Words that the name or the repository must hold
    #[arg(add = candidates::models_and_tasks())]
    query: Vec<String>,
    /// What the model must be for: chat, code, vision, image, tts …
    #[arg(long, value_name = "TASK", add = candidates::task())]
    task: Option<String>,
    /// Also models of other devices that may run here; nobody has validated them
    #[arg(long, visible_alias = "show-experimental")]
    experimental: bool,
    /// At most so many models
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Models of every device, whatever this box is
    #[arg(long)]
    all: bool,
}

pub(super) fn run(session: &Session, options: Options, output: &Output) -> Result<()> {
    let query = (!options.query.is_empty()).then(|| options.query.join(" "));
    let list = block_on(requests::matching(
        session,
        MatchParams {
            query,
            task: options.task,
            experimental: options.experimental,
            limit: options.limit,
            all: options.all,
        },
    ))?;
    let skipped = session.catalog()?.skipped.len();
    if skipped > 0 {
        output.message(&format!("warning: {skipped} entries could not be read; `tt-jukebox catalog info` says why"));
    }
    output.print(&list, |list| text(list, options.all))
}

fn text(list: &MatchList, all: bool) -> String {
    let simulated = list.simulated.as_deref().map_or(String::new(), |name| format!(" (simulated {name})"));
    let product = list.product.as_deref().unwrap_or("this box");
    let rows: Vec<Vec<String>> = list.matches.iter().map(row).collect();
    let count = if rows.len() == 1 { "1 entry".to_owned() } else { format!("{} entries", rows.len()) };
    let title = if all {
        format!("{count}, those for {product}{simulated} first")
    } else {
        format!("{count} for {product}{simulated}")
    };
    format!(
        "{title}, from the catalog: {}\n\n{}",
        list.source,
        table(&["MODEL", "DEVICE", "STATUS", "ENGINE", "CONTEXT", "DISK", "RAM", "FITS"], &rows)
    )
}

fn row(found: &Match) -> Vec<String> {
    let gb = |value: Option<f64>| value.map_or("?".to_owned(), |value| format!("{value} GB"));
    vec![
        found.model_name.clone(),
        found.device_type.clone(),
        found.status.to_lowercase(),
        if found.command { found.engine.clone() } else { format!("{} (container)", found.engine) },
        found.max_context.map_or("-".into(), |tokens| tokens.to_string()),
        gb(found.min_disk_gb),
        gb(found.min_ram_gb),
        match found.fit {
            Fit::Fits => "yes",
            Fit::Unknown => "unknown",
            Fit::Tight => "not now",
            Fit::No => "no",
        }
        .to_owned(),
    ]
}
