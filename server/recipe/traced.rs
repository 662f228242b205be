//! A command that leaves traces: its exit code and its process in a file, its output in another. For terminals whose shell
//! tells nobody how a command ended.
//!
//! The command runs inside a small `sh`, whatever the shell of the terminal is. A tail such as `; echo $? > FILE` would not
//! do: an interactive shell drops the rest of the line when Ctrl-C ends the command before it, and so does fish.
//!
//! The marker has one line as soon as the command starts, that of `/proc/PID/stat` of this `sh`, which heads the family of
//! the server; and `exit CODE` once it has ended. `serving/marker.rs` reads it.

use serde::{Deserialize, Serialize};

use super::Recipe;
use super::shell::{Shell, Unquotable, render_behind, words};

/// Files that a command leaves behind. Their folders must be there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Traces {
    /// File for its process and its exit code, as an absolute path. It is written anew when the command starts.
    pub marker: String,
    /// File for its output, which still shows in the terminal; left out, there is none.
    #[cfg_attr(test, ts(optional))]
    pub log: Option<String>,
}

/// `$0` is the marker, `$1` the folder, then comes the command. A signal before the command begins ends it all. From then on
/// the traps keep this shell until the command has ended; the command itself gets the signals as usual.
const MARKED: &str = r#"trap 'echo "exit 130" >>"$0"; exit 130' HUP INT QUIT TERM; read -r s </proc/$$/stat; echo "$s" >"$0"; cd "$1" && shift && { trap : HUP INT QUIT TERM; "$@"; }; c=$?; echo "exit $c" >>"$0"; exit $c"#;

/// The same with the log as `$1`. A part of a pipe has no traps of its own shell, and its exit code stands only in the file;
/// none stands there when it was ended before the command began.
const LOGGED: &str = r#"trap 'echo "exit 130" >>"$0"; exit 130' HUP INT QUIT TERM; read -r s </proc/$$/stat; echo "$s" >"$0"; l=$1; shift; (umask 077; : >"$l"); trap : HUP INT QUIT TERM; { trap : HUP INT QUIT TERM; cd "$1" && shift && "$@"; echo "exit $?" >>"$0"; } 2>&1 | tee -ai "$l"; c=$(sed -n "s/^exit //p" "$0"); [ "$c" ] || { c=130; echo "exit 130" >>"$0"; }; exit "$c""#;

/// The text of a command that leaves these traces.
///
/// # Errors
/// As [`super::render`].
pub fn render_traced(recipe: &Recipe, traces: &Traces, shell: Shell) -> Result<String, Unquotable> {
    let script = if traces.log.is_some() { LOGGED } else { MARKED };
    let mut head = vec!["sh".to_owned(), "-c".into(), script.into(), traces.marker.clone()];
    head.extend(traces.log.clone());
    head.push(recipe.cwd.clone());
    render_behind(&words(&head, shell)?, recipe, shell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_stands_behind_its_small_shell() {
        let recipe = Recipe {
            cwd: "/a b".into(),
            program: "python".into(),
            args: vec!["--port".into(), "1".into()],
            ..Recipe::default()
        };
        let traces = Traces { marker: "/m'".into(), log: None };
        let text = render_traced(&recipe, &traces, Shell::Fish).unwrap();
        assert!(text.starts_with("sh -c 'trap ") && !text.contains("cd '/a b' &&"), "{text}");
        assert!(text.ends_with("' '/m\\'' '/a b' \\\npython \\\n    --port 1"), "{text}");
        let hostile = Traces { marker: "/m\n".into(), log: None };
        assert!(render_traced(&recipe, &hostile, Shell::Bash).is_err());
    }
}
