//! How far a start is, by the log of the server. Pure.
//!
//! The lines are recorded from vLLM 0.16. Lines that trees of Tenstorrent add or word otherwise have not been seen by us;
//! a step without its line is passed over, and the next one that is seen ends it.

use std::collections::BTreeMap;

use super::trouble::printable;
use crate::protocol::BootStep;

/// The steps in order: name, words, and what a line of theirs holds.
const STEPS: [(&str, &str, &[&str]); 6] = [
    ("process", "Process", &[]),
    (
        "engine",
        "Engine",
        &["Initializing a V1 LLM engine", "Initializing an LLM engine", "Initializing a V0 LLM engine"],
    ),
    (
        "weights",
        "Weights",
        &["Starting to load model", "checkpoint shards", "Loading weights", "Loading model weights"],
    ),
    (
        "kv_cache",
        "KV cache",
        &["KV cache size", "# GPU blocks", "# TT blocks", "Maximum concurrency for", "kv_cache_utils"],
    ),
    ("warm_up", "Warm-up and compilation", &["Warming up model", "Capturing", "Compiling", "Warming up prefill"]),
    ("api", "API server", &["Starting vLLM API server", "Supported tasks", "Started server process"]),
];
const READY: &str = "Application startup complete";

/// What a log says about a start.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Boot {
    /// The steps that have begun.
    pub steps: Vec<BootStep>,
    /// The server says that it is up.
    pub is_ready: bool,
    /// The last line that names an error, of a server that is not up.
    pub error: Option<String>,
}

/// Reads a log, or the beginning of one.
pub fn read(log: &str) -> Boot {
    let mut boot = Boot::default();
    // (step, second at which it began)
    let mut begun: Vec<(usize, Option<f64>, String)> = Vec::new();
    let mut now = None;
    for line in log.split(['\n', '\r']) {
        let line = line.trim_end();
        if line.is_empty() {
            continue;
        }
        let stamp = stamp(line);
        now = stamp.or(now);
        if begun.is_empty() {
            begun.push((0, now, String::new()));
        }
        // The first stamp is that of the first step, even if lines without one came before.
        if let Some(first) = begun.first_mut() {
            first.1 = first.1.or(now);
        }
        if line.contains(READY) {
            boot.is_ready = true;
            break;
        }
        let current = begun.last().map_or(0, |step| step.0);
        let step = STEPS.iter().rposition(|(_, _, marks)| marks.iter().any(|mark| line.contains(mark)));
        if let Some(step) = step.filter(|step| *step > current) {
            begun.push((step, now, String::new()));
        }
        if let Some((of, detail)) = begun.last_mut().zip(shards(line)) {
            of.2 = detail;
        }
    }
    if !boot.is_ready {
        boot.error = last_error(log);
    }
    for (at, (step, from, detail)) in begun.iter().enumerate() {
        let next = begun.get(at + 1);
        let until = next.map_or(now, |next| next.1);
        let seconds = from.zip(until).map(|(from, until)| passed(from, until));
        boot.steps.push(BootStep {
            name: STEPS[*step].0.into(),
            title: STEPS[*step].1.into(),
            detail: detail.clone(),
            seconds,
            last_seconds: None,
            done: next.is_some() || boot.is_ready,
        });
    }
    boot
}

/// What a server that has ended may have died of: the last line that names an error. Of one that has been up, what it said
/// before that is forgotten.
pub fn last_error(log: &str) -> Option<String> {
    let mut error = None;
    for line in log.split(['\n', '\r']).map(str::trim_end) {
        if line.contains(READY) {
            error = None;
        } else if is_error(line) {
            error = Some(printable(message(line)));
        }
    }
    error
}

impl Boot {
    /// Seconds that each step took, once all are over.
    pub fn times(&self) -> BTreeMap<String, f64> {
        let steps = self.steps.iter().filter(|_| self.is_ready);
        steps.filter_map(|step| Some((step.name.clone(), step.seconds?))).collect()
    }
}

