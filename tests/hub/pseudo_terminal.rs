//! Programs as somebody sees them in a terminal of eighty columns.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs a program in a terminal of its own; none where there is no `script`, which is told.
pub fn seen(command: &mut Command, program: &str, args: &[&str], folder: &Path) -> Option<String> {
    let Ok(script) = which::which("script") else {
        eprintln!("not run in a terminal: script is not installed");
        return None;
    };
    let (line, file) = (format!("stty cols 80 rows 24; exec {program} {}", args.join(" ")), folder.join("typescript"));
    let mut outer = Command::new(script);
    outer.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    outer.env("TERM", "xterm").args(["-qefc", &line]).arg(&file);
    // A question would wait for ever; `script` gives its own terminal no input from here.
    outer.stdin(std::process::Stdio::null());
    let output = outer.current_dir(folder).output().unwrap();
    let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
    assert!(output.status.success(), "{text}");
    Some(text)
}

/// The lines as they stood on the screen, one after the other.
pub fn lines(text: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' if chars.peek() == Some(&'[') => {
                chars.by_ref().skip(1).find(|c| c.is_ascii_alphabetic());
            }
            c => plain.push(c),
        }
    }
    plain.split(['\r', '\n']).filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
}
