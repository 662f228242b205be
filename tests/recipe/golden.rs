//! One command of each era and engine as a file that a person can read. `UPDATE_EXPECT=1` writes them anew.

use expect_test::{ExpectFile, expect_file};
use tt_jukebox::catalog::Pinned;
use tt_jukebox::recipe::{Choices, Preset, Recipe, Shell, Target, container, host, render};

use crate::catalogs::{bundled, place};

/// The command with its notes in front, as comments, and the sources behind.
fn shown(recipe: &Recipe) -> String {
    let mut text = String::from("#!/bin/sh\n");
    for note in &recipe.notes {
        text.push_str(&format!("# note: {note}\n"));
    }
    text.push_str(&format!("\n{}\n\n", render(recipe, Shell::Sh).unwrap()));
    for known in &recipe.provenance {
        let equals = if known.value.is_empty() { "" } else { " = " };
        text.push_str(&format!("# {}{equals}{}\n#     from {}\n", known.name, known.value, known.source));
        if !known.rule.is_empty() {
            text.push_str(&format!("#     since {}\n", known.rule));
        }
    }
    text
}

fn golden(expected: ExpectFile, model_id: &str, target: Target, choices: &Choices) {
    let named = bundled();
    let entry = named.entry(model_id);
    let recipe = match target {
        Target::Host => named.chosen(entry, choices),
        Target::Container => container(entry, &named.last(entry), &place(), choices).unwrap().0,
    };
    expected.assert_eq(&shown(&recipe));
}

macro_rules! golden {
    ($($name:ident: $file:literal, $model:literal, $target:ident, $choices:expr;)*) => {
        $(#[test]
        fn $name() {
            golden(expect_file![concat!("golden/", $file)], $model, Target::$target, &$choices);
        })*
    };
}

golden! {
    era_1_through_the_launcher: "e1-launcher.sh", "id_tt-transformers_Qwen2.5-72B-Instruct_t3k", Host, Choices::default();
    era_1_afm: "e1-afm.sh", "id_tt-transformers_AFM-4.5B_n300", Host, Choices::default();
    era_2_with_two_engines: "e2-v1.sh", "id_tt-transformers_gemma-3-27b-it_galaxy", Host, Choices::default();
    era_2_galaxy: "e2-galaxy.sh", "id_llama3-70b-galaxy_Llama-3.3-70B-Instruct_galaxy", Host, Choices::default();
    era_3: "e3.sh", "id_tt-transformers_Llama-3.1-8B-Instruct_galaxy_t3k", Host, Choices::default();
    era_4: "e4.sh", "id_tt-transformers_Qwen3-VL-32B-Instruct_t3k", Host, Choices::default();
    era_6: "e6.sh", "id_gpt-oss_gpt-oss-120b_galaxy", Host, Choices::default();
    era_7: "e7.sh", "id_qwen38-27b-qb2_Qwen3.8-27B_p300x2", Host, Choices::default();
    chosen_otherwise: "e3-chosen.sh", "id_tt-transformers_Llama-3.1-8B-Instruct_galaxy_t3k", Host, Choices {
        preset: Some(Preset::ManyUsers),
        weights: Some("/models/Llama-3.1-8B-Instruct".into()),
        chips: Some("0,1".into()),
        extra: Some(vec!["--seed".into(), "1".into()]),
        ..Choices::default()
    };
    old_container: "container-old.sh", "id_tt-transformers_Qwen2.5-72B-Instruct_t3k", Container, Choices::default();
    new_container: "container-new.sh", "id_gpt-oss_gpt-oss-120b_galaxy", Container, Choices::default();
    media_container: "container-media.sh", "id_whisper_whisper-large-v3_p150", Container, Choices::default();
    forge_container: "container-forge.sh", "id_forge-vllm-plugin_Falcon3-7B-Instruct_p150", Container, Choices::default();
}

/// No published entry is pinned to the fifth era, so one is made up: a commit of release 0.15.0 that nobody knows.
#[test]
fn era_5() {
    let named = bundled();
    let mut entry = named.entry("id_tt-transformers_Llama-3.1-8B-Instruct_p300x2").clone();
    entry.spec.release.version = "0.15.0".into();
    entry.spec.release.vllm_commit = Some("0123456".into());
    entry.pinned = Pinned::Unknown;
    let recipe = host(&entry, "0.25.0", &place(), &Choices::default()).unwrap();
    expect_file!["golden/e5.sh"].assert_eq(&shown(&recipe));
}

#[test]
fn the_file_that_old_images_read() {
    let named = bundled();
    let entry = named.entry("id_tt-transformers_Qwen2.5-72B-Instruct_t3k");
    let files = container(entry, &named.last(entry), &place(), &Choices::default()).unwrap().1;
    expect_file!["golden/container-old.json"].assert_eq(&files[1].text);
}
