//! `tenstorrent/environments`, and what the command line does with them: use, remove, verify.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::environment::layout::{self, Layout, Record};
use crate::error::{Failure, FailureKind, Result};
use crate::process;
use crate::protocol::{Environment, EnvironmentCheck, Environments, EnvironmentsParams};
use crate::session::Session;
use crate::setup::journal::{self, StateFolder};
use crate::setup::{changes, half, verify};

/// Adding up the files of all environments stops after this.
const PATIENCE: Duration = Duration::from_secs(5);
/// `git worktree prune` looks at a handful of small files.
const PRUNE: Duration = Duration::from_secs(60);
/// An environment that is being removed; the name hides it from the list.
const REMOVING: &str = ".removing-";

/// Every environment on this host.
///
/// # Errors
/// None; a folder that is not there holds no environment.
pub async fn environments(session: &Session, _: EnvironmentsParams) -> Result<Environments> {
    let root = session.settings.environments();
    let until = Instant::now() + PATIENCE;
    let used = layout::in_use(&root);
    let describe = |(layout, record): (Layout, Record)| Environment {
        folder: layout.folder().display().to_string(),
        ready: layout.is_ready(&record),
        in_use: used.as_ref() == Some(&layout),
        bytes: bytes(&layout.folder(), until),
        name: layout.name,
        metal: record.metal,
        vllm: record.vllm,
        era: record.era,
    };
    let environments = layout::list(&root).into_iter().map(describe).collect();
    Ok(Environments { schema: 1, root: root.display().to_string(), environments })
}

/// Compares an environment with what it should be.
///
/// # Errors
/// When there is no environment of that name.
pub async fn verify(session: &Session, name: &str) -> Result<EnvironmentCheck> {
    let (layout, record) = find(session, name)?;
    let rows = verify::verify(&layout, &record).await;
    Ok(EnvironmentCheck { schema: 1, name: layout.name, ok: rows.iter().all(|row| row.ok), rows })
}

/// Makes an environment the one for commands that no other fits: a link beside the environments names it.
///
/// # Errors
/// When there is no environment of that name, and when the link cannot be made.
pub fn use_environment(session: &Session, name: &str) -> Result<Environment> {
    let (layout, record) = find(session, name)?;
    let link = Layout::default_link(&layout.root);
    let beside = layout.root.join(".default");
    let made = match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => symlink(&layout.name, &beside).and_then(|()| fs::rename(&beside, &link)),
    };
    made.map_err(|error| cannot(&format!("{} cannot be made", link.display()), &error))?;
    Ok(Environment {
        folder: layout.folder().display().to_string(),
        ready: layout.is_ready(&record),
        in_use: true,
        bytes: None,
        name: layout.name,
        metal: record.metal,
        vllm: record.vllm,
        era: record.era,
    })
}

/// What would be lost with an environment, in words; empty when a setup can make all of it again.
///
/// # Errors
/// When there is no environment of that name.
pub fn would_be_lost(session: &Session, name: &str) -> Result<Vec<String>> {
    let (layout, record) = find(session, name)?;
    let half = half::half(&layout);
    let mut lost = Vec::new();
    for (folder, commit) in [(layout.metal(), &record.metal), (layout.vllm(), &record.vllm)] {
        // What a setup would remove itself is no loss.
        if half.contains(&folder) || !folder.exists() {
            continue;
        }
        match changes::all(&folder, &record.venv, &half) {
            Ok(paths) if paths.is_empty() => {}
            Ok(paths) => lost.push(format!("{} changed files in {}: {}", paths.len(), folder.display(), some(&paths))),
            Err(why) => lost.push(format!("git cannot say what has changed in {}: {why}", folder.display())),
        }
        let facts = crate::environment::checkout::read(&folder, &[commit.clone()].into(), Path::new(""));
        if let Some(head) = facts.filter(|facts| !facts.stands_at(commit)).and_then(|facts| facts.head) {
            lost.push(format!("{} stands at {head:.12}, where somebody has put it", folder.display()));
        }
    }
    let ours = [Some(layout.metal()), Some(layout.vllm()), layout.record_file().parent().map(Path::to_owned)];
    let beside = fs::read_dir(layout.folder()).into_iter().flatten().flatten().map(|entry| entry.path());
    lost.extend(
        beside
            .filter(|path| !ours.contains(&Some(path.clone())))
            .map(|path| format!("{} is no part of it", path.display())),
    );
    Ok(lost)
}

