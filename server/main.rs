//! The program: a command line, and with `lsp` a language server on stdio.

use std::process::ExitCode;

fn main() -> ExitCode {
    tt_jukebox::cli::main()
}
