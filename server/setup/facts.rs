//! What a plan needs to know of this host. Gathered here, judged in `plan.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::goal::Goal;
use super::half;
use super::journal::StateFolder;
use super::plan::host_tools;
use super::proof::{self, Missing};
use super::times::{self, Times};
use crate::process;

/// Long enough for a container program that wakes its service.
const PATIENCE: Duration = Duration::from_secs(10);

/// Free space of one folder's disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Disk {
    /// The folder.
    pub folder: PathBuf,
    /// Bytes that are free; none when nobody can tell.
    pub free: Option<u64>,
    /// Why nothing can be written there; none when it can.
    pub read_only: Option<String>,
}

/// What a plan needs to know of this host.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SetupFacts {
    /// Programs on PATH.
    pub tools: BTreeSet<String>,
    /// Versions of Python on PATH, for example `3.10`.
    pub pythons: BTreeSet<String>,
    /// PATH of this process.
    pub path: String,
    /// Home folder.
    pub home: PathBuf,
    /// Disk of the environments; none for a container.
    pub environments: Option<Disk>,
    /// Disk of the weights.
    pub weights: Disk,
    /// GiB of the weights that are there already.
    pub weights_gib: f64,
    /// Memory of this machine in GiB.
    pub ram_gib: Option<f64>,
    /// `docker` or `podman`.
    pub container_program: Option<String>,
    /// Why the container program cannot be used; none when it can.
    pub container_trouble: Option<String>,
    /// Why the device cannot be opened; none when it can, or nobody looked.
    pub device_trouble: Option<String>,
    /// Whether `/dev/hugepages-1G` exists; none when nobody looked.
    pub hugepages: Option<bool>,
    /// True when there is a token for the hub.
    pub token: bool,
    /// The port of the server when somebody listens there.
    pub port_taken: Option<u16>,
    /// Clones of the user that objects can be taken from, by the name of the store.
    pub references: BTreeMap<String, PathBuf>,
    /// Stores that are there.
    pub stores: BTreeSet<String>,
    /// Folders that a run which was cut off has left half done.
    pub half: BTreeSet<PathBuf>,
    /// How long steps took the last time.
    pub times: Times,
    /// For each step what is missing; none when it is proved to be done.
    pub proofs: BTreeMap<String, Option<Missing>>,
}

/// What the session knows already.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Home folder.
    pub home: PathBuf,
    /// Memory of this machine in GiB.
    pub ram_gib: Option<f64>,
    /// GiB of the weights that are there already.
    pub weights_gib: f64,
    /// The port of the server.
    pub port: u16,
    /// Folder with `/dev` in it; none when the device is not of this host.
    pub root: Option<PathBuf>,
    /// The user's clones, by the name of the store.
    pub clones: Vec<(String, PathBuf)>,
    /// True when there is a token for the hub.
    pub token: bool,
    /// Container programs on PATH.
    pub container_programs: Vec<String>,
}

/// Looks at this host. The proofs are looked at last, by [`prove`].
pub async fn gather(goal: &Goal, known: &Known) -> SetupFacts {
    let mut facts = SetupFacts {
        home: known.home.clone(),
        path: std::env::var("PATH").unwrap_or_default(),
        ram_gib: known.ram_gib,
        weights_gib: known.weights_gib,
        weights: disk(&goal.hub),
        token: known.token,
        port_taken: is_taken(known.port).then_some(known.port),
        container_program: known.container_programs.first().cloned(),
        times: times::read(&StateFolder::of(&goal.place()).times()),
        ..SetupFacts::default()
    };
    if let Some(root) = &known.root {
        facts.device_trouble = device_trouble(&root.join("dev/tenstorrent"));
        facts.hugepages = Some(root.join("dev/hugepages-1G").is_dir());
    }
    if let Some(host) = &goal.host {
        facts.tools = host_tools().filter(|name| which::which(name).is_ok()).map(str::to_owned).collect();
        facts.pythons = pythons().await;
        facts.environments = Some(disk(&host.layout.root));
        for name in ["tt-metal", host.vllm_store.as_str()] {
            if host.layout.store(name).is_dir() {
                facts.stores.insert(name.to_owned());
            }
        }
        let clones = known.clones.iter().filter(|(name, path)| !facts.stores.contains(name) && is_clone(path));
        facts.references = clones.cloned().collect();
        facts.half = half::half(&host.layout);
    } else if let Some(program) = &facts.container_program {
        facts.container_trouble = container_trouble(program).await;
        facts.weights = container_disk(program).await;
    }
    facts
}

