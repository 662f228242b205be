//! Every setting, in one list, and where its value comes from: option, environment, the project's `tenstorrent.toml`,
//! the user's file, default, in this order.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::{Failure, FailureKind, Result};

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Key in the files and in the editor's options.
    pub key: &'static str,
    /// Environment variable.
    pub env: &'static str,
    /// Value when nobody sets it; empty for none.
    pub default: &'static str,
    /// True when a project's file may set it. Whatever names a program or a folder with code may not: a cloned
    /// repository must not choose what this machine runs.
    pub from_project: bool,
    /// What it is for.
    pub doc: &'static str,
}

/// The list.
pub const SETTINGS: [Setting; 13] = [
    Setting {
        key: "root",
        env: "TT_JUKEBOX_ROOT",
        default: "/",
        from_project: false,
        doc: "Directory that stands in front of /sys, /proc and /dev.",
    },
    Setting {
        key: "facts",
        env: "TT_JUKEBOX_FACTS",
        default: "",
        from_project: false,
        doc: "File with recorded facts (`probe --raw`) to use in place of this host.",
    },
    Setting {
        key: "simulate",
        env: "TT_JUKEBOX_SIMULATE",
        default: "",
        from_project: true,
        doc: "Name of a box to simulate, for example n150.",
    },
    Setting {
        key: "smi",
        env: "TT_JUKEBOX_SMI",
        default: "",
        from_project: false,
        doc: "File with a saved snapshot (`tt-smi -s`) to use in place of this host.",
    },
    Setting {
        key: "catalog",
        env: "TT_JUKEBOX_CATALOG",
        default: "",
        from_project: false,
        doc: "Published spec file, or a folder of them, in place of the bundled catalog.",
    },
    Setting {
        key: "catalog_url",
        env: "TT_JUKEBOX_CATALOG_URL",
        default: "https://raw.githubusercontent.com/tenstorrent/tt-inference-server",
        from_project: false,
        doc: "Address, or mirror, of the repository that the spec files are fetched from.",
    },
    Setting {
        key: "catalog_updates",
        env: "TT_JUKEBOX_CATALOG_UPDATES",
        default: "on",
        from_project: false,
        doc: "Whether to look for newer spec files once an hour: on or off.",
    },
    Setting {
        key: "tt_smi",
        env: "TT_JUKEBOX_TT_SMI",
        default: "",
        from_project: false,
        doc: "Path of tt-smi, where it is not on PATH.",
    },
    Setting {
        key: "metal_home",
        env: "TT_JUKEBOX_METAL_HOME",
        default: "~/tt-metal",
        from_project: false,
        doc: "Checkout of tt-metal.",
    },
    Setting {
        key: "vllm_home",
        env: "TT_JUKEBOX_VLLM_HOME",
        default: "~/tt-vllm",
        from_project: false,
        doc: "Checkout of vLLM.",
    },
    Setting { key: "port", env: "TT_JUKEBOX_PORT", default: "8000", from_project: true, doc: "Port of the server." },
    Setting {
        key: "host",
        env: "TT_JUKEBOX_HOST",
        default: "127.0.0.1",
        from_project: false,
        doc: "Address that the server listens on. 0.0.0.0 lets other machines in, and needs a key file.",
    },
    Setting {
        key: "server_url",
        env: "TT_JUKEBOX_SERVER_URL",
        default: "",
        from_project: false,
        doc: "Base address of another model server to talk to, https:// where others could listen: over plain http:// to \
              another machine the conversation can be read on the way, and no key is sent.",
    },
];

/// Name of the project's file.
pub const PROJECT_FILE: &str = "tenstorrent.toml";

/// A setting with its value and where that came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resolved {
    /// Key.
    pub key: &'static str,
    /// Value; empty for none.
    pub value: String,
    /// Where it came from, in words.
    pub source: String,
    /// Rank of the source: 0 is the strongest.
    #[serde(skip)]
    pub rank: u8,
}

/// All settings of this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// One row for each entry of [`SETTINGS`].
    pub resolved: Vec<Resolved>,
    /// What was ignored, and why.
    pub warnings: Vec<String>,
    home: PathBuf,
}

/// Where values are looked for.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Values of the command line or of the editor, by key, and what to call them.
    pub options: BTreeMap<String, String>,
    /// Name of that source.
    pub options_name: &'static str,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// Folder from which the project's file is looked for, upwards.
    pub project: Option<PathBuf>,
    /// The user's file.
    pub user_file: Option<PathBuf>,
    /// Home directory for `~`.
    pub home: PathBuf,
}

