//! Weights on this host: which files are there, and whether that is all of them.
//!
//! Layout of the Hugging Face cache and the test of completeness: `huggingface_hub` 1.x, and the defects of
//! tt-inference-server's own check (#4353 takes a partial snapshot, #4986 misses a shard).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use super::completeness::judge;

/// The largest snapshots have some hundreds of files; a folder with more is not read to its end.
const MAX_FILES: usize = 2000;
/// The index of the largest model has half a megabyte.
const MAX_INDEX_BYTES: u64 = 8 << 20;

/// What was read of one folder with weights.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WeightFacts {
    /// Repository.
    pub repo: String,
    /// The folder with the files.
    pub folder: String,
    /// Files in it, by path below the folder, with their size in bytes; none for a link that leads nowhere.
    pub files: BTreeMap<String, Option<u64>>,
    /// Files that indexes and `model_index.json` name; a folder ends in a slash.
    pub named: BTreeSet<String>,
    /// Downloads that have begun and not ended.
    pub unfinished: usize,
}

/// How much of the weights is there. Greater is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum WeightState {
    /// Nobody knows: the folder did not answer, or the weights live inside a container.
    Unknown,
    /// Nothing of them.
    Absent,
    /// A part of them.
    Partial,
    /// All of them.
    Complete,
}

/// The weights of one model on this host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Weights {
    /// How much is there.
    pub state: WeightState,
    /// Bytes that are there.
    pub bytes: u64,
    /// The folder with them.
    pub folder: Option<String>,
    /// What is missing, in words; at most a few.
    pub missing: Vec<String>,
}

impl Weights {
    /// Weights of which no file has been seen.
    pub fn of_state(state: WeightState) -> Self {
        Self { state, bytes: 0, folder: None, missing: Vec::new() }
    }
}

/// True for `owner/name`; the spec files give some CNNs a bare name, whose weights lie in the container.
pub fn is_repo(repo: &str) -> bool {
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['/', '\\', '\0']);
    repo.split_once('/').is_some_and(|(owner, name)| part(owner) && part(name))
}

/// Reads the folders of `models` (repository and short name) in the cache `hub` and below `plain`.
pub fn read(hub: &Path, plain: &Path, models: &BTreeMap<String, String>) -> Vec<WeightFacts> {
    let mut found = Vec::new();
    let (cached, plain_names) = (names(hub), names(plain));
    for (repo, model) in models {
        let folder = format!("models--{}", repo.replace('/', "--"));
        if cached.contains(&folder)
            && let Some(snapshot) = newest_snapshot(&hub.join(&folder))
        {
            let unfinished = names(&hub.join(&folder).join("blobs"));
            let unfinished = unfinished.iter().filter(|name| name.ends_with(".incomplete")).count();
            found.push(WeightFacts { unfinished, ..read_folder(repo, &snapshot, MAX_FILES) });
        }
        if plain_names.contains(model) && is_repo(&format!("x/{model}")) {
            let folder = plain.join(model);
            let partial = names(&folder.join(".cache/huggingface/download"));
            let unfinished = partial.iter().filter(|name| name.ends_with(".incomplete")).count();
            found.push(WeightFacts { unfinished, ..read_folder(repo, &folder, MAX_FILES) });
        }
    }
    found
}

/// Judges one folder of which somebody knows that all its downloads have ended, however many files it has.
pub fn judge_folder(repo: &str, folder: &Path) -> Weights {
    judge(&read_folder(repo, folder, usize::MAX))
}

fn names(dir: &Path) -> BTreeSet<String> {
    some_names(dir, MAX_FILES)
}

fn some_names(dir: &Path, most: usize) -> BTreeSet<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).take(most).collect()
}

/// The snapshot that `refs/main` names, else the one that was touched last.
fn newest_snapshot(folder: &Path) -> Option<PathBuf> {
    let snapshots = folder.join("snapshots");
    let main = fs::read_to_string(folder.join("refs/main")).unwrap_or_default();
    let main = main.trim();
    if !main.is_empty() && main.chars().all(|c| c.is_ascii_hexdigit()) && snapshots.join(main).is_dir() {
        return Some(snapshots.join(main));
    }
    let touched = |path: &PathBuf| fs::metadata(path).and_then(|meta| meta.modified()).ok();
    names(&snapshots).into_iter().map(|name| snapshots.join(name)).max_by_key(touched)
}

fn read_folder(repo: &str, folder: &Path, most: usize) -> WeightFacts {
    let mut facts =
        WeightFacts { repo: repo.to_owned(), folder: folder.display().to_string(), ..WeightFacts::default() };
    let mut inside = vec![String::new()];
    // Two levels are all that a published repository has: the parts of a diffusion model, and what `original/` holds.
    for depth in 0..3 {
        for below in std::mem::take(&mut inside) {
            for name in some_names(&folder.join(&below), most) {
                let path = if below.is_empty() { name } else { format!("{below}/{name}") };
                match fs::metadata(folder.join(&path)) {
                    Ok(meta) if meta.is_dir() && depth < 2 && !path.starts_with('.') => inside.push(path),
                    Ok(meta) if meta.is_file() => drop(facts.files.insert(path, Some(meta.len()))),
                    Ok(_) => {}
                    Err(_) => drop(facts.files.insert(path, None)),
                }
                if facts.files.len() >= most {
                    return facts;
                }
            }
        }
    }
    let indexes = facts.files.iter().filter(|(path, bytes)| {
        let known = path.ends_with(".index.json") || path.as_str() == "model_index.json";
        known && bytes.is_some_and(|bytes| bytes <= MAX_INDEX_BYTES)
    });
    facts.named = indexes.flat_map(|(path, _)| named_by(&folder.join(path), path)).collect();
    facts
}

/// The files that an index names, by their path below the folder of the model.
fn named_by(file: &Path, path: &str) -> Vec<String> {
    let Some(index) = fs::read_to_string(file).ok().and_then(|text| serde_json::from_str::<Value>(&text).ok()) else {
        return Vec::new();
    };
    if path == "model_index.json" {
        let parts = index.as_object().into_iter().flatten();
        let has_folder = |part: &Value| part.as_array().is_some_and(|part| part.iter().all(Value::is_string));
        return parts.filter(|(_, part)| has_folder(part)).map(|(name, _)| format!("{name}/")).collect();
    }
    let below = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let shards = index.get("weight_map").and_then(Value::as_object).into_iter().flatten();
    let shards: BTreeSet<&str> = shards.filter_map(|(_, shard)| shard.as_str()).collect();
    shards.into_iter().map(|shard| format!("{below}{shard}")).collect()
}
