//! The file that images before release 0.11.0 read their entry from (`run_vllm_api_server.py`, v0.1.0 to v0.10.x).

use serde_json::{Map, Value, json};

use crate::catalog::spec::ModelSpec;
use crate::error::{Failure, FailureKind, Result};
use crate::recipe::arguments::Settled;
use crate::recipe::said::Said;
use crate::recipe::variables::decides_what_runs;

/// The text of the file: the entry as its pinned release had it, with the chosen values in it.
///
/// # Errors
/// When an extra argument has several values, which those images cannot pass on, or the file cannot be written as JSON.
pub fn text(spec: &ModelSpec, said: &Said, settled: &Settled, no_auth: bool) -> Result<String> {
    let mut args = Map::new();
    for argument in &settled.arguments {
        let value = match argument.values.as_slice() {
            [] => Value::Bool(true),
            [value] => Value::String(value.clone()),
            _ => {
                return Err(Failure::new(
                    FailureKind::Usage,
                    format!("{:.60} cannot be given to this image", argument.flag),
                    "images before release 0.11.0 pass on one value for each argument",
                    "Give one value, or leave it out.",
                ));
            }
        };
        // With underscores, as almost all published names are: the image looks some of them up.
        args.insert(argument.flag.trim_start_matches('-').replace('-', "_"), value);
    }
    let release = said.release;
    let env: Map<String, Value> = release
        .env_vars
        .iter()
        .filter(|(name, _)| !decides_what_runs(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let tt_config = Value::Object(super::super::said::tt_config(release).values);
    let entry = json!({
        "model_id": spec.model_id,
        "impl": spec.implementation,
        "hf_model_repo": spec.model.hf_model_repo,
        "hf_weights_repo": spec.model.hf_weights_repo.as_ref().unwrap_or(&spec.model.hf_model_repo),
        "model_name": spec.model.model_name,
        "model_type": spec.model.model_type,
        "inference_engine": spec.engine,
        "device_type": spec.device_type,
        "subdevice_type": release.subdevice_type,
        "tt_metal_commit": spec.release.tt_metal_commit,
        "vllm_commit": spec.release.vllm_commit,
        "version": spec.release.version,
        "docker_image": spec.release.docker_image,
        "status": release.status,
        "supported_modalities": spec.model.modalities,
        "repacked": 0,
        "device_model_spec": {
            "device": spec.device_type,
            "max_concurrency": release.max_concurrency,
            "max_context": release.max_context,
            "default_impl": release.default_impl,
            "vllm_args": args,
            "override_tt_config": tt_config,
            "env_vars": env,
        },
        "env_vars": env,
        "override_tt_config": tt_config,
        "cli_args": {
            "model": spec.model.model_name,
            "device": spec.device_type.to_ascii_lowercase(),
            "service_port": "8000",
            "no_auth": no_auth,
            "disable_trace_capture": false,
        },
    });
    serde_json::to_string_pretty(&entry).map_err(|error| {
        let what = "the entry could not be written as JSON";
        Failure::new(FailureKind::Internal, what, error.to_string(), "Please report this.")
    })
}
