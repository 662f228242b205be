//! Which files of a repository a model needs. Pure.
//!
//! Source of the first rule: `workflows/setup_host.py` of tt-inference-server. Until release 0.4 its vLLM trees read
//! meta-llama models in Meta's own layout, which lies in `original/`; later ones never read that folder.

use std::collections::BTreeSet;

use crate::catalog::history::compare_releases;
use crate::catalog::spec::ModelSpec;

/// The part of a repository that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Only what lies in `original/`.
    Original,
    /// Everything but that, and but what nothing here reads.
    Transformers,
}

/// Formats of other frameworks; no engine of the catalog reads them.
const FOREIGN: [&str; 8] = [".gguf", ".onnx", ".onnx_data", ".msgpack", ".h5", ".tflite", ".ot", ".mlmodel"];
/// Weights as PyTorch keeps them. Files of other names with these endings (voices, embeddings) are no copies.
const PYTORCH: [&str; 5] = ["pytorch_model", "diffusion_pytorch_model", "consolidated", "model", "adapter_model"];

impl Part {
    /// The part that an entry reads.
    pub fn of(spec: &ModelSpec) -> Self {
        let early = compare_releases(&spec.release.version, "0.5.0").is_lt();
        let meta = spec.model.weights_repo().starts_with("meta-llama/");
        if early && meta && spec.engine == "vLLM" { Self::Original } else { Self::Transformers }
    }

    /// The wanted ones of `paths`.
    pub fn select<'a>(self, paths: impl Iterator<Item = &'a str> + Clone) -> BTreeSet<&'a str> {
        if self == Self::Original {
            return paths.filter(|path| path.starts_with("original/")).collect();
        }
        let paths = paths.filter(|path| !path.starts_with("original/") && !is_foreign(path));
        let all: BTreeSet<&str> = paths.collect();
        let whole = |path: &str| is_pytorch(path) && has_safetensors(&all, folder(path));
        all.iter().copied().filter(|path| !whole(path)).collect()
    }
}

fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A file without the ending of an index, which belongs to what it names.
fn of_index(path: &str) -> &str {
    path.strip_suffix(".index.json").unwrap_or(path)
}

fn is_foreign(path: &str) -> bool {
    let path = of_index(path);
    FOREIGN.iter().any(|ending| path.ends_with(ending)) || name(path).starts_with("flax_model")
}

fn is_pytorch(path: &str) -> bool {
    let name = name(of_index(path));
    let stem = [".bin", ".pth", ".pt"].iter().find_map(|ending| name.strip_suffix(ending));
    // `model-00001-of-00002.bin`, `consolidated.00.pth`, `pytorch_model.fp16.bin`
    let begins =
        |stem: &str, start: &str| stem.strip_prefix(start).is_some_and(|r| r.is_empty() || r.starts_with(['-', '.']));
    stem.is_some_and(|stem| PYTORCH.iter().any(|start| begins(stem, start)))
}

/// True when a folder has weights as safetensors, and every one of their parts.
fn has_safetensors(all: &BTreeSet<&str>, below: &str) -> bool {
    let here: Vec<&str> = all.iter().filter(|path| folder(path) == below).map(|path| name(path)).collect();
    let mut stems = here.iter().filter_map(|name| name.strip_suffix(".safetensors")).peekable();
    stems.peek().is_some()
        && stems.all(|stem| parts(stem).is_none_or(|parts| parts.iter().all(|part| here.contains(&part.as_str()))))
}

/// The names of all parts, for `model-00001-of-00004`.
fn parts(stem: &str) -> Option<Vec<String>> {
    let (rest, count) = stem.rsplit_once("-of-")?;
    let (base, number) = rest.rsplit_once('-')?;
    let total: u32 = count.parse().ok().filter(|total| (1..=9999).contains(total))?;
    let width = number.len();
    Some((1..=total).map(|part| format!("{base}-{part:0width$}-of-{count}.safetensors")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_out<'a>(part: Part, paths: &[&'a str]) -> Vec<&'a str> {
        let selected = part.select(paths.iter().copied());
        paths.iter().copied().filter(|path| !selected.contains(path)).collect()
    }

    #[test]
    fn what_nothing_reads_stays_away() {
        let paths = [
            "config.json",
            "tokenizer.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json",
            "pytorch_model-00001-of-00002.bin",
            "pytorch_model.bin.index.json",
            "original/consolidated.00.pth",
            "flax_model.msgpack",
            "flax_model.msgpack.index.json",
            "tf_model.h5",
            "onnx/model.onnx",
            "x.Q4.gguf",
            "voices/anna.pt",
            "training_args.bin",
            "vae/diffusion_pytorch_model.bin",
        ];
        let away = left_out(Part::Transformers, &paths);
        assert_eq!(away, [&paths[5..13], &[]].concat(), "a part without safetensors keeps its own weights");
        assert_eq!(
            Part::Original.select(paths.into_iter()).into_iter().collect::<Vec<_>>(),
            ["original/consolidated.00.pth"]
        );
    }

    #[test]
    fn pytorch_weights_stay_while_a_part_is_missing() {
        let paths = ["model-00001-of-00002.safetensors", "pytorch_model.bin"];
        assert!(left_out(Part::Transformers, &paths).is_empty());
        assert_eq!(left_out(Part::Transformers, &["model.safetensors", "pytorch_model.bin"]), ["pytorch_model.bin"]);
    }

    #[test]
    fn early_entries_of_meta_read_its_own_layout() {
        let mut spec = ModelSpec { engine: "vLLM".into(), ..ModelSpec::default() };
        spec.model.hf_model_repo = "meta-llama/Llama-3.1-8B".into();
        let mut part = |version: &str| {
            spec.release.version = version.into();
            Part::of(&spec)
        };
        assert_eq!(
            [part("0.4.0"), part("0.0.4"), part("0.5.0"), part("0.10.0")].map(|part| part == Part::Original),
            [true, true, false, false]
        );
        spec.release.version = "0.1.0".into();
        spec.model.hf_weights_repo = Some("unsloth/Llama".into());
        assert_eq!(Part::of(&spec), Part::Transformers);
    }
}
