//! Snapshots of tt-smi that lie beside the project. Where they are not, the test says so and proves nothing.

use std::fs;
use std::path::{Path, PathBuf};

use tt_jukebox::device::facts::SmiAnswer;
use tt_jukebox::device::{Facts, interpret};

fn snapshots(folder: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures/tt-smi").join(folder);
    let Ok(entries) = fs::read_dir(&dir) else {
        eprintln!("not run: {} is not here", dir.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

#[test]
fn every_snapshot_names_its_box() {
    for file in snapshots("mocked").into_iter().chain(snapshots("made-up")) {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let facts = Facts {
            smi: Some(SmiAnswer { program: name.clone(), stdout: fs::read_to_string(&file).unwrap(), error: None }),
            ..Facts::default()
        };
        let host = interpret(&facts);
        let expected = [
            ("n150", "N150"),
            ("n300", "N300"),
            ("t3k", "T3K"),
            ("p100", "P100"),
            ("p150x4", "P150X4"),
            ("p300", "P300"),
            ("galaxy_wh32", "GALAXY"),
            ("galaxy_bh32", "BLACKHOLE_GALAXY"),
        ];
        let part = |key: &str| name.split('-').any(|part| part == key);
        let (_, product) = expected.into_iter().find(|(key, _)| part(key)).unwrap();
        assert_eq!(host.product.as_deref(), Some(product), "{name}: {:?}", host.findings);
        assert!(host.driver.is_some(), "{name}");
        assert!(host.chips.iter().all(|chip| chip.temperature_c.is_some_and(|t| t > 20.0)), "{name}");
    }
}