/// The first few of them, for people.
fn some(paths: &[PathBuf]) -> String {
    const FEW: usize = 5;
    let names: Vec<String> = paths.iter().take(FEW).map(|path| path.display().to_string()).collect();
    let more = if paths.len() > FEW { ", ..." } else { "" };
    names.join(", ") + more
}

/// Removes an environment: its folder, its worktrees, its journal. The stores stay for the others.
///
/// # Errors
/// When there is no environment of that name, when a setup works on it, and when it cannot be removed.
pub async fn remove_environment(session: &Session, name: &str) -> Result<()> {
    let (layout, record) = find(session, name)?;
    let state = StateFolder::of(&layout.name);
    let lock = state.lock().map_err(|error| cannot("the lock of the setup cannot be taken", &error))?;
    if lock.is_none() {
        let next = "Stop the setup first.";
        return Err(Failure::new(FailureKind::Usage, "nothing was removed", "a setup works on this environment", next));
    }
    if layout::in_use(&layout.root).as_ref() == Some(&layout) {
        let _ = fs::remove_file(Layout::default_link(&layout.root));
    }
    // Under another name first: what is cut off here must not look like an environment.
    let aside = layout.root.join(format!("{REMOVING}{}", layout.name));
    let moved = fs::remove_dir_all(&aside).or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    });
    moved
        .and_then(|()| fs::rename(layout.folder(), &aside))
        .and_then(|()| fs::remove_dir_all(&aside))
        .map_err(|error| cannot(&format!("{} cannot be removed", layout.folder().display()), &error))?;
    for store in ["tt-metal", record.vllm_store.as_str()] {
        let store = layout.store(store);
        // While a setup uses the store its entry stays; the next one prunes it.
        if let (Ok(Some(_lock)), Ok(git)) = (journal::lock(&store.with_extension("lock")), which::which("git")) {
            let args = ["-C", &store.display().to_string(), "worktree", "prune"];
            let _ = process::run(&git, &args, &[], PRUNE, 1 << 16).await;
        }
    }
    let _ = fs::remove_dir_all(state.path());
    Ok(())
}

fn find(session: &Session, name: &str) -> Result<(Layout, Record)> {
    let root = session.settings.environments();
    let all = layout::list(&root);
    let names: Vec<String> = all.iter().map(|(layout, _)| layout.name.clone()).collect();
    all.into_iter().find(|(layout, _)| layout.name == name).ok_or_else(|| {
        let why = match names.as_slice() {
            [] => format!("{} holds none", root.display()),
            names => format!("there are {}", names.join(", ")),
        };
        let next = "`tt-jukebox env list` shows them; `tt-jukebox setup MODEL` makes one.";
        Failure::new(FailureKind::Usage, format!("there is no environment {name:?}"), why, next)
    })
}

fn cannot(what: &str, error: &io::Error) -> Failure {
    Failure::new(FailureKind::Input, what, error.to_string(), "Correct the rights of that folder.")
}

/// Bytes that a folder takes on disk; none when it takes too long to add them up.
fn bytes(folder: &Path, until: Instant) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    let (mut sum, mut folders) = (0, vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        if Instant::now() > until {
            return None;
        }
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(meta) = entry.metadata() else { continue };
            // In units of 512 bytes, whatever the filesystem (stat(2)).
            sum += meta.blocks() * 512;
            if meta.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    Some(sum)
}
