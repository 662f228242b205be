//! `tenstorrent/command`: the exact command that serves a model here.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::matching::{no_match, nothing_to_run_on};
use super::place::{choices_here, for_entry, on_this_host};
use crate::catalog::{Catalog, Entry};
use crate::device::{Host, Severity};
use crate::environment::Installed;
use crate::error::{Failure, FailureKind, Result};
use crate::matching::{EXACT, Words, carry_here, placement_for, taken_over, verdict};
use crate::protocol::{CommandParams, InstalledFiles, ServeCommand};
use crate::recipe::{
    self, Choices, CommandFile, FileState, KeyFile, Place, Recipe, Target, Unquotable, container, launcher, refused,
    render, render_traced, trials, usual_target,
};
use crate::scratchpad;
use crate::session::{Session, Survey};

/// Makes the command of the entry that `params` name.
///
/// # Errors
/// When no entry fits, when more than one model answers to the name, when the entry has no such command, when a choice is
/// outside its limit, or when a published value cannot stand on a command line.
pub async fn command(session: &Session, params: CommandParams) -> Result<ServeCommand> {
    let choices = choices_here(session, params.choices.clone())?;
    let place = on_this_host(session, &choices)?;
    let Survey { host, installed, catalog } = session.survey()?;
    let listed = choose(&params, &host, &catalog)?;
    let Served { entry, choices, mut first } = served(listed, &params, choices, &host);
    let place = for_entry(session, place, &entry);
    let made = make(&entry, &catalog, &place, &choices)?;
    let spec = &entry.spec;
    let mut recipe = made.recipe;
    first.extend(concerns(&entry, &host, &installed, &catalog));
    if let Some(name) = &host.simulated {
        first.insert(0, format!("made for a simulated {name}, not for this machine"));
    }
    if Words::new(&params.model).score(spec) != Some(EXACT) {
        first.push(format!("{:?} is taken for {}", params.model, spec.model.model_name));
    }
    let files: Vec<FileState> = made.files.iter().map(scratchpad::look).collect();
    first.extend(files.iter().filter_map(FileState::advice));
    recipe.notes.splice(0..0, first);
    let shell = params.shell.unwrap_or_default();
    let unquotable = |error: Unquotable| {
        Failure::new(
            FailureKind::Input,
            format!("the command of {} cannot be written down", spec.model_id),
            error.to_string(),
            "Nothing was run. Report it to the publisher of the spec file.",
        )
    };
    Ok(ServeCommand {
        schema: 1,
        model_id: spec.model_id.clone(),
        model_name: spec.model.model_name.clone(),
        device_type: spec.device_type.clone(),
        simulated: host.simulated,
        target: made.target,
        shell,
        text: match &params.traces {
            Some(traces) => render_traced(&recipe, traces, shell),
            None => render(&recipe, shell),
        }
        .map_err(unquotable)?,
        tests: trials(&recipe, spec, &place, shell).map_err(unquotable)?,
        files,
        recipe,
    })
}

/// Writes the files that the command of the entry refers to, as far as they are not somebody else's. Only on an explicit
/// request: nothing else calls it.
///
/// # Errors
/// As [`command`], and when a file cannot be written.
pub async fn install_files(session: &Session, params: CommandParams) -> Result<InstalledFiles> {
    let choices = choices_here(session, params.choices.clone())?;
    // The key file is one of those that are written now.
    let place = Place { key_file: KeyFile::Good, ..on_this_host(session, &choices)? };
    let (catalog, host) = (session.catalog()?, session.host()?);
    let Served { entry, choices, .. } = served(choose(&params, &host, &catalog)?, &params, choices, &host);
    let place = for_entry(session, place, &entry);
    let files = make(&entry, &catalog, &place, &choices)?.files;
    let files = files.iter().map(scratchpad::install).collect::<Result<Vec<_>>>()?;
    Ok(InstalledFiles { schema: 1, files })
}

/// An entry as it is served here.
struct Served<'a> {
    entry: Cow<'a, Entry>,
    choices: Choices,
    /// What the reader should know first.
    first: Vec<String>,
}

/// The entry itself, or as one of this box where it is listed for another device. A device that is named is meant.
fn served<'a>(entry: &'a Entry, params: &CommandParams, mut choices: Choices, host: &Host) -> Served<'a> {
    let carried = if params.device.is_none() { carry_here(&entry.spec, host) } else { None };
    let Some(carried) = carried else { return Served { entry: Cow::Borrowed(entry), choices, first: Vec::new() } };
    let listed = &entry.spec.device_type;
    let mut first = vec![format!("listed for {listed}; nobody has validated it on {}", carried.target)];
    if !carried.reduced.is_empty() {
        choices.context.get_or_insert(carried.max_context);
        choices.sequences.get_or_insert(carried.max_concurrency);
        first.extend(carried.reduced.iter().cloned());
    }
    Served { entry: Cow::Owned(taken_over(entry, &carried)), choices, first }
}

