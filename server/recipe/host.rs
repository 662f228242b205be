//! The command that serves an entry from checkouts on this host.

use super::arguments::{Argument, Origin, Settled, settle};
use super::choices::{Choices, chips};
use super::era::{self, Decided, Registers};
use super::place::Place;
use super::said::{Said, said};
use super::variables::{published, text_versions};
use super::writer::Writer;
use super::{Recipe, launcher};
use crate::catalog::Entry;
use crate::catalog::history::compare_releases;
use crate::catalog::spec::ModelSpec;
use crate::error::{Failure, FailureKind, Result};

/// The model that vLLM cannot serve before somebody registers it, in every era.
pub const NEVER_REGISTERED: &str = "AFM-4.5B";

/// The recipe of a vLLM entry that last stood in release `last`.
///
/// # Errors
/// When a choice is outside its limit, and when others could connect without a key.
pub fn host(entry: &Entry, last: &str, place: &Place, choices: &Choices) -> Result<Recipe> {
    place.check_access()?;
    let spec = &entry.spec;
    let said = said(entry, last);
    let decided = decide(spec, place)?;
    let mut settled = settle(spec, &said, &decided, choices)?;
    let reason = needs_launcher(spec, &decided, place);
    let commit = spec.release.vllm_commit.as_deref().unwrap_or("none");
    let mut writer = Writer::new(python(&decided, commit, place), place.vllm_home.display().to_string());
    writer.note(format!("needs tt-metal at {} and vLLM at {commit}", spec.release.tt_metal_commit));
    environment(&mut writer, spec, &said, &decided, place);
    weights(&mut writer, &mut settled, spec, choices);
    let release = &spec.release.version;
    if spec.model.hf_model_repo.starts_with("meta-llama/") && compare_releases(release, "0.5.0").is_lt() {
        writer.note(format!(
            "the image of release {release} reads Meta's own layout of the weights through LLAMA_DIR; here HF_MODEL names \
             the repository, which has not been tried on a card (tt-inference-server run_vllm_api_server.py, v0.1.0)"
        ));
    }
    restrict(&mut writer, &decided, choices)?;
    match &reason {
        Some(reason) => {
            let path = launcher::path(place).display().to_string();
            writer.note(format!("runs through {path}: {reason}"));
            writer.recipe.args.push(path.clone());
            writer.recipe.launcher = Some(path);
        }
        None => writer.recipe.args.extend(["-m".to_owned(), "vllm.entrypoints.openai.api_server".to_owned()]),
    }
    for argument in &settled.arguments {
        writer.argument(argument);
    }
    let private = if place.is_private() { "only this machine can connect" } else { "others can connect, with the key" };
    writer.pair("--host", &place.host, "the setting host", private);
    writer.pair("--port", place.port.to_string(), "the setting or option port", "");
    for note in decided.notes.iter().chain(&settled.notes).chain(&place.access_notes()) {
        writer.note(note);
    }
    writer.recipe.era = Some(decided.era.id.clone());
    writer.recipe.tt_config_flag = settled.tt_config_flag;
    Ok(writer.recipe)
}

/// The era of an entry, in this place.
///
/// # Errors
/// When the table of eras is broken.
pub fn decide<'a>(spec: &ModelSpec, place: &'a Place) -> Result<Decided<'a>> {
    era::bundled()?.decide(&spec.release, place.tree.as_ref()).ok_or_else(|| {
        let what = "the table of vLLM eras that this program carries is empty";
        Failure::new(FailureKind::Internal, what, "it has no era", "Please report this.")
    })
}

/// Why vLLM must be started by our launcher; none when it can be started as it is.
fn needs_launcher(spec: &ModelSpec, decided: &Decided, place: &Place) -> Option<&'static str> {
    if decided.era.registers == Registers::Examples {
        Some(
            "trees of this era register the TT models only when somebody calls register_tt_models in the server process",
        )
    } else if spec.model.model_name == NEVER_REGISTERED {
        Some("no tree registers TTArceeForCausalLM by itself")
    } else if !place.is_private() {
        Some("it reads the key from the key file, so that it stands on no command line")
    } else {
        None
    }
}

