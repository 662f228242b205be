//! `kill -9` at every boundary of a step and in the middle of every step: the next run finishes, repeats nothing that was
//! proved, and loses no piece of the weights.

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::Duration;

use crate::stand_in::{Home, SECRET};

/// How often a step has begun: by the line that its stand-in, or git, writes down. None for a step that writes nothing.
fn begun(home: &Home, era: &str, id: &str) -> Option<usize> {
    let store = if era == "E7" { "vllm_plugin" } else { "vllm" };
    let line = match id {
        "metal.store" => "--progress -- .*tt-metal.git.part".to_owned(),
        "vllm.store" => format!("--progress -- .*{store}.git.part"),
        "metal.worktree" => "worktree add .*/tt-metal ".into(),
        "vllm.worktree" => "worktree add .*/vllm ".into(),
        "metal.submodules" => "git submodule update".into(),
        "metal.build" => "begin build".into(),
        "venv" => "begin venv".into(),
        "plugin.install" => "begin uv vllm-tt-plugin".into(),
        "requirements" => "begin pip requirements.txt".into(),
        "pins" if era == "E1" => "begin pip llama".into(),
        "pins" => "begin uv numpy".into(),
        "vllm.install" if era == "E1" => "begin pip .".into(),
        "vllm.install" if era == "E6" => "begin uv .".into(),
        "vllm.install" => "begin installer".into(),
        "weights" => "begin download".into(),
        _ => return None,
    };
    let parts: Vec<&str> = line.split(".*").collect();
    let holds = |text: &&String| {
        parts.iter().all(|part| text.contains(part)) && (line != "begin pip ." || text.ends_with(" ."))
    };
    Some(home.log().iter().filter(holds).count())
}

/// Seeded numbers, so that a failure can be had again (Marsaglia's xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Kills a setup of this era at every step, begins it again each time, and returns how many kills there were.
fn survive(era: &str, seed: u64) -> usize {
    let mut home = Home::new();
    home.seconds = "0.12";
    let mut random = Random(seed);
    let model = format!("model-{era}");
    let plan = home.json(&["setup", &model, "--dry-run", "--json"]);
    let ids: Vec<String> =
        plan["steps"].as_array().unwrap().iter().map(|step| step["id"].as_str().unwrap().to_owned()).collect();
    let mut kills = 0;
    // How often each step that the journal calls done had begun by then.
    let mut done: BTreeMap<String, usize> = BTreeMap::new();
    for id in ids.iter().filter(|id| *id != "system") {
        for in_the_middle in [true, false] {
            let mut running = home.start(&model);
            let wanted = if in_the_middle { "running" } else { "done" };
            let reached = running.until(|| home.step(id).is_some_and(|state| state == wanted || state == "done"));
            assert!(reached, "{era} {seed} {id}: {}", running.output());
            if in_the_middle {
                thread::sleep(Duration::from_millis(random.below(140)));
            }
            running.signal("KILL");
            if running.end().is_none() {
                kills += 1;
            }
            let journal = home.journal().unwrap();
            for step in journal["progress"]["steps"].as_array().unwrap().iter().filter(|step| step["state"] == "done") {
                let id = step["id"].as_str().unwrap();
                if let Some(count) = begun(&home, era, id) {
                    assert!(count > 0, "{era} {id} is done and has not begun: {:?}", home.log());
                    done.entry(id.to_owned()).or_insert(count);
                }
            }
        }
    }
    let outcome = home.set_up(&model);
    assert!(done.len() >= ids.len() - 2, "{done:?}");
    for (id, before) in &done {
        assert_eq!(begun(&home, era, id), Some(*before), "{era} {seed}: {id} was done and ran again: {:?}", home.log());
    }
    for piece in 1..=4 {
        assert_eq!(home.count(&format!("piece {piece}")), 1, "{era} {seed}: no piece is fetched twice");
    }
    assert!(!outcome["done_before"].as_array().unwrap().is_empty(), "{outcome}");
    assert_eq!(home.set_up(&model)["ran"], serde_json::json!([]));
    assert_eq!(home.left_running(), Vec::<u32>::new());
    assert_eq!(home.files_with(SECRET), Vec::<std::path::PathBuf>::new());
    let product = home.environment(era).join("tt-metal/build/lib/libtt_metal.so");
    assert_eq!(fs::read_to_string(product).unwrap(), "x\n");
    kills
}

/// Two threads, since most of the time is waiting.
#[test]
fn a_hundred_kills_lose_nothing() {
    let rounds = [[("E1", 11), ("E3", 12), ("E7", 13)], [("E6", 14), ("E2", 15), ("E1", 16)]];
    let threads =
        rounds.map(|rounds| thread::spawn(move || rounds.iter().map(|(era, seed)| survive(era, *seed)).sum::<usize>()));
    let kills: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    eprintln!("{kills} kills");
    assert!(kills >= 100, "only {kills} kills");
}
