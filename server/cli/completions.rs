//! `tt-jukebox completions SHELL`: the script by which a shell asks this program what can follow, and the answer to it.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _, ValueEnum};
use clap_complete::CompleteEnv;
use clap_complete::env::Shells;
use serde::Serialize;

use super::Cli;
use super::candidates::is_one_word;
use super::output::Output;
use crate::error::{Failure, FailureKind, Result};

/// By this variable the script says that it asks. The usual name, `COMPLETE`, may be set for another program.
const ASKS: &str = "TT_JUKEBOX_COMPLETE";

const NAME: &str = "tt-jukebox";

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Shell that the script is for
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
enum Shell {
    /// bash 4.4 or newer
    Bash,
    /// zsh with compinit
    Zsh,
    /// fish
    Fish,
}

#[derive(Serialize)]
struct Script {
    schema: u32,
    shell: Shell,
    script: String,
}

/// Prints the script. It needs no settings: a broken file must not greet whoever opens a terminal.
pub(super) fn run(options: &Options, output: &Output) -> Result<()> {
    let script = script(options.shell, &asked_program())?;
    output.print(&Script { schema: 1, shell: options.shell, script }, |answer| answer.script.clone())
}

/// Answers a shell that asks what can follow. None when nobody asks.
pub(super) fn answer(args: &[OsString]) -> Option<ExitCode> {
    // Without a directory the answer would have to be relative to nothing, and the script is made by `run` only.
    let here = std::env::current_dir().ok();
    let asked = CompleteEnv::with_factory(Cli::command).var(ASKS).try_complete(args.to_vec(), here.as_deref());
    match asked {
        Ok(false) => None,
        Ok(true) => Some(ExitCode::SUCCESS),
        // The line under the cursor is no place for a complaint.
        Err(_) => Some(ExitCode::from(FailureKind::Usage.exit_code())),
    }
}

/// How the script calls this program: as it was called, so that one that is not on PATH is found as well. A path that a
/// shell would take apart is left to PATH all the same: the script for bash does not quote it.
fn asked_program() -> String {
    let called = std::env::args_os().next().unwrap_or_default();
    let by_path = called.to_string_lossy().contains('/');
    let path = by_path.then(std::env::current_exe).and_then(std::result::Result::ok);
    let path = path.and_then(|path| path.into_os_string().into_string().ok()).filter(|path| is_one_word(path));
    path.unwrap_or_else(|| NAME.to_owned())
}

fn script(shell: Shell, program: &str) -> Result<String> {
    let failure = |why: String| {
        Failure::new(FailureKind::Internal, "the completion script could not be made", why, "Please report this.")
    };
    let (name, place) = match shell {
        Shell::Bash => ("bash", "Put this line into ~/.bashrc:  source <(tt-jukebox completions bash)"),
        Shell::Zsh => ("zsh", "Put this line into ~/.zshrc, after compinit:  source <(tt-jukebox completions zsh)"),
        Shell::Fish => ("fish", "Put this line into ~/.config/fish/config.fish:  tt-jukebox completions fish | source"),
    };
    let shells = Shells::builtins();
    let writer = shells.completer(name).ok_or_else(|| failure(format!("{name} is not known")))?;
    let mut written = Vec::new();
    writer.write_registration(ASKS, NAME, NAME, program, &mut written).map_err(|error| failure(error.to_string()))?;
    let written = String::from_utf8_lossy(&written);
    let comment = format!("# {place}");
    Ok(match shell {
        // The first line is how zsh knows the file when it lies in a folder of $fpath. The style lets `lla` mean `Llama`.
        Shell::Zsh => {
            let body = written.trim().strip_prefix("#compdef tt-jukebox").unwrap_or(&written);
            let any_case =
                "zstyle ':completion:*:*:tt-jukebox:*' matcher 'm:{[:lower:][:upper:]}={[:upper:][:lower:]}'";
            format!("#compdef tt-jukebox\n{comment}\n{any_case}\n{}\n", body.trim())
        }
        Shell::Bash | Shell::Fish => format!("{comment}\n{}\n", written.trim()),
    })
}
