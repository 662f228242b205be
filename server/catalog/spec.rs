//! One model on one device with one engine and one implementation, whatever layout it was published in.
//!
//! Keys and their types: `model_specs_output.json` and `release_model_spec.json` of tt-inference-server, releases 0.1.0
//! to 0.25.0.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Open JSON object of the published file, in its own order.
pub type Values = Map<String, Value>;

/// The same, held once for all entries that say the same: most do, and a language server stays for days.
pub type Shared = Arc<Values>;

/// The code that serves the model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Implementation {
    /// `tt_transformers`
    pub impl_id: String,
    /// `tt-transformers`
    pub impl_name: String,
    /// Repository of the code.
    pub repo_url: String,
    /// Path of the code in that repository.
    pub code_path: String,
}

/// A published requirement on firmware or driver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// PEP 440 specifier, for example `>=18.6.0`.
    pub specifier: String,
    /// `STRICT` or `SUGGESTED`.
    pub mode: String,
}

/// Requirements on the system software of the host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Requirements {
    /// Firmware bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<Requirement>,
    /// Kernel driver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kmd: Option<Requirement>,
}

/// Facts about the model itself; the same on every device.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Model {
    /// Repository that names the model; a bare name for a few CNNs.
    pub hf_model_repo: String,
    /// Short name.
    pub model_name: String,
    /// Repository of the weights, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hf_weights_repo: Option<String>,
    /// `LLM`, `IMAGE`, `AUDIO` …; new words survive as text.
    pub model_type: String,
    /// `text`, `image` …
    pub modalities: Vec<String>,
    /// Billions of parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub param_count: Option<f64>,
}

impl Model {
    /// The repository that the weights come from.
    pub fn weights_repo(&self) -> &str {
        self.hf_weights_repo.as_deref().unwrap_or(&self.hf_model_repo)
    }
}

/// What a release says about one entry.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Release {
    /// `COMPLETE`, `FUNCTIONAL`, `EXPERIMENTAL`; new words survive as text.
    pub status: String,
    /// Release whose image and commits the entry is pinned to.
    pub version: String,
    /// Commit or tag of tt-metal.
    pub tt_metal_commit: String,
    /// Commit of vLLM (fork or plugin); none for other engines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vllm_commit: Option<String>,
    /// Container image.
    pub docker_image: String,
    /// Longest context in tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_context: Option<u64>,
    /// Most sequences at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_concurrency: Option<u64>,
    /// True for the implementation that is taken when several serve the same model on the same device.
    pub default_impl: bool,
    /// Free disk in GB that the publisher asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_disk_gb: Option<f64>,
    /// Memory in GB that the publisher asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_ram_gb: Option<f64>,
    /// The part of the device that one replica runs on, where it is not the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subdevice_type: Option<String>,
    /// Requirements on firmware and driver.
    pub requirements: Requirements,
    /// vLLM arguments by name, as published.
    pub vllm_args: Shared,
    /// Environment, the entry's own over the device's.
    pub env_vars: Shared,
    /// TT configuration of the plugin.
    pub tt_config: Shared,
    /// Parser names and other notes.
    pub metadata: Shared,
    /// Keys that no release up to 0.25.0 has; those of the device stand behind `device_model_spec.`.
    pub unknown: Shared,
}

/// One published entry.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelSpec {
    /// `id_<impl>_<model>_<device>`; unique in every published file.
    pub model_id: String,
    /// Device name, for example `T3K`; new names survive as text.
    pub device_type: String,
    /// `vLLM`, `media` or `forge`; new words survive as text.
    pub engine: String,
    /// The code that serves it.
    pub implementation: Implementation,
    /// The model.
    pub model: Model,
    /// What the release says about it.
    pub release: Release,
}
