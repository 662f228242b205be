//! `tenstorrent/match`: what runs on this box.

use crate::catalog::Catalog;
use crate::catalog::spec::ModelSpec;
use crate::device::Host;
use crate::error::{Failure, FailureKind, Result};
use crate::matching::task::{self, TASKS, Task};
use crate::matching::{self, Query, Words, nearest};
use crate::protocol::{MatchList, MatchParams};
use crate::recipe::{self, Shell};
use crate::session::{Session, Survey};

/// Everything that runs here and answers the question.
///
/// # Errors
/// Without a device, without a usable catalog, for an unknown task, and when nothing answers the question.
pub async fn matching(session: &Session, params: MatchParams) -> Result<MatchList> {
    let mut task = params.task.as_deref().map(known_task).transpose()?;
    let mut text = params.query.filter(|text| !text.trim().is_empty());
    // `list chat` means the task: no model is called so.
    if let (None, Some(meant)) = (task, text.as_deref().and_then(task::find)) {
        (task, text) = (Some(meant), None);
    }
    let Survey { host, installed, catalog } = session.survey()?;
    if host.placements.is_empty() && !params.all {
        return Err(nothing_to_run_on(&host));
    }
    let query = Query {
        text: text.clone(),
        task,
        limit: params.limit,
        every_device: params.all,
        experimental: params.experimental,
    };
    let matches = matching::matches(&query, &host, &installed, &catalog);
    if matches.is_empty() {
        let anywhere = Query { every_device: true, limit: None, ..query };
        let devices = matching::matches(&anywhere, &host, &installed, &catalog);
        let devices = devices.iter().map(|found| found.device_type.as_str()).collect();
        match (text, task) {
            (Some(text), _) => return Err(no_match(&text, devices, &host, &catalog)),
            (None, Some(task)) => return Err(no_model_for(task, devices, &host, params.experimental)),
            (None, None) => {}
        }
    }
    Ok(MatchList {
        schema: 1,
        product: host.product,
        simulated: host.simulated,
        source: catalog.source.clone(),
        task: task.map(|task| task.name.to_owned()),
        resources: host.resources,
        matches,
    })
}

fn known_task(word: &str) -> Result<&'static Task> {
    task::find(word).ok_or_else(|| {
        let names: Vec<&str> = TASKS.iter().map(|task| task.name).collect();
        let near = nearest(word, names.iter().copied());
        let next = match near.first() {
            Some(near) => format!("Did you mean {near}? `tt-jukebox list {word}` looks for a model of that name."),
            None => format!("`tt-jukebox list {word}` looks for a model of that name."),
        };
        Failure::new(
            FailureKind::Usage,
            format!("{word:?} is not a task"),
            format!("the tasks are {}", names.join(", ")),
            next,
        )
    })
}

/// The failure of a box on which no entry can run.
pub fn nothing_to_run_on(host: &Host) -> Failure {
    let first = host.findings.first();
    let what = first.map_or("no board here can run a model", |finding| finding.title.as_str());
    let why = first.map_or(host.product_reason.as_str(), |finding| finding.evidence.as_str());
    let next = first.map_or("`tt-jukebox devices` shows what was seen.", |finding| finding.next.as_str());
    Failure::new(FailureKind::NoDevice, what, why, next)
}

/// The failure of a task that no model on this box serves.
fn no_model_for(task: &Task, mut elsewhere: Vec<&str>, host: &Host, experimental: bool) -> Failure {
    elsewhere.sort_unstable();
    elsewhere.dedup();
    let here = host.runnable.join(", ");
    let (why, next) = if elsewhere.is_empty() {
        ("the catalog has none".to_owned(), "`tt-jukebox list` shows every model for this box.")
    } else {
        let why = format!("the catalog has some for {}; this box runs {here}", elsewhere.join(", "));
        let next = match experimental {
            true => "`--all` shows those of every device.",
            false => {
                "`--experimental` adds models that nobody has validated here; `--all` shows those of every device."
            }
        };
        (why, next)
    };
    let what = format!("no model for {} ({}) is listed for this box", task.name, task.about);
    Failure::new(FailureKind::NoMatch, what, why, next)
}

/// The failure of a name that nothing on this box answers to.
pub(super) fn no_match(text: &str, mut elsewhere: Vec<&str>, host: &Host, catalog: &Catalog) -> Failure {
    elsewhere.sort_unstable();
    elsewhere.dedup();
    let here = host.runnable.join(", ");
    if elsewhere.is_empty() {
        let why = "no model name and no repository in the catalog holds these words";
        let here = |spec: &ModelSpec| matching::placement_for(spec, host).is_some();
        let specs = catalog.entries.iter().map(|entry| &entry.spec).filter(|spec| here(spec));
        let near = nearest(text, specs.map(|spec| spec.model.model_name.as_str()));
        let all = "`tt-jukebox list` shows every model for this box.";
        let next = if near.is_empty() { all.to_owned() } else { format!("Did you mean {}? {all}", near.join(", ")) };
        return Failure::new(FailureKind::NoMatch, format!("no model is called {text:?}"), why, next);
    }
    Failure::new(
        FailureKind::NoMatch,
        format!("{text:?} does not run on this box"),
        format!("it is listed for {}; this box runs {here}", elsewhere.join(", ")),
        format!("`tt-jukebox show {}` says what is missing.", quoted(text)),
    )
}

/// A question as a word that can be typed again.
fn quoted(text: &str) -> String {
    recipe::words(&[text.to_owned()], Shell::default()).unwrap_or_else(|_| "MODEL".to_owned())
}

/// True when the words name the model of `spec` and nothing longer.
pub(super) fn is_named(words: &Words, spec: &ModelSpec) -> bool {
    words.score(spec) == Some(matching::EXACT)
}
