//! Every setting, in one list, and where its value comes from: option, environment, the project's `tenstorrent.toml`,
//! the user's file, default, in this order.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::{Failure, FailureKind, Result};

mod list;

pub use list::{SETTINGS, Setting};

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
    resolved.iter().filter(|row| FOLDERS.contains(&row.key)).try_for_each(whole)?;
    Ok(Settings { resolved, warnings, home: sources.home.clone() })
}

/// Settings that name a folder in which this program works.
const FOLDERS: [&str; 3] = ["metal_home", "vllm_home", "environments"];

/// Refuses a folder that would be another one for each place that this program is run from.
fn whole(row: &Resolved) -> Result<()> {
    let path = row.value.as_str();
    if path.is_empty() || path == "~" || path.starts_with("~/") || Path::new(path).is_absolute() {
        return Ok(());
    }
    let what = format!("{path:.200?} is no whole path");
    let why = format!("the setting {}, from {}, would be another folder wherever this is run", row.key, row.source);
    Err(Failure::new(FailureKind::Input, what, why, "Write it from / on, or begin it with ~/."))
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
            None if value == "~" => self.home.clone(),
            None => PathBuf::from(value),
        })
    }

    /// Folder of the environments side by side.
    pub fn environments(&self) -> PathBuf {
        let data = || directories::ProjectDirs::from("", "", "tt-jukebox").map(|dirs| dirs.data_dir().to_owned());
        self.path("environments").or_else(|| Some(data()?.join("environments"))).unwrap_or_default()
    }

    /// The options of this run as variables, for a run of this program that is to see the same.
    pub fn as_variables(&self) -> impl Iterator<Item = (&'static str, String)> {
        let options = self.resolved.iter().filter(|row| row.rank == 0);
        options.filter_map(|row| {
            let setting = SETTINGS.iter().find(|setting| setting.key == row.key)?;
            Some((setting.env, row.value.clone()))
        })
    }

    /// True when nobody has set it.
    pub fn is_default(&self, key: &str) -> bool {
        self.source(key) == "default"
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
mod tests;
