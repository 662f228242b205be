//! Files that are written as a whole or not at all: beside their place, and moved there, so that a reader sees the old one
//! or the new one. The folder is made where it is not there.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes a file for its owner only, and waits for the disk, so that it is there after a power cut too.
///
/// # Errors
/// When the folder cannot be written to.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_with(path, bytes, None, true)
}

/// Writes a file for its owner only, or with another `mode` in the end; `lasting` waits for the disk.
///
/// # Errors
/// When the folder cannot be written to, and when the mode cannot be set.
pub fn write_with(path: &Path, bytes: &[u8], mode: Option<u32>, lasting: bool) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    // Made for its owner only, whatever the mode that it ends with.
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    if let Some(mode) = mode {
        file.as_file().set_permissions(Permissions::from_mode(mode))?;
    }
    if lasting {
        file.as_file().sync_all()?;
    }
    file.persist(path).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_one_or_the_new_one_and_nothing_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b");
        for (text, mode) in [("one", None), ("two", Some(0o755))] {
            write_with(&path, text.as_bytes(), mode, false).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode.unwrap_or(0o600));
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        fs::create_dir(dir.path().join("taken")).unwrap();
        assert!(write(&dir.path().join("taken"), b"x").is_err());
    }
}
