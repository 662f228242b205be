//! The mark of a written file: its version and a checksum of everything else in it, in one line. It tells a file that
//! somebody has edited from one that may be refreshed. Pure.

use git2::{ObjectType, Oid};

use crate::recipe::FileCondition;

/// Raised when a written file changes in a way that an older program must not undo.
const VERSION: u32 = 1;
const OPENING: &str = "tt-jukebox: version ";
const BETWEEN: &str = ", checksum ";

/// The text of a file with its mark: as a comment in the second line of a script, as the first key of a JSON object.
pub fn marked(text: &str) -> String {
    let checksum = checksum(text);
    let mark = format!("{OPENING}{VERSION}{BETWEEN}{checksum}");
    if let Some((shebang, rest)) = script(text) {
        let rest =
            rest.split_once('\n').filter(|(line, _)| line.starts_with("# tt-jukebox:")).map_or(rest, |(_, rest)| rest);
        format!("{shebang}\n# {mark} (a copy that has been edited is left alone)\n{rest}")
    } else {
        let rest = text.strip_prefix('{').unwrap_or(text);
        format!("{{\"tt_jukebox\": \"{mark}\",{rest}")
    }
}

/// How a file that is there compares with what is needed.
pub fn judge(there: &str, needed: &str) -> FileCondition {
    let Some((version, said)) = read(there) else { return FileCondition::Foreign };
    if version > VERSION {
        FileCondition::Foreign
    } else if there == marked(needed) {
        FileCondition::Current
    } else if checksum(there) == said {
        FileCondition::Outdated
    } else {
        FileCondition::Edited
    }
}

fn script(text: &str) -> Option<(&str, &str)> {
    text.split_once('\n').filter(|(first, _)| first.starts_with("#!"))
}

/// Version and checksum of the mark, which stands in the first two lines.
fn read(text: &str) -> Option<(u32, String)> {
    let mark = text.lines().take(2).find_map(|line| line.split_once(OPENING))?.1;
    let (version, rest) = mark.split_once(BETWEEN)?;
    Some((version.parse().ok()?, rest.get(..40)?.to_owned()))
}

/// Checksum of a text without its mark: that of git for a file.
fn checksum(text: &str) -> String {
    let unmarked: String = match script(text) {
        Some((shebang, rest)) => {
            let rest =
                rest.split_once('\n').filter(|(line, _)| line.starts_with("# tt-jukebox:")).map_or(rest, |(_, r)| r);
            format!("{shebang}\n{rest}")
        }
        None => match text.strip_prefix("{\"tt_jukebox\": \"").and_then(|rest| rest.split_once("\",")) {
            Some((_, rest)) => format!("{{{rest}"),
            None => text.to_owned(),
        },
    };
    Oid::hash_object(ObjectType::Blob, unmarked.as_bytes()).map(|oid| oid.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "#!/bin/sh\n# tt-jukebox: the mark comes here\necho one\n";
    const JSON: &str = "{\n  \"a\": \"one\"\n}";

    #[test]
    fn a_marked_file_is_known_again() {
        for text in [SCRIPT, JSON] {
            let written = marked(text);
            assert_eq!(judge(&written, text), FileCondition::Current);
            assert_eq!(judge(&written, &text.replace("one", "two")), FileCondition::Outdated);
            assert_eq!(judge(&written.replace("one", "my"), text), FileCondition::Edited);
            assert_eq!(judge(text, text), FileCondition::Foreign, "without a mark it is not ours");
            let future = written.replace("version 1,", "version 2,");
            assert_eq!(judge(&future, text), FileCondition::Foreign, "a newer program has written it");
        }
        let json: serde_json::Value = serde_json::from_str(&marked(JSON)).unwrap();
        assert_eq!(json["a"], "one");
        assert!(marked(SCRIPT).starts_with("#!/bin/sh\n# tt-jukebox: version 1, checksum "), "{}", marked(SCRIPT));
        assert_eq!(judge("", SCRIPT), FileCondition::Foreign);
        assert_eq!(judge("# tt-jukebox: version 1, checksum äö", SCRIPT), FileCondition::Foreign);
    }
}
