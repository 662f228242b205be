//! What a setup is to reach. Plain data: made of a catalog entry, the settings and the era of its tree.

use std::path::PathBuf;

use crate::environment::layout::Layout;
use crate::recipe::era::InstallStep;
use crate::recipe::{CommandFile, Target, Variable};

/// What a setup is to reach.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Goal {
    /// Entry.
    pub model_id: String,
    /// Its short name.
    pub model_name: String,
    /// Its device name.
    pub device_type: String,
    /// `vLLM`, `media` or `forge`.
    pub engine: String,
    /// Name of the simulated box; none for a real one.
    pub simulated: Option<String>,
    /// What it will be served from.
    pub target: Target,
    /// Repository of the weights; none where they come with the image.
    pub weights: Option<String>,
    /// Free disk in GB that the publisher asks for.
    pub min_disk_gb: Option<f64>,
    /// Memory in GB that the publisher asks for.
    pub min_ram_gb: Option<f64>,
    /// The checkouts; none for a container.
    pub host: Option<HostGoal>,
    /// The image; none for a host.
    pub container: Option<ContainerGoal>,
    /// Files that the serving command refers to.
    pub files: Vec<CommandFile>,
    /// This program.
    pub program: String,
    /// The program that downloads weights; it is this program.
    pub downloader: String,
    /// Options of this run, as variables for the steps that run this program again.
    pub options: Vec<Variable>,
    /// What the reader should know.
    pub notes: Vec<String>,
    /// Folder of the Hugging Face cache.
    pub hub: PathBuf,
    /// Folder in which each model has a folder of its own.
    pub models: PathBuf,
}

/// The checkouts of a host entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostGoal {
    /// Where they go.
    pub layout: Layout,
    /// Commit or tag of tt-metal.
    pub metal: String,
    /// Commit of vLLM.
    pub vllm: String,
    /// Address of tt-metal.
    pub metal_url: String,
    /// Address of the repository that vLLM's commit is in.
    pub vllm_url: String,
    /// Name of its store: `vllm` or `vllm_plugin`.
    pub vllm_store: String,
    /// Era of the tree.
    pub era: String,
    /// Virtual environment below tt-metal.
    pub venv: String,
    /// Versions of Python that the tree works with.
    pub pythons: Vec<String>,
    /// What follows the build.
    pub installs: Vec<InstallStep>,
    /// `ARCH_NAME` of the entry, which trees before 0.60 need for their build.
    pub arch: Option<String>,
}

/// The image of a container entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContainerGoal {
    /// Its name.
    pub image: String,
    /// The volume that outlives it.
    pub volume: String,
}

impl Goal {
    /// A name that stays the same for the same goal: it begins the name of the plan.
    pub fn id(&self) -> String {
        let place = match (&self.host, &self.container) {
            (Some(host), _) => host.layout.name.clone(),
            (None, Some(container)) => container.image.clone(),
            (None, None) => String::new(),
        };
        format!("{}-{:016x}", self.place(), fingerprint([self.model_id.as_str(), &place]))
    }

    /// Name of what is made: of the environment, or of the image.
    pub fn place(&self) -> String {
        match (&self.host, &self.container) {
            (Some(host), _) => host.layout.name.clone(),
            (None, Some(container)) => format!("image-{:016x}", fingerprint([container.image.as_str()])),
            (None, None) => "nothing".into(),
        }
    }
}

/// FNV-1a of words: it only has to tell one list from another (RFC draft-eastlake-fnv).
pub fn fingerprint<'a>(words: impl IntoIterator<Item = &'a str>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for word in words {
        for byte in word.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}