fn python(decided: &Decided, commit: &str, place: &Place) -> String {
    let usual = place.metal_home.join(decided.venv(commit)).join("bin/python");
    let found = if place.pythons.contains(&usual) { None } else { place.pythons.first() };
    found.unwrap_or(&usual).display().to_string()
}

fn environment(writer: &mut Writer, spec: &ModelSpec, said: &Said, decided: &Decided, place: &Place) {
    let metal = place.metal_home.display().to_string();
    published(writer, spec, said, decided, place);
    let set = "the setting metal_home";
    writer.env("TT_METAL_HOME", metal.as_str(), set, "");
    writer.env("PYTHONPATH", metal.as_str(), set, "");
    writer.env("LD_LIBRARY_PATH", format!("{metal}/build/lib"), set, "");
    for (name, value) in text_versions(&spec.implementation.impl_id) {
        let rule = "chosen by the implementation, as run_vllm_api_server.py:353-381 does";
        writer.env(name, value, "impl.impl_id of the newest release that lists the entry", rule);
    }
    if !writer.recipe.env.iter().any(|variable| variable.name == "HF_MODEL") {
        let source = format!("{}, hf_model_repo", said.file);
        writer.env(
            "HF_MODEL",
            spec.model.hf_model_repo.as_str(),
            &source,
            "the code in tt-metal finds its weights by it",
        );
    }
    let mesh = writer.recipe.env.iter().find(|variable| variable.name == "MESH_DEVICE");
    let mesh = folder_name(mesh.map_or("", |variable| &variable.value));
    let cache = place.scratchpad.join("cache_root/tt_metal_cache").join(folder_name(&spec.model.model_name)).join(mesh);
    let rule = "one folder for each model and mesh, as run_vllm_api_server.py:382-424 has it";
    writer.env("TT_CACHE_PATH", cache.display().to_string(), "the scratchpad", rule);
    if !place.is_private() {
        let file = place.secrets.display().to_string();
        writer.env("TT_JUKEBOX_ENV_FILE", file, "the scratchpad", "the launcher reads VLLM_API_KEY from it");
    }
}

/// A published word as the name of one folder.
pub fn folder_name(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let name: String = text.chars().filter(|c| *c != ' ').map(|c| if plain(c) { c } else { '_' }).take(100).collect();
    if name.trim_matches('.').is_empty() { "unnamed".into() } else { name }
}

/// Weights from a folder: served under the name of the repository all the same, so that clients find the model.
fn weights(writer: &mut Writer, settled: &mut Settled, spec: &ModelSpec, choices: &Choices) {
    let Some(folder) = &choices.weights else { return };
    let repo = &spec.model.hf_model_repo;
    let argument = |flag: &str, value: &str, source: &str, rule: &str| Argument {
        origin: Origin::Chosen,
        flag: flag.to_owned(),
        values: vec![value.to_owned()],
        source: source.to_owned(),
        rule: rule.to_owned(),
    };
    settled.set(argument("--model", folder, "the option weights", ""));
    let rule = "clients ask for the repository, and not for a folder of this machine";
    settled.set(argument("--served-model-name", repo, "hf_model_repo", rule));
    // The code in tt-metal knows a model by the name of its folder; a snapshot of the hub's cache is named by a commit,
    // but is found by the name of its repository.
    if folder.contains("/models--") {
        return;
    }
    writer.env("HF_MODEL", folder.as_str(), "the option weights", "the code in tt-metal reads the weights from it");
    let name = folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if name != spec.model.model_name {
        writer.note(format!(
            "the code in tt-metal knows a model by the name of its folder: name it {} if the model is not recognised",
            spec.model.model_name
        ));
    }
}

fn restrict(writer: &mut Writer, decided: &Decided, choices: &Choices) -> Result<()> {
    let Some(text) = &choices.chips else { return Ok(()) };
    let chips: Vec<String> = chips(text)?.iter().map(u32::to_string).collect();
    let rule = format!("trees of era {} are restricted by this variable", decided.era.id);
    writer.env(&decided.era.chips, chips.join(","), "the option chips", &rule);
    writer
        .note("restricting the chips is reported not to free the lock of the others, and half a P300 may be rejected");
    Ok(())
}

#[cfg(test)]
mod tests;
