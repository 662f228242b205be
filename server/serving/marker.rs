//! What a command that was typed into a terminal has left in its marker: the process that it runs in, and how it ended.
//! `recipe/traced.rs` says what stands there.

use std::fs;
use std::io::Read as _;

use super::family;
use crate::protocol::ProcessId;

/// A marker has two lines.
const MAX_BYTES: u64 = 4 << 10;

/// A marker.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marker {
    /// The small shell around the command; it heads the family of the server.
    pub head: Option<ProcessId>,
    /// Exit code of the command; none while it runs, and when the machine or the shell has ended before it.
    pub exit_code: Option<i32>,
}

/// Reads a marker; none while the command has not been started.
pub fn read(path: &str) -> Option<Marker> {
    let mut text = String::new();
    fs::File::open(path).ok()?.take(MAX_BYTES).read_to_string(&mut text).ok()?;
    parse(&text)
}

fn parse(text: &str) -> Option<Marker> {
    // A line counts once it is whole.
    let mut lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    let stat = lines.next()?;
    let pid = stat.split(' ').next().and_then(|pid| pid.parse().ok());
    let head = pid.and_then(|pid| family::parse(pid, stat)).map(|process| process.id);
    let exit_code = lines.find_map(|line| line.strip_prefix("exit ")?.parse().ok());
    Some(Marker { head, exit_code })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_read_line_by_line() {
        let stat = "7 (a) b) S 1 9 7 0 -1 0 1 0 0 0 5 6 0 0 20 0 1 0 98765 1000 10";
        let head = Some(ProcessId { pid: 7, start_ticks: 98765 });
        assert_eq!(parse(""), None);
        assert_eq!(parse(stat), None);
        assert_eq!(parse(&format!("{stat}\nexit 1")), Some(Marker { head, exit_code: None }));
        assert_eq!(parse(&format!("{stat}\nexit 130\n")), Some(Marker { head, exit_code: Some(130) }));
        // Where there is no /proc, the process is not known.
        assert_eq!(parse("\nexit 0\n"), Some(Marker { head: None, exit_code: Some(0) }));
        assert_eq!(parse("x y\nz\n"), Some(Marker::default()));
    }
}