impl Sources {
    /// The sources of this process with `options` on top.
    pub fn of_process(options: BTreeMap<String, String>, options_name: &'static str) -> Self {
        let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned()).unwrap_or_default();
        Self {
            options,
            options_name,
            env: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            project: std::env::current_dir().ok(),
            user_file: directories::ProjectDirs::from("", "", "tt-jukebox")
                .map(|dirs| dirs.config_dir().join("config.toml")),
            home,
        }
    }
}

/// Keys and values of one configuration file.
struct ConfigFile {
    name: String,
    values: BTreeMap<String, String>,
}

/// Resolves every setting.
///
/// # Errors
/// When a configuration file exists but cannot be read, or a value does not fit its setting.
pub fn resolve(sources: &Sources) -> Result<Settings> {
    let mut warnings = Vec::new();
    let project = sources.project.as_deref().and_then(|dir| dir.ancestors().find_map(project_file));
    let project = project.map(|path| read_file(&path)).transpose()?;
    let user = sources.user_file.as_deref().filter(|path| path.is_file()).map(read_file).transpose()?;
    for file in project.iter().chain(&user) {
        for key in file.values.keys().filter(|key| !SETTINGS.iter().any(|setting| setting.key == **key)) {
            warnings.push(format!("{}: there is no setting named {key:?}; it is ignored", file.name));
        }
    }
    let mut resolved = Vec::new();
    for setting in SETTINGS {
        let from_option =
            sources.options.get(setting.key).map(|value| (value.clone(), sources.options_name.to_owned()));
        let from_env = || sources.env.get(setting.env).map(|value| (value.clone(), setting.env.to_owned()));
        let mut from_project = || {
            let file = project.as_ref()?;
            let value = file.values.get(setting.key)?;
            if !setting.from_project {
                warnings.push(format!(
                    "{}: {} may not be set by a project, since it decides what this machine runs; it is ignored",
                    file.name, setting.key
                ));
                return None;
            }
            Some((value.clone(), file.name.clone()))
        };
        let from_user =
            || user.as_ref().and_then(|file| Some((file.values.get(setting.key)?.clone(), file.name.clone())));
        let project_value = from_project();
        let by_strength = [from_option, from_env(), project_value, from_user()];
        let found = (0u8..).zip(by_strength).find_map(|(rank, found)| Some((rank, found.filter(|f| !f.0.is_empty())?)));
        let default = || (4, (setting.default.to_owned(), "default".to_owned()));
        let (rank, (value, source)) = found.unwrap_or_else(default);
        resolved.push(Resolved { key: setting.key, value, source, rank });
    }
    Ok(Settings { resolved, warnings, home: sources.home.clone() })
}

fn project_file(dir: &Path) -> Option<PathBuf> {
    let path = dir.join(PROJECT_FILE);
    path.is_file().then_some(path)
}

fn read_file(path: &Path) -> Result<ConfigFile> {
    let failure = |why: String| {
        let what = format!("the configuration file {} could not be read", path.display());
        Failure::new(FailureKind::Input, what, why, "Correct the file, or move it away to use the defaults.")
    };
    let text = fs::read_to_string(path).map_err(|error| failure(error.to_string()))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| failure(error.message().to_owned()))?;
    let mut values = BTreeMap::new();
    for (key, value) in table {
        let text = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            other => return Err(failure(format!("{key} is neither a text nor a whole number ({})", other.type_str()))),
        };
        values.insert(key, text);
    }
    Ok(ConfigFile { name: path.display().to_string(), values })
}

