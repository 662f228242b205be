//! Many releases into one catalog: what each entry says in the last release it stood in, in which releases it stood, and
//! what the release it is pinned to said about its arguments.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::published::Published;
use super::spec::{ModelSpec, Release};
use super::{Catalog, Entry, Pinned, Skipped};

/// Compares release numbers such as `0.9.0` and `0.10.1` by value.
pub fn compare_releases(a: &str, b: &str) -> Ordering {
    let parts = |text: &str| -> Vec<u64> {
        text.trim_start_matches('v').split(['.', '-']).map(|part| part.parse().unwrap_or(0)).collect()
    };
    parts(a).cmp(&parts(b))
}

/// Merges published files, each with its release number, into one catalog.
pub fn merge(files: Vec<(String, Published)>, source: String) -> Catalog {
    let nothing = Catalog {
        source: String::new(),
        releases: Vec::new(),
        entries: Vec::new(),
        skipped: Vec::new(),
        marks: Vec::new(),
    };
    extend(nothing, files, source)
}

/// Adds published files to a catalog. A file of a release that it knows already takes that release's place.
pub fn extend(base: Catalog, mut files: Vec<(String, Published)>, source: String) -> Catalog {
    files.sort_by(|(a, _), (b, _)| compare_releases(a, b));
    let mut releases = base.releases.clone();
    releases.extend(files.iter().map(|(release, _)| release.clone()));
    releases.sort_by(|a, b| compare_releases(a, b));
    releases.dedup();
    let mut skipped = base.skipped;
    let mut order = Vec::new();
    let mut lives: BTreeMap<String, Life> = BTreeMap::new();
    for entry in base.entries {
        order.push(entry.spec.model_id.clone());
        lives.insert(entry.spec.model_id.clone(), Life::of_entry(entry, &base.releases));
    }
    for (release, published) in files {
        for life in lives.values_mut() {
            life.forget(&release);
        }
        skipped.extend(published.skipped.into_iter().map(|skip| Skipped {
            release: release.clone(),
            place: skip.place,
            reason: skip.reason,
        }));
        for spec in published.specs {
            let life = lives.entry(spec.model_id.clone()).or_insert_with(|| {
                order.push(spec.model_id.clone());
                Life::default()
            });
            if life.stood.contains(&release) {
                let reason = "the same model_id a second time in one file".to_owned();
                skipped.push(Skipped { release: release.clone(), place: spec.model_id, reason });
            } else {
                life.stood.push(release.clone());
                life.said.push((release.clone(), spec));
            }
        }
    }
    let entries = order.into_iter().filter_map(|id| lives.remove(&id)?.entry(&releases)).collect();
    Catalog { source, releases, entries, skipped, marks: Vec::new() }
}

/// One entry through the releases, while files are added.
#[derive(Default)]
struct Life {
    stood: Vec<String>,
    said: Vec<(String, ModelSpec)>,
}

impl Life {
    fn of_entry(entry: Entry, releases: &[String]) -> Self {
        let stood: Vec<String> = entry.releases.iter().filter_map(|index| releases.get(*index).cloned()).collect();
        let Some(last) = stood.last().cloned() else { return Self::default() };
        let pinned_to = entry.spec.release.version.clone();
        let mut said = Vec::new();
        match entry.pinned {
            Pinned::Other(release) => said.push((pinned_to, ModelSpec { release: *release, ..entry.spec.clone() })),
            Pinned::Same if pinned_to != last => said.push((pinned_to, entry.spec.clone())),
            Pinned::Same | Pinned::Unknown => {}
        }
        said.push((last, entry.spec));
        Self { stood, said }
    }

    fn forget(&mut self, release: &str) {
        self.stood.retain(|stood| stood != release);
        // The last word is kept while nothing takes its place: it is the only one that is known.
        if self.said.len() > 1 || self.stood.is_empty() {
            self.said.retain(|(said_in, _)| said_in != release);
        }
    }

