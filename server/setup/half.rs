//! Folders that a run which was cut off has left half done, and which git cannot go on with. Only such folders are ever
//! removed by a setup; what somebody has worked on is told and left alone.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use git2::Repository;

use crate::environment::layout::Layout;

/// The folders of an environment that must be removed before its steps can run again.
pub fn half(layout: &Layout) -> BTreeSet<PathBuf> {
    let aside = aside(layout);
    let mut found: BTreeSet<PathBuf> = aside.exists().then_some(aside).into_iter().collect();
    for folder in [layout.metal(), layout.vllm()] {
        match git_dir(&folder) {
            // A worktree gets its index at the very end of its first checkout. One whose repository was taken away is not
            // half done: it may hold work, unless there is nothing in it.
            Some(git_dir) if !git_dir.join("index").is_file() && (git_dir.is_dir() || holds_nothing(&folder)) => {
                found.insert(folder);
            }
            Some(git_dir) => submodules(&folder, &git_dir.join("modules"), &mut found),
            None => {}
        }
    }
    found
}

/// Where such a folder is moved to before it is removed.
pub fn aside(layout: &Layout) -> PathBuf {
    layout.record_file().with_file_name("half")
}

/// The git folder that the file `.git` of a worktree names, whether it is there or not.
pub fn git_dir(folder: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(folder.join(".git")).ok()?;
    let path = Path::new(text.strip_prefix("gitdir:")?.trim()).to_owned();
    Some(if path.is_absolute() { path } else { folder.join(path) })
}

/// True where nothing is but, at most, git's own link or folder.
pub fn holds_nothing(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|entries| entries.flatten().all(|entry| entry.file_name() == ".git"))
}

/// A submodule is half done when git has begun to clone it, or has not come to the end of its first checkout.
fn submodules(folder: &Path, modules: &Path, found: &mut BTreeSet<PathBuf>) {
    if !modules.is_dir() {
        return;
    }
    let Ok(repo) = Repository::open(folder) else { return };
    for submodule in repo.submodules().unwrap_or_default() {
        let Ok(name) = submodule.name() else { continue };
        let git_dir = modules.join(name);
        let work = folder.join(submodule.path());
        if git_dir.exists() && is_cut_off(&git_dir, &work) {
            found.insert(git_dir);
            found.insert(work);
        }
    }
}

fn is_cut_off(git_dir: &Path, work: &Path) -> bool {
    let whole =
        git_dir.join("HEAD").is_file() && git_dir.join("index").is_file() && !git_dir.join("index.lock").exists();
    if !whole || !work.join(".git").is_file() {
        return true;
    }
    let Ok(repo) = Repository::open(work) else { return true };
    if repo.head().is_err() {
        return true;
    }
    let below = git_dir.join("modules");
    let inner = repo.submodules().unwrap_or_default();
    inner.iter().any(|submodule| {
        let git_dir = submodule.name().map(|name| below.join(name));
        git_dir.is_ok_and(|git_dir| git_dir.exists() && is_cut_off(&git_dir, &work.join(submodule.path())))
    })
}
