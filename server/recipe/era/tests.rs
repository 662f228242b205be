//! The decision of the era, with every kind of evidence.

use super::*;

fn pinned(commit: &str, version: &str) -> Release {
    Release { vllm_commit: Some(commit.into()), version: version.into(), ..Release::default() }
}

fn names(names: &[&str]) -> std::collections::BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_known_commit_decides_whatever_the_release() {
    let eras = bundled().unwrap();
    for (commit, era) in [
        ("5cbc982", "E1"),
        ("c4f2327", "E1"),
        ("6e67d2d", "E2"),
        ("3499ffa1", "E2"),
        ("8f36910", "E3"),
        ("7678b70", "E4"),
        ("3334377", "E6"),
        ("a723030", "E7"),
    ] {
        let decided = eras.decide(&pinned(commit, "0.25.0"), None).unwrap();
        assert_eq!(decided.era.id, era, "{commit}");
        assert_eq!(decided.notes.is_empty(), decided.era.certain, "{commit}: {:?}", decided.notes);
    }
}

#[test]
fn an_unknown_commit_takes_the_era_of_its_release_and_says_so() {
    let eras = bundled().unwrap();
    for (version, era) in [("0.0.1", "E1"), ("0.2.0", "E1"), ("0.10.1", "E3"), ("0.15.0", "E5"), ("0.20.0", "E6")] {
        let decided = eras.decide(&pinned("0123456", version), None).unwrap();
        assert_eq!(decided.era.id, era, "{version}");
        assert!(decided.notes[0].contains("is in no table"), "{:?}", decided.notes);
    }
    let future = eras.decide(&pinned("fffffff", "3.0.0"), None).unwrap();
    assert_eq!(future.era.id, "E7");
    assert!(future.notes[0].contains("the newest one"), "{:?}", future.notes);
    assert_eq!(eras.decide(&pinned("5cb", "0.20.0"), None).unwrap().era.id, "E6", "three digits name no commit");
}

#[test]
fn the_checkout_wins_and_a_contradiction_is_told() {
    let eras = bundled().unwrap();
    let base = TreeFacts { home: "/v".into(), ..TreeFacts::default() };
    let trees = [
        ("E1", TreeFacts { examples_register: true, ..base.clone() }),
        ("E2", TreeFacts { platform_registers: true, flags: names(&["num-scheduler-steps"]), ..base.clone() }),
        ("E3", TreeFacts { platform_registers: true, examples_register: true, ..base.clone() }),
        ("E4", TreeFacts { has_plugin: true, plugin_reads: names(&["override_tt_config"]), ..base.clone() }),
        ("E5", TreeFacts { has_plugin: true, flags: names(&["plugin-config"]), ..base.clone() }),
        (
            "E6",
            TreeFacts {
                has_plugin: true,
                plugin_reads: names(&["additional_config", "plugin_config"]),
                ..base.clone()
            },
        ),
        ("E7", TreeFacts { is_plugin: true, ..base.clone() }),
    ];
    for (era, tree) in &trees {
        let decided = eras.decide(&pinned("5cbc982", "0.9.0"), Some(tree)).unwrap();
        assert_eq!(&decided.era.id, era);
        assert_eq!(decided.notes.is_empty(), *era == "E1", "{:?}", decided.notes);
    }
    let nothing = eras.decide(&pinned("5cbc982", "0.9.0"), Some(&base)).unwrap();
    assert_eq!(nothing.era.id, "E1");
    assert!(nothing.notes[0].contains("is no vLLM tree"), "{:?}", nothing.notes);
}

#[test]
fn the_trees_own_arguments_and_parsers_win_over_the_list() {
    let eras = bundled().unwrap();
    let tree = TreeFacts {
        home: "/v".into(),
        examples_register: true,
        flags: names(&["model", "enable-prefix-caching"]),
        parsers: names(&["hermes"]),
        ..TreeFacts::default()
    };
    let entry = pinned("5cbc982", "0.9.0");
    let (listed, probed) = (eras.decide(&entry, None).unwrap(), eras.decide(&entry, Some(&tree)).unwrap());
    assert!(listed.knows("num-scheduler-steps") && !probed.knows("num-scheduler-steps"));
    assert!(!listed.knows("no-enable-prefix-caching") && probed.knows("no-enable-prefix-caching"));
    assert!(listed.knows("override-tt-config") && !listed.knows("additional-config"));
    assert!(!listed.has_parser("hermes", &listed.era.tool_parsers) && probed.has_parser("hermes", &[]));
    assert!(listed.list().contains("eras.json") && probed.list().contains("/v"));
}

#[test]
fn the_virtual_environment_follows_the_installer() {
    let eras = bundled().unwrap();
    let venv = |commit: &str| eras.decide(&pinned(commit, "0.9.0"), None).unwrap().venv(commit).to_owned();
    assert_eq!(venv("5cbc982"), "build/python_env_vllm");
    assert_eq!(venv("6e67d2d"), "build/python_env_vllm");
    assert_eq!(venv("409b1cd"), "python_env");
    let tree = TreeFacts { platform_registers: true, has_setup_metal: true, ..TreeFacts::default() };
    assert_eq!(eras.decide(&pinned("409b1cd", "0.9.0"), Some(&tree)).unwrap().venv("409b1cd"), "build/python_env_vllm");
}
