//! The command that serves an entry from its published image.
//!
//! There are three interfaces: images of vLLM before release 0.11.0 read the entry from a mounted file, later ones carry
//! the catalogue and take arguments, and those of the media and forge engines take variables.

mod media;
mod mounted;
mod run;
mod vllm;

use super::Recipe;
use super::choices::Choices;
use super::files::CommandFile;
use super::launcher;
use super::place::Place;
use crate::catalog::Entry;
use crate::catalog::history::compare_releases;
use crate::error::{Failure, FailureKind, Result};

/// First release whose images carry the catalogue (tt-inference-server 50db8ac7, 2026-03-03; `workflows/utils.py:31`,
/// 11ac526e refuses older ones).
const CATALOGUE_INSIDE: &str = "0.11.0";

/// The recipe of an entry that last stood in release `last`, and the files that it refers to.
///
/// # Errors
/// When a choice is outside its limit or has no meaning for the image, when a published name cannot be used, and when
/// others could connect without a key.
pub fn container(entry: &Entry, last: &str, place: &Place, choices: &Choices) -> Result<(Recipe, Vec<CommandFile>)> {
    place.check_access()?;
    let spec = &entry.spec;
    check_names(entry)?;
    let mut files = vec![launcher::secrets(place)];
    let mut writer = run::start(spec, place, choices)?;
    if spec.engine != "vLLM" {
        media::finish(&mut writer, spec, place, choices)?;
    } else if compare_releases(&spec.release.version, CATALOGUE_INSIDE).is_lt() {
        files.push(vllm::finish_mounted(&mut writer, entry, last, place, choices)?);
    } else {
        vllm::finish(&mut writer, entry, last, place, choices)?;
    }
    for note in place.access_notes() {
        writer.note(note);
    }
    Ok((writer.recipe, files))
}

/// Names that become part of an argument of the container program must be plain.
fn check_names(entry: &Entry) -> Result<()> {
    let spec = &entry.spec;
    let plain = |text: &str, more: &str| {
        let first = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        first
            && text.len() <= 300
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c) || more.contains(c))
    };
    let rows = [
        ("docker_image", &spec.release.docker_image, "/:@"),
        ("impl_id", &spec.implementation.impl_id, ""),
        ("model_name", &spec.model.model_name, ""),
        ("model_id", &spec.model_id, ""),
        ("device_type", &spec.device_type, ""),
    ];
    match rows.iter().find(|(_, text, more)| !plain(text, more)) {
        None => Ok(()),
        Some((key, text, _)) => Err(Failure::new(
            FailureKind::Input,
            format!("{:.100} has no container command", spec.model_id),
            format!("{key} {text:.60?} is no plain name"),
            "Report it to the publisher of the spec file.",
        )),
    }
}

#[cfg(test)]
mod tests;
