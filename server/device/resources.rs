//! Memory, and the disk where weights go.

use std::path::{Path, PathBuf};

use super::facts::{Reading, ResourceFacts};
use super::sysfs::{Root, read_small};

/// Reads memory from `/proc/meminfo` below `root`, and the free space for weights.
///
/// `weights_dir` may not exist yet: the nearest folder above it counts, since that is where it would be made.
pub fn read(root: &Root, weights_dir: &Path) -> ResourceFacts {
    let meminfo = match read_small(&root.path("/proc/meminfo")) {
        Some(Reading::Text(text)) => text,
        _ => String::new(),
    };
    ResourceFacts {
        mem_total_kib: meminfo_kib(&meminfo, "MemTotal:"),
        mem_available_kib: meminfo_kib(&meminfo, "MemAvailable:"),
        weights_dir: weights_dir.display().to_string(),
        disk_free_bytes: free_bytes(weights_dir),
    }
}

fn meminfo_kib(meminfo: &str, key: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}

fn free_bytes(dir: &Path) -> Option<u64> {
    let existing = dir.ancestors().find(|ancestor| ancestor.exists())?;
    let stat = rustix::fs::statvfs(existing).ok()?;
    stat.f_bavail.checked_mul(stat.f_frsize)
}

/// The folder of the Hugging Face cache: `HF_HUB_CACHE`, else `$HF_HOME/hub`, else `~/.cache/huggingface/hub`
/// (huggingface_hub's own order).
pub fn weights_dir(env: impl Fn(&str) -> Option<String>, home: Option<&Path>) -> PathBuf {
    let set = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("HF_HUB_CACHE").or_else(|| set("HF_HOME").map(|dir| dir.join("hub"))).unwrap_or_else(|| {
        let cache = set("XDG_CACHE_HOME").or_else(|| home.map(|home| home.join(".cache"))).unwrap_or_default();
        cache.join("huggingface/hub")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meminfo_lines() {
        let text = "MemTotal:       24600000 kB\nMemFree: 1 kB\nMemAvailable:   20000000 kB";
        assert_eq!(meminfo_kib(text, "MemTotal:"), Some(24_600_000));
        assert_eq!(meminfo_kib(text, "MemAvailable:"), Some(20_000_000));
        assert_eq!(meminfo_kib("", "MemTotal:"), None);
    }

    #[test]
    fn the_weights_folder_follows_hugging_face() {
        let home = Some(Path::new("/home/u"));
        let env = |pairs: &'static [(&str, &str)]| {
            move |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(weights_dir(env(&[]), home), Path::new("/home/u/.cache/huggingface/hub"));
        assert_eq!(weights_dir(env(&[("HF_HOME", "/big")]), home), Path::new("/big/hub"));
        assert_eq!(weights_dir(env(&[("HF_HOME", "/big"), ("HF_HUB_CACHE", "/c")]), home), Path::new("/c"));
    }

    #[test]
    fn a_folder_that_does_not_exist_yet_has_the_space_of_the_one_above() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(free_bytes(&dir.path().join("a/b/c")).is_some(), free_bytes(dir.path()).is_some());
        assert!(free_bytes(dir.path()).is_some());
    }
}
