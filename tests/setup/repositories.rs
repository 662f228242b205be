//! Repositories of tt-metal and vLLM as the eras have them, as far as a setup looks at them. Made once for all tests.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

/// The repositories, and the commits of each era.
pub struct Repositories {
    dir: TempDir,
    /// Short commit of tt-metal.
    pub metal: String,
    /// Short commit of vLLM by era; that of E7 is in the plugin's repository.
    pub vllm: BTreeMap<&'static str, String>,
}

/// A step of the stand-ins: says that it begins, takes its time, and says that it has ended.
const TAKES_TIME: &str = r#"
step() { echo "begin $1" >> "$STAND_IN_LOG"; sleep "${STAND_IN_SECONDS:-0.05}"; }
ends() { if [ -e "$STAND_IN_FAILS/$1" ]; then cat "$STAND_IN_FAILS/$1"; exit 3; fi; echo "end $1" >> "$STAND_IN_LOG"; }
"#;

impl Repositories {
    /// Those of this test run.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Repositories> = OnceLock::new();
        SHARED.get_or_init(Self::make)
    }

    pub fn url(&self, name: &str) -> String {
        format!("file://{}", self.dir.path().join(format!("{name}.git")).display())
    }

    fn make() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        write(root, ".gitconfig", &git_config(), 0o644);
        let kernels = Work::new(root, "kernels");
        kernels.commit(&[("kernel.txt", "k")]);
        kernels.publish();
        let fabric = Work::new(root, "fabric");
        fabric.commit(&[("fabric.txt", "f")]);
        fabric.submodule(root, "kernels", "deep/kernels");
        fabric.publish();
        let metal = Work::new(root, "tt-metal");
        metal.commit(&[("README.md", "old")]);
        metal.submodule(root, "fabric", "third_party/fabric");
        let build = format!(
            "#!/bin/bash\n{TAKES_TIME}step build\necho \"[1/2] Building x\"; echo \"HF ${{HF_TOKEN:-none}}\"; mkdir -p build/lib\n\
             if [ -n \"$STAND_IN_MEGABYTES\" ]; then dd if=/dev/zero of=build/objects bs=1M count=\"$STAND_IN_MEGABYTES\" || exit 3; fi\n\
             test -e third_party/fabric/deep/kernels/kernel.txt || exit 9\ntest \"$TT_METAL_HOME\" = \"$PWD\" || exit 8\n\
             echo x > build/lib/libtt_metal.so\nends build\n"
        );
        let venv = format!(
            "#!/bin/bash\n{TAKES_TIME}step venv\ntest -e build/lib/libtt_metal.so || exit 9\n{REAL_VENV}\
             mkdir \"$PYTHON_ENV_DIR\" || exit 7\nmkdir \"$PYTHON_ENV_DIR/bin\"\ncat > \"$PYTHON_ENV_DIR/bin/python\" <<'PY'\n#!/bin/bash\n{TAKES_TIME}{FAKE_PYTHON}PY\n\
             chmod +x \"$PYTHON_ENV_DIR/bin/python\"\nends venv\n"
        );
        let of_metal = [
            ("build_metal.sh", build.as_str()),
            ("create_venv.sh", &venv),
            ("install_dependencies.sh", "#!/bin/sh\n"),
            ("models/tt_transformers/requirements.txt", "loguru\n"),
            ("ttnn/ttnn/__init__.py", TTNN),
        ];
        metal.commit(&[&of_metal[..], &package(TTNN_PACKAGE)].concat());
        metal.git(&["tag", "-a", "-m", "t", "v0.62.0-rc33"]);
        metal.publish();
        let script = format!(
            "{TAKES_TIME}step installer\ntest -x \"$VIRTUAL_ENV/bin/python\" || exit 9\n{REAL_INSTALL}ends installer\n"
        );
        let vllm = Work::new(root, "vllm");
        let platform = ("vllm/platforms/tt.py", "def register_tt_models(): pass");
        let plugin = "plugins/vllm-tt-plugin/src/config.py";
        let mut commits = BTreeMap::new();
        let mut era = |work: &Work, name, files: &[(&str, &str)]| {
            work.clear();
            let about = if name == "E7" { PLUGIN_PACKAGE } else { VLLM_PACKAGE };
            let mut files = [files, &package(about)].concat();
            if name != "E7" {
                files.push(("vllm/__init__.py", "import torch\n"));
            }
            if files.iter().any(|(path, _)| path.starts_with("plugins/")) {
                files.extend(PLUGIN_OF_FORK);
            }
            work.commit(&files);
            commits.insert(name, work.head());
        };
        let install = ("tt_metal/install-vllm-tt.sh", script.as_str());
        let steps = ("vllm/engine/arg_utils.py", "parser.add_argument('--num-scheduler-steps')");
        era(
            &vllm,
            "E1",
            &[("examples/offline_inference_tt.py", "def register_tt_models(): pass"), ("tt_metal/setup-metal.sh", "")],
        );
        era(&vllm, "E2", &[platform, steps, install]);
        era(&vllm, "E3", &[platform, install]);
        era(&vllm, "E4", &[(plugin, "override_tt_config"), install]);
        era(&vllm, "E5", &[(plugin, "plugin_config")]);
        era(&vllm, "E6", &[(plugin, "additional_config")]);
        vllm.publish();
        let plugin = Work::new(root, "plugin");
        let files =
            [("src/vllm_tt_plugin/config.py", "additional_config"), ("docs/install-vllm-tt.sh", script.as_str())];
        era(&plugin, "E7", &files);
        plugin.publish();
        Self { metal: metal.head(), vllm: commits, dir }
    }
}

