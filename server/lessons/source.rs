//! The lessons as files, and their parts: what holds for every box, and what is filled in for one.

use std::fs;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::walkthrough::{Walkthroughs, walkthroughs};
use crate::error::{Failure, FailureKind, Result};

static LESSONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/content/lessons");

/// The walkthroughs and their lessons, of this program or of a folder.
#[derive(Debug, Clone)]
pub struct Content {
    /// The walkthroughs.
    pub walkthroughs: Walkthroughs,
    /// The folder `content/`; none for what the program carries.
    folder: Option<PathBuf>,
}

impl Content {
    /// What the program carries.
    ///
    /// # Errors
    /// As [`walkthroughs`].
    pub fn bundled() -> Result<Self> {
        Ok(Self { walkthroughs: walkthroughs()?.clone(), folder: None })
    }

    /// What a folder `content/` holds, for its writers.
    ///
    /// # Errors
    /// When `walkthrough.json` cannot be read.
    pub fn of_folder(folder: &Path) -> Result<Self> {
        let path = folder.join("walkthrough.json");
        let text =
            fs::read_to_string(&path).map_err(|error| not_read(&path.display().to_string(), &error.to_string()))?;
        Ok(Self { walkthroughs: Walkthroughs::parse(&text)?, folder: Some(folder.to_owned()) })
    }

    /// The text of a lesson by its file name.
    ///
    /// # Errors
    /// When there is no such file, or it is no text.
    pub fn lesson(&self, file: &str) -> Result<String> {
        match &self.folder {
            Some(folder) => fs::read_to_string(folder.join("lessons").join(file))
                .map_err(|error| not_read(&format!("lessons/{file}"), &error.to_string())),
            None => LESSONS
                .get_file(file)
                .and_then(|file| file.contents_utf8())
                .map(str::to_owned)
                .ok_or_else(|| not_read(file, "this program does not carry it")),
        }
    }
}

fn not_read(what: &str, why: &str) -> Failure {
    let next = "`cargo xtask content` says what a lesson needs.";
    Failure::new(FailureKind::Input, format!("{what} could not be read"), why, next)
}

/// The heading of the only section with placeholders. The walkthrough's page leaves it out: VS Code shows that page as it
/// stands in the package, the same on every machine.
pub const HERE: &str = "## On this machine";

/// The parts of a lesson, each with its heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts<'a> {
    /// The text of the first heading.
    pub title: &'a str,
    /// What stands before the section of this machine, with the title.
    pub before: &'a str,
    /// That section, without its heading.
    pub here: &'a str,
    /// What follows it.
    pub after: &'a str,
}

/// Cuts a lesson. A lesson without the section has all of its text before it.
pub fn parts(text: &str) -> Parts<'_> {
    let title = text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default();
    let mut at = 0;
    let mut starts = text.split_inclusive('\n').map(|line| {
        let start = at;
        at += line.len();
        (start, line)
    });
    let Some((start, heading)) = starts.find(|(_, line)| line.trim_end() == HERE) else {
        return Parts { title, before: text, here: "", after: "" };
    };
    let end = starts.find(|(_, line)| line.starts_with("## ")).map_or(text.len(), |(start, _)| start);
    Parts { title, before: &text[..start], here: text[start + heading.len()..end].trim(), after: &text[end..] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_is_cut_at_its_headings() {
        let text = "# A\n\nb\n\n## On this machine\n\nc {{device}}\n\n### d\n\n## E\n\nf\n";
        let parts = parts(text);
        assert_eq!((parts.title, parts.before), ("A", "# A\n\nb\n\n"));
        assert_eq!((parts.here, parts.after), ("c {{device}}\n\n### d", "## E\n\nf\n"));
        let last = super::parts("# A\n## On this machine\nc");
        assert_eq!((last.here, last.after), ("c", ""));
        assert_eq!(super::parts("# A\nb").before, "# A\nb");
    }
}
