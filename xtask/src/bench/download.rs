//! Downloads from a hub on loopback, beside `hf download` from the same server in the same run: what it costs to verify
//! and to be able to resume.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::hub_server::{HubServer, weights};
use super::metric;

const REPO: &str = "bench/model";
const SHARDS: u64 = 4;
const SHARD: usize = 256 << 20;
const RUNS: usize = 3;

/// What one download took.
struct Cost {
    mb_per_s: f64,
    rss_mib: f64,
}

/// Measures `binary`, and `hf` where it is installed.
pub fn measure(binary: &Path) -> Result<()> {
    let server = HubServer::start();
    server.add(REPO, "config.json", "{}").add(REPO, "tokenizer.json", "{ }");
    for shard in 1..=SHARDS {
        let name = format!("model-{shard:05}-of-{SHARDS:05}.safetensors");
        server.add(REPO, &name, weights(shard, SHARD));
    }
    let ours = || {
        let mut command = Command::new(binary);
        command.args(["download", REPO, "--events"]).env("TT_JUKEBOX_CATALOG_UPDATES", "off");
        command
    };
    let theirs = || {
        let mut command = Command::new("hf");
        command.args(["download", REPO, "--quiet"]).env("HF_HUB_DISABLE_XET", "1");
        command
    };
    let has_hf = theirs().arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success());
    let (mut our_costs, mut their_costs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        // One after the other, so that both meet the same mood of the disk.
        our_costs.push(cost(ours(), &server)?);
        if has_hf {
            their_costs.push(cost(theirs(), &server)?);
        }
    }
    print("download", our_costs);
    if has_hf {
        print("hf_download", their_costs);
    } else {
        println!("hf_download_mb_per_s is not measured: there is no hf on PATH");
    }
    Ok(())
}

fn print(name: &str, mut costs: Vec<Cost>) {
    costs.sort_by(|a, b| a.mb_per_s.total_cmp(&b.mb_per_s));
    let most = costs.iter().map(|cost| cost.rss_mib).fold(0.0, f64::max);
    metric(&format!("{name}_mb_per_s"), costs[costs.len() / 2].mb_per_s, "MB/s");
    metric(&format!("{name}_rss_mib"), most, "MiB");
}

/// Runs one download into an empty cache.
fn cost(mut command: Command, server: &HubServer) -> Result<Cost> {
    let home = tempfile::tempdir()?;
    command.env("HF_HOME", home.path()).env("HOME", home.path()).env("HF_ENDPOINT", &server.address);
    command.env_remove("HF_TOKEN").env_remove("HF_HUB_CACHE").stdin(Stdio::null());
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("it could not be started")?;
    let mut peak = 0.0_f64;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        let text = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
        peak = peak.max(line.trim().trim_end_matches(" kB").parse().unwrap_or(0.0));
        thread::sleep(Duration::from_millis(5));
    };
    let took = begun.elapsed().as_secs_f64();
    if !status.success() {
        bail!("the download ended with {status}");
    }
    #[expect(clippy::cast_precision_loss, reason = "megabytes with two decimals")]
    let bytes = (SHARDS * SHARD as u64) as f64;
    Ok(Cost { mb_per_s: bytes / 1e6 / took, rss_mib: peak / 1024.0 })
}
