//! Reader of the published spec files, flat or nested, told apart by their structure: neither `schema_version` nor the
//! file name says anything about the layout.

use serde_json::Value;

use super::spec::{Implementation, Model, ModelSpec, Release, Requirement, Requirements, Values};
use super::trimmed::Trimmed;

/// What one published file holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Published {
    /// The header's `release_version`; a label that can lag behind.
    pub label: Option<String>,
    /// Entries in the order of the file.
    pub specs: Vec<ModelSpec>,
    /// Entries that could not be used.
    pub skipped: Vec<Skipped>,
}

/// An entry that could not be used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Where it stands in the file.
    pub place: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Deepest nesting of the published files is repo, device, engine, implementation.
const MAX_DEPTH: usize = 8;

/// The longest published value, the whole of a `device_model_spec`, has some kilobytes.
const MAX_VALUE: usize = 100_000;

/// Keys of an entry up to release 0.25.0.
const KNOWN: [&str; 30] = [
    "model_id",
    "impl",
    "hf_model_repo",
    "hf_weights_repo",
    "model_name",
    "model_type",
    "inference_engine",
    "device_type",
    "subdevice_type",
    "tt_metal_commit",
    "vllm_commit",
    "device_model_spec",
    "system_requirements",
    "env_vars",
    "override_tt_config",
    "metadata",
    "param_count",
    "min_disk_gb",
    "min_ram_gb",
    "version",
    "docker_image",
    "status",
    "supported_modalities",
    "repacked",
    "uses_tensor_model_cache",
    "has_builtin_warmup",
    "cli_args",
    "display_name",
    "custom_inference_server",
    "code_link",
];

/// Keys of its `device_model_spec`.
const KNOWN_OF_DEVICE: [&str; 15] = [
    "device",
    "max_concurrency",
    "max_context",
    "default_impl",
    "vllm_args",
    "override_tt_config",
    "env_vars",
    "system_requirements",
    "tensor_cache_timeout",
    "known_issues",
    "eval_max_retries",
    "max_tokens_all_users_override",
    "image_benchmark_num_batches",
    "perf_targets_map",
    "perf_reference",
];

/// Reads one published spec file.
///
/// # Errors
/// One sentence when the text is not JSON or holds no entry at all. A single broken entry is skipped and reported.
pub fn parse(text: &str) -> Result<Published, String> {
    let Trimmed(value) = serde_json::from_str(text).map_err(|error| {
        if error.is_eof() { "the file is cut off".to_owned() } else { format!("not valid JSON: {error}") }
    })?;
    let mut published = Published { label: value.get("release_version").and_then(string), ..Published::default() };
    let entries = value.get("model_specs").unwrap_or(&value);
    walk(entries, "", 0, &mut published);
    if published.specs.is_empty() {
        return Err(match published.skipped.first() {
            Some(first) => format!("no usable entry; the first one, {}: {}", first.place, first.reason),
            None => "no model entry in it, so it is not a spec file of tt-inference-server".to_owned(),
        });
    }
    Ok(published)
}

fn walk(value: &Value, place: &str, depth: usize, into: &mut Published) {
    let Value::Object(object) = value else { return };
    if object.contains_key("device_model_spec") || object.contains_key("model_id") {
        match read_entry(object) {
            Ok(spec) => into.specs.push(spec),
            Err(reason) => into.skipped.push(Skipped { place: place.to_owned(), reason }),
        }
    } else if depth < MAX_DEPTH {
        for (key, child) in object {
            let key: String = key.chars().take(200).collect();
            walk(child, &if place.is_empty() { key } else { format!("{place} > {key}") }, depth + 1, into);
        }
    }
}

