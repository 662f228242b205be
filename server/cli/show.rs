//! `tt-jukebox show MODEL`: every entry of a model, here with the reasons and elsewhere with what is missing.

use clap::Args;

use super::block_on;
use super::candidates;
use super::output::{Output, printable};
use crate::error::Result;
use crate::protocol::{ModelDetails, ShowParams};
use crate::requests;
use crate::session::Session;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Model name, repository or entry id
    #[arg(required = true, add = candidates::any_model())]
    model: Vec<String>,
}

pub(super) fn run(session: &Session, options: &Options, output: &Output) -> Result<()> {
    let model = options.model.join(" ");
    let details = block_on(requests::show(session, ShowParams { model }))?;
    output.print(&details, text)
}

fn text(details: &ModelDetails) -> String {
    let mut text = String::new();
    if let Some(name) = &details.simulated {
        text.push_str(&format!("For a simulated {name}.\n\n"));
    }
    for found in &details.matches {
        text.push_str(&printable(&format!("{} on {}", found.model_name, requests::show::device_here(found))));
        for (title, value) in requests::show::rows(found) {
            text.push_str(&format!("\n  {title:<11} {}", printable(&value)));
        }
        let command = if found.command {
            "`tt-jukebox command` prints it"
        } else {
            "`tt-jukebox command` prints it, for a container"
        };
        text.push_str(&format!("\n  command     {command}\n"));
        for reason in &found.reasons {
            text.push_str(&format!("  - {}\n", printable(reason)));
        }
        text.push('\n');
    }
    if details.matches.is_empty() {
        let product = details.product.as_deref().unwrap_or("this machine");
        text.push_str(&format!("Nothing by this name runs on {product}.\n\n"));
    }
    if !details.excluded.is_empty() {
        text.push_str("Not offered here:\n");
    }
    for other in &details.excluded {
        let line = format!(
            "  {} on {} ({}, {}, last in {}): {}\n",
            other.model_name,
            other.device_type,
            other.engine,
            other.status.to_lowercase(),
            other.last_release,
            other.missing
        );
        text.push_str(&printable(line.trim_end()));
        text.push('\n');
    }
    text
}
