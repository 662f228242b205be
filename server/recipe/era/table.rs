//! The table of eras, as `content/eras.json` has it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::error::{Failure, FailureKind, Result};

const BUNDLED: &str = include_str!("../../../content/eras.json");

/// Who registers the TT models with vLLM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registers {
    /// `examples/offline_inference_tt.py`, and only when somebody calls it: a launcher is needed.
    Examples,
    /// The tree itself.
    Tree,
}

/// What the trees of one era accept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Era {
    /// `E1` to `E7`.
    pub id: String,
    /// Repository and range of commits, in words.
    pub trees: String,
    /// First release whose newest pins are of this era.
    pub(super) from_release: String,
    /// Commits that spec files are pinned to, seven digits each.
    pub(super) commits: Vec<String>,
    /// False when the era of these commits was inferred and not read.
    pub certain: bool,
    /// Who registers the models.
    pub registers: Registers,
    /// The argument that the tree reads its TT configuration from, with its hyphens.
    pub tt_config: String,
    /// True when the tree knows `num_scheduler_steps`.
    pub multi_step: bool,
    /// True when the tree heeds `VLLM_USE_V1`.
    pub use_v1: bool,
    /// Virtual environment below the checkout of tt-metal.
    pub venv: String,
    /// Commits whose installer still makes `build/python_env_vllm`.
    #[serde(default)]
    pub(super) older_venv: Vec<String>,
    /// How the tree is installed, in words.
    pub installer: String,
    /// Python versions, in words.
    pub python: String,
    /// Torch, in words.
    pub torch: String,
    /// The variable that restricts the chips.
    pub chips: String,
    /// Known arguments, with hyphens, beside those of every era.
    pub(super) flags: Vec<String>,
    /// Tool parsers that spec files of this era name as an argument.
    pub tool_parsers: Vec<String>,
    /// The same for reasoning parsers.
    pub reasoning_parsers: Vec<String>,
    /// Values of `MESH_DEVICE`; `(` stands for tuples such as `(4, 8)`.
    pub(super) mesh: Vec<String>,
    /// How it is set up.
    pub setup: EraSetup,
    /// Where all this was read.
    pub source: String,
}

/// How the trees of one era are set up.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EraSetup {
    /// Repository that its commits are looked for in: `vllm` or `vllm_plugin`.
    pub repository: String,
    /// Repository that is tried when the first has no such commit.
    #[serde(default)]
    pub or_repository: Option<String>,
    /// Versions of Python that the trees work with.
    pub python: Vec<String>,
    /// Way of installing.
    pub(super) install: String,
    /// Way of installing where the virtual environment is the older one.
    #[serde(default)]
    pub(super) older_install: Option<String>,
}

/// One step of a way of installing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct InstallStep {
    /// Its name.
    pub id: String,
    /// What it does.
    pub title: String,
    /// Why it is needed.
    pub why: String,
    /// Checkout that it runs in: `metal` or `vllm`.
    #[serde(rename = "in")]
    pub checkout: String,
    /// Program and arguments.
    pub run: Vec<String>,
    /// Variables.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// File below the folder without which it is left out.
    #[serde(default)]
    pub only_if: Option<String>,
    /// What is removed first.
    #[serde(default)]
    pub fresh: Option<String>,
    /// What is there afterwards.
    #[serde(default)]
    pub product: Option<String>,
}

/// Every era.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Eras {
    pub(super) flags: Vec<String>,
    pub(super) installs: BTreeMap<String, Vec<InstallStep>>,
    /// Eras, oldest first.
    pub eras: Vec<Era>,
}

/// The table that the program carries.
///
/// # Errors
/// When it is broken, which a test rules out.
pub fn bundled() -> Result<&'static Eras> {
    static ERAS: OnceLock<std::result::Result<Eras, String>> = OnceLock::new();
    let read = || serde_json::from_str(BUNDLED).map_err(|error| error.to_string());
    ERAS.get_or_init(read).as_ref().map_err(|why| {
        let what = "the table of vLLM eras that this program carries is broken";
        Failure::new(FailureKind::Internal, what, why.clone(), "Please report this.")
    })
}
