//! Gathers where a command is to run: settings, checkouts, container programs, the key file.

use crate::environment::tree;
use crate::error::{Failure, FailureKind, Result};
use crate::recipe::{Choices, Place};
use crate::scratchpad;
use crate::session::Session;

/// Virtual environments below a checkout of tt-metal, by the installers of the eras.
const PYTHONS: [&str; 2] = ["python_env/bin/python", "build/python_env_vllm/bin/python"];

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
/// When a setting cannot be used, or a chip is chosen that is not there.
pub(super) fn on_this_host(session: &Session, choices: &Choices) -> Result<Place> {
    let mut place = by_settings(session, choices)?;
    place.key_file = scratchpad::key_file(&place.secrets);
    let programs = ["docker", "podman"].into_iter().filter(|name| which::which(name).is_ok());
    place.container_programs = programs.map(str::to_owned).collect();
    // Facts of another machine say nothing about the checkouts of this one.
    if matches!(session.settings.stand_in(), Some("facts" | "smi")) {
        return Ok(place);
    }
    place.tree = tree::read(&place.vllm_home);
    let pythons = PYTHONS.iter().map(|python| place.metal_home.join(python));
    place.pythons = pythons.filter(|python| python.exists()).collect();
    if session.is_of_this_host() {
        place.hugepages = Some(session.settings.path("root").unwrap_or_default().join("dev/hugepages-1G").is_dir());
    }
    Ok(place)
}
