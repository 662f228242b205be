//! The list of the files of a repository, as the hub tells it, and the names in it that could do harm.
//!
//! Source: `GET /api/models/<repo>/revision/<revision>?blobs=true` of the hub. `blobId` is the git id of a small file;
//! of a large one `lfs.sha256` counts. Both are the names of the blobs in the cache of `huggingface_hub`.

use serde::Deserialize;

use crate::error::{Failure, FailureKind, Result};

/// A list of 100,000 files has some 25 MB.
pub const MAX_BYTES: usize = 64 << 20;

/// What a repository holds at one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The commit, 40 hexadecimal digits.
    pub commit: String,
    /// True when the owner gives the files only to those who have agreed to terms.
    pub gated: bool,
    /// The files, in the order of the hub.
    pub files: Vec<RemoteFile>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFile {
    /// Path below the repository.
    pub path: String,
    /// Length in bytes.
    pub bytes: u64,
    /// What its content must be.
    pub id: BlobId,
}

/// What the content of a file must be; also the name of its blob in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlobId {
    /// SHA-256 of the content: files in large file storage.
    Sha256(String),
    /// SHA-1 of git's header and the content: all others.
    Git(String),
}

impl BlobId {
    /// The name of the blob.
    pub fn name(&self) -> &str {
        match self {
            Self::Sha256(hex) | Self::Git(hex) => hex,
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    sha: String,
    #[serde(default)]
    gated: Gated,
    #[serde(default)]
    siblings: Vec<Sibling>,
}

/// `false`, `"auto"` or `"manual"`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Gated {
    Switch(bool),
    Word(serde::de::IgnoredAny),
}

impl Default for Gated {
    fn default() -> Self {
        Self::Switch(false)
    }
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
    size: Option<u64>,
    #[serde(rename = "blobId")]
    blob_id: Option<String>,
    lfs: Option<Lfs>,
}

#[derive(Deserialize)]
struct Lfs {
    sha256: String,
    size: u64,
}

/// Reads the answer of the hub.
///
/// # Errors
/// When it is no list, when a file in it has no size or no hash, and when a name leads out of the folder.
pub fn parse(bytes: &[u8], repo: &str) -> Result<Listing> {
    let refused = |why: String| {
        let next = "Nothing was written. Check HF_ENDPOINT if you use a mirror; otherwise report it to the owner of the repository.";
        Failure::new(FailureKind::Network, format!("the list of files of {repo} cannot be used"), why, next)
    };
    let answer: Answer =
        serde_json::from_slice(bytes).map_err(|error| refused(format!("it is not what a hub says: {error}")))?;
    if !is_hex(&answer.sha, 40) {
        return Err(refused(format!("its commit is {:.60?}", answer.sha)));
    }
    let mut files = Vec::with_capacity(answer.siblings.len());
    for file in answer.siblings {
        if !is_inside(&file.rfilename) {
            return Err(refused(format!(
                "it names a file {:.200?}, which would lie outside of its folder",
                file.rfilename
            )));
        }
        let (bytes, id) = match (file.lfs, file.size, file.blob_id) {
            (Some(lfs), ..) if is_hex(&lfs.sha256, 64) => (lfs.size, BlobId::Sha256(lfs.sha256)),
            (None, Some(size), Some(id)) if is_hex(&id, 40) => (size, BlobId::Git(id)),
            _ => {
                return Err(refused(format!(
                    "{:.200?} has no size or no hash in it, so nothing could be verified",
                    file.rfilename
                )));
            }
        };
        files.push(RemoteFile { path: file.rfilename, bytes, id });
    }
    Ok(Listing { commit: answer.sha, gated: !matches!(answer.gated, Gated::Switch(false)), files })
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// True for a path that stays below its folder and that a file system and a terminal can bear. `.cache` belongs to the
/// bookkeeping of a local folder.
fn is_inside(path: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part != "." && part != ".." && part.len() <= 255;
    path.len() <= 1024
        && !path.contains(['\0', '\\'])
        && !path.chars().any(char::is_control)
        && path.split('/').all(part)
        && !path.starts_with(".cache/")
}

/// True for a branch, tag, pull request or commit that can stand in an address and in `refs/`.
pub fn is_revision(text: &str) -> bool {
    is_inside(text)
        && text.len() <= 200
        && !text.starts_with('-')
        && !text.contains([' ', '~', '^', ':', '?', '*', '['])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn listed(name: &str) -> Result<Listing> {
        let file = json!({ "rfilename": name, "size": 3, "blobId": "a".repeat(40) });
        parse(json!({ "sha": "0".repeat(40), "gated": "manual", "siblings": [file] }).to_string().as_bytes(), "o/M")
    }

    #[test]
    fn names_that_lead_out_are_refused() {
        for bad in [
            "../../x",
            "/etc/passwd",
            "a/../b",
            "a//b",
            "",
            ".",
            "a\0b",
            "a\\..\\b",
            "a/",
            "\u{1b}[2J",
            ".cache/huggingface/x",
        ] {
            let failure = listed(bad).unwrap_err();
            assert!(failure.why.contains("outside of its folder"), "{bad:?}: {failure}");
        }
        let good = listed("unet/diffusion model.safetensors").unwrap();
        assert!(good.gated);
        assert_eq!(good.files[0].id, BlobId::Git("a".repeat(40)));
        assert!(listed(&"x".repeat(256)).is_err());
    }

    #[test]
    fn what_could_not_be_verified_is_refused() {
        for file in [
            json!({ "rfilename": "a" }),
            json!({ "rfilename": "a", "size": 3 }),
            json!({ "rfilename": "a", "size": 3, "blobId": "../x" }),
            json!({ "rfilename": "a", "size": 3, "blobId": "a".repeat(40), "lfs": { "sha256": "AA", "size": 3 } }),
        ] {
            let list = json!({ "sha": "0".repeat(40), "siblings": [file] }).to_string();
            assert!(parse(list.as_bytes(), "o/M").unwrap_err().why.contains("no size or no hash"), "{list}");
        }
        assert!(parse(b"<html>", "o/M").is_err() && parse(b"{\"sha\":\"main\"}", "o/M").is_err());
        for (revision, good) in
            [("main", true), ("refs/pr/1", true), ("v1.0", true), ("../x", false), ("", false), ("-x", false)]
        {
            assert_eq!(is_revision(revision), good, "{revision}");
        }
    }
}
