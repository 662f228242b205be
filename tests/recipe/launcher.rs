//! The launcher, run by a real Python on a checkout that stands in for vLLM.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A checkout of the oldest era whose api_server prints what it finds registered, in its own process and in a spawned one.
const API_SERVER: &str = r#"
import json, multiprocessing, os, sys
from vllm import ModelRegistry

def look(queue):
    queue.put(sorted(ModelRegistry.known))

if __name__ == "__main__":
    from vllm.spawned import in_child
    print(json.dumps({"argv": sys.argv[1:], "here": sorted(ModelRegistry.known), "child": in_child(),
                      "key": os.environ.get("VLLM_API_KEY")}))
"#;
const SPAWNED: &str = r"
import multiprocessing
from vllm import ModelRegistry

def look(queue):
    queue.put(sorted(ModelRegistry.known))

def in_child():
    context = multiprocessing.get_context('spawn')
    queue = context.Queue()
    child = context.Process(target=look, args=(queue,))
    child.start()
    known = queue.get(timeout=60)
    child.join()
    return known
";
const REGISTRY: &str = r"
class ModelRegistry:
    known = {}

    @classmethod
    def register_model(cls, name, path):
        cls.known[name] = path
";
const EXAMPLE: &str = r"
from vllm import ModelRegistry

def register_tt_models():
    ModelRegistry.register_model('TTLlamaForCausalLM', 'models.x:Y')
";

struct Checkout {
    dir: TempDir,
}

impl Checkout {
    fn new() -> Self {
        let checkout = Self { dir: tempfile::tempdir().unwrap() };
        checkout.write("vllm/vllm/__init__.py", REGISTRY);
        checkout.write("vllm/vllm/spawned.py", SPAWNED);
        checkout.write("vllm/vllm/entrypoints/__init__.py", "");
        checkout.write("vllm/vllm/entrypoints/openai/__init__.py", "");
        checkout.write("vllm/vllm/entrypoints/openai/api_server.py", API_SERVER);
        checkout.write("vllm/examples/offline_inference_tt.py", EXAMPLE);
        checkout.write("metal/ttnn/__init__.py", "");
        checkout.write("scratchpad/start-vllm-server.py", tt_jukebox::recipe::launcher::TEXT);
        // Somebody's own script beside the launcher must not take the place of a module.
        checkout.write("scratchpad/json.py", "raise RuntimeError('the wrong json')");
        checkout
    }

    fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn run(&self, args: &[&str], env: &[(&str, &str)]) -> Output {
        let mut command = Command::new(python());
        command.arg(self.path("scratchpad/start-vllm-server.py")).args(args).current_dir(self.path("vllm"));
        command.env("PYTHONPATH", self.path("metal")).env("PYTHONDONTWRITEBYTECODE", "1").env_remove("VLLM_API_KEY");
        command.envs(env.iter().copied()).output().unwrap()
    }

