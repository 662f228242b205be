//! What every container command begins with: the program, the devices, the port, the cache.

use crate::catalog::spec::ModelSpec;
use crate::error::{Failure, FailureKind, Result};
use crate::recipe::choices::{Choices, chips};
use crate::recipe::place::Place;
use crate::recipe::variables::CONTAINER_HOME;
use crate::recipe::writer::Writer;

/// Port of every server inside its container.
const INNER_PORT: u16 = 8000;
const IS: &str = "tt-inference-server workflows/run_docker_server.py";
const HUGEPAGES: &str = "/dev/hugepages-1G";

/// Begins a command.
///
/// # Errors
/// When a choice cannot be used.
pub fn start(spec: &ModelSpec, place: &Place, choices: &Choices) -> Result<Writer> {
    let program = place.container_programs.first().map_or("docker", String::as_str);
    let mut writer = Writer::new(program.to_owned(), place.home.display().to_string());
    if place.container_programs.is_empty() {
        writer.note("neither docker nor podman is on PATH: install one of them");
    } else if program == "podman" {
        writer.note(
            "podman without root opens /dev/tenstorrent only as far as you may: if it cannot, add `--group-add keep-groups` \
             (containers/podman#10166)",
        );
    }
    writer.recipe.args.push("run".into());
    writer.arg("--rm", &[], "tt-jukebox", "nothing is left behind but the volume");
    let name: String = spec.model.model_name.to_ascii_lowercase().chars().take(60).collect();
    writer.pair("--name", format!("tt-jukebox-{name}-{}", place.port), "model_name and the port", "");
    let secrets = place.secrets.display().to_string();
    let secrets = path(&secrets)?;
    let rule = "HF_TOKEN and keys come from a file that only you can read, and stand on no command line";
    writer.pair("--env-file", secrets, "the scratchpad", rule);
    let published = match place.host.as_str() {
        "localhost" => "127.0.0.1".to_owned(),
        host if host.contains(':') => format!("[{host}]"),
        host => host.to_owned(),
    };
    let rule = format!("the server listens on {INNER_PORT} inside its container");
    writer.pair("--publish", format!("{published}:{}:{INNER_PORT}", place.port), "the settings host and port", &rule);
    devices(&mut writer, choices)?;
    hugepages(&mut writer, spec, place);
    let volume = format!("volume_id_{}-{}", spec.implementation.impl_id, spec.model.model_name);
    let rule = format!("weights and caches outlive the container ({IS}:289-500, 11ac526e)");
    writer.pair("--volume", format!("{volume}:{CONTAINER_HOME}/cache_root"), "impl_id and model_name", &rule);
    Ok(writer)
}

fn devices(writer: &mut Writer, choices: &Choices) -> Result<()> {
    let Some(text) = &choices.chips else {
        writer.pair("--device", "/dev/tenstorrent:/dev/tenstorrent", "tt-jukebox", IS);
        return Ok(());
    };
    for chip in chips(text)? {
        let node = format!("/dev/tenstorrent/{chip}");
        writer.pair("--device", format!("{node}:{node}"), "the option chips", IS);
    }
    Ok(())
}

/// Pages of 1 GB are needed where the IOMMU does not translate (tt-metal#21375); binding a folder that is not there stops
/// the container from starting.
fn hugepages(writer: &mut Writer, spec: &ModelSpec, place: &Place) {
    let arch = spec.release.env_vars.get("ARCH_NAME").and_then(serde_json::Value::as_str);
    let blackhole = arch == Some("blackhole");
    match place.hugepages {
        Some(false) => writer.note(format!(
            "{HUGEPAGES} is not on this host and is not mounted: without it the device opens only where the IOMMU translates"
        )),
        None if blackhole => writer.note(format!(
            "{HUGEPAGES} is not mounted: Blackhole needs it only where the IOMMU does not translate (tt-metal#21375)"
        )),
        _ => {
            let rule = format!("{IS} mounts it; needed where the IOMMU does not translate (tt-metal#21375)");
            writer.pair("--mount", format!("type=bind,src={HUGEPAGES},dst={HUGEPAGES}"), "the host", &rule);
        }
    }
}

/// Sets a variable inside the container.
pub fn env(writer: &mut Writer, name: &str, value: &str, source: &str, rule: &str) {
    writer.pair("--env", format!("{name}={value}"), source, rule);
    if let Some(known) = writer.recipe.provenance.last_mut() {
        (known.name, known.value) = (name.to_owned(), value.to_owned());
    }
}

/// Mounts a file or folder of this host, for reading.
///
/// # Errors
/// When the path cannot stand in such an argument.
pub fn mount(writer: &mut Writer, from: &str, to: &str, source: &str, rule: &str) -> Result<()> {
    let from = path(from)?;
    writer.pair("--mount", format!("type=bind,src={from},dst={to},readonly"), source, rule);
    Ok(())
}

/// A path that can stand in an argument with commas, and is absolute, so that it is no name of a volume.
fn path(text: &str) -> Result<&str> {
    if text.starts_with('/') && !text.contains([',', '"']) {
        return Ok(text);
    }
    Err(Failure::new(
        FailureKind::Usage,
        format!("{text:.200?} cannot be mounted into a container"),
        "a mounted path must be absolute, without commas and quotes",
        "Move it, or make a link to it under another name.",
    ))
}