/// A command and the files that it refers to.
pub(super) struct Made {
    pub target: Target,
    pub recipe: Recipe,
    pub files: Vec<CommandFile>,
}

pub(super) fn make(entry: &Entry, catalog: &Catalog, place: &Place, choices: &Choices) -> Result<Made> {
    let target = choices.target.unwrap_or_else(|| usual_target(&entry.spec));
    if let Some(failure) = refused(&entry.spec, target) {
        return Err(failure);
    }
    let last = catalog.releases_of(entry).pop().unwrap_or_default();
    let (recipe, files) = match target {
        Target::Container => container(entry, &last, place, choices)?,
        Target::Host => {
            let recipe = recipe::host(entry, &last, place, choices)?;
            let launcher = recipe.launcher.is_some().then(|| launcher::file(place));
            let secrets = (!place.is_private()).then(|| launcher::secrets(place));
            (recipe, launcher.into_iter().chain(secrets).collect())
        }
    };
    Ok(Made { target, recipe, files })
}

/// What stands in the way of serving the entry on this box now.
fn concerns(entry: &Entry, host: &Host, installed: &Installed, catalog: &Catalog) -> Vec<String> {
    let (_, mut concerns) = verdict(entry, host, installed, catalog);
    if placement_for(&entry.spec, host).is_none() {
        let here = host.product.as_deref().unwrap_or("without a device that it can run on");
        concerns.push(format!("made for {}, and this box is {here}", entry.spec.device_type));
    }
    let serious = host.findings.iter().filter(|finding| finding.severity == Severity::Error);
    concerns.extend(serious.map(|finding| format!("{}: {}", finding.title, finding.evidence)));
    concerns
}

/// The entry that is meant: the best name first, then the device that was asked for, or the best part of this box.
pub(super) fn choose<'a>(params: &CommandParams, host: &Host, catalog: &'a Catalog) -> Result<&'a Entry> {
    let wanted = params.device.as_deref().map(str::trim).filter(|device| !device.is_empty());
    if host.placements.is_empty() && wanted.is_none() {
        let mut failure = nothing_to_run_on(host);
        failure.next = format!("Name a device, for example `--device N150`. {}", failure.next);
        return Err(failure);
    }
    let words = Words::new(&params.model);
    let named: Vec<(u32, &Entry)> =
        catalog.entries.iter().filter_map(|entry| Some((words.score(&entry.spec)?, entry))).collect();
    let fits = |entry: &Entry| match wanted {
        Some(device) => entry.spec.device_type.eq_ignore_ascii_case(device),
        None => {
            let may_be_taken_over = params.experimental || entry.spec.model_id == params.model;
            placement_for(&entry.spec, host).is_some() || (may_be_taken_over && carry_here(&entry.spec, host).is_some())
        }
    };
    let mut here: Vec<(u32, &Entry)> = named.iter().copied().filter(|(_, entry)| fits(entry)).collect();
    let Some(best) = here.iter().map(|(score, _)| *score).max() else {
        let elsewhere = named.iter().map(|(_, entry)| entry.spec.device_type.as_str()).collect();
        return Err(match wanted {
            Some(device) => not_on_device(&params.model, device, elsewhere),
            None => no_match(&params.model, elsewhere, host, catalog),
        });
    };
    here.retain(|(score, _)| *score == best);
    let mut names: Vec<&str> = here.iter().map(|(_, entry)| entry.spec.model.model_name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() > 1 {
        return Err(Failure::new(
            FailureKind::Usage,
            format!("{:?} can mean {} models", params.model, names.len()),
            names.join(", "),
            "Name one of them in full.",
        ));
    }
    // What is listed here comes before what is taken over.
    let position = |entry: &Entry| {
        let known = host.runnable.iter().position(|device| *device == entry.spec.device_type);
        known.unwrap_or(usize::MAX)
    };
    here.into_iter()
        .map(|(_, entry)| entry)
        .min_by_key(|entry| {
            let spec = &entry.spec;
            (spec.engine != "vLLM", position(entry), !spec.release.default_impl, Reverse(entry.releases.last()))
        })
        .ok_or_else(|| no_match(&params.model, Vec::new(), host, catalog))
}

fn not_on_device(model: &str, device: &str, mut elsewhere: Vec<&str>) -> Failure {
    elsewhere.sort_unstable();
    elsewhere.dedup();
    let why = match elsewhere.as_slice() {
        [] => "no model name and no repository in the catalog holds these words".to_owned(),
        devices => format!("it is listed for {}", devices.join(", ")),
    };
    let what = format!("{model:?} is not listed for the device {device:?}");
    Failure::new(FailureKind::NoMatch, what, why, "`tt-jukebox list` shows what runs on this box.")
}
