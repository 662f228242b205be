//! Which tt-smi this is: its version decides how a board is named to it.

use std::path::Path;
use std::time::Duration;

use crate::device::version;
use crate::process;

/// `--version` imports all of tt-smi, which takes half a second, and a few on a busy machine.
const DEADLINE: Duration = Duration::from_secs(10);
/// The bare number, and whatever a broken installation says around it.
const MAX_BYTES: usize = 100_000;

/// Version of tt-smi as major, minor, patch.
pub type Version = (u64, u64, u64);

/// Asks `program` for its version, which touches no device. None when it does not say within ten seconds.
pub async fn ask(program: &Path) -> Option<Version> {
    let finished = process::run(program, &["--version"], &[], DEADLINE, MAX_BYTES).await.ok()?;
    read_version(&String::from_utf8_lossy(&finished.stdout))
}

/// Reads what `--version` printed: the last line that is a version and nothing else (tt-smi 3.0 to 6.8 print the bare
/// number). Log lines hold versions of other things, so a version within a line does not count.
pub fn read_version(stdout: &str) -> Option<Version> {
    let clean = anstream::adapter::strip_str(stdout).to_string();
    clean.lines().rev().find_map(|line| {
        let line = line.trim();
        let line = line.strip_prefix("tt-smi").unwrap_or(line).trim_start();
        parse(line)
    })
}

/// Reads `4.2.0` or `4.2`, also for the driver. None for anything else.
pub fn parse(text: &str) -> Option<Version> {
    let parts = version::parse(text).filter(|parts| parts.len() >= 2 && !text.contains(char::is_whitespace))?;
    let part = |at: usize| parts.get(at).copied().unwrap_or(0);
    Some((part(0), part(1), part(2)))
}

/// A version as people write it.
pub fn text((major, minor, patch): Version) -> String {
    format!("{major}.{minor}.{patch}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bare_number_is_found_in_noise() {
        let rows = [
            ("6.8.0\n", Some((6, 8, 0))),
            ("3.0.39", Some((3, 0, 39))),
            ("4.2\n", Some((4, 2, 0))),
            ("4.2.0-rc1\n", Some((4, 2, 0))),
            ("tt-smi 3.0.4\n", Some((3, 0, 4))),
            ("\u{1b}[31mv5.0.1\u{1b}[0m\r\n", Some((5, 0, 1))),
            ("2026-01-26 | error | UMD | firmware 19.7.1 is newer\n5.3.1\n\n", Some((5, 3, 1))),
            ("2026-01-26 | error | UMD | firmware 19.7.1\n", None),
            ("Traceback (most recent call last):\n  1.2.3 boom", None),
            ("", None),
            ("7", None),
            ("a.b.c", None),
            ("99999999999999999999.1.1", None),
        ];
        for (stdout, version) in rows {
            assert_eq!(read_version(stdout), version, "{stdout:?}");
        }
    }
}
