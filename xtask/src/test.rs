//! `cargo xtask test`: every check in the order in which it is cheapest to fail.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::cargo::cargo;
use crate::processes;
use crate::workspace::Workspace;
use crate::{client, code_server, content, package, prerequisites, templates};

struct Stage {
    name: &'static str,
    browser: bool,
    /// What helps when it fails.
    advice: &'static str,
    run: fn(&Workspace) -> Result<()>,
}

const STAGES: [Stage; 11] = [
    Stage {
        name: "formatting",
        browser: false,
        advice: "cargo fmt --all puts it right",
        run: |workspace| cargo(workspace, &["fmt", "--all", "--check"]),
    },
    Stage {
        name: "clippy",
        browser: false,
        advice: "mend what clippy names above",
        run: |workspace| {
            cargo(workspace, &["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"])
        },
    },
    Stage {
        name: "Rust tests",
        browser: false,
        advice: "run the failed test alone: cargo test NAME",
        run: |workspace| cargo(workspace, &["test", "--workspace", "--quiet"]),
    },
    Stage {
        name: "content",
        browser: false,
        advice: "mend the pages as said above; after a change of steps, commands, settings or requests, cargo xtask content --write",
        run: content::make_sure,
    },
    Stage {
        name: "templates",
        browser: false,
        advice: "cargo xtask templates shows this alone",
        run: templates::check,
    },
    Stage {
        name: "client types",
        browser: false,
        advice: "npm run check in editor-client shows this alone",
        run: |workspace| client::script(workspace, "check"),
    },
    Stage {
        name: "client lint",
        browser: false,
        advice: "npm run lint in editor-client shows this alone",
        run: |workspace| client::script(workspace, "lint"),
    },
    Stage {
        name: "client unit tests",
        browser: false,
        advice: "npm test in editor-client shows this alone",
        run: |workspace| client::script(workspace, "test"),
    },
    Stage {
        name: "package",
        browser: false,
        advice: "cargo xtask package shows this alone",
        run: |workspace| package::make(workspace).map(drop),
    },
    Stage {
        name: "in the extension host",
        browser: true,
        advice: "the lines above name the failed test; TT_JUKEBOX_VERBOSE=1 adds the editor's own log",
        run: |workspace| browser_suite(workspace, "tests/vscode/run.mjs"),
    },
    Stage {
        name: "in the browser",
        browser: true,
        advice: "pictures of the screens are in target/screens",
        run: |workspace| browser_suite(workspace, "tests/ui/run.mjs"),
    },
];

/// Runs the task.
pub fn run(args: &[String]) -> Result<()> {
    let fast = match args {
        [] => false,
        [flag] if flag == "--fast" => true,
        _ => bail!("test takes --fast or nothing, not {}", args.join(" ")),
    };
    let workspace = Workspace::find()?;
    // Asked first: nobody wants to hear of a missing browser after ten minutes.
    prerequisites::node()?;
    prerequisites::python()?;
    if !fast {
        prerequisites::chromium()?;
    }

    let mut passed = 0;
    for stage in STAGES.iter().filter(|stage| !(fast && stage.browser)) {
        println!("\n== {}", stage.name);
        let started = Instant::now();
        let outcome = (stage.run)(&workspace);
        let seconds = started.elapsed().as_secs_f64();
        if let Err(error) = outcome {
            println!("== {}: failed after {seconds:.1} s", stage.name);
            eprintln!("{error:#}\nnext: {}", stage.advice);
            println!("stages: {passed} passed, 1 failed");
            std::process::exit(1);
        }
        println!("== {}: passed in {seconds:.1} s", stage.name);
        passed += 1;
    }
    if fast {
        println!("\n--fast: left out what needs a browser (the extension host and the browser)");
    }
    println!("stages: {passed} passed, 0 failed");
    Ok(())
}

/// Runs one of the drivers under `tests/`, telling it where the editor, the package and the browser are.
fn browser_suite(workspace: &Workspace, driver: &str) -> Result<()> {
    let chromium: PathBuf = prerequisites::chromium()?;
    let server = code_server::ensure(workspace)?;
    let mut node = Command::new("node");
    node.current_dir(&workspace.root)
        .arg(workspace.root.join(driver))
        .env("CARGO_TARGET_DIR", workspace.target())
        .env("TT_JUKEBOX_CHROMIUM", chromium)
        .env("TT_JUKEBOX_CODE_SERVER", &server.folder)
        .env("TT_JUKEBOX_VSIX", workspace.vsix()?);
    processes::run(&mut node)
}
