//! A setup as somebody sees it in a terminal of eighty columns.

use crate::pseudo_terminal::{lines, seen};
use crate::real_parts::Real;

#[test]
fn a_setup_fits_into_eighty_columns() {
    let mut real = Real::new(&["E1"]);
    real.home.seconds = "1";
    real.hub.slow(512 << 10);
    let mut command = real.home.command(&[]);
    let args = ["setup", "model-E1", "--yes"];
    let Some(text) = seen(&mut command, env!("CARGO_BIN_EXE_tt-jukebox"), &args, real.home.path()) else { return };
    let lines = lines(&text);
    // Bars are filled up to the edge and follow each other without an end of line: what is longer than one begins a row
    // with something else.
    let is_spinner = |c: char| ('\u{2800}'..='\u{28ff}').contains(&c);
    let bars: Vec<&String> = lines.iter().filter(|line| line.contains(is_spinner)).collect();
    assert!(bars.len() > 20, "{lines:?}");
    for bar in bars {
        let columns: Vec<char> = bar.chars().collect();
        let begins = columns.chunks(80).all(|row| is_spinner(row[0]) || row[0] == '[');
        assert!(begins, "{bar}");
    }
    for line in ["[13/13] ", "Download owner/model-E1: done", "model-E1 is set up: 12 steps were run"] {
        assert!(lines.iter().any(|seen| seen.contains(line)), "{line}");
    }
}