    fn entry(mut self, releases: &[String]) -> Option<Entry> {
        self.stood.sort_by(|a, b| compare_releases(a, b));
        self.said.sort_by(|(a, _), (b, _)| compare_releases(a, b));
        let (last, spec) = self.said.pop()?;
        let version = &spec.release.version;
        let then = if *version == last {
            self.stood.contains(&last).then_some(&spec)
        } else {
            self.said.iter().find(|(release, _)| release == version).map(|(_, then)| then)
        };
        let pinned = match then.map(|then| &then.release).filter(|then| same_commits(then, &spec.release)) {
            None => Pinned::Unknown,
            Some(then) if differs(then, &spec.release) => Pinned::Other(Box::new(then.clone())),
            Some(_) => Pinned::Same,
        };
        let position = |release: &String| releases.iter().position(|known| known == release);
        let stood = self.stood.iter().filter_map(position).collect();
        Some(Entry { spec, pinned, releases: stood })
    }
}

fn same_commits(a: &Release, b: &Release) -> bool {
    a.tt_metal_commit == b.tt_metal_commit && a.vllm_commit == b.vllm_commit
}

fn differs(a: &Release, b: &Release) -> bool {
    a.vllm_args != b.vllm_args || a.env_vars != b.env_vars || a.tt_config != b.tt_config
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::published;

    fn file(version: &str, metal: &str, seqs: u32) -> Published {
        let text = format!(
            r#"{{"id": {{"model_id": "id_x_M_n150", "hf_model_repo": "o/M", "model_name": "M", "device_type": "N150",
            "version": "{version}", "tt_metal_commit": "{metal}", "vllm_commit": "v",
            "device_model_spec": {{"vllm_args": {{"max_num_seqs": {seqs}}}}}}}}}"#
        );
        published::parse(&text).unwrap()
    }

    #[test]
    fn releases_are_ordered_by_value() {
        assert_eq!(compare_releases("0.9.0", "0.10.0"), Ordering::Less);
        assert_eq!(compare_releases("v0.10.1", "0.10.1"), Ordering::Equal);
    }

    #[test]
    fn the_newest_file_speaks_and_the_pinned_one_is_kept_beside_it() {
        let files = vec![("0.10.0".into(), file("0.9.0", "abc", 64)), ("0.9.0".into(), file("0.9.0", "abc", 32))];
        let catalog = merge(files, "test".into());
        assert_eq!(catalog.releases, ["0.9.0", "0.10.0"]);
        let entry = &catalog.entries[0];
        assert_eq!(entry.spec.release.vllm_args["max_num_seqs"], 64);
        assert_eq!(then(entry)["max_num_seqs"], 32);
        assert_eq!(entry.releases, [0, 1]);
    }

    #[test]
    fn a_pinned_release_with_other_commits_says_nothing_about_this_one() {
        let files = vec![("0.10.0".into(), file("0.9.0", "abc", 64)), ("0.9.0".into(), file("0.9.0", "other", 32))];
        assert_eq!(merge(files, "test".into()).entries[0].pinned, Pinned::Unknown);
    }

    fn then(entry: &Entry) -> &crate::catalog::spec::Values {
        let Pinned::Other(release) = &entry.pinned else { panic!("{:?}", entry.pinned) };
        &release.vllm_args
    }

    #[test]
    fn a_newer_file_joins_what_is_known_and_the_pinned_release_is_remembered() {
        for first_seqs in [32, 64] {
            let files =
                vec![("0.9.0".into(), file("0.9.0", "abc", 32)), ("0.10.0".into(), file("0.9.0", "abc", first_seqs))];
            let known = merge(files, "old".into());
            let joined = extend(known, vec![("0.11.0".into(), file("0.9.0", "abc", 128))], "new".into());
            assert_eq!((joined.source.as_str(), joined.releases.len()), ("new", 3));
            let entry = &joined.entries[0];
            assert_eq!(entry.spec.release.vllm_args["max_num_seqs"], 128);
            assert_eq!((then(entry)["max_num_seqs"].as_u64(), entry.releases.as_slice()), (Some(32), &[0, 1, 2][..]));
        }
    }

    #[test]
    fn a_file_of_a_known_release_takes_its_place() {
        let known = merge(vec![("0.9.0".into(), file("0.9.0", "abc", 32))], "old".into());
        let other = file("0.9.0", "abc", 64);
        let joined = extend(known.clone(), vec![("0.9.0".into(), other)], "new".into());
        assert_eq!(joined.releases, ["0.9.0"]);
        assert_eq!(joined.entries[0].spec.release.vllm_args["max_num_seqs"], 64);
        assert_eq!(joined.entries[0].pinned, Pinned::Same);
        let gone = extend(known, vec![("0.9.0".into(), Published::default())], "new".into());
        assert!(gone.entries.is_empty(), "what the release does not list any more is gone with it");
    }
}
