//! How long each step took the last time on this machine, so that a plan can say what to expect. Only a step that ran in
//! one go counts: one that carries on where another run stopped is done sooner.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::goal::Goal;
use crate::whole_file;

/// Seconds by the names of [`key`].
pub type Times = BTreeMap<String, u64>;

/// What a step is called here: the same step of another environment takes about as long, unless its tree is installed in
/// another way or it fetches something else.
pub fn key(goal: &Goal, id: &str) -> String {
    let of = match (id, &goal.host, &goal.container) {
        ("weights", ..) => goal.weights.clone().unwrap_or_default(),
        ("vllm.store", Some(host), _) => host.vllm_store.clone(),
        (_, Some(host), _) => host.era.clone(),
        (_, None, Some(container)) => container.image.clone(),
        (_, None, None) => String::new(),
    };
    format!("{id} {of}")
}

/// What was measured; nothing where nothing was, or where it cannot be read.
pub fn read(file: &Path) -> Times {
    fs::read_to_string(file).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Writes a measurement down. What takes no time is not worth a word.
///
/// # Errors
/// When the file cannot be written.
pub fn note(file: &Path, key: String, took: Duration) -> io::Result<()> {
    if took.as_secs() == 0 {
        return Ok(());
    }
    let mut times = read(file);
    times.insert(key, took.as_secs());
    whole_file::write(file, serde_json::to_string(&times)?.as_bytes())
}

/// A measured time for people.
pub fn words(seconds: u64) -> String {
    let took = match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    };
    format!("took {took} the last time on this machine")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_kept_for_the_same_step() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a/times.json");
        assert_eq!(read(&file), Times::new());
        let goal = |repo: &str| Goal { weights: Some(repo.into()), ..Goal::default() };
        note(&file, key(&goal("o/a"), "weights"), Duration::from_millis(900)).unwrap();
        assert!(!file.exists());
        note(&file, key(&goal("o/a"), "weights"), Duration::from_secs(90)).unwrap();
        assert_eq!(read(&file).get(&key(&goal("o/a"), "weights")), Some(&90));
        assert_eq!(read(&file).get(&key(&goal("o/b"), "weights")), None);
        fs::write(&file, "{").unwrap();
        assert_eq!(read(&file), Times::new());
        assert_eq!(words(90), "took 90 s the last time on this machine");
        assert_eq!(words(7260), "took 2 h 1 min the last time on this machine");
    }
}
