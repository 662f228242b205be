//! What somebody has changed in a checkout that a setup has made.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use git2::{Repository, StatusOptions};

/// What builds and installations leave in a checkout, wherever it does not ignore them itself; a star stands for any end
/// or begin (`.gitignore` of tt-metal 005e8de and of the vLLM fork 32cfe85).
const PRODUCTS: [&str; 4] = ["build", "build_*", "__pycache__", "*.egg-info"];

/// How many tracked files of a checkout differ from its commit.
///
/// # Errors
/// Why git cannot say.
pub fn tracked(folder: &Path) -> Result<usize, String> {
    let mut options = StatusOptions::new();
    options.include_untracked(false).include_ignored(false).exclude_submodules(true);
    let repo = Repository::open(folder).map_err(words)?;
    Ok(repo.statuses(Some(&mut options)).map_err(words)?.len())
}

/// Everything in a checkout and its submodules that no setup makes again: changed files, new ones, commits. Paths are
/// those below `folder`; a folder that is new stands for all that is in it. `venv` is the virtual environment below it,
/// and what lies in `half` is not looked at.
///
/// # Errors
/// Why git cannot say, which is no sign that there is nothing.
pub fn all(folder: &Path, venv: &str, half: &BTreeSet<PathBuf>) -> Result<Vec<PathBuf>, String> {
    let mut options = StatusOptions::new();
    options.include_untracked(true).include_ignored(false).exclude_submodules(true);
    let repo = Repository::open(folder).map_err(words)?;
    let statuses = repo.statuses(Some(&mut options)).map_err(words)?;
    let mut found = Vec::new();
    for row in statuses.iter() {
        let path = PathBuf::from(String::from_utf8_lossy(row.path_bytes()).into_owned());
        if !(row.status().is_wt_new() && is_product(&path, venv)) {
            found.push(path);
        }
    }
    for submodule in repo.submodules().map_err(words)? {
        let (path, inner) = (submodule.path().to_owned(), folder.join(submodule.path()));
        if half.contains(&inner) || is_empty(&inner) {
            continue;
        }
        let about = |why: String| format!("{}: {why}", path.display());
        let head = Repository::open(&inner).and_then(|repo| Ok(repo.head()?.peel_to_commit()?.id()));
        if Some(head.map_err(words).map_err(about)?) != submodule.head_id() {
            found.push(path.clone());
        }
        found.extend(all(&inner, "", half).map_err(about)?.into_iter().map(|below| path.join(below)));
    }
    Ok(found)
}

fn is_product(path: &Path, venv: &str) -> bool {
    let named = |name: &str| {
        PRODUCTS.iter().any(|product| match (product.strip_suffix('*'), product.strip_prefix('*')) {
            (Some(begin), _) => name.starts_with(begin),
            (None, Some(end)) => name.ends_with(end),
            (None, None) => name == *product,
        })
    };
    (!venv.is_empty() && path.starts_with(venv)) || path.iter().any(|name| named(&name.to_string_lossy()))
}

/// True for a folder that is not there too.
fn is_empty(folder: &Path) -> bool {
    match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

fn words(error: git2::Error) -> String {
    error.message().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_build_leaves_is_nobodys_work() {
        for path in ["build", "build_Release/", "ttnn/build/", "python_env/", "vllm.egg-info/", "a/__pycache__/x.pyc"] {
            assert!(is_product(Path::new(path), "python_env"), "{path}");
        }
        for path in ["builder.py", "notes/", "python_env_of_mine/", "x.egg"] {
            assert!(!is_product(Path::new(path), "python_env"), "{path}");
        }
        assert!(!is_product(Path::new("notes/"), ""));
    }

    #[test]
    fn what_git_cannot_read_is_not_unchanged() {
        let dir = tempfile::tempdir().unwrap();
        assert!(tracked(dir.path()).is_err());
        assert!(all(dir.path(), "", &BTreeSet::new()).is_err());
        let repo = Repository::init(dir.path()).unwrap();
        assert_eq!(tracked(dir.path()), Ok(0));
        fs::write(dir.path().join("mine.py"), "x").unwrap();
        assert_eq!(all(dir.path(), "", &BTreeSet::new()), Ok(vec!["mine.py".into()]));
        fs::write(repo.path().join("index"), "no index").unwrap();
        assert!(tracked(dir.path()).is_err() && all(dir.path(), "", &BTreeSet::new()).is_err());
    }
}
