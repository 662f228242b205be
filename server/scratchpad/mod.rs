//! The folder `~/tt-scratchpad`: looks at the files that commands refer to, and at copies of templates, and writes them
//! when somebody asks for it.
//!
//! A file is replaced as a whole or not at all. One that somebody has edited, or that is not ours, is left alone.

mod copy;
mod mark;

use std::fs::{self, Permissions};
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::error::{Failure, FailureKind, Result};
use crate::recipe::{CommandFile, FileCondition, FileState, KeyFile, Purpose};
use crate::whole_file;

pub use copy::{Copied, condition, copy};

/// The largest of these files has some kilobytes.
const MAX_BYTES: u64 = 4 << 20;

/// How a file lies there. Changes nothing.
pub fn look(file: &CommandFile) -> FileState {
    let condition = if file.purpose == Purpose::Secrets {
        match fs::metadata(&file.path) {
            Err(_) => FileCondition::Missing,
            Ok(meta) if meta.permissions().mode() & 0o077 != 0 => FileCondition::Open,
            Ok(_) => FileCondition::Current,
        }
    } else {
        condition(&file.path, &file.text)
    };
    FileState { path: file.path.display().to_string(), purpose: file.purpose, condition }
}

/// Writes a file that is missing, and refreshes one that is ours and untouched. Anything else stays as it is. Returns how
/// it lies there afterwards.
///
/// # Errors
/// When it cannot be written.
pub fn install(file: &CommandFile) -> Result<FileState> {
    match look(file).condition {
        FileCondition::Missing if file.purpose == Purpose::Secrets => write(&file.path, &secrets()?, 0o600)?,
        FileCondition::Missing | FileCondition::Outdated => {
            let mode = if file.purpose == Purpose::Launcher { 0o755 } else { 0o644 };
            write(&file.path, &mark::marked(&file.text), mode)?;
        }
        FileCondition::Open => {
            fs::set_permissions(&file.path, Permissions::from_mode(0o600))
                .map_err(|error| failed(&file.path, &error))?;
        }
        FileCondition::Current | FileCondition::Edited | FileCondition::Foreign => {}
    }
    Ok(look(file))
}

/// State of the file with the key.
pub fn key_file(path: &Path) -> KeyFile {
    let Ok(meta) = fs::metadata(path) else { return KeyFile::Missing };
    if meta.permissions().mode() & 0o077 != 0 {
        return KeyFile::Open;
    }
    let text = text(path).unwrap_or_default();
    let key = text.lines().filter_map(|line| line.trim().strip_prefix("VLLM_API_KEY=")).any(|key| !key.is_empty());
    if key { KeyFile::Good } else { KeyFile::NoKey }
}

fn text(path: &Path) -> Option<String> {
    let meta = fs::metadata(path).ok().filter(|meta| meta.is_file() && meta.len() <= MAX_BYTES)?;
    let mut text = String::with_capacity(usize::try_from(meta.len()).unwrap_or_default());
    fs::File::open(path).ok()?.take(MAX_BYTES).read_to_string(&mut text).ok()?;
    Some(text)
}

/// A fresh key for everybody who may talk to a server of this machine. The token of the hub is named without a value:
/// docker and podman then take it from their environment, and it never comes to lie here.
fn secrets() -> Result<String> {
    let mut bytes = [0u8; 32];
    let random = Path::new("/dev/urandom");
    fs::File::open(random).and_then(|mut file| file.read_exact(&mut bytes)).map_err(|error| failed(random, &error))?;
    let key: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("HF_TOKEN\nVLLM_API_KEY={key}\nAPI_KEY={key}\n"))
}

/// Writes beside the place and moves it there, so that nobody ever reads half a file.
fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    whole_file::write_with(path, text.as_bytes(), Some(mode), true).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        FailureKind::Input,
        format!("{} could not be written", path.display()),
        error.to_string(),
        "Check that the folder is yours and that the disk has room.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::launcher;
    use std::path::PathBuf;

    fn launcher_in(dir: &Path) -> CommandFile {
        CommandFile { path: dir.join("deep/launcher.py"), purpose: Purpose::Launcher, text: launcher::TEXT.into() }
    }

    #[test]
    fn a_file_is_written_refreshed_and_never_taken_from_its_editor() {
        let dir = tempfile::tempdir().unwrap();
        let file = launcher_in(dir.path());
        assert_eq!(look(&file).condition, FileCondition::Missing);
        assert_eq!(install(&file).unwrap().condition, FileCondition::Current);
        assert_eq!(fs::metadata(&file.path).unwrap().permissions().mode() & 0o777, 0o755);
        let newer = CommandFile { text: format!("{}# more\n", file.text), ..file.clone() };
        assert_eq!(look(&newer).condition, FileCondition::Outdated);
        assert_eq!(install(&newer).unwrap().condition, FileCondition::Current);
        let mut edited = fs::read_to_string(&file.path).unwrap();
        edited.push_str("# mine\n");
        fs::write(&file.path, &edited).unwrap();
        assert_eq!(install(&file).unwrap().condition, FileCondition::Edited);
        assert_eq!(fs::read_to_string(&file.path).unwrap(), edited);
        fs::write(&file.path, "print('theirs')\n").unwrap();
        assert_eq!(install(&file).unwrap().condition, FileCondition::Foreign);
        let left: Vec<PathBuf> =
            fs::read_dir(file.path.parent().unwrap()).unwrap().map(|e| e.unwrap().path()).collect();
        assert_eq!(left, [file.path], "nothing else is left there");
    }

    #[test]
    fn secrets_are_for_their_owner_and_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("server.env");
        let file = CommandFile { path: path.clone(), purpose: Purpose::Secrets, text: String::new() };
        assert_eq!(key_file(&path), KeyFile::Missing);
        assert_eq!(install(&file).unwrap().condition, FileCondition::Current);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("HF_TOKEN\nVLLM_API_KEY=") && text.len() > 120, "{text}");
        assert_eq!(key_file(&path), KeyFile::Good);
        install(&file).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert_eq!((look(&file).condition, key_file(&path)), (FileCondition::Open, KeyFile::Open));
        assert_eq!(install(&file).unwrap().condition, FileCondition::Current);
        fs::write(&path, "VLLM_API_KEY=\n").unwrap();
        assert_eq!(key_file(&path), KeyFile::NoKey);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("deep"), "a file where a folder should be").unwrap();
        let failure = install(&launcher_in(dir.path())).unwrap_err();
        assert!(failure.what.contains("launcher.py could not be written"), "{failure}");
    }
}
