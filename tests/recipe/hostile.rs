//! Spec text is somebody else's text: whatever stands in it, nothing but the intended words reaches a program, and what
//! cannot be passed is refused.

use proptest::prelude::*;
use serde_json::Value;
use tt_jukebox::catalog::spec::{Model, ModelSpec, Release, Values};
use tt_jukebox::catalog::{Entry, Pinned};
use tt_jukebox::recipe::{Choices, Recipe, Shell, container, host, is_unseen, render};

use crate::catalogs::place;
use crate::shells::{echo, installed, run, runnable};

/// Names of arguments that every tree takes, so that the hostile values stay in.
const ARGS: [&str; 4] = ["model", "seed", "max-log-len", "block_size"];

fn entry(values: &[String], name: &str) -> Entry {
    let mut args: Values = ARGS.iter().zip(values).map(|(key, value)| ((*key).into(), value.as_str().into())).collect();
    args.insert(name.to_owned(), "1".into());
    let text = |at: usize| Value::from(values.get(at).map_or("", String::as_str));
    let release = Release {
        version: "0.20.0".into(),
        vllm_commit: Some("8f36910".into()),
        tt_metal_commit: values.first().cloned().unwrap_or_default(),
        docker_image: values.get(1).cloned().unwrap_or_default(),
        vllm_args: args.into(),
        env_vars: [("MESH_DEVICE".to_owned(), text(0)), ("X".to_owned(), text(1)), (name.to_owned(), text(2))]
            .into_iter()
            .collect::<Values>()
            .into(),
        tt_config: [(name.to_owned(), text(3))].into_iter().collect::<Values>().into(),
        ..Release::default()
    };
    let model = Model { hf_model_repo: values.first().cloned().unwrap_or_default(), ..Model::default() };
    let spec = ModelSpec {
        model_id: "id".into(),
        device_type: "N150".into(),
        engine: "vLLM".into(),
        model,
        release,
        ..ModelSpec::default()
    };
    Entry { spec, pinned: Pinned::Same, releases: vec![0] }
}

fn served(values: &[&str], name: &str) -> Recipe {
    let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
    host(&entry(&values, name), "0.20.0", &place(), &Choices::default()).unwrap()
}

fn hostile() -> impl Strategy<Value = String> {
    let words = [
        "'",
        "\"",
        "`reboot`",
        "$(reboot)",
        "${HOME}",
        "; reboot",
        "&& reboot",
        "| reboot",
        "> /x",
        "\\",
        "\\'",
        "--help",
        "-",
        "--",
        "~",
        "*",
        "!!",
        "%s",
        "=",
        "#",
        " ",
        "\n",
        "\r",
        "\t",
        "\0",
        "\u{1b}[2J",
        "\u{202e}",
        "ä",
        "{",
        "}",
        "(4, 8)",
        "{\"a\": 1}",
        "a",
    ];
    proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..6).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]
    #[test]
    fn only_the_intended_words_reach_a_program(
        rows in proptest::collection::vec((proptest::collection::vec(hostile(), 4), hostile()), 8),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let echo = echo(dir.path());
        let mut recipes = Vec::new();
        for (values, name) in &rows {
            let entry = entry(values, name);
            let recipe = runnable(&host(&entry, "0.20.0", &place(), &Choices::default()).unwrap(), &echo);
            let unseen = recipe.args.iter().chain(recipe.env.iter().map(|v| &v.value)).any(|word| word.contains(is_unseen));
            // What would act on a terminal and not stand there is refused in every shell.
            prop_assert_eq!(render(&recipe, Shell::Sh).is_err(), unseen);
            if !unseen {
                recipes.push(recipe);
            }
        }
        for (shell, path) in installed() {
            let texts: Vec<String> = recipes.iter().map(|recipe| render(recipe, shell).unwrap()).collect();
            let seen = run(&path, &texts);
            prop_assert_eq!(seen.len(), recipes.len());
            for (seen, recipe) in seen.iter().zip(&recipes) {
                prop_assert_eq!(&seen.args, &recipe.args);
                for variable in &recipe.env {
                    prop_assert_eq!(seen.env.get(&variable.name), Some(&variable.value));
                }
            }
        }
    }

    /// The words of a recipe are flags of ours, each with its value: a value never becomes a flag of its own.
    #[test]
    fn a_value_never_becomes_an_argument(values in proptest::collection::vec(hostile(), 4), name in hostile()) {
        let recipe = host(&entry(&values, &name), "0.20.0", &place(), &Choices::default()).unwrap();
        let known = ["--model", "--seed", "--max-log-len", "--block-size", "--override_tt_config", "--host", "--port", "-m"];
        let mut words = recipe.args.iter();
        while let Some(word) = words.next() {
            let flag = word.split('=').next().unwrap_or_default();
            prop_assert!(known.contains(&flag), "{word:?} in {:?}", recipe.args);
            if !word.contains('=') {
                let value = words.next();
                prop_assert!(value.is_some_and(|value| !value.starts_with('-')), "{value:?} in {:?}", recipe.args);
            }
        }
        // A container command is made of plain names, or not at all.
        if let Ok((recipe, _)) = container(&entry(&values, &name), "0.20.0", &place(), &Choices::default()) {
            prop_assert!(render(&recipe, Shell::Bash).is_ok() || values[0].contains(is_unseen));
        }
    }
}

#[test]
fn what_cannot_be_passed_is_refused() {
    let large = "x".repeat(1 << 20);
    for (values, why) in [
        (["a\0b", "", "", ""], "control character"),
        (["", "a\nreboot", "", ""], "control character"),
        (["", "", "\u{1b}[31m", ""], "control character"),
        ([large.as_str(), "", "", ""], "128 kB"),
        (["", large.as_str(), "", ""], "128 kB"),
    ] {
        let recipe = served(&values, "seed");
        for (shell, _) in installed() {
            let error = render(&recipe, shell).unwrap_err().to_string();
            assert!(error.contains(why) || error.contains("longer than"), "{error}");
        }
    }
}

#[test]
fn names_that_are_no_names_are_left_out_and_told() {
    let recipe = served(&["o/M", "1", "2", "3"], "a; reboot");
    assert!(recipe.env.iter().all(|variable| variable.name != "a; reboot"));
    assert!(recipe.args.iter().all(|arg| !arg.contains("--a;")));
    assert!(recipe.notes.iter().filter(|note| note.contains("a; reboot")).count() >= 2, "{:?}", recipe.notes);
}
