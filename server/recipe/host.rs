//! The command that serves an entry from a checkout on this host.
//!
//! Rules: `run_vllm_api_server.py` of tt-inference-server (arguments become `--key value`, true a bare flag, null and
//! false nothing; the entry's environment over the device's; `TT_*_TEXT_VER` from the implementation).

use std::path::PathBuf;

use serde_json::Value;

use super::{Provenance, Recipe, Variable};
use crate::catalog::spec::{ModelSpec, Values};

/// Where the code is on this host, and where the server shall listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// Checkout of tt-metal.
    pub metal_home: PathBuf,
    /// Checkout of vLLM.
    pub vllm_home: PathBuf,
    /// Port on 127.0.0.1.
    pub port: u16,
}

/// Collects a recipe, one value at a time, with its source.
struct Writer {
    recipe: Recipe,
    release: String,
}

impl Writer {
    fn env(&mut self, name: &str, value: String, source: String) {
        self.recipe.env.retain(|variable| variable.name != name);
        self.recipe.provenance.retain(|known| known.name != name);
        self.recipe.provenance.push(Provenance { name: name.to_owned(), value: value.clone(), source });
        self.recipe.env.push(Variable { name: name.to_owned(), value });
    }

    fn arg(&mut self, flag: String, value: Option<String>, source: String) {
        let shown = value.clone().unwrap_or_default();
        self.recipe.provenance.push(Provenance { name: flag.clone(), value: shown, source });
        match value {
            // A value that looks like a flag would be read as one.
            Some(value) if value.starts_with('-') => self.recipe.args.push(format!("{flag}={value}")),
            value => {
                self.recipe.args.push(flag);
                self.recipe.args.extend(value);
            }
        }
    }

    fn published(&self, key: &str) -> String {
        format!("release {}, {key}", self.release)
    }
}

/// The recipe of a vLLM entry as release `release` describes it.
pub fn recipe(spec: &ModelSpec, release: &str, checkout: &Checkout) -> Recipe {
    let metal = checkout.metal_home.display().to_string();
    let python = checkout.metal_home.join("python_env/bin/python").display().to_string();
    let mut writer = Writer {
        recipe: Recipe {
            cwd: checkout.vllm_home.display().to_string(),
            env: Vec::new(),
            program: python,
            args: vec!["-m".into(), "vllm.entrypoints.openai.api_server".into()],
            notes: notes(spec, release),
            provenance: Vec::new(),
        },
        release: release.to_owned(),
    };
    environment(&mut writer, spec, &metal);
    arguments(&mut writer, &spec.release.vllm_args);
    writer.arg("--host".into(), Some("127.0.0.1".into()), "only this machine may connect".into());
    writer.arg("--port".into(), Some(checkout.port.to_string()), "the setting port".into());
    writer.recipe
}

fn environment(writer: &mut Writer, spec: &ModelSpec, metal: &str) {
    let set = "the setting metal_home";
    writer.env("TT_METAL_HOME", metal.to_owned(), set.into());
    writer.env("PYTHONPATH", metal.to_owned(), set.into());
    writer.env("LD_LIBRARY_PATH", format!("{metal}/build/lib"), set.into());
    writer.env("HF_MODEL", spec.model.hf_model_repo.clone(), writer.published("hf_model_repo"));
    let text_version = match spec.implementation.impl_id.as_str() {
        "llama3_70b_galaxy" => Some(("TT_LLAMA_TEXT_VER", "llama3_70b_galaxy")),
        "qwen3_32b_galaxy" => Some(("TT_QWEN3_TEXT_VER", "qwen3_32b_galaxy")),
        _ => None,
    };
    if let Some((name, value)) = text_version {
        writer.env(name, value.into(), "the implementation of the entry".into());
    }
    for (name, value) in spec.release.env_vars.iter() {
        if decides_what_runs(name) {
            writer.recipe.notes.push(format!("{name:.60?} of the spec file is not taken over: it decides what is run"));
        } else if let Some(value) = word(value) {
            let (value, moved) = on_this_host(value, metal);
            let source = writer.published(&format!("env_vars.{name}"));
            writer.env(name, value, if moved { format!("{source}, moved to TT_METAL_HOME") } else { source });
        }
    }
}

/// Paths of the container's working folder become paths of the checkout.
fn on_this_host(value: String, metal: &str) -> (String, bool) {
    match value.strip_prefix("../../tt-metal/") {
        Some(inside) => (format!("{metal}/{inside}"), true),
        None => (value, false),
    }
}

/// Arguments that are ours to choose: where the server listens, and who may talk to it.
const OURS: [&str; 4] = ["--host", "--port", "--api-key", "--trust-remote-code"];

/// True for variables that decide which code is run: a spec file may set what the model reads, not what the loader does.
fn decides_what_runs(name: &str) -> bool {
    let own = ["TT_METAL_HOME", "PATH", "HOME", "SHELL", "ENV", "BASH_ENV", "IFS"].contains(&name);
    own || ["LD_", "PYTHON", "DYLD_", "GIT_"].iter().any(|prefix| name.starts_with(prefix))
}

