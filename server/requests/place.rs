//! Gathers where a command is to run: settings, checkouts, container programs, the key file.

use std::path::PathBuf;

use crate::catalog::Entry;
use crate::environment::layout::{self, Layout};
use crate::environment::{in_time, tree};
use crate::error::{Failure, FailureKind, Result};
use crate::recipe::{Choices, Place, chips};
use crate::scratchpad;
use crate::session::Session;

/// Virtual environments below a checkout of tt-metal, by the installers of the eras.
const PYTHONS: [&str; 2] = ["python_env/bin/python", "build/python_env_vllm/bin/python"];

/// The choices with paths that mean the same from every folder.
///
/// # Errors
/// When the folder with the weights or a chip is not there.
pub(super) fn choices_here(session: &Session, choices: Option<Choices>) -> Result<Choices> {
    let mut choices = choices.unwrap_or_default();
    let usage = |what: String, why: String, next: &str| Err(Failure::new(FailureKind::Usage, what, why, next));
    if let Some(folder) = &mut choices.weights {
        let path = match folder.strip_prefix("~/") {
            Some(rest) => session.settings.home().join(rest),
            None => std::path::absolute(&*folder).unwrap_or_else(|_| PathBuf::from(&*folder)),
        };
        if !is_elsewhere(session) && !path.is_dir() {
            let next = "Name the folder that holds config.json, or leave the option out to use the repository.";
            return usage(format!("there are no weights in {}", path.display()), "it is no folder".into(), next);
        }
        *folder = path.display().to_string();
    }
    let nodes = root(session).join("dev/tenstorrent");
    if let Some(text) = choices.chips.as_deref().filter(|_| session.is_of_this_host() && nodes.is_dir())
        && let Some(gone) = chips(text)?.into_iter().find(|chip| !nodes.join(chip.to_string()).exists())
    {
        let why = format!("{} is not there", nodes.join(gone.to_string()).display());
        return usage(format!("there is no chip {gone}"), why, "`tt-jukebox devices` lists what is there.");
    }
    Ok(choices)
}

/// True when the facts are those of another machine: they say nothing about the folders of this one.
fn is_elsewhere(session: &Session) -> bool {
    matches!(session.settings.stand_in(), Some("facts" | "smi"))
}

fn root(session: &Session) -> PathBuf {
    session.settings.path("root").unwrap_or_default()
}

/// Where a command is to run, by the settings and choices alone: nothing on this host is looked at.
///
/// # Errors
/// When a setting cannot be used.
pub(super) fn by_settings(session: &Session, choices: &Choices) -> Result<Place> {
    let settings = &session.settings;
    let scratchpad = settings.home().join("tt-scratchpad");
    if choices.port == Some(0) {
        let next = "Leave the option out to use the setting.";
        return Err(Failure::new(FailureKind::Usage, "0 is not a port", "the option port takes 1 to 65535", next));
    }
    Ok(Place {
        home: settings.home().to_owned(),
        metal_home: settings.path("metal_home").unwrap_or_default(),
        vllm_home: settings.path("vllm_home").unwrap_or_default(),
        secrets: scratchpad.join("server.env"),
        scratchpad,
        host: choices.host.clone().or_else(|| settings.get("host").map(str::to_owned)).unwrap_or_default(),
        port: choices.port.map_or_else(|| settings.port(), Ok)?,
        ..Place::default()
    })
}

/// Where a command is to run, with what is found on this host.
///
/// # Errors
/// When a setting cannot be used.
pub(super) fn on_this_host(session: &Session, choices: &Choices) -> Result<Place> {
    let mut place = by_settings(session, choices)?;
    place.key_file = scratchpad::key_file(&place.secrets);
    let programs = ["docker", "podman"].into_iter().filter(|name| which::which(name).is_ok());
    place.container_programs = programs.map(str::to_owned).collect();
    if is_elsewhere(session) {
        return Ok(place);
    }
    if let Some(layout) = layout::in_use(&session.settings.environments()) {
        // Whoever names a checkout in the settings means that one.
        if session.settings.is_default("metal_home") && session.settings.is_default("vllm_home") {
            (place.metal_home, place.vllm_home) = (layout.metal(), layout.vllm());
        }
    }
    look_into(&mut place);
    if session.is_of_this_host() {
        place.hugepages = Some(root(session).join("dev/hugepages-1G").is_dir());
    }
    Ok(place)
}

/// The same place, in the environment of the entry's own pair where there is one.
pub(super) fn for_entry(session: &Session, mut place: Place, entry: &Entry) -> Place {
    let release = &entry.spec.release;
    let Some(vllm) = release.vllm_commit.as_deref().filter(|_| !is_elsewhere(session)) else { return place };
    let layout = Layout::of_pair(&session.settings.environments(), &release.tt_metal_commit, vllm);
    if layout.record().is_some() && layout.metal().is_dir() && layout.vllm().is_dir() {
        (place.metal_home, place.vllm_home) = (layout.metal(), layout.vllm());
        look_into(&mut place);
    }
    place
}

/// The user's own clones, by the name of the store that can take objects from them.
pub(super) fn clones(session: &Session) -> Vec<(String, PathBuf)> {
    let path = |key: &str| session.settings.path(key).unwrap_or_default();
    [("tt-metal", "metal_home"), ("vllm", "vllm_home"), ("vllm_plugin", "vllm_home")]
        .map(|(store, key)| (store.to_owned(), path(key)))
        .to_vec()
}

/// Looks at the checkouts of a place.
fn look_into(place: &mut Place) {
    let (metal, vllm) = (place.metal_home.clone(), place.vllm_home.clone());
    let look = move || {
        let pythons = PYTHONS.iter().map(|python| metal.join(python));
        (tree::read(&vllm), pythons.filter(|python| python.exists()).collect())
    };
    (place.tree, place.pythons) = in_time(look).unwrap_or_else(|trouble| {
        tracing::warn!("{} and {}: {trouble}", place.metal_home.display(), place.vllm_home.display());
        (None, Vec::new())
    });
}
