//! What the files of a vLLM checkout say about it: how it registers TT models, which arguments and parsers it knows, how
//! it is installed. Read once into a plain struct; what it means is decided in `recipe/era.rs`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The largest of these files, `arg_utils.py`, has about 120 kB.
const MAX_BYTES: u64 = 4 << 20;
/// `plugins/vllm-tt-plugin/src/vllm_tt_plugin/config.py` is three folders down.
const MAX_DEPTH: usize = 4;

/// What the files of one vLLM checkout say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TreeFacts {
    /// Folder of the checkout.
    pub home: PathBuf,
    /// `src/vllm_tt_plugin` and `docs/install-vllm-tt.sh`: the plugin's own repository.
    pub is_plugin: bool,
    /// `plugins/vllm-tt-plugin`: the fork with the plugin in it.
    pub has_plugin: bool,
    /// Names of TT configurations that the plugin's `config.py` mentions.
    pub plugin_reads: BTreeSet<String>,
    /// `def register_tt_models` in `vllm/platforms/tt.py`.
    pub platform_registers: bool,
    /// `def register_tt_models` in `examples/offline_inference_tt.py`.
    pub examples_register: bool,
    /// Arguments of `arg_utils.py` and `cli_args.py`, with hyphens and without the leading ones; empty when the tree
    /// has no such files. It can hold a few names that are no arguments.
    pub flags: BTreeSet<String>,
    /// `VLLM_USE_V1` in `vllm/envs.py`.
    pub knows_use_v1: bool,
    /// `tt_metal/setup-metal.sh`.
    pub has_setup_metal: bool,
    /// `tt_metal/install-vllm-tt.sh` or `docs/install-vllm-tt.sh`.
    pub has_installer: bool,
    /// Names under which the tree registers tool and reasoning parsers.
    pub parsers: BTreeSet<String>,
}

/// Reads the checkout in `home`; none when there is no such folder.
pub fn read(home: &Path) -> Option<TreeFacts> {
    if !home.is_dir() {
        return None;
    }
    let has = |path: &str| home.join(path).exists();
    let holds = |path: &str, needle: &str| text(&home.join(path)).contains(needle);
    let plugin = home.join("plugins/vllm-tt-plugin");
    let is_plugin = has("src/vllm_tt_plugin") && has("docs/install-vllm-tt.sh");
    let config_of = if is_plugin { home.join("src/vllm_tt_plugin") } else { plugin.clone() };
    let mut facts = TreeFacts {
        home: home.to_owned(),
        is_plugin,
        has_plugin: plugin.is_dir(),
        plugin_reads: tt_config_names(&find(&config_of, "config.py", MAX_DEPTH)),
        platform_registers: holds("vllm/platforms/tt.py", "def register_tt_models"),
        examples_register: holds("examples/offline_inference_tt.py", "def register_tt_models"),
        flags: BTreeSet::new(),
        knows_use_v1: holds("vllm/envs.py", "VLLM_USE_V1"),
        has_setup_metal: has("tt_metal/setup-metal.sh"),
        has_installer: has("tt_metal/install-vllm-tt.sh") || has("docs/install-vllm-tt.sh"),
        parsers: BTreeSet::new(),
    };
    for file in ["vllm/engine/arg_utils.py", "vllm/entrypoints/openai/cli_args.py"] {
        facts.flags.extend(flags(&text(&home.join(file))));
    }
    for folder in ["vllm/entrypoints/openai/tool_parsers", "vllm/tool_parsers", "vllm/reasoning"] {
        for file in python_files(&home.join(folder)) {
            facts.parsers.extend(parsers(&text(&file)));
        }
    }
    Some(facts)
}

/// Text of a file of a sane size; empty when it cannot be read.
fn text(path: &Path) -> String {
    match fs::metadata(path) {
        Ok(meta) if meta.is_file() && meta.len() <= MAX_BYTES => {
            fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
        }
        _ => String::new(),
    }
}

fn python_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "py")).collect()
}

/// Texts of every file of that name below a folder.
fn find(folder: &Path, name: &str, depth: usize) -> String {
    let mut found = text(&folder.join(name));
    if depth > 0 {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                found.push_str(&find(&entry.path(), name, depth - 1));
            }
        }
    }
    found
}

fn tt_config_names(text: &str) -> BTreeSet<String> {
    let names = ["override_tt_config", "plugin_config", "additional_config"];
    names.into_iter().filter(|name| text.contains(name)).map(str::to_owned).collect()
}

/// Arguments in the text of an argument file: quoted words that begin with `--`, and the fields of its classes, from
/// which newer trees make their arguments.
fn flags(text: &str) -> BTreeSet<String> {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let mut found = BTreeSet::new();
    for line in text.lines() {
        for quote in ['"', '\''] {
            let words = line.split(quote).skip(1).step_by(2).filter_map(|word| word.strip_prefix("--"));
            found.extend(words.filter(|name| is_name(name)).map(|name| name.replace('_', "-")));
        }
        let field = line.strip_prefix("    ").filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
        if let Some((name, _)) = field.and_then(|rest| rest.split_once(": "))
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        {
            found.insert(name.replace('_', "-"));
        }
    }
    found
}

/// Names that stand in `register_module("name"` or, in newer trees, as keys of a table of tuples.
fn parsers(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("register_module(") {
        // One parser can have several names: `register_module(["a", "b"])`.
        let call = text[at..].split(')').next().unwrap_or_default();
        found.extend(call.split('"').skip(1).step_by(2).map(str::to_owned));
    }
    for line in text.lines() {
        if let Some((name, _)) = line.trim_start().strip_prefix('"').and_then(|rest| rest.split_once("\": (")) {
            found.insert(name.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_old_and_new_trees_are_found() {
        let old = "parser.add_argument('--max-model-len',\n    type=int)\nparser.add_argument(\"--override_tt_config\", \"-x\")";
        assert_eq!(flags(old), ["max-model-len", "override-tt-config"].map(str::to_owned).into());
        let new = "class FrontendArgs:\n    tool_call_parser: str | None = None\n    \"\"\"Text: with a colon\"\"\"\n    def f(self):\n        x: int = 1";
        assert_eq!(flags(new), ["tool-call-parser".to_owned()].into());
    }

    #[test]
    fn parsers_of_old_and_new_trees_are_found() {
        assert_eq!(
            parsers("@ToolParserManager.register_module(\"hermes\")\n@M.register_module([\"a\",\n \"b\"])"),
            ["hermes", "a", "b"].map(str::to_owned).into()
        );
        assert_eq!(parsers("_TOOL = {\n    \"llama3_json\": (\n        \"file\","), ["llama3_json".to_owned()].into());
    }

    #[test]
    fn a_checkout_is_read_by_its_own_files() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        assert_eq!(read(&dir.path().join("gone")), None);
        write("plugins/vllm-tt-plugin/src/vllm_tt_plugin/config.py", "x = cfg.additional_config");
        write("vllm/envs.py", "VLLM_USE_V1");
        write("vllm/reasoning/a.py", "register_module(\"qwen3\")");
        write("tt_metal/install-vllm-tt.sh", "");
        let facts = read(dir.path()).unwrap();
        assert!(facts.has_plugin && !facts.is_plugin && facts.knows_use_v1 && facts.has_installer);
        assert_eq!(facts.plugin_reads, ["additional_config".to_owned()].into());
        assert_eq!(facts.parsers, ["qwen3".to_owned()].into());
        assert!(!facts.platform_registers && !facts.examples_register && facts.flags.is_empty());
    }
}
