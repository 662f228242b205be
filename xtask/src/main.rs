//! The developer tasks: `cargo xtask <task>`. One file per task; each prints what it does and how long it took.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer tool talks to its terminal; nothing else reads these streams"
)]

mod bench;
mod cache;
mod cargo;
mod catalog;
mod client;
mod code_server;
mod content;
mod demo;
mod package;
mod prerequisites;
mod processes;
mod python_tools;
mod templates;
mod test;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
The developer tasks of tt-jukebox.

Usage: cargo xtask <task>

  demo [--port N] [--simulate BOX]
                 package the extension, open it in code-server, print the address; Ctrl-C ends it
  test [--fast]  every check in order; --fast leaves out the two stages that need a browser
  templates      the Python of the templates: ruff, mypy and their tests
  package        build the sidecar and the client for this machine, write target/tt-jukebox-<host>-<version>.vsix
  package --all | --target NAME ... [--repository URL]
                 the packages to publish, in target/packages: linux-x64, linux-arm64, darwin-x64, darwin-arm64, universal
  bench          measure what the design sets figures for; prints METRIC lines
  catalog DIR    condense the published spec files in DIR into content/
  content [--write]
                 check lessons, walkthrough, guide and reference; --write puts the walkthrough into the extension's
                 manifest and makes the pages of the reference anew
  help           this text

code-server, ruff, mypy and zig are installed once into a cache folder; TT_JUKEBOX_DEV_CACHE names another place for it.
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result<()> {
    let (task, rest) = match args.split_first() {
        Some((task, rest)) => (task.as_str(), rest),
        None => ("help", args),
    };
    match task {
        "demo" => demo::run(rest),
        "test" => test::run(rest),
        "templates" => templates::run(rest),
        "package" => package::run(rest),
        "bench" => bench::run(rest),
        "catalog" => catalog::run(rest),
        "content" => content::run(rest),
        "help" | "-h" | "--help" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("there is no task named {other:?}; `cargo xtask help` lists them"),
    }
}