fn read_entry(entry: &Values) -> Result<ModelSpec, String> {
    let required = |key: &str| {
        let text = entry.get(key).and_then(string).ok_or_else(|| format!("{key} is missing or not a text"))?;
        if text.len() > 300 || text.chars().any(char::is_control) {
            return Err(format!("{key} is not a name"));
        }
        Ok(text)
    };
    let Some(Value::Object(device)) = entry.get("device_model_spec") else {
        return Err("device_model_spec is missing or not an object".into());
    };
    if let Some(key) = entry.iter().find(|(_, value)| weight(value) > MAX_VALUE).map(|(key, _)| key) {
        return Err(format!("{key} is far longer than any published value"));
    }
    let optional = |key: &str| entry.get(key).and_then(string);
    let vllm_commit = optional("vllm_commit");
    // Files before 0.5.0 name no engine; an entry with a vLLM commit is a vLLM entry.
    let engine = optional("inference_engine")
        .unwrap_or_else(|| if vllm_commit.is_some() { "vLLM".to_owned() } else { "media".to_owned() });
    let hf_model_repo = required("hf_model_repo")?;
    let mut env_vars = object(device.get("env_vars"));
    env_vars.extend(object(entry.get("env_vars")));
    Ok(ModelSpec {
        model_id: required("model_id")?,
        device_type: required("device_type")?,
        engine,
        implementation: read_implementation(entry.get("impl")),
        model: Model {
            hf_weights_repo: optional("hf_weights_repo").filter(|repo| *repo != hf_model_repo),
            hf_model_repo,
            model_name: required("model_name")?,
            model_type: optional("model_type").unwrap_or_default(),
            modalities: entry
                .get("supported_modalities")
                .and_then(Value::as_array)
                .map(|list| list.iter().filter_map(string).collect())
                .unwrap_or_default(),
            param_count: number(entry.get("param_count")),
        },
        release: Release {
            status: optional("status").unwrap_or_default(),
            version: optional("version").unwrap_or_default(),
            tt_metal_commit: required("tt_metal_commit")?,
            vllm_commit,
            docker_image: optional("docker_image").unwrap_or_default(),
            max_context: whole(device.get("max_context")),
            max_concurrency: whole(device.get("max_concurrency")),
            default_impl: device.get("default_impl").and_then(Value::as_bool).unwrap_or(false),
            min_disk_gb: number(entry.get("min_disk_gb")),
            min_ram_gb: number(entry.get("min_ram_gb")),
            subdevice_type: optional("subdevice_type"),
            requirements: read_requirements(device.get("system_requirements"), entry.get("system_requirements")),
            vllm_args: object(device.get("vllm_args")).into(),
            env_vars: env_vars.into(),
            tt_config: object(entry.get("override_tt_config")).into(),
            metadata: object(entry.get("metadata")).into(),
            unknown: unknown_keys(entry, device).into(),
        },
    })
}

fn read_implementation(value: Option<&Value>) -> Implementation {
    let part = |key: &str| value.and_then(|value| value.get(key)).and_then(string).unwrap_or_default();
    Implementation {
        impl_id: part("impl_id"),
        impl_name: part("impl_name"),
        repo_url: part("repo_url"),
        code_path: part("code_path"),
    }
}

/// The device's own requirements win where there are any.
fn read_requirements(device: Option<&Value>, entry: Option<&Value>) -> Requirements {
    let read = |kind: &str| {
        [device, entry].into_iter().flatten().find_map(|from| {
            let from = from.get(kind)?;
            Some(Requirement { specifier: string(from.get("specifier")?)?, mode: string(from.get("mode")?)? })
        })
    };
    Requirements { firmware: read("firmware"), kmd: read("kmd") }
}

/// What nobody here knows is kept, for the people who maintain the files.
fn unknown_keys(entry: &Values, device: &Values) -> Values {
    let of_entry = entry.iter().filter(|(key, _)| !KNOWN.contains(&key.as_str()));
    let of_entry = of_entry.map(|(key, value)| (key.clone(), value.clone()));
    let of_device = device.iter().filter(|(key, _)| !KNOWN_OF_DEVICE.contains(&key.as_str()));
    of_entry.chain(of_device.map(|(key, value)| (format!("device_model_spec.{key}"), value.clone()))).collect()
}

/// Bytes of all texts and keys in a value.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(object) => object.iter().map(|(key, value)| key.len() + weight(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
}

fn string(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn object(value: Option<&Value>) -> Values {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}

fn number(value: Option<&Value>) -> Option<f64> {
    match value? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .filter(|number| number.is_finite() && *number >= 0.0)
}

fn whole(value: Option<&Value>) -> Option<u64> {
    match value? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
