//! How fast a setup lets itself be stopped: a container program that never ends, with a child that never ends either.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::sidecar::Server;
use super::{metric, milliseconds};

const RUNS: usize = 9;
const PATIENCE: Duration = Duration::from_secs(20);

/// A docker that has no image, and never comes to the end of fetching it.
const DOCKER: &str = "#!/bin/sh\ncase \"$1\" in version) echo 27;; pull) sleep 300 & echo $$ $! > \"$HOME/pids.new\"; \
                      mv \"$HOME/pids.new\" \"$HOME/pids\"; wait;; *) exit 1;; esac\n";

/// Measures the reply to a cancelled setup, and the time until its whole process group is gone.
pub fn measure(binary: &Path) -> Result<()> {
    let (mut replies, mut gone) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (reply, end) = once(binary)?;
        replies.push(reply);
        gone.push(end);
    }
    replies.sort_unstable();
    gone.sort_unstable();
    metric("setup_cancel_reply", milliseconds(replies[RUNS / 2]), "ms");
    metric("setup_group_gone", milliseconds(gone[RUNS / 2]), "ms");
    Ok(())
}

fn once(binary: &Path) -> Result<(Duration, Duration)> {
    let home = tempfile::tempdir()?;
    let path = home.path();
    fs::write(path.join("docker"), DOCKER)?;
    fs::set_permissions(path.join("docker"), fs::Permissions::from_mode(0o755))?;
    fs::write(path.join("specs.json"), specs().to_string())?;
    let env = [
        ("HOME", path.display().to_string()),
        ("XDG_STATE_HOME", path.join("state").display().to_string()),
        ("PATH", format!("{}:/usr/bin:/bin", path.display())),
        ("TT_JUKEBOX_CATALOG", path.join("specs.json").display().to_string()),
    ];
    let mut server = Server::start_with(binary, &env)?;
    server.request("initialize", &json!({ "capabilities": {} }))?;
    let id = server.send_request("tenstorrent/setup/run", &json!({ "model": "bench" }))?;
    let pids = pids(path)?;
    let begin = Instant::now();
    server.send(&json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": id } }))?;
    server.wait_for(id)?;
    let reply = begin.elapsed();
    while pids.iter().any(|pid| runs(pid)) {
        if begin.elapsed() > PATIENCE {
            bail!("the programs of the setup did not end");
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok((reply, begin.elapsed()))
}

/// One entry that runs as a container.
fn specs() -> Value {
    json!({ "bench": {
        "model_id": "id_x_bench_n150", "hf_model_repo": "owner/bench", "model_name": "bench", "device_type": "N150",
        "inference_engine": "media", "version": "0.20.0", "tt_metal_commit": "0123456",
        "docker_image": "example.org/image:1", "impl": { "impl_id": "x" }, "device_model_spec": {}
    }})
}

fn pids(home: &Path) -> Result<Vec<String>> {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if let Ok(text) = fs::read_to_string(home.join("pids")) {
            return Ok(text.split_whitespace().map(str::to_owned).collect());
        }
        thread::sleep(Duration::from_millis(2));
    }
    bail!("the setup did not begin")
}

/// True while a process runs; one that only waits to be reaped does not.
fn runs(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("gone").unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}