impl Settings {
    /// Value of a setting; none when it is empty.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.resolved.iter().find(|row| row.key == key).map(|row| row.value.as_str()).filter(|value| !value.is_empty())
    }

    /// The setting that stands in for this host: recorded facts, a saved snapshot or a simulated box, from the strongest
    /// source that names one.
    pub fn stand_in(&self) -> Option<&'static str> {
        let rows =
            self.resolved.iter().filter(|row| ["facts", "smi", "simulate"].contains(&row.key) && !row.value.is_empty());
        rows.min_by_key(|row| row.rank).map(|row| row.key)
    }

    /// True when somebody has asked on the command line to look at another root: what stands in those files must not
    /// decide which processes of this machine are ended. The environment variable is for whoever builds such a tree.
    pub fn looks_elsewhere(&self) -> bool {
        self.resolved.iter().any(|row| row.key == "root" && row.rank == 0 && row.value != "/")
    }

    /// Value of a setting as a path, with `~` opened.
    pub fn path(&self, key: &str) -> Option<PathBuf> {
        let value = self.get(key)?;
        Some(match value.strip_prefix("~/") {
            Some(rest) => self.home.join(rest),
            None => PathBuf::from(value),
        })
    }

    fn source(&self, key: &str) -> &str {
        self.resolved.iter().find(|row| row.key == key).map_or("nowhere", |row| row.source.as_str())
    }

    /// Home directory.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// A setting that is `on` or `off`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn switch(&self, key: &str) -> Result<bool> {
        match self.get(key).unwrap_or("on") {
            "on" | "true" => Ok(true),
            "off" | "false" => Ok(false),
            value => Err(Failure::new(
                FailureKind::Input,
                format!("{value:?} is neither on nor off"),
                format!("the setting {key}, from {}, is a switch", self.source(key)),
                "`tt-jukebox config` shows where the value comes from.",
            )),
        }
    }

    /// The port of the server.
    ///
    /// # Errors
    /// When the value is no port.
    pub fn port(&self) -> Result<u16> {
        let value = self.get("port").unwrap_or("8000");
        value.parse().ok().filter(|port| *port > 0).ok_or_else(|| {
            Failure::new(
                FailureKind::Input,
                format!("{value:?} is not a port"),
                format!("the setting port, from {}, takes a number from 1 to 65535", self.source("port")),
                "`tt-jukebox config` shows where the value comes from.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(dir: &Path) -> Sources {
        Sources {
            project: Some(dir.join("project/deep")),
            user_file: Some(dir.join("user.toml")),
            ..Sources::default()
        }
    }

    fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn each_source_wins_over_the_next() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("project/deep")).unwrap();
        let port = |sources: &Sources| {
            let settings = resolve(sources).unwrap();
            let row = settings.resolved.iter().find(|row| row.key == "port").unwrap().clone();
            (row.value, row.source.rsplit('/').next().unwrap_or_default().to_owned())
        };
        let mut sources = sources(dir.path());
        sources.options_name = "option";
        assert_eq!(port(&sources), ("8000".into(), "default".into()));
        fs::write(dir.path().join("user.toml"), "port = 1").unwrap();
        assert_eq!(port(&sources), ("1".into(), "user.toml".into()));
        fs::write(dir.path().join("project").join(PROJECT_FILE), "port = 2").unwrap();
        assert_eq!(port(&sources), ("2".into(), PROJECT_FILE.into()));
        sources.env = pairs(&[("TT_JUKEBOX_PORT", "3")]);
        assert_eq!(port(&sources), ("3".into(), "TT_JUKEBOX_PORT".into()));
        sources.options = pairs(&[("port", "4")]);
        assert_eq!(port(&sources), ("4".into(), "option".into()));
    }

    #[test]
    fn a_project_may_not_name_programs() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("project/deep")).unwrap();
        fs::write(dir.path().join("project").join(PROJECT_FILE), "tt_smi = \"./evil\"\nsimulat = \"n150\"").unwrap();
        let settings = resolve(&sources(dir.path())).unwrap();
        assert_eq!(settings.get("tt_smi"), None);
        assert_eq!(settings.warnings.len(), 2, "{:?}", settings.warnings);
    }

    #[test]
    fn a_broken_file_or_value_says_which() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("user.toml"), "port = [").unwrap();
        assert_eq!(resolve(&sources(dir.path())).unwrap_err().kind, FailureKind::Input);
        fs::write(dir.path().join("user.toml"), "port = \"x\"").unwrap();
        let wrong = resolve(&sources(dir.path())).unwrap().port().unwrap_err();
        assert_eq!(wrong.what, "\"x\" is not a port");
        assert!(wrong.why.contains("user.toml"), "it says where the value comes from: {}", wrong.why);
    }

    /// The editor's settings are written by hand, so this holds them to the lists that they repeat.
    #[test]
    fn the_editor_offers_the_same_settings_and_boxes() {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("editor-client/package.json");
        let manifest: serde_json::Value = serde_json::from_str(&fs::read_to_string(manifest).unwrap()).unwrap();
        let offered = &manifest["contributes"]["configuration"]["properties"];
        for (name, key) in [
            ("simulate", "simulate"),
            ("catalog", "catalog"),
            ("ttSmi", "tt_smi"),
            ("server.port", "port"),
            ("metalHome", "metal_home"),
            ("vllmHome", "vllm_home"),
        ] {
            let setting = SETTINGS.iter().find(|setting| setting.key == key).unwrap();
            let default = &offered[format!("tenstorrent.{name}")]["default"];
            let default = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
            assert!(default.is_empty() || default == setting.default, "{name}: {default}");
        }
        let offered = offered["tenstorrent.simulate"]["enum"].as_array().unwrap();
        let offered: Vec<&str> =
            offered.iter().filter_map(|name| name.as_str()).filter(|name| !name.is_empty()).collect();
        let known = crate::device::simulate::names().unwrap();
        assert_eq!(offered, known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>());
    }
}
