//! Many releases into one catalog: what each entry says in the last release it stood in, in which releases it stood, and
//! what the release it is pinned to said about its arguments.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::published::Published;
use super::spec::{ModelSpec, Release};
use super::{Catalog, Entry, Skipped};

/// Compares release numbers such as `0.9.0` and `0.10.1` by value.
pub fn compare_releases(a: &str, b: &str) -> Ordering {
    let parts = |text: &str| -> Vec<u64> {
        text.trim_start_matches('v').split(['.', '-']).map(|part| part.parse().unwrap_or(0)).collect()
    };
    parts(a).cmp(&parts(b))
}

/// Merges published files, each with its release number, into one catalog.
///
/// The newest file is written in today's terms for every entry, although most are pinned to older trees. So where the
/// file of the pinned release has the same commits, its arguments are kept beside the newest ones.
pub fn merge(mut files: Vec<(String, Published)>, source: String) -> Catalog {
    files.sort_by(|(a, _), (b, _)| compare_releases(a, b));
    let releases: Vec<String> = files.iter().map(|(release, _)| release.clone()).collect();
    let mut skipped = Vec::new();
    let mut order: Vec<String> = Vec::new();
    let mut by_id: BTreeMap<String, Vec<(usize, ModelSpec)>> = BTreeMap::new();
    for (index, (release, published)) in files.into_iter().enumerate() {
        skipped.extend(published.skipped.into_iter().map(|skip| Skipped {
            release: release.clone(),
            place: skip.place,
            reason: skip.reason,
        }));
        for spec in published.specs {
            let versions = by_id.entry(spec.model_id.clone()).or_insert_with(|| {
                order.push(spec.model_id.clone());
                Vec::new()
            });
            match versions.last_mut() {
                Some((last, _)) if *last == index => {
                    let reason = "the same model_id a second time in one file".to_owned();
                    skipped.push(Skipped { release: release.clone(), place: spec.model_id, reason });
                }
                _ => versions.push((index, spec)),
            }
        }
    }
    let entries = order.into_iter().filter_map(|id| entry(by_id.remove(&id)?, &releases)).collect();
    Catalog { source, releases, entries, skipped, marks: Vec::new() }
}

fn entry(mut versions: Vec<(usize, ModelSpec)>, releases: &[String]) -> Option<Entry> {
    let stood_in: Vec<usize> = versions.iter().map(|(index, _)| *index).collect();
    let (_, spec) = versions.pop()?;
    let pinned = versions
        .into_iter()
        .find(|(index, _)| releases[*index] == spec.release.version)
        .map(|(_, then)| then.release)
        .filter(|then| same_commits(then, &spec.release) && differs(then, &spec.release));
    Some(Entry { spec, pinned, releases: stood_in })
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
        assert_eq!(entry.pinned.as_ref().unwrap().vllm_args["max_num_seqs"], 32);
        assert_eq!(entry.releases, [0, 1]);
    }

    #[test]
    fn a_pinned_release_with_other_commits_says_nothing_about_this_one() {
        let files = vec![("0.10.0".into(), file("0.9.0", "abc", 64)), ("0.9.0".into(), file("0.9.0", "other", 32))];
        assert!(merge(files, "test".into()).entries[0].pinned.is_none());
    }
}