fn arguments(writer: &mut Writer, args: &Values) {
    let mut given: Vec<String> = Vec::new();
    for (key, value) in args {
        let flag = format!("--{}", key.replace('_', "-"));
        if !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') || OURS.contains(&flag.as_str()) {
            writer.recipe.notes.push(format!("{key:.60?} of the spec file is not taken over"));
            continue;
        }
        let value = match value {
            Value::Null | Value::Bool(false) => continue,
            Value::Bool(true) => None,
            other => word(other),
        };
        if given.contains(&flag) {
            writer.recipe.notes.push(format!("{flag} stands twice in the spec file; the first value is used"));
            continue;
        }
        given.push(flag.clone());
        writer.arg(flag, value, writer.published(&format!("vllm_args.{key}")));
    }
}

/// A published value as one word of a command line; JSON text is minified.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(minified(text)),
        // Python's str() is what the container uses; these are the only kinds that differ from JSON.
        Value::Bool(true) => Some("True".into()),
        Value::Bool(false) => Some("False".into()),
        other => Some(other.to_string()),
    }
}

fn minified(text: &str) -> String {
    if text.starts_with('{') {
        serde_json::from_str::<Value>(text).map_or_else(|_| text.to_owned(), |value| value.to_string())
    } else {
        text.to_owned()
    }
}

fn notes(spec: &ModelSpec, release: &str) -> Vec<String> {
    let pinned = &spec.release;
    let vllm = pinned.vllm_commit.as_deref().unwrap_or("none");
    let mut notes = vec![format!("needs tt-metal at {} and vLLM at {vllm}", pinned.tt_metal_commit)];
    if pinned.version != release {
        notes.push(format!(
            "not supported yet: the arguments are spelled as release {release} spells them, but the entry is pinned to \
             release {}, whose vLLM can ignore or reject some of them or need a launcher",
            pinned.version
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::spec::{Model, Release};
    use serde_json::json;

    fn values(value: Value) -> Values {
        value.as_object().cloned().unwrap_or_default()
    }

    fn served(args: Value, env: Value) -> Recipe {
        let spec = ModelSpec {
            model: Model { hf_model_repo: "o/M".into(), ..Model::default() },
            release: Release { vllm_args: values(args).into(), env_vars: values(env).into(), ..Release::default() },
            ..ModelSpec::default()
        };
        let checkout = Checkout { metal_home: "/m".into(), vllm_home: "/v".into(), port: 8000 };
        recipe(&spec, "0.25.0", &checkout)
    }

    #[test]
    fn arguments_follow_the_rules_of_the_container() {
        let recipe = served(
            json!({"model": "o/M", "max_num_seqs": 32, "enable_x": true, "off": false, "none": null,
                   "additional_config": "{\"tt\": {\"trace_region_size\": 3}}", "enable-x": true}),
            json!({}),
        );
        assert_eq!(
            recipe.args,
            [
                "-m",
                "vllm.entrypoints.openai.api_server",
                "--model",
                "o/M",
                "--max-num-seqs",
                "32",
                "--enable-x",
                "--additional-config",
                r#"{"tt":{"trace_region_size":3}}"#,
                "--host",
                "127.0.0.1",
                "--port",
                "8000"
            ]
        );
        assert!(recipe.notes.iter().any(|note| note.contains("--enable-x stands twice")));
    }

    #[test]
    fn container_paths_become_paths_of_the_checkout() {
        let recipe =
            served(json!({}), json!({"TT_MESH_GRAPH_DESC_PATH": "../../tt-metal/tt_metal/fabric/x.textproto"}));
        let value = recipe.env.iter().find(|variable| variable.name == "TT_MESH_GRAPH_DESC_PATH").unwrap();
        assert_eq!(value.value, "/m/tt_metal/fabric/x.textproto");
    }

    #[test]
    fn a_spec_file_does_not_choose_what_is_run_or_who_may_connect() {
        let recipe = served(
            json!({"model": "--help", "host": "0.0.0.0", "api-key": "x", "a; reboot": "1"}),
            json!({"LD_PRELOAD": "/evil.so", "PYTHONPATH": "/evil", "PATH": "/evil", "TT_METAL_HOME": "/evil"}),
        );
        assert_eq!(recipe.args[2..], ["--model=--help", "--host", "127.0.0.1", "--port", "8000"]);
        assert!(recipe.env.iter().all(|variable| !variable.value.contains("evil")), "{:?}", recipe.env);
        assert_eq!(recipe.notes.iter().filter(|note| note.contains("not taken over")).count(), 7);
    }

    #[test]
    fn every_value_has_a_source() {
        let recipe = served(json!({"seed": "9472"}), json!({"MESH_DEVICE": "(4, 8)", "N": 1}));
        let flags = recipe.args.iter().filter(|arg| arg.starts_with("--")).count();
        assert_eq!(recipe.provenance.len(), flags + recipe.env.len());
        assert!(recipe.provenance.iter().all(|known| !known.source.is_empty()));
    }
}
