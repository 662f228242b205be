//! The token of the Hugging Face hub: where it is found, and the file that keeps it.
//!
//! Places and their order: `huggingface_hub` 1.x (`HF_TOKEN`, `HF_TOKEN_PATH`, `$HF_HOME/token`). What an editor holds
//! comes last, since the others are what every other program on this machine uses.

use std::fs;
use std::path::{Path, PathBuf};

use super::secret::Secret;
use crate::error::{Failure, FailureKind, Result};
use crate::whole_file;

/// A token file holds one line.
const MAX_FILE_BYTES: u64 = 8192;

/// A token and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The token.
    pub secret: Secret,
    /// Where it comes from, in words: `HF_TOKEN`, a path, or the editor.
    pub source: String,
}

/// What the source of a token is called that the editor has handed over.
pub const EDITOR: &str = "the editor";

/// The first token that is found.
pub fn find(env: impl Fn(&str) -> Option<String>, home: &Path, editor: Option<&Secret>) -> Option<Found> {
    let named = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"];
    let from_env = named.iter().find_map(|name| Some((Secret::new(&env(name)?)?, (*name).to_owned())));
    let from_file = || files(&env, home).into_iter().find_map(|path| Some((read(&path)?, path.display().to_string())));
    let from_editor = || Some((editor?.clone(), EDITOR.to_owned()));
    let (secret, source) = from_env.or_else(from_file).or_else(from_editor)?;
    Some(Found { secret, source })
}

/// The files that may hold a token, in the order in which they count.
fn files(env: impl Fn(&str) -> Option<String>, home: &Path) -> Vec<PathBuf> {
    let set = |name: &str| env(name).filter(|value| !value.is_empty()).map(|value| at_home(&value, home));
    let cache = set("XDG_CACHE_HOME").unwrap_or_else(|| home.join(".cache"));
    let places = [
        set("HF_TOKEN_PATH"),
        set("HF_HOME").map(|dir| dir.join("token")),
        Some(cache.join("huggingface/token")),
        Some(home.join(".cache/huggingface/token")),
    ];
    places.into_iter().flatten().collect()
}

fn at_home(value: &str, home: &Path) -> PathBuf {
    value.strip_prefix("~/").map_or_else(|| PathBuf::from(value), |rest| home.join(rest))
}

/// The file that a login writes: the first of those that are looked into.
pub fn file(env: impl Fn(&str) -> Option<String>, home: &Path) -> PathBuf {
    files(env, home).swap_remove(0)
}

fn read(path: &Path) -> Option<Secret> {
    let meta = fs::metadata(path).ok().filter(|meta| meta.is_file() && meta.len() <= MAX_FILE_BYTES)?;
    (meta.len() > 0).then(|| fs::read_to_string(path).ok())?.and_then(|text| Secret::new(&text))
}

/// Writes the token file, readable for its owner only, in one step.
///
/// # Errors
/// When the folder cannot be written to.
pub fn keep(path: &Path, secret: &Secret) -> Result<()> {
    whole_file::write(path, secret.expose().as_bytes()).map_err(|error| {
        let what = format!("the token could not be kept in {}", path.display());
        Failure::new(FailureKind::Input, what, error.to_string(), "Make that folder writable, or set HF_TOKEN_PATH.")
    })
}

/// Removes the token file; false when there is none.
///
/// # Errors
/// When what lies there is no token file of ours or of `hf auth login`, or cannot be removed.
pub fn forget(path: &Path) -> Result<bool> {
    let what = || format!("{} was not removed", path.display());
    let Ok(meta) = fs::symlink_metadata(path) else { return Ok(false) };
    if !meta.is_file() || read(path).is_none() {
        let why = "it does not hold one token and nothing else";
        return Err(Failure::new(FailureKind::Input, what(), why, "Look at it, and remove it yourself."));
    }
    fs::remove_file(path).map_err(|error| {
        Failure::new(FailureKind::Input, what(), error.to_string(), "Make its folder writable, or remove it yourself.")
    })?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn each_place_wins_over_the_next() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path();
        let mut env: BTreeMap<&str, String> = BTreeMap::new();
        let found = |env: &BTreeMap<&str, String>| {
            let editor = Secret::new("hf_editor");
            let found = find(|name| env.get(name).cloned(), home, editor.as_ref()).unwrap();
            (found.secret.expose().to_owned(), found.source.replace(home.to_str().unwrap(), "~"))
        };
        let pair = |token: &str, source: &str| (token.to_owned(), source.to_owned());
        assert_eq!(found(&env), pair("hf_editor", EDITOR));
        keep(&home.join(".cache/huggingface/token"), &Secret::new("hf_default").unwrap()).unwrap();
        assert_eq!(found(&env), pair("hf_default", "~/.cache/huggingface/token"));
        env.insert("HF_HOME", home.join("hf").display().to_string());
        assert_eq!(found(&env).0, "hf_default", "a folder without a token hides none");
        keep(&home.join("hf/token"), &Secret::new("hf_home").unwrap()).unwrap();
        assert_eq!(found(&env), pair("hf_home", "~/hf/token"));
        env.insert("HF_TOKEN_PATH", "~/mine".into());
        fs::write(home.join("mine"), "hf_path\n").unwrap();
        assert_eq!(found(&env), pair("hf_path", "~/mine"));
        env.insert("HF_TOKEN", "hf_env".into());
        assert_eq!(found(&env), pair("hf_env", "HF_TOKEN"));
        env.insert("HF_TOKEN", " ".into());
        assert_eq!(found(&env).0, "hf_path");
    }

    #[test]
    fn the_file_is_for_its_owner_only_and_nothing_else_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/token");
        assert!(!forget(&path).unwrap());
        keep(&path, &Secret::new("hf_x").unwrap()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(forget(&path).unwrap() && !path.exists());
        fs::write(&path, "my notes on tokens").unwrap();
        assert!(forget(&path).is_err() && path.exists());
        let error = keep(&dir.path().join("a/token/x"), &Secret::new("hf_geheim").unwrap()).unwrap_err();
        assert!(!error.to_string().contains("geheim"));
    }
}
