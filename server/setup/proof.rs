//! What shows that a step is done. Looked at before every run and after every step; a journal is never believed.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use git2::{Oid, Repository};

use super::half::{git_dir, holds_nothing};
use crate::environment::weights::{self, WeightState, is_repo};
use crate::process;
use crate::recipe::{CommandFile, FileCondition};
use crate::scratchpad;

/// Long enough for a container program that wakes its service.
const PATIENCE: Duration = Duration::from_secs(10);

/// What shows that a step is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The repository has the commit.
    Store {
        /// Bare repository.
        store: PathBuf,
        /// Commit, tag or branch.
        commit: String,
    },
    /// The worktree stands at the commit, and its checkout came to its end.
    Worktree {
        /// Bare repository that it belongs to.
        store: PathBuf,
        /// The worktree.
        folder: PathBuf,
        /// Commit, tag or branch.
        commit: String,
    },
    /// Every submodule stands where the tree wants it.
    Submodules {
        /// The worktree.
        folder: PathBuf,
    },
    /// The program came to a good end, and what it makes is there.
    Stamp {
        /// File that is written when the program has come to a good end.
        file: PathBuf,
        /// What it must hold: it changes with the commits and the command.
        text: String,
        /// What must be there.
        products: Vec<PathBuf>,
    },
    /// For each row one of the programs is on PATH.
    Tools(Vec<Vec<String>>),
    /// The files of the serving command lie there.
    Files(Vec<CommandFile>),
    /// The weights are all there.
    Weights {
        /// Repository.
        repo: String,
        /// Short name of the model.
        name: String,
        /// Folder of the Hugging Face cache.
        hub: PathBuf,
        /// Folder in which each model has a folder of its own.
        models: PathBuf,
    },
    /// The program ends well.
    Answers(Vec<String>),
}

/// What a proof misses, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// The step is to be run.
    Open(String),
    /// Somebody has moved the checkout to another commit.
    Moved(String),
    /// Something is in the place of the checkout that no setup leaves there.
    Foreign(String),
}

impl From<String> for Missing {
    fn from(words: String) -> Self {
        Self::Open(words)
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Open(words) | Self::Moved(words) | Self::Foreign(words)) = self;
        f.write_str(words)
    }
}

impl Proof {
    /// The proof in words.
    pub fn words(&self) -> String {
        match self {
            Self::Store { store, commit } => format!("{} has {commit}", store.display()),
            Self::Worktree { folder, commit, .. } => format!("{} stands at {commit}", folder.display()),
            Self::Submodules { folder } => format!("every submodule of {} stands where it should", folder.display()),
            Self::Stamp { file, products, .. } => {
                let made: Vec<String> = products.iter().map(|path| path.display().to_string()).collect();
                let and = if made.is_empty() { String::new() } else { format!(", and {} is there", made.join(", ")) };
                format!("it has ended well, as {} says{and}", file.display())
            }
            Self::Tools(rows) => {
                let rows: Vec<String> = rows.iter().map(|names| names.join(" or ")).collect();
                format!("{} are on PATH", rows.join(", "))
            }
            Self::Files(files) => {
                let paths: Vec<String> = files.iter().map(|file| file.path.display().to_string()).collect();
                format!("{} in place", paths.join(", "))
            }
            Self::Weights { repo, .. } => format!("configuration, tokenizer and every shard of {repo} are there"),
            Self::Answers(argv) => format!("`{}` ends well", argv.join(" ")),
        }
    }
}

/// Looks.
///
/// # Errors
/// What is missing.
pub async fn prove(proof: &Proof) -> Result<(), Missing> {
    let open = match proof {
        Proof::Worktree { store, folder, commit } => return worktree(store, folder, commit),
        Proof::Store { store, commit } => resolve(store, commit).map(drop),
        Proof::Submodules { folder } => submodules(folder),
        Proof::Stamp { file, text, products } => stamp(file, text, products),
        Proof::Tools(rows) => tools(rows),
        Proof::Files(files) => missing_files(files),
        Proof::Weights { repo, name, hub, models } => weights_of(repo, name, hub, models),
        Proof::Answers(argv) => answers(argv).await,
    };
    open.map_err(Missing::Open)
}

/// The commit that a name stands for in a store.
///
/// # Errors
/// When there is no such repository, or no such commit in it, or several.
pub fn resolve(store: &Path, commit: &str) -> Result<Oid, String> {
    let repo = Repository::open(store).map_err(|_| format!("{} is not there", store.display()))?;
    let found = repo.revparse_single(&format!("{commit}^{{commit}}"));
    found.map(|object| object.id()).map_err(|error| format!("{commit} is not in it: {}", error.message()))
}