/// Looks whether each step is done.
pub async fn prove(goal: &Goal, facts: &mut SetupFacts) {
    for step in super::plan::steps(goal, facts) {
        let missing = proof::prove(&step.proof).await.err();
        facts.proofs.insert(step.shown.id, missing);
    }
}

fn disk(folder: &Path) -> Disk {
    let existing = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
    let free = rustix::fs::statvfs(existing).ok().and_then(|stat| stat.f_bavail.checked_mul(stat.f_frsize));
    let writable = rustix::fs::access(existing, rustix::fs::Access::WRITE_OK);
    Disk {
        folder: folder.to_owned(),
        free,
        read_only: writable.err().map(|error| format!("{}: {error}", existing.display())),
    }
}

/// Somebody listens where the server is to listen. To bind is not enough: a port that was just closed refuses it too.
fn is_taken(port: u16) -> bool {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    match TcpListener::bind(address) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok()
        }
        _ => false,
    }
}

fn device_trouble(nodes: &Path) -> Option<String> {
    let entries = fs::read_dir(nodes).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path()).filter(|path| !path.is_dir());
    let both = rustix::fs::Access::READ_OK | rustix::fs::Access::WRITE_OK;
    paths.filter_map(|path| Some(format!("{}: {}", path.display(), rustix::fs::access(&path, both).err()?))).next()
}

async fn container_trouble(program: &str) -> Option<String> {
    let Ok(path) = which::which(program) else { return Some(format!("{program} is not on PATH")) };
    match process::run(&path, &["version", "--format", "{{.Server.Version}}"], &[], PATIENCE, 1 << 16).await {
        Ok(finished) if finished.code == Some(0) => None,
        Ok(finished) => Some(format!("`{program} version` ends with {}", finished.code.unwrap_or(-1))),
        Err(error) => Some(format!("`{program} version`: {error}")),
    }
}

/// The disk of images and volumes, where the weights of a container go. Unknown where the program does not say, or where
/// its folder is that of another machine.
async fn container_disk(program: &str) -> Disk {
    let format = if program == "podman" { "{{.Store.GraphRoot}}" } else { "{{.DockerRootDir}}" };
    let Ok(path) = which::which(program) else { return Disk::default() };
    let answer = process::run(&path, &["info", "--format", format], &[], PATIENCE, 1 << 16).await;
    let folder = answer.map(|answer| PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim())).unwrap_or_default();
    if folder.is_absolute() && folder.is_dir() { disk(&folder) } else { Disk::default() }
}

/// Versions of the Pythons on PATH, each asked itself: a name promises nothing.
async fn pythons() -> BTreeSet<String> {
    const ASK: [&str; 2] = ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"];
    let mut found = BTreeSet::new();
    for name in ["python3", "python3.10", "python3.11", "python3.12", "python3.13"] {
        let Ok(path) = which::which(name) else { continue };
        if let Ok(answer) = process::run(&path, &ASK, &[], PATIENCE, 1 << 12).await {
            let version = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
            // A stub that only says how to install it gives no version.
            if version.starts_with(|c: char| c.is_ascii_digit()) {
                found.insert(version);
            }
        }
    }
    found
}

fn is_clone(path: &Path) -> bool {
    !path.as_os_str().is_empty()
        && git2::Repository::open(path).is_ok_and(|repo| !repo.is_shallow() && !repo.is_worktree())
}
