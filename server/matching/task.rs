//! What a model is for: tasks by their names and by the words that people and older tools use for them.
//!
//! The words `code_assistant`, `generate_image`, `generate_video` are tt-jukebox's (1.0, `match_task`), `t2i`, `t2v`, `i2i`,
//! `tts`, `stt`, `asr` those of hftool and of the Hugging Face pipelines.

use super::name::plain;
use crate::catalog::spec::ModelSpec;

/// Something that people want a model for.
#[derive(Debug)]
pub struct Task {
    /// Name.
    pub name: &'static str,
    /// Other words for it.
    pub aliases: &'static [&'static str],
    /// What it is, in a few words.
    pub about: &'static str,
    serves: fn(&ModelSpec) -> Option<u32>,
}

/// Score of a model that is made for a task.
pub const MADE_FOR: u32 = 100;
/// Score of a model that also does it.
const ALSO: u32 = 50;

/// Every task.
pub const TASKS: [Task; 17] = [
    task("chat", &["llm", "assistant", "conversation", "text-generation", "t2t"], "talk to it", chat),
    task("code", &["coding", "code-assistant", "programming"], "writes code", code),
    task("reasoning", &["reason", "thinking", "think"], "thinks before it answers", reasoning),
    task("agent", &["agents", "tools", "tool-use", "function-calling"], "calls tools", agent),
    task("vision", &["vlm", "image-to-text", "i2t", "multimodal", "image-text-to-text"], "reads pictures", vision),
    task("image", &["t2i", "generate-image", "text-to-image", "images", "picture"], "makes pictures", image),
    task("image-to-image", &["i2i", "img2img", "inpainting", "inpaint"], "changes pictures", image_to_image),
    task("video", &["t2v", "generate-video", "text-to-video"], "makes videos", video),
    task("audio", &["speech", "voice"], "hears or speaks", audio),
    task(
        "transcription",
        &["stt", "asr", "speech-to-text", "transcribe", "automatic-speech-recognition"],
        "hears",
        hears,
    ),
    task("tts", &["text-to-speech", "speak", "say"], "speaks", speaks),
    task("embedding", &["embed", "embeddings", "feature-extraction", "retrieval", "rag"], "text to vectors", embedding),
    task("classification", &["classify", "image-classification", "cnn"], "names what a picture shows", classification),
    task("segmentation", &["segment", "image-segmentation"], "finds areas in pictures", segmentation),
    task("detection", &["detect", "object-detection"], "finds things in pictures", detection),
    task("training", &["train", "fine-tuning", "finetune", "lora"], "trains a model", training),
    task("completion", &["complete", "base"], "continues a text", completion),
];

const fn task(
    name: &'static str,
    aliases: &'static [&'static str],
    about: &'static str,
    serves: fn(&ModelSpec) -> Option<u32>,
) -> Task {
    Task { name, aliases, about, serves }
}

/// The task that a word means. Case, blanks, `-` and `_` make no difference.
pub fn find(word: &str) -> Option<&'static Task> {
    let wanted = plain(word);
    TASKS.iter().find(|task| plain(task.name) == wanted || task.aliases.iter().any(|alias| plain(alias) == wanted))
}

/// Names of the tasks that a model serves, the usual ones first.
pub fn of(spec: &ModelSpec) -> Vec<&'static str> {
    TASKS.iter().filter(|task| task.score(spec).is_some()).map(|task| task.name).collect()
}

impl Task {
    /// How well a model serves the task; higher is better, none is not at all.
    pub fn score(&self, spec: &ModelSpec) -> Option<u32> {
        (self.serves)(spec)
    }
}

fn made_for(yes: bool) -> Option<u32> {
    yes.then_some(MADE_FOR)
}

fn name_holds(spec: &ModelSpec, parts: &[&str]) -> bool {
    let name = spec.model.model_name.to_lowercase();
    parts.iter().any(|part| name.contains(part))
}

fn is_language(spec: &ModelSpec) -> bool {
    is(spec, "LLM") || is(spec, "VLM")
}

/// Files before 0.9.0 know no VLM: there a language model with pictures among its modalities is one.
fn sees(spec: &ModelSpec) -> bool {
    is(spec, "VLM") || (is(spec, "LLM") && spec.model.modalities.iter().any(|modality| modality == "image"))
}

fn is(spec: &ModelSpec, model_type: &str) -> bool {
    let published = spec.model.model_type.as_str();
    // Files before 0.9.0 call every model that is no language model a CNN.
    let kind = match published {
        "CNN" if name_holds(spec, &["stable-diffusion", "flux", "motif-image"]) => "IMAGE",
        "CNN" if name_holds(spec, &["mochi", "wan2"]) => "VIDEO",
        other => other,
    };
    kind.eq_ignore_ascii_case(model_type)
}

