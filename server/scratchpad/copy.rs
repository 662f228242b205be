//! Copies for a person to work on: refreshed while nobody has edited them, and never lost when somebody has.

use std::fs;
use std::path::{Path, PathBuf};

use super::{failed, mark, text, write};
use crate::error::{Failure, FailureKind, Result};
use crate::recipe::FileCondition;

/// A file after it was to be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Where it belongs.
    pub path: PathBuf,
    /// How it lies there now.
    pub condition: FileCondition,
    /// True when it was written just now.
    pub written: bool,
    /// Where the one that stood there before is kept.
    pub backup: Option<PathBuf>,
    /// For one that was left alone: its text, and ours as it would be written. Empty text stands for one that is no text.
    pub differs: Option<(String, String)>,
}

/// How a file lies there, compared with `ours`. Changes nothing.
pub fn condition(path: &Path, ours: &str) -> FileCondition {
    if fs::symlink_metadata(path).is_err() {
        return FileCondition::Missing;
    }
    text(path).map_or(FileCondition::Foreign, |there| mark::judge(&there, ours))
}

/// Writes `ours` where there is nothing, or an older copy that nobody has edited. Anything else stays as it is, unless
/// `replace`: then it is moved to a free name beside it first.
///
/// # Errors
/// When it cannot be written or moved, and when something that is no file stands there.
pub fn copy(path: &Path, ours: &str, replace: bool) -> Result<Copied> {
    let before = condition(path, ours);
    let mut copied = Copied { path: path.into(), condition: before, written: false, backup: None, differs: None };
    match before {
        FileCondition::Current => return Ok(copied),
        FileCondition::Missing | FileCondition::Outdated => {}
        FileCondition::Edited | FileCondition::Foreign | FileCondition::Open => {
            if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
                let next = "Move it away, or choose another folder.";
                let what = format!("{} could not be written", path.display());
                return Err(Failure::new(FailureKind::Input, what, "something that is no file stands there", next));
            }
            if !replace {
                copied.differs = Some((text(path).unwrap_or_default(), mark::marked(ours)));
                return Ok(copied);
            }
            copied.backup = Some(set_aside(path)?);
        }
    }
    write(path, &mark::marked(ours), 0o755)?;
    copied.written = true;
    copied.condition = condition(path, ours);
    Ok(copied)
}

/// Moves a file to the first free name beside it. A link to the new name fails when it is taken, so that nothing is ever
/// written over.
fn set_aside(path: &Path) -> Result<PathBuf> {
    for number in 1..1000 {
        let mut name = path.as_os_str().to_owned();
        name.push(if number == 1 { ".bak".to_owned() } else { format!(".bak{number}") });
        let backup = PathBuf::from(name);
        match fs::hard_link(path, &backup) {
            Ok(()) => {
                fs::remove_file(path).map_err(|error| failed(path, &error))?;
                return Ok(backup);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(&backup, &error)),
        }
    }
    let next = "Remove some of them.";
    let what = format!("{} could not be kept", path.display());
    Err(Failure::new(FailureKind::Input, what, "there are a thousand backups of it", next))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "#!/usr/bin/env python3\n# tt-jukebox: the mark comes here\nprint('ours')\n";

    #[test]
    fn what_somebody_has_edited_is_shown_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/a.py");
        let first = copy(&path, OURS, false).unwrap();
        assert!(first.written && first.backup.is_none() && first.condition == FileCondition::Current);
        assert!(!copy(&path, OURS, true).unwrap().written, "a current one needs nothing");
        let newer = OURS.replace("ours", "newer");
        assert!(copy(&path, &newer, false).unwrap().written, "nobody has edited it");
        for (number, name) in ["a.py.bak", "a.py.bak2"].iter().enumerate() {
            let mine = format!("{}# {number}\n", fs::read_to_string(&path).unwrap());
            fs::write(&path, &mine).unwrap();
            let left = copy(&path, OURS, false).unwrap();
            assert_eq!((left.condition, left.written), (FileCondition::Edited, false));
            assert_eq!(left.differs, Some((mine.clone(), mark::marked(OURS))));
            assert_eq!(fs::read_to_string(&path).unwrap(), mine);
            let replaced = copy(&path, OURS, true).unwrap();
            assert_eq!(replaced.backup.as_deref(), Some(path.with_file_name(name).as_path()));
            assert_eq!(fs::read_to_string(replaced.backup.unwrap()).unwrap(), mine);
            assert_eq!(condition(&path, OURS), FileCondition::Current);
        }
    }

    #[test]
    fn what_is_no_file_is_named_and_what_is_no_text_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.py");
        fs::create_dir(&path).unwrap();
        assert_eq!(copy(&path, OURS, true).unwrap_err().kind, FailureKind::Input);
        fs::remove_dir(&path).unwrap();
        fs::write(&path, [0xff, 0xfe]).unwrap();
        let left = copy(&path, OURS, false).unwrap();
        assert_eq!(left.differs.unwrap().0, "");
        let replaced = copy(&path, OURS, true).unwrap();
        assert_eq!(fs::read(replaced.backup.unwrap()).unwrap(), [0xff, 0xfe]);
    }
}
