//! The rest of a vLLM container command: the old interface with a mounted entry, and the new one with arguments.

use super::mounted;
use super::run::{env, mount};
use crate::catalog::Entry;
use crate::catalog::history::compare_releases;
use crate::catalog::spec::ModelSpec;
use crate::error::Result;
use crate::recipe::arguments::{Origin, normal, settle};
use crate::recipe::choices::Choices;
use crate::recipe::files::{CommandFile, Purpose};
use crate::recipe::host::{decide, folder_name};
use crate::recipe::place::Place;
use crate::recipe::said::said;
use crate::recipe::variables::{CONTAINER_HOME, text_versions, usual_mesh};
use crate::recipe::writer::Writer;

const OLD: &str = "tt-inference-server workflows/run_docker_server.py:188-225, v0.9.0";
const NEW: &str = "tt-inference-server workflows/run_docker_server.py:289-500, 11ac526e";

/// Images from 0.11.0 on: the catalogue is inside, arguments come behind the image.
///
/// # Errors
/// When a choice is outside its limit or cannot be used.
pub fn finish(writer: &mut Writer, entry: &Entry, last: &str, place: &Place, choices: &Choices) -> Result<()> {
    let spec = &entry.spec;
    // The image brings its own tree; a checkout on this host says nothing about it.
    let inside = Place { tree: None, ..place.clone() };
    let decided = decide(spec, &inside)?;
    let settled = settle(spec, &said(entry, last), &decided, choices)?;
    writer.pair("--ipc", "host", "tt-jukebox", NEW);
    if let Some(weights) = &choices.weights {
        let inner = weights_inside(writer, weights, spec)?;
        env(writer, "MODEL_WEIGHTS_DIR", &inner, "the option weights", NEW);
    }
    writer.recipe.args.push(spec.release.docker_image.clone());
    writer.pair("--model", &spec.model.hf_model_repo, "hf_model_repo", NEW);
    writer.pair("--tt-device", spec.device_type.to_ascii_lowercase(), "device_type", NEW);
    if !spec.release.default_impl {
        writer.pair("--impl", &spec.implementation.impl_name, "impl.impl_name", "it is not the default implementation");
    }
    if place.is_private() {
        writer.arg("--no-auth", &[], "the setting host", "only this machine can connect");
    }
    // The image's own catalogue has everything that was published for it.
    for argument in settled.arguments.iter().filter(|argument| argument.origin != Origin::Published) {
        writer.argument(argument);
    }
    writer.recipe.era = Some(decided.era.id.clone());
    writer.note("the arguments as published are in the image; only what differs from them is passed");
    for note in &settled.notes {
        if note.starts_with("the preset") {
            writer.note(note);
        }
    }
    Ok(())
}

/// Images before 0.11.0: the entry is mounted as a file, the container takes no arguments.
///
/// # Errors
/// When a choice is outside its limit or cannot be used.
pub fn finish_mounted(
    writer: &mut Writer,
    entry: &Entry,
    last: &str,
    place: &Place,
    choices: &Choices,
) -> Result<CommandFile> {
    let spec = &entry.spec;
    let inside = Place { tree: None, ..place.clone() };
    let decided = decide(spec, &inside)?;
    let said = said(entry, last);
    let settled = settle(spec, &said, &decided, choices)?;
    let path = place.scratchpad.join("model-specs").join(format!("{}.json", spec.model_id));
    let file = CommandFile {
        path: path.clone(),
        purpose: Purpose::ModelSpec,
        text: mounted::text(spec, &said, &settled, place.is_private())?,
    };
    writer.arg("--cap-add", &["ALL".to_owned()], "tt-jukebox", OLD);
    writer.pair("--shm-size", "32G", "tt-jukebox", OLD);
    let inner = format!("{CONTAINER_HOME}/model_specs/{}.json", spec.model_id);
    mount(
        writer,
        &path.display().to_string(),
        &inner,
        "the scratchpad",
        "images before 0.11.0 read the entry from it",
    )?;
    let weights = match &choices.weights {
        Some(weights) => weights.clone(),
        None => {
            let folder =
                place.scratchpad.join("weights").join(folder_name(&spec.model.model_name)).display().to_string();
            writer.note(format!(
                "the image downloads nothing: put the weights there first, `hf download {} --local-dir {folder}`, or name \
                 another folder with --weights",
                spec.model.hf_weights_repo.as_ref().unwrap_or(&spec.model.hf_model_repo)
            ));
            folder
        }
    };
    if spec.model.hf_model_repo.starts_with("meta-llama/") && compare_releases(&spec.release.version, "0.5.0").is_lt() {
        writer.note(
            "images before 0.5.0 read the models of meta-llama in Meta's own layout (params.json, tokenizer.model, \
             consolidated.*), which lies in the folder original of the repository: name that folder with --weights",
        );
    }
    let weights = weights_inside(writer, &weights, spec)?;
    let cache_root = format!("{CONTAINER_HOME}/cache_root");
    let mesh = spec.release.subdevice_type.as_deref().and_then(usual_mesh);
    let published = said.release.env_vars.get("MESH_DEVICE").and_then(serde_json::Value::as_str);
    let mesh = folder_name(mesh.or(published).or(usual_mesh(&spec.device_type)).unwrap_or_default());
    let cache = format!("{cache_root}/tt_metal_cache/cache_{}/{mesh}", folder_name(&spec.model.model_name));
    env(writer, "CACHE_ROOT", &cache_root, "tt-jukebox", OLD);
    env(writer, "TT_CACHE_PATH", &cache, "model_name and MESH_DEVICE", OLD);
    env(writer, "MODEL_WEIGHTS_PATH", &weights, "the option weights, or the scratchpad", OLD);
    // Its name in some images before 0.11.0; the others do not look at it.
    env(writer, "MODEL_WEIGHTS_DIR", &weights, "the option weights, or the scratchpad", OLD);
    for (name, value) in text_versions(&spec.implementation.impl_id) {
        env(writer, name, value, "impl.impl_id", OLD);
    }
    env(writer, "TT_MODEL_SPEC_JSON_PATH", &inner, "the mounted file", OLD);
    writer.recipe.args.push(spec.release.docker_image.clone());
    for note in decided.notes.iter().chain(&settled.notes) {
        writer.note(note);
    }
    writer.recipe.era = Some(decided.era.id.clone());
    writer.recipe.tt_config_flag = settled.tt_config_flag.filter(|flag| normal(flag) == "override-tt-config");
    Ok(file)
}

/// Mounts a folder with weights and says where it is inside. A snapshot of the hub's cache is made of links into the
/// folder of its repository, so that folder is mounted.
fn weights_inside(writer: &mut Writer, weights: &str, spec: &ModelSpec) -> Result<String> {
    let weights = weights.trim_end_matches('/');
    let base = format!("{CONTAINER_HOME}/readonly_weights_mount");
    let name = folder_name(&spec.model.model_name);
    let (from, rest) = match weights.split_once("/snapshots/") {
        Some((repository, snapshot)) if repository.contains("/models--") => {
            (repository, format!("/snapshots/{}", folder_name(snapshot)))
        }
        _ => (weights, String::new()),
    };
    mount(writer, from, &format!("{base}/{name}"), "the option weights, or the scratchpad", "for reading only")?;
    Ok(format!("{base}/{name}{rest}"))
}