/// Seconds since the start of a year, of a stamp such as `11-21 11:06:17` in the first 80 characters of a line.
fn stamp(line: &str) -> Option<f64> {
    const BEFORE: [u32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let bytes = line.as_bytes();
    let at = (0..bytes.len().min(80)).find(|at| {
        let shape = bytes.get(*at..at + 14).unwrap_or_default();
        shape.len() == 14
            && shape.iter().zip(b"00-00 00:00:00").all(|(is, like)| match like {
                b'0' => is.is_ascii_digit(),
                like => is == like,
            })
    })?;
    let number = |offset: usize| line.get(at + offset..at + offset + 2)?.parse::<u32>().ok();
    let days = BEFORE.get(number(0)?.checked_sub(1)? as usize)? + number(3)?;
    Some(f64::from(days) * 86400.0 + f64::from(number(6)? * 3600 + number(9)? * 60 + number(12)?))
}

/// Seconds between two stamps; a new year in between is one more.
fn passed(from: f64, until: f64) -> f64 {
    if until >= from { until - from } else { (until - from + 365.0 * 86400.0).clamp(0.0, 86400.0) }
}

/// `3/8` of a line about shards.
fn shards(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("checkpoint shards:")?;
    let part = rest.split('|').nth(1)?.split_whitespace().next()?;
    let (done, all) = part.split_once('/')?;
    (done.parse::<u32>().is_ok() && all.parse::<u32>().is_ok()).then(|| part.to_owned())
}

/// True for a line that names an error: `RuntimeError: …`, `error: …`, `[Errno 98] …`.
fn is_error(line: &str) -> bool {
    let text = message(line);
    let first = text.split(':').next().unwrap_or_default();
    let class = first.rsplit('.').next().unwrap_or_default();
    let is_class = (class.ends_with("Error") || class.ends_with("Exception")) && !class.contains(' ');
    is_class || text.contains(" error: ") || text.starts_with("error:") || text.contains("[Errno ")
}

/// A line without the process and the place that vLLM puts in front.
fn message(line: &str) -> &str {
    let line = match line.strip_prefix('(').and_then(|rest| rest.split_once(") ")) {
        Some((who, rest)) if who.contains("pid=") => rest,
        _ => line,
    };
    let placed = ["INFO ", "WARNING ", "ERROR "].iter().any(|level| line.starts_with(level));
    match line.split_once("] ") {
        Some((_, text)) if placed => text.trim(),
        _ => line.trim(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "noise\n(APIServer pid=1) INFO 12-31 23:59:50 [utils.py:223] non-default args: {}\n\
        (EngineCore_DP0 pid=2) INFO 12-31 23:59:58 [core.py:97] Initializing a V1 LLM engine (v0.16.0) with config\n\
        (EngineCore_DP0 pid=2) INFO 01-01 00:00:01 [cpu_model_runner.py:57] Starting to load model x...\n\
        (EngineCore_DP0 pid=2) Loading safetensors checkpoint shards:   0% Completed | 0/4 [00:00<?, ?it/s]\r\
        (EngineCore_DP0 pid=2) Loading safetensors checkpoint shards:  75% Completed | 3/4 [00:00<?, ?it/s]\n";

    #[test]
    fn half_a_start() {
        let boot = read(LOG);
        let steps: Vec<_> = boot.steps.iter().map(|step| (&*step.name, step.seconds, step.done)).collect();
        assert_eq!(steps, [("process", Some(8.0), true), ("engine", Some(3.0), true), ("weights", Some(0.0), false)]);
        assert_eq!(boot.steps[2].detail, "3/4");
        assert!(!boot.is_ready && boot.error.is_none() && boot.times().is_empty());
    }

    #[test]
    fn a_whole_start_has_times_and_forgets_errors() {
        let rest = "INFO 01-01 00:00:04 [x.py:1] GPU KV cache size: 1 tokens\nINFO 01-01 00:00:05 [x.py:1] Warming up model\n\
            ValueError: shaky\nINFO 01-01 00:00:09 [api_server.py:486] Starting vLLM API server 0 on http://127.0.0.1:8000\n\
            (APIServer pid=1) INFO:     Application startup complete.\nRuntimeError: later\n";
        let boot = read(&format!("{LOG}{rest}"));
        assert!(boot.is_ready && boot.error.is_none());
        assert_eq!(last_error(&format!("{LOG}{rest}bye")).as_deref(), Some("RuntimeError: later"));
        let (start, _) = rest.split_once("RuntimeError").unwrap();
        assert_eq!(last_error(start), None);
        assert_eq!(boot.times()["warm_up"], 4.0);
        assert_eq!(boot.steps.len(), 6);
    }

    #[test]
    fn the_last_error_is_the_cause() {
        for (line, cause) in [
            (
                "(EngineCore_DP0 pid=2) ERROR 11-21 11:07:06 [core.py:9] RuntimeError: no device",
                "RuntimeError: no device",
            ),
            ("OSError: [Errno 98] Address already in use", "OSError: [Errno 98] Address already in use"),
            ("api_server.py: error: unrecognized arguments: --x", "api_server.py: error: unrecognized arguments: --x"),
            ("vllm.exceptions.VLLMValidationError: too long", "vllm.exceptions.VLLMValidationError: too long"),
        ] {
            assert_eq!(read(&format!("{LOG}{line}\nbye")).error.as_deref(), Some(cause));
        }
        assert!(read("INFO 11-21 11:07:06 [x.py:1] Using an Error: free path").error.is_none());
    }
}
