//! Whether the files of a model are all there. Pure.

use super::weights::{WeightFacts, WeightState, Weights};

/// Endings of files that hold weights.
const WEIGHTS: [&str; 5] = [".safetensors", ".bin", ".pth", ".pt", ".gguf"];
/// So many missing things are named; the rest is counted.
const NAMED: usize = 3;

/// Judges one folder.
///
/// Complete is: a configuration, a tokenizer where the model has one, every file that an index names with something in
/// it, or at least one file of weights where there is no index.
pub fn judge(facts: &WeightFacts) -> Weights {
    let there = |path: &str| facts.files.get(path).is_some_and(|bytes| bytes.is_some_and(|bytes| bytes > 0));
    let any = |test: &dyn Fn(&str) -> bool| facts.files.keys().any(|path| test(path) && there(path));
    let is_weights = |path: &str| WEIGHTS.iter().any(|ending| path.ends_with(ending));
    let bytes = facts.files.values().flatten().sum();
    let pipeline = there("model_index.json");
    let meta_layout = any(&|path| path.ends_with("params.json"));
    let mut missing: Vec<String> = Vec::new();
    if !pipeline && !meta_layout && !there("config.json") {
        missing.push("config.json".into());
    }
    for name in &facts.named {
        let found = match name.strip_suffix('/') {
            Some(_) => any(&|path| path.starts_with(name.as_str())),
            None => there(name),
        };
        if !found {
            missing.push(name.clone());
        }
    }
    if !any(&is_weights) {
        missing.push("the weights".into());
    } else if facts.unfinished > 0 && !facts.named.iter().any(|name| is_weights(name)) {
        // Nothing says what belongs to it, and something was still to come.
        missing.push(format!("{} unfinished downloads", facts.unfinished));
    }
    let dangling = facts.files.iter().filter(|(path, bytes)| bytes.is_none() && !facts.named.contains(*path));
    missing.extend(dangling.map(|(path, _)| path.clone()));
    let state = match (missing.is_empty(), any(&is_weights) || facts.unfinished > 0) {
        (true, _) => WeightState::Complete,
        (false, true) => WeightState::Partial,
        // A configuration that some program has looked at is no part of a download.
        (false, false) => WeightState::Absent,
    };
    if missing.len() > NAMED {
        let rest = missing.len() - NAMED;
        missing.truncate(NAMED);
        missing.push(format!("{rest} more"));
    }
    Weights { state, bytes, folder: Some(facts.folder.clone()), missing }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::environment::weights;

    fn judged(files: &[(&str, Option<u64>)], named: &[&str], unfinished: usize) -> (WeightState, Vec<String>) {
        let weights = judge(&WeightFacts {
            files: files.iter().map(|(path, bytes)| ((*path).to_owned(), *bytes)).collect(),
            named: named.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(),
            unfinished,
            ..WeightFacts::default()
        });
        (weights.state, weights.missing)
    }

    #[test]
    fn whole_and_half_downloads() {
        use WeightState::{Absent, Complete, Partial};
        let (config, one, two) = (("config.json", Some(9)), ("m-1.safetensors", Some(5)), ("m-2.safetensors", Some(5)));
        let shards = ["m-1.safetensors", "m-2.safetensors"];
        assert_eq!(judged(&[config, one, two], &shards, 0), (Complete, vec![]));
        assert_eq!(judged(&[config, one, two], &shards, 2).0, Complete, "left-overs of an earlier try do no harm");
        assert_eq!(judged(&[config, one], &shards, 0), (Partial, vec!["m-2.safetensors".into()]));
        assert_eq!(judged(&[config, one, ("m-2.safetensors", Some(0))], &shards, 0).0, Partial, "an empty shard");
        assert_eq!(judged(&[config, one, ("m-2.safetensors", None)], &shards, 0).0, Partial, "a link to nowhere");
        assert_eq!(judged(&[config, one], &[], 0).0, Complete, "one file without an index");
        assert_eq!(judged(&[config, one], &[], 1), (Partial, vec!["1 unfinished downloads".into()]));
        assert_eq!(judged(&[config], &[], 0).0, Absent, "a configuration alone is not a download");
        assert_eq!(judged(&[config], &[], 1).0, Partial);
        assert_eq!(judged(&[one], &[], 0), (Partial, vec!["config.json".into()]));
        let pipeline = [("model_index.json", Some(1)), ("unet/x.safetensors", Some(1))];
        assert_eq!(judged(&pipeline, &["unet/"], 0).0, Complete);
        assert_eq!(judged(&pipeline, &["unet/", "vae/"], 0), (Partial, vec!["vae/".into()]));
        let meta = [("original/params.json", Some(1)), ("original/consolidated.00.pth", Some(1))];
        assert_eq!(judged(&meta, &[], 0).0, Complete);
        let many: Vec<String> = (0..9).map(|shard| format!("m-{shard}.safetensors")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(judged(&[config, one], &many, 0).1.last().map(String::as_str), Some("5 more"));
    }

    #[test]
    fn a_cache_on_disk() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let snapshot = "hub/models--o--M/snapshots/abc123";
        write("hub/models--o--M/refs/main", "abc123\n");
        write(&format!("{snapshot}/config.json"), "{}");
        let index = r#"{"weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors"}}"#;
        write(&format!("{snapshot}/model.safetensors.index.json"), index);
        write("hub/models--o--M/blobs/one", "weights");
        let link = |name: &str, to: &str| std::os::unix::fs::symlink(to, dir.path().join(snapshot).join(name)).unwrap();
        link("m-1.safetensors", "../../blobs/one");
        link("m-2.safetensors", "../../blobs/two");
        write("hub/models--o--M/blobs/two.incomplete", "wei");
        let models = BTreeMap::from([("o/M".to_owned(), "M".to_owned()), ("o/N".to_owned(), "N".to_owned())]);
        let read = || weights::read(&dir.path().join("hub"), &dir.path().join("models"), &models);
        let found = read();
        assert_eq!(found.len(), 1);
        let partial = judge(&found[0]);
        assert_eq!(
            (partial.state, partial.missing.as_slice()),
            (WeightState::Partial, &["m-2.safetensors".to_owned()][..])
        );
        write("hub/models--o--M/blobs/two", "weights");
        let whole = judge(&read()[0]);
        assert_eq!((whole.state, whole.bytes), (WeightState::Complete, 2 + 64 + 14));
        assert!(Path::new(&whole.folder.unwrap()).ends_with("snapshots/abc123"));
        write("models/N/config.json", "{}");
        write("models/N/model.safetensors", "weights");
        assert_eq!(judge(&read()[1]).state, WeightState::Complete, "the old tt-jukebox put weights here");
    }

    #[test]
    fn names_that_lead_out_of_the_cache_are_no_repositories() {
        for (repo, is) in
            [("o/M", true), ("resnet-50", false), ("../x", false), ("o/../x", false), ("o/", false), ("a/.x", false)]
        {
            assert_eq!(weights::is_repo(repo), is, "{repo}");
        }
    }
}
