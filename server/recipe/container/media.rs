//! The rest of a media or forge command: variables, no arguments (tt-inference-server `run_docker_server.py:80-158`,
//! 11ac526e).

use serde_json::Value;

use super::CATALOGUE_INSIDE;
use super::run::env;
use crate::catalog::history::compare_releases;
use crate::catalog::spec::ModelSpec;
use crate::error::{Failure, FailureKind, Result};
use crate::recipe::arguments::word;
use crate::recipe::choices::{Choices, Preset, chips};
use crate::recipe::place::Place;
use crate::recipe::shell::is_variable_name;
use crate::recipe::variables::{CONTAINER_HOME, decides_what_runs};
use crate::recipe::writer::Writer;

const RULE: &str = "tt-inference-server workflows/run_docker_server.py:80-158, 11ac526e";

/// Writes variables and image.
///
/// # Errors
/// When something was chosen that only vLLM has.
pub fn finish(writer: &mut Writer, spec: &ModelSpec, place: &Place, choices: &Choices) -> Result<()> {
    refuse_arguments(spec, choices)?;
    let release = &spec.release;
    for (name, value) in release.env_vars.iter() {
        if decides_what_runs(name) || !is_variable_name(name) {
            writer.note(format!("{name:.60?} of the spec file is not taken over: it decides what is run"));
        } else if !matches!(value, Value::Null | Value::Array(_) | Value::Object(_)) {
            let source = format!("the newest release that lists the entry, env_vars.{name}");
            env(writer, name, &word(value), &source, RULE);
        }
    }
    env(writer, "MODEL", &spec.model.model_name, "model_name", RULE);
    env(writer, "DEVICE", &spec.device_type.to_ascii_lowercase(), "device_type", RULE);
    let cache = format!("{CONTAINER_HOME}/cache_root");
    env(writer, "CACHE_ROOT", &cache, "tt-jukebox", RULE);
    env(writer, "HF_HOME", &format!("{cache}/huggingface"), "tt-jukebox", "what is downloaded stays in the volume");
    if compare_releases(image_release(&release.docker_image), CATALOGUE_INSIDE).is_lt() {
        let ids = chips(choices.chips.as_deref().unwrap_or("0"))?;
        let ids: Vec<String> = ids.iter().map(|chip| format!("({chip})")).collect();
        let rule = "images before 0.11.0 give each worker its chips (run_docker_server.py, v0.9.0)";
        env(writer, "DEVICE_IDS", &ids.join(","), "the option chips, or the first chip", rule);
        if spec.model.model_type == "AUDIO" {
            env(writer, "ALLOW_AUDIO_PREPROCESSING", "true", "model_type", rule);
        }
    }
    if place.is_private() {
        env(writer, "NO_AUTH", "1", "the setting host", "only this machine can connect");
    } else {
        writer.note("the server asks for API_KEY of the key file");
    }
    if spec.model.model_name.starts_with("stable-diffusion-xl") {
        writer.note(
            "newer images can serve this model with a C++ server, which wants SERVER_MODE and more; this command starts the \
             Python one",
        );
    }
    writer.recipe.args.push(release.docker_image.clone());
    Ok(())
}

/// Release of the image by its tag. It can differ from that of the entry: embedding entries of 0.9.0 and 0.10.0 name
/// images of 0.2.0.
fn image_release(image: &str) -> &str {
    let tag = image.rsplit(':').next().unwrap_or_default();
    tag.split('-').next().unwrap_or_default()
}

fn refuse_arguments(spec: &ModelSpec, choices: &Choices) -> Result<()> {
    let rows = [
        ("preset", choices.preset.is_some_and(|preset| preset != Preset::Spec)),
        ("context", choices.context.is_some()),
        ("sequences", choices.sequences.is_some()),
        ("weights", choices.weights.is_some()),
        ("extra", choices.extra.as_ref().is_some_and(|extra| !extra.is_empty())),
    ];
    match rows.iter().find(|(_, chosen)| *chosen) {
        None => Ok(()),
        Some((option, _)) => Err(Failure::new(
            FailureKind::Usage,
            format!("the option {option} means nothing for {:.100}", spec.model.model_name),
            format!("its engine is {:.30}, which takes no arguments of vLLM", spec.engine),
            "Leave the option out.",
        )),
    }
}