/// A model that only continues text: the families that publish the tuned model under a longer name.
pub fn is_base(spec: &ModelSpec) -> bool {
    let name = &spec.model.model_name;
    let family = ["Llama-", "Qwen2.5-", "Mistral-"].iter().any(|family| name.starts_with(family));
    is_language(spec) && family && !name_holds(spec, &["instruct", "chat"])
}

fn chat(spec: &ModelSpec) -> Option<u32> {
    made_for(is_language(spec) && !is_base(spec))
}

/// A coder first, then language models of seven billion parameters and more: smaller ones do not write useful code.
fn code(spec: &ModelSpec) -> Option<u32> {
    if name_holds(spec, &["coder", "codellama", "starcoder"]) {
        return Some(MADE_FOR);
    }
    let large = spec.model.param_count.is_some_and(|billions| billions >= 7.0);
    (chat(spec).is_some() && !sees(spec) && large).then_some(ALSO)
}

/// The publisher names a reasoning parser for models that think aloud; older files name none.
fn reasoning(spec: &ModelSpec) -> Option<u32> {
    let named = spec.release.metadata.get("reasoning_parser_name").is_some_and(|name| name.is_string());
    let known = name_holds(spec, &["qwq", "deepseek-r1", "gpt-oss", "qwen3-8b", "qwen3-32b"]);
    made_for(is_language(spec) && (named || known))
}

/// The publisher names a tool parser for models that call tools; base models have one by mistake.
fn agent(spec: &ModelSpec) -> Option<u32> {
    let named = spec.release.metadata.get("tool_call_parser_name").is_some_and(|name| name.is_string());
    let known = name_holds(spec, &["qwen", "llama-3", "gpt-oss"]) && spec.release.metadata.is_empty();
    made_for(chat(spec).is_some() && (named || known))
}

fn vision(spec: &ModelSpec) -> Option<u32> {
    made_for(sees(spec))
}

fn image(spec: &ModelSpec) -> Option<u32> {
    let changes = image_to_image(spec).is_some();
    is(spec, "IMAGE").then_some(if changes { ALSO } else { MADE_FOR })
}

fn image_to_image(spec: &ModelSpec) -> Option<u32> {
    made_for(name_holds(spec, &["img-2-img", "img2img", "inpaint"]))
}

fn video(spec: &ModelSpec) -> Option<u32> {
    made_for(is(spec, "VIDEO"))
}

fn audio(spec: &ModelSpec) -> Option<u32> {
    hears(spec).or_else(|| speaks(spec))
}

fn hears(spec: &ModelSpec) -> Option<u32> {
    made_for(is(spec, "AUDIO"))
}

fn speaks(spec: &ModelSpec) -> Option<u32> {
    made_for(is(spec, "TEXT_TO_SPEECH"))
}

fn embedding(spec: &ModelSpec) -> Option<u32> {
    made_for(is(spec, "EMBEDDING"))
}

fn classification(spec: &ModelSpec) -> Option<u32> {
    made_for(is(spec, "CNN") && segmentation(spec).is_none() && detection(spec).is_none())
}

fn segmentation(spec: &ModelSpec) -> Option<u32> {
    made_for(is(spec, "CNN") && name_holds(spec, &["segformer", "unet"]))
}

fn detection(spec: &ModelSpec) -> Option<u32> {
    made_for(is(spec, "CNN") && name_holds(spec, &["yolo"]))
}

fn training(spec: &ModelSpec) -> Option<u32> {
    made_for(is(spec, "TRAINING"))
}

fn completion(spec: &ModelSpec) -> Option<u32> {
    made_for(is_base(spec))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn words_and_their_tasks() {
        let rows = [
            ("chat", Some("chat")),
            ("Code_Assistant", Some("code")),
            ("generate_image", Some("image")),
            ("t2i", Some("image")),
            ("text to video", Some("video")),
            ("STT", Some("transcription")),
            ("asr", Some("transcription")),
            ("speech", Some("audio")),
            ("tts", Some("tts")),
            ("llama", None),
            ("", None),
        ];
        for (word, expected) in rows {
            assert_eq!(find(word).map(|task| task.name), expected, "{word}");
        }
    }

    #[test]
    fn no_word_means_two_tasks() {
        let mut words = BTreeMap::new();
        for task in &TASKS {
            for word in std::iter::once(&task.name).chain(task.aliases) {
                let before = words.insert(plain(word), task.name);
                assert_eq!(before, None, "{word}");
            }
        }
    }

    #[test]
    fn every_model_of_the_bundled_catalog_has_its_tasks() {
        let catalog = Catalog::bundled().unwrap();
        let mut tasks: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for entry in &catalog.entries {
            tasks.entry(&entry.spec.model.model_name).or_insert_with(|| of(&entry.spec));
        }
        let mut text = String::new();
        for (model, tasks) in tasks {
            text.push_str(&format!("{model}: {}\n", tasks.join(", ")));
        }
        expect_test::expect_file!["../../tests/catalog/tasks.txt"].assert_eq(&text);
    }
}