/// What the venv script does where the test has a real Python: the environment, and tt-metal's own package in it.
const REAL_VENV: &str = r#"
if [ -n "$REAL_PYTHON" ]; then
  "$REAL_PYTHON" -m venv "$PYTHON_ENV_DIR" || exit 6
  "$PYTHON_ENV_DIR/bin/python" -m pip install -e . || exit 6
  ends venv; exit 0
fi
"#;

/// The same for the script that installs vLLM.
const REAL_INSTALL: &str = r#"
if [ -n "$REAL_PYTHON" ]; then "$VIRTUAL_ENV/bin/python" -m pip install -e . || exit 6; fi
"#;

const TTNN: &str = "import os\nif os.environ.get('TTNN_IS_BROKEN'): raise ImportError('libtt_metal.so: cannot open shared object file')\n";
const TTNN_PACKAGE: &str = r#"{"name": "ttnn", "version": "0.62.0", "source": "ttnn", "requires": ["loguru"]}"#;
const VLLM_PACKAGE: &str = r#"{"name": "vllm", "version": "0.6.0", "requires": ["torch", "numpy"]}"#;
const PLUGIN_PACKAGE: &str =
    r#"{"name": "vllm-tt-plugin", "version": "0.1.0", "source": "src", "requires": ["vllm", "torch", "numpy"]}"#;
/// The plugin as a part of the fork.
const PLUGIN_OF_FORK: [(&str, &str); 3] = [
    ("plugins/vllm-tt-plugin/pyproject.toml", PROJECT),
    ("plugins/vllm-tt-plugin/wheel.py", WHEEL),
    (
        "plugins/vllm-tt-plugin/wheel.json",
        r#"{"name": "vllm-tt-plugin", "version": "0.1.0", "source": "src", "extras": {"runtime": ["tt-runtime"]}}"#,
    ),
];
const PROJECT: &str = "[build-system]\nrequires = []\nbuild-backend = \"wheel\"\nbackend-path = [\".\"]\n";
const WHEEL: &str = include_str!("wheel.py");

/// What makes a tree one that pip can install.
fn package(about: &'static str) -> [(&'static str, &'static str); 3] {
    [("pyproject.toml", PROJECT), ("wheel.py", WHEEL), ("wheel.json", about)]
}

/// `-m pip install …`, and what `env verify` asks.
const FAKE_PYTHON: &str = r#"
if [ "$1" = -c ] && [ -n "$3" ]; then echo '{"imported": "/x/__init__.py", "device": null}'; exit 0; fi
if [ "$1" = -c ]; then
  echo '{"version": "3.10.12", "packages": {"numpy": "1.26.4", "torch": "2.5.0+cpu", "vllm": "0.6.0", "ttnn": "0.60"}}'
  exit 0
fi
name="pip $(basename "${!#}")"
step "$name"
echo "Collecting x"
ends "$name"
"#;

/// What git needs for repositories of this machine.
pub fn git_config() -> String {
    "[protocol \"file\"]\nallow = always\n[user]\nname = t\nemail = t@example.org\n[uploadpack]\nallowFilter = true\n\
     allowAnySHA1InWant = true\n[init]\ndefaultBranch = main\n"
        .into()
}

/// Moves the HEAD of a checkout, as a person does who works in it.
pub fn move_head(checkout: &Path) {
    let args =
        ["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "--allow-empty", "-m", "mine"];
    assert!(Command::new("git").args(args).current_dir(checkout).status().unwrap().success());
}

fn write(root: &Path, path: &str, text: &str, mode: u32) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A repository in the making.
struct Work {
    path: PathBuf,
}

impl Work {
    fn new(root: &Path, name: &str) -> Self {
        let work = Self { path: root.join(name) };
        fs::create_dir(&work.path).unwrap();
        work.git(&["init", "--quiet"]);
        work
    }

    fn git(&self, args: &[&str]) -> String {
        let home = self.path.parent().unwrap();
        let output = Command::new("git").args(args).current_dir(&self.path).env("HOME", home).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn clear(&self) {
        for entry in fs::read_dir(&self.path).unwrap().flatten().filter(|entry| entry.file_name() != ".git") {
            if entry.path().is_dir() {
                fs::remove_dir_all(entry.path()).unwrap()
            } else {
                fs::remove_file(entry.path()).unwrap()
            }
        }
    }

    fn commit(&self, files: &[(&str, &str)]) {
        for (path, text) in files {
            write(&self.path, path, text, if path.ends_with(".sh") { 0o755 } else { 0o644 });
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", "c"]);
    }

    fn submodule(&self, root: &Path, name: &str, path: &str) {
        let url = format!("file://{}", root.join(format!("{name}.git")).display());
        self.git(&["submodule", "--quiet", "add", &url, path]);
        self.git(&["commit", "--quiet", "-m", "s"]);
    }

    fn publish(&self) {
        let to = self.path.with_extension("git");
        self.git(&["clone", "--quiet", "--bare", ".", to.to_str().unwrap()]);
    }

    /// Eight digits, as the spec files have them.
    fn head(&self) -> String {
        self.git(&["rev-parse", "--short=8", "HEAD"])
    }
}
