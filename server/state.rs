//! The folder of what is remembered between two runs: servers, setups, proofs of lessons.

use std::path::PathBuf;

use directories::ProjectDirs;

/// Where nothing is ever found and nothing can be written, not even by root. What fails there names it.
const NOWHERE: &str = "/dev/null/this-user-has-no-home-folder";

/// The state folder of this user. A user without a home has none: the path that stands for it can be neither read nor
/// written, so that nothing lands where somebody else may write too.
pub fn folder() -> PathBuf {
    of(ProjectDirs::from("", "", "tt-jukebox"))
}

fn of(dirs: Option<ProjectDirs>) -> PathBuf {
    let folder = dirs.map(|dirs| dirs.state_dir().unwrap_or(dirs.data_local_dir()).to_owned());
    folder.unwrap_or_else(|| NOWHERE.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whole_file;

    #[test]
    fn without_a_home_nothing_is_written_anywhere() {
        let folder = of(None);
        assert!(folder.is_absolute() && !folder.starts_with(std::env::temp_dir()));
        assert!(whole_file::write(&folder.join("x"), b"x").is_err() && !folder.exists());
    }
}
