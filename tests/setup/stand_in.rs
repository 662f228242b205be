//! A home with everything that a setup needs, and the real binary in it. Each stand-in writes down that it begins and that
//! it has ended.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::programs::{DOCKER, DOWNLOADER, UV};
use crate::repositories::{Repositories, git_config};
use crate::running::Running;

/// A token that must stand nowhere.
pub const SECRET: &str = "hf_secretsecretsecretsecret";

/// A home of its own for one test.
pub struct Home {
    pub dir: TempDir,
    /// Seconds that each stand-in takes.
    pub seconds: &'static str,
    pub repositories: &'static Repositories,
    /// Variables of its own; one without a value is taken away.
    pub more: Vec<(&'static str, Option<String>)>,
    /// Program and arguments that run ours, where it is not run directly.
    pub through: Option<(PathBuf, Vec<String>)>,
}

impl Home {
    pub fn new() -> Self {
        let (dir, repositories) = (tempfile::tempdir().unwrap(), Repositories::shared());
        let home = Self { dir, seconds: "0.05", repositories, more: Vec::new(), through: None };
        home.write(".gitconfig", &git_config());
        fs::create_dir(home.path().join("fails")).unwrap();
        let git = which::which("git").unwrap();
        let git = format!("#!/bin/bash\necho \"git $*\" >> \"$STAND_IN_LOG\"\nexec {} \"$@\"\n", git.display());
        let python = "#!/bin/sh\necho 3.10\n";
        let rows =
            [("git", git.as_str()), ("downloader", DOWNLOADER), ("uv", UV), ("docker", DOCKER), ("python3.10", python)];
        for (name, text) in rows.into_iter().chain(["cmake", "ninja", "clang++-17"].map(|name| (name, "#!/bin/sh\n"))) {
            home.tool(name, text);
        }
        home.write("specs.json", &home.specs().to_string());
        home
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn tool(&self, name: &str, text: &str) {
        let path = self.write(&format!("bin/{name}"), text);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub fn root(&self) -> PathBuf {
        self.path().join("environments")
    }

    /// Folder of the environment of an era.
    pub fn environment(&self, era: &str) -> PathBuf {
        self.root().join(format!("{}-{}", &self.repositories.metal[..7], &self.repositories.vllm[era][..7]))
    }

    /// An entry for each era, and one for each kind of container.
    fn specs(&self) -> Value {
        let releases = [
            ("E1", "0.1.0"),
            ("E2", "0.5.0"),
            ("E3", "0.10.0"),
            ("E4", "0.14.0"),
            ("E5", "0.15.0"),
            ("E6", "0.16.0"),
            ("E7", "0.21.0"),
        ];
        let mut specs = serde_json::Map::new();
        let entry = |name: &str, engine: &str, version: &str, vllm: Option<&String>| {
            json!({
                "model_id": format!("id_x_{name}_n150"), "hf_model_repo": format!("owner/{name}"), "model_name": name,
                "device_type": "N150", "inference_engine": engine, "version": version, "min_disk_gb": 0.001, "min_ram_gb": 0.001,
                "tt_metal_commit": self.repositories.metal, "vllm_commit": vllm, "docker_image": "example.org/image:1.0",
                "impl": {"impl_id": "x", "impl_name": "x", "repo_url": "", "code_path": ""}, "model_type": "LLM",
                "device_model_spec": {"max_context": 1024, "max_concurrency": 1, "default_impl": true, "vllm_args": {}},
            })
        };
        for (era, version) in releases {
            let name = format!("model-{era}");
            specs.insert(name.clone(), entry(&name, "vLLM", version, Some(&self.repositories.vllm[era])));
        }
        for engine in ["media", "forge"] {
            let name = format!("model-{engine}");
            specs.insert(name.clone(), entry(&name, engine, "0.20.0", None));
        }
        // A commit of the fork that its release makes look like one of the plugin.
        specs.insert("model-late".into(), entry("model-late", "vLLM", "0.21.0", Some(&self.repositories.vllm["E6"])));
        // tt-metal by its tag, as some entries have it.
        let mut tagged = entry("model-tagged", "vLLM", "0.10.0", Some(&self.repositories.vllm["E3"]));
        tagged["tt_metal_commit"] = "v0.62.0-rc33".into();
        specs.insert("model-tagged".into(), tagged);
        json!({ "schema_version": "0.1.0", "release_version": "0.25.0", "model_specs": specs })
    }

    pub fn variables(&self) -> Vec<(String, String)> {
        let path = |path: &str| self.path().join(path).display().to_string();
        let git = which::which("git").unwrap().parent().unwrap().display().to_string();
        let url = |name: &str| self.repositories.url(name);
        let mut variables: BTreeMap<&str, String> = [
            ("HOME", self.path().display().to_string()),
            ("PATH", format!("{}:/usr/bin:/bin:{git}", path("bin"))),
            ("TT_JUKEBOX_CATALOG_UPDATES", "off".into()),
            ("TT_JUKEBOX_CATALOG", path("specs.json")),
            ("TT_JUKEBOX_SIMULATE", "n150".into()),
            ("TT_JUKEBOX_ENVIRONMENTS", path("environments")),
            ("TT_JUKEBOX_METAL_URL", url("tt-metal")),
            ("TT_JUKEBOX_VLLM_URL", url("vllm")),
            ("TT_JUKEBOX_VLLM_PLUGIN_URL", url("plugin")),
            ("TT_JUKEBOX_TEST_DOWNLOADER", path("bin/downloader")),
            ("STAND_IN_LOG", path("stand-in.log")),
            ("STAND_IN_FAILS", path("fails")),
            ("STAND_IN_SECONDS", self.seconds.to_owned()),
            ("HF_TOKEN", SECRET.to_owned()),
        ]
        .into();
        for (name, value) in &self.more {
            match value {
                Some(value) => drop(variables.insert(name, value.clone())),
                None => drop(variables.remove(name)),
            }
        }
        variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let (program, before) = self.through.clone().unwrap_or((env!("CARGO_BIN_EXE_tt-jukebox").into(), Vec::new()));
        let mut command = Command::new(program);
        command
            .args(before)
            .args(args)
            .env_clear()
            .envs(self.variables())
            .current_dir(self.path())
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a setup that must come to a good end; returns its outcome.
    pub fn set_up(&self, model: &str) -> Value {
        let output = self.run(&["setup", model, "--yes", "--json"]);
        assert!(output.status.success(), "{}", describe(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        serde_json::from_str(text.lines().last().unwrap()).unwrap()
    }

    pub fn json(&self, args: &[&str]) -> Value {
        let output = self.run(args);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", describe(&output)))
    }

    /// Starts a setup and does not wait.
    pub fn start(&self, model: &str) -> Running {
        let mut command = self.command(&["setup", model, "--yes", "--json"]);
        let log = self.path().join(format!("view-{}", fs::read_dir(self.path()).unwrap().count()));
        let out = fs::File::create(&log).unwrap();
        Running::new(command.stdout(out.try_clone().unwrap()).stderr(out), log)
    }

    pub fn log(&self) -> Vec<String> {
        fs::read_to_string(self.path().join("stand-in.log")).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// How often a line that begins so stands in the log.
    pub fn count(&self, begin: &str) -> usize {
        self.log().iter().filter(|line| line.starts_with(begin)).count()
    }

    pub fn state(&self, place: &str) -> PathBuf {
        self.path().join(".local/state/tt-jukebox/setup").join(place)
    }

    /// The only journal there is.
    pub fn journal(&self) -> Option<Value> {
        let entry = fs::read_dir(self.state("")).ok()?.flatten().next()?;
        serde_json::from_str(&fs::read_to_string(entry.path().join("journal.json")).ok()?).ok()
    }

    /// State of a step as the journal has it.
    pub fn step(&self, id: &str) -> Option<String> {
        let journal = self.journal()?;
        let steps = journal["progress"]["steps"].as_array()?.clone();
        steps.iter().find(|step| step["id"] == id)?["state"].as_str().map(str::to_owned)
    }

    /// Processes that a setup in this home has started and that still run.
    pub fn left_running(&self) -> Vec<u32> {
        let mark = format!("TT_JUKEBOX_SETUP_RUN={}", self.path().display());
        let pids =
            fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(|pid: &u32| {
            let environ = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            String::from_utf8_lossy(&environ).contains(&mark) && crate::harness::alive(*pid)
        })
        .collect()
    }

    /// Every file below this home that holds the text, git's own objects aside.
    pub fn files_with(&self, text: &str) -> Vec<PathBuf> {
        let (mut found, mut folders) = (Vec::new(), vec![self.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file() {
                    let mut bytes = Vec::new();
                    fs::File::open(entry.path()).unwrap().read_to_end(&mut bytes).unwrap();
                    if String::from_utf8_lossy(&bytes).contains(text) {
                        found.push(entry.path());
                    }
                }
            }
        }
        found
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        for pid in self.left_running() {
            let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
        }
    }
}

pub fn describe(output: &Output) -> String {
    format!(
        "{:?}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout).chars().take(6000).collect::<String>(),
        String::from_utf8_lossy(&output.stderr)
    )
}
