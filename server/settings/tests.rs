//! Where values come from, and that the editor offers the same settings.

use super::*;

fn sources(dir: &Path) -> Sources {
    Sources { project: Some(dir.join("project/deep")), user_file: Some(dir.join("user.toml")), ..Sources::default() }
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

#[test]
fn a_folder_is_the_same_one_from_everywhere() {
    let with = |value: &str| {
        let env = pairs(&[("TT_JUKEBOX_METAL_HOME", value)]);
        resolve(&Sources { env, home: "/home/ada".into(), ..Sources::default() })
    };
    for (value, path) in [("/x/y", "/x/y"), ("~/x", "/home/ada/x"), ("~", "/home/ada"), ("", "/home/ada/tt-metal")] {
        assert_eq!(with(value).unwrap().path("metal_home"), Some(PathBuf::from(path)), "{value}");
    }
    for value in ["tt-metal", "./x", "../x", "~bob/x", "$HOME/x"] {
        let failure = with(value).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Input);
        assert!(failure.why.contains("metal_home, from TT_JUKEBOX_METAL_HOME"), "{failure}");
    }
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
        ("catalogUrl", "catalog_url"),
        ("catalogUpdates", "catalog_updates"),
        ("ttSmi", "tt_smi"),
        ("server.host", "host"),
        ("server.port", "port"),
        ("metalHome", "metal_home"),
        ("vllmHome", "vllm_home"),
    ] {
        let setting = SETTINGS.iter().find(|setting| setting.key == key).unwrap();
        let default = &offered[format!("tenstorrent.{name}")]["default"];
        // A checkbox there is a switch here.
        let default = match default {
            serde_json::Value::Bool(true) => "on".to_owned(),
            serde_json::Value::Bool(false) => "off".to_owned(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        assert!(default.is_empty() || default == setting.default, "{name}: {default}");
    }
    let offered = offered["tenstorrent.simulate"]["enum"].as_array().unwrap();
    let offered: Vec<&str> = offered.iter().filter_map(|name| name.as_str()).filter(|name| !name.is_empty()).collect();
    let known = crate::device::simulate::names().unwrap();
    assert_eq!(offered, known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>());
}
