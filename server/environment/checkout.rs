//! A checkout on this host: where its HEAD stands, and whether it is built.

use std::collections::BTreeSet;
use std::path::Path;

use git2::{ErrorCode, Repository};
use serde::{Deserialize, Serialize};

/// What was read of one checkout.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckoutFacts {
    /// Its folder.
    pub path: String,
    /// Full commit of HEAD.
    pub head: Option<String>,
    /// Those of the tags asked about that stand at HEAD.
    pub tags: Vec<String>,
    /// True when what a build makes is there.
    pub built: bool,
    /// Why git could not read it.
    pub trouble: Option<String>,
}

impl CheckoutFacts {
    /// True when HEAD is this commit (at least seven digits of it) or this tag.
    pub fn stands_at(&self, commit: &str) -> bool {
        let hex = commit.len() >= 7 && commit.chars().all(|c| c.is_ascii_hexdigit());
        let same = |head: &String| hex && head.starts_with(&commit.to_ascii_lowercase());
        self.head.as_ref().is_some_and(same) || self.tags.iter().any(|tag| tag == commit)
    }
}

/// Reads the checkout at `path`, and whether `product`, a path in it, is there. None when there is no folder.
pub fn read(path: &Path, tags: &BTreeSet<String>, product: &Path) -> Option<CheckoutFacts> {
    if path.as_os_str().is_empty() || !path.is_dir() {
        return None;
    }
    let mut facts = CheckoutFacts {
        path: path.display().to_string(),
        built: path.join(product).is_dir(),
        ..CheckoutFacts::default()
    };
    // Only the folder itself: a tt-metal folder inside somebody's home repository is not a checkout of it.
    match Repository::open(path).and_then(|repo| Ok((head(&repo)?, repo))) {
        Ok((head, repo)) => {
            facts.tags = tags.iter().filter(|tag| stands_at_tag(&repo, tag, head)).cloned().collect();
            facts.head = Some(head.to_string());
        }
        Err(error) => facts.trouble = Some(error.message().to_owned()),
    }
    Some(facts)
}

fn head(repo: &Repository) -> Result<git2::Oid, git2::Error> {
    match repo.head() {
        Ok(head) => Ok(head.peel_to_commit()?.id()),
        Err(error) if error.code() == ErrorCode::UnbornBranch => Err(git2::Error::from_str("it has no commit yet")),
        Err(error) => Err(error),
    }
}

fn stands_at_tag(repo: &Repository, tag: &str, head: git2::Oid) -> bool {
    repo.find_reference(&format!("refs/tags/{tag}"))
        .and_then(|reference| reference.peel_to_commit())
        .is_ok_and(|commit| commit.id() == head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_and_tags_of_a_real_repository() {
        let dir = tempfile::tempdir().unwrap();
        let repo = Repository::init(dir.path()).unwrap();
        let asked: BTreeSet<String> = ["v1".to_owned(), "v2".to_owned()].into();
        let product = Path::new("build/lib");
        let empty = read(dir.path(), &asked, product).unwrap();
        assert_eq!((empty.head, empty.trouble.as_deref()), (None, Some("it has no commit yet")));
        let who = git2::Signature::now("t", "t@example.org").unwrap();
        let tree = repo.find_tree(repo.index().unwrap().write_tree().unwrap()).unwrap();
        let commit = repo.commit(Some("HEAD"), &who, &who, "first", &tree, &[]).unwrap();
        let object = repo.find_object(commit, None).unwrap();
        repo.tag("v1", &object, &who, "annotated", false).unwrap();
        std::fs::create_dir_all(dir.path().join("build/lib")).unwrap();
        let facts = read(dir.path(), &asked, product).unwrap();
        assert_eq!((facts.head.as_deref(), facts.built), (Some(commit.to_string().as_str()), true));
        assert_eq!(facts.tags, ["v1"]);
        assert!(facts.stands_at(&commit.to_string()[..7]) && facts.stands_at("v1"));
        assert!(!facts.stands_at("v2") && !facts.stands_at(&commit.to_string()[..3]) && !facts.stands_at(""));
    }

    #[test]
    fn no_folder_is_no_checkout_and_a_plain_folder_says_so() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(&dir.path().join("none"), &BTreeSet::new(), Path::new("x")), None);
        assert!(read(dir.path(), &BTreeSet::new(), Path::new("x")).unwrap().trouble.is_some());
    }
}
