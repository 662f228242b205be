//! `cargo xtask bench`: measures what the design sets figures for and prints `METRIC name value unit`.
//!
//! Figures are medians of one run on one machine: compare them with each other, or with another run on the same machine.

mod chat;
mod download;
#[path = "../../tests/devices/fake_tree.rs"]
#[allow(clippy::unwrap_used, dead_code, reason = "the generator of the tests, used whole")]
mod fake_tree;
#[path = "../../tests/hub/hub_server.rs"]
#[allow(clippy::unwrap_used, dead_code, reason = "the hub of the tests, used whole")]
mod hub_server;
mod setup;
mod sidecar;

use std::fs;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use tt_jukebox::catalog::{Catalog, published};
use tt_jukebox::device::{interpret, simulate};
use tt_jukebox::environment::Installed;
use tt_jukebox::matching::{Query, matches};

use crate::cargo::cargo;
use crate::package;
use crate::workspace::Workspace;
use fake_tree::FakeTree;

/// Runs the task.
pub fn run(args: &[String]) -> Result<()> {
    if let Some(arg) = args.first() {
        bail!("bench takes no {arg:?}");
    }
    let workspace = Workspace::find()?;
    if cfg!(debug_assertions) {
        // What is measured inside this process must be built as it is shipped.
        return cargo(&workspace, &["run", "--quiet", "--release", "--package", "xtask", "--", "bench"]);
    }
    package::make(&workspace)?;
    sidecar::measure(&workspace.sidecar())?;
    setup::measure(&workspace.sidecar())?;
    whole_process(&workspace)?;
    in_process(&workspace)?;
    download::measure(&workspace.sidecar())?;
    chat::measure()?;
    sizes(&workspace)
}

/// Prints one figure.
fn metric(name: &str, value: f64, unit: &str) {
    println!("METRIC {name} {value:.2} {unit}");
}

/// Median duration of `runs` runs, in milliseconds, after one that warms up.
fn median(runs: usize, mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    work()?;
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        let start = Instant::now();
        work()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(milliseconds(times[runs / 2]))
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn whole_process(workspace: &Workspace) -> Result<()> {
    for (name, args) in
        [("cli_list_json", &["--simulate", "n150", "list", "--json"][..]), ("cli_version", &["--version"])]
    {
        let value = median(30, || {
            let output =
                Command::new(workspace.sidecar()).args(args).env("TT_JUKEBOX_CATALOG_UPDATES", "off").output()?;
            if output.status.success() { Ok(()) } else { bail!("{}", String::from_utf8_lossy(&output.stderr)) }
        })?;
        metric(name, value, "ms");
    }
    Ok(())
}

fn in_process(workspace: &Workspace) -> Result<()> {
    let tree = FakeTree::of("galaxy");
    let probe = median(50, || {
        let host = interpret(&tree.gather());
        if host.chips.len() == 32 { Ok(()) } else { bail!("{} chips", host.chips.len()) }
    })?;
    metric("sysfs_probe_32_chips", probe, "ms");

    let newest = workspace.root.join("../shared/fixtures/specs/release-0.25.0.json");
    match fs::read_to_string(&newest) {
        Ok(text) => {
            let parse = median(20, || {
                black_box(published::parse(&text).map_err(|why| anyhow!(why))?);
                Ok(())
            })?;
            metric("parse_published_file", parse, "ms");
        }
        Err(error) => println!("parse_published_file is not measured: {}: {error}", newest.display()),
    }

    let load = median(20, || {
        black_box(Catalog::bundled().map_err(|failure| anyhow!("{failure}"))?);
        Ok(())
    })?;
    metric("load_bundled_catalog", load, "ms");

    let mut catalog = Catalog::bundled().map_err(|failure| anyhow!("{failure}"))?;
    let once = catalog.entries.clone();
    catalog.entries = once.iter().cycle().take(10_000).cloned().collect();
    let host = interpret(&simulate::facts("t3k").map_err(|failure| anyhow!("{failure}"))?);
    for (name, text) in [("match_10000_by_name", Some("llama 8b".to_owned())), ("match_10000_all", None)] {
        let query = Query { text, limit: Some(50), ..Query::default() };
        let installed = Installed::default();
        let time = median(20, || {
            black_box(matches(&query, &host, &installed, &catalog));
            Ok(())
        })?;
        metric(name, time, "ms");
    }
    Ok(())
}

fn sizes(workspace: &Workspace) -> Result<()> {
    let vsix = workspace.vsix()?;
    let bundle = workspace.client().join("dist/main.js");
    for (name, path) in [("binary_size", workspace.sidecar()), ("vsix_size", vsix), ("bundle_size", bundle)] {
        let bytes = fs::metadata(&path).with_context(|| format!("{} is not there", path.display()))?.len();
        #[expect(clippy::cast_precision_loss, reason = "kilobytes with two decimals")]
        metric(name, bytes as f64 / 1000.0, "kB");
    }
    Ok(())
}