    fn answer(&self, args: &[&str], env: &[(&str, &str)]) -> Value {
        let output = self.run(args, env);
        assert!(output.status.success(), "{}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn python() -> PathBuf {
    which::which("python3").expect("python3 is needed for this test")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn models_are_registered_before_the_server_runs_and_in_what_it_spawns() {
    let checkout = Checkout::new();
    let args = ["--model", "o/M", "--override_tt_config", "{\"a\": 1}", "--seed", "-1", "--max-num-seqs=4"];
    let answer = checkout.answer(&args, &[]);
    assert_eq!(answer["argv"], serde_json::json!(args));
    assert_eq!(answer["here"], serde_json::json!(["TTLlamaForCausalLM"]));
    assert_eq!(answer["child"], answer["here"]);
    let afm = checkout.answer(&["--model", "arcee-ai/AFM-4.5B"], &[]);
    assert_eq!(afm["child"], serde_json::json!(["TTArceeForCausalLM", "TTLlamaForCausalLM"]));
}

#[test]
fn a_tree_that_registers_by_itself_is_left_to_it() {
    let checkout = Checkout::new();
    checkout.write("vllm/vllm/platforms/tt.py", "def register_tt_models(): pass");
    assert_eq!(checkout.answer(&["--model", "o/M"], &[])["here"], serde_json::json!([]));
    let afm = checkout.answer(&["--model", "o/M", "--register-arcee"], &[]);
    assert_eq!(afm["here"], serde_json::json!(["TTArceeForCausalLM"]));
}

#[test]
fn a_folder_is_served_under_the_name_of_its_repository() {
    let checkout = Checkout::new();
    checkout.write("hub/models--meta-llama--Llama-3.1-8B/snapshots/abc/config.json", "{}");
    checkout.write("plain/Some-Model/config.json", "{\"architectures\": [\"ArceeForCausalLM\"]}");
    let served = |folder: &str, env: &[(&str, &str)]| {
        let folder = checkout.path(folder).display().to_string();
        let answer = checkout.answer(&["--model", &folder, "--dry-run"], env);
        assert_eq!(answer["args"][1], folder.as_str());
        (answer["args"][3].as_str().unwrap().to_owned(), answer["registration"]["arcee"].as_bool().unwrap())
    };
    let snapshot = "hub/models--meta-llama--Llama-3.1-8B/snapshots/abc";
    assert_eq!(served(snapshot, &[]), ("meta-llama/Llama-3.1-8B".into(), false));
    assert_eq!(served("plain/Some-Model", &[("HF_MODEL", "o/M")]), ("o/M".into(), true));
    assert_eq!(served("plain/Some-Model", &[]), ("Some-Model".into(), true));
    let gone = checkout.run(&["--model", "/nonexistent/M"], &[]);
    assert_eq!(gone.status.code(), Some(2));
    assert!(stderr(&gone).contains("there is no folder /nonexistent/M"), "{}", stderr(&gone));
}

#[test]
fn the_key_comes_from_a_file_that_nobody_else_can_read() {
    let checkout = Checkout::new();
    let file = checkout.path("server.env").display().to_string();
    let env = [("TT_JUKEBOX_ENV_FILE", file.as_str())];
    let mode = |mode| fs::set_permissions(Path::new(&file), fs::Permissions::from_mode(mode)).unwrap();
    checkout.write("server.env", "# a comment\nHF_TOKEN\nVLLM_API_KEY=secret=1\n");
    mode(0o600);
    assert_eq!(checkout.answer(&["--model", "o/M"], &env)["key"], "secret=1");
    mode(0o644);
    let open = checkout.run(&["--model", "o/M"], &env);
    assert!(stderr(&open).contains("chmod 600") && open.status.code() == Some(2), "{}", stderr(&open));
    checkout.write("server.env", "HF_TOKEN\n");
    mode(0o600);
    assert!(stderr(&checkout.run(&["--model", "o/M"], &env)).contains("has no VLLM_API_KEY"));
}

#[test]
fn without_vllm_it_says_so_and_a_dry_run_still_answers() {
    let checkout = Checkout::new();
    let nowhere = checkout.path("nowhere").display().to_string();
    fs::create_dir(&nowhere).unwrap();
    let args = ["--model", "o/M", "--vllm-home", nowhere.as_str()];
    let output = checkout.run(&args, &[("PYTHONPATH", "")]);
    assert_eq!(output.status.code(), Some(2));
    for part in
        ["the package vllm cannot be imported", "the package ttnn cannot be imported", "registers the TT models"]
    {
        assert!(stderr(&output).contains(part), "{}", stderr(&output));
    }
    assert!(!stderr(&output).contains("Traceback"));
    let plan = checkout.answer(&[&args[..], &["--dry-run"]].concat(), &[("PYTHONPATH", "")]);
    assert_eq!(plan["problems"].as_array().unwrap().len(), 3);
    let help = checkout.run(&["--help"], &[]);
    assert!(String::from_utf8_lossy(&help.stdout).contains("Every other argument goes to vLLM"));
}