fn worktree(store: &Path, folder: &Path, commit: &str) -> Result<(), Missing> {
    if !folder.is_dir() {
        return Err("it is not there".to_owned().into());
    }
    let git_dir = git_dir(folder);
    if git_dir.as_ref().is_none_or(|git_dir| !git_dir.join("index").is_file()) {
        return Err(match git_dir {
            _ if holds_nothing(folder) => "nothing is checked out yet".to_owned().into(),
            Some(git_dir) if git_dir.is_dir() => "its checkout has not come to its end".to_owned().into(),
            Some(git_dir) => Missing::Foreign(format!("its repository {} is not there", git_dir.display())),
            None => Missing::Foreign(format!("{} is no checkout of ours", folder.display())),
        });
    }
    let wanted = resolve(store, commit)?;
    let head = Repository::open(folder).and_then(|repo| Ok(repo.head()?.peel_to_commit()?.id()));
    let head = head.map_err(|error| format!("git cannot read it: {}", error.message()))?;
    if head == wanted { Ok(()) } else { Err(Missing::Moved(format!("it stands at {head:.12}"))) }
}

fn submodules(folder: &Path) -> Result<(), String> {
    let repo = Repository::open(folder).map_err(|_| "there is no checkout yet".to_owned())?;
    let list = repo.submodules().map_err(|error| error.message().to_owned())?;
    for submodule in list {
        let path = folder.join(submodule.path());
        let at = submodule.path().display();
        let wanted = submodule.head_id().ok_or_else(|| format!("{at} has no commit"))?;
        let inner = Repository::open(&path).map_err(|_| format!("{at} is not fetched"))?;
        let head = inner.head().and_then(|head| head.peel_to_commit()).map(|commit| commit.id());
        if head.ok() != Some(wanted)
            || !inner.path().join("index").is_file()
            || inner.path().join("index.lock").exists()
        {
            return Err(format!("{at} does not stand at {wanted:.12}"));
        }
        submodules(&path)?;
    }
    Ok(())
}

fn stamp(file: &Path, text: &str, products: &[PathBuf]) -> Result<(), String> {
    match fs::read_to_string(file) {
        Err(_) => return Err("it has not ended well yet".into()),
        Ok(there) if there.trim() != text => return Err("it was done for other commits or by another command".into()),
        Ok(_) => {}
    }
    let full = |path: &Path| path.is_file() || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some());
    match products.iter().find(|path| !full(path)) {
        None => Ok(()),
        Some(gone) => Err(format!("{} is not there", gone.display())),
    }
}

fn tools(rows: &[Vec<String>]) -> Result<(), String> {
    let missing = rows.iter().filter(|names| !names.iter().any(|name| which::which(name).is_ok()));
    let missing: Vec<String> = missing.map(|names| names.join(" or ")).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("{} not on PATH", missing.join(", "))) }
}

fn missing_files(files: &[CommandFile]) -> Result<(), String> {
    let state = |file: &CommandFile| scratchpad::look(file);
    let wrong = |condition| matches!(condition, FileCondition::Missing | FileCondition::Outdated | FileCondition::Open);
    match files.iter().map(state).find(|state| wrong(state.condition)) {
        None => Ok(()),
        Some(state) => Err(state.advice().unwrap_or(state.path)),
    }
}

fn weights_of(repo: &str, name: &str, hub: &Path, models: &Path) -> Result<(), String> {
    if !is_repo(repo) {
        return Ok(());
    }
    let found = weights::read(hub, models, &BTreeMap::from([(repo.to_owned(), name.to_owned())]));
    let judged: Vec<_> = found.iter().map(weights::judge).collect();
    if judged.iter().any(|weights| weights.state == WeightState::Complete) {
        return Ok(());
    }
    let best = judged.into_iter().max_by_key(|weights| weights.state);
    Err(best.map_or("nothing of it is here".to_owned(), |weights| format!("missing: {}", weights.missing.join(", "))))
}

async fn answers(argv: &[String]) -> Result<(), String> {
    let [program, args @ ..] = argv else { return Err("there is no program".into()) };
    let path = which::which(program).map_err(|_| format!("{program} is not on PATH"))?;
    match process::run(&path, args, &[], PATIENCE, 1 << 20).await {
        Ok(finished) if finished.code == Some(0) => Ok(()),
        Ok(_) => Err("it is not there".into()),
        Err(error) => Err(error.to_string()),
    }
}
