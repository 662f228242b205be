//! The catalogs that the tests go through: the bundled one, and published files where they are at hand.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tt_jukebox::catalog::{Catalog, Entry, Pinned};
use tt_jukebox::recipe::{Choices, Place, Recipe, host};

/// Published files beside the checkout of this project; none on most machines.
pub fn published() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures/specs");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("not run with published spec files: {} is not there", folder.display());
    None
}

/// A catalog and the release whose entries are looked at.
pub struct Named {
    pub release: String,
    pub catalog: Catalog,
}

impl Named {
    fn new(catalog: Catalog) -> Self {
        Self { release: catalog.newest().to_owned(), catalog }
    }

    /// The vLLM entries of its newest release.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.catalog.entries.iter().filter(|entry| entry.spec.engine == "vLLM" && self.catalog.is_current(entry))
    }

    pub fn entry(&self, model_id: &str) -> &Entry {
        self.catalog.entries.iter().find(|entry| entry.spec.model_id == model_id).expect(model_id)
    }

    pub fn recipe(&self, entry: &Entry) -> Recipe {
        self.chosen(entry, &Choices::default())
    }

    pub fn chosen(&self, entry: &Entry, choices: &Choices) -> Recipe {
        host(entry, &self.last(entry), &place(), choices).unwrap()
    }

    pub fn last(&self, entry: &Entry) -> String {
        self.catalog.releases_of(entry).pop().unwrap()
    }
}

pub fn bundled() -> Named {
    Named::new(Catalog::bundled().unwrap())
}

/// The bundled catalog as if nothing were known of older releases: every argument has to be translated.
fn forgetful() -> Named {
    let mut catalog = Catalog::bundled().unwrap();
    catalog.entries.iter_mut().for_each(|entry| entry.pinned = Pinned::Unknown);
    Named::new(catalog)
}

/// Every catalog: with the history of the releases, and without it.
pub fn all() -> Vec<Named> {
    let mut all = with_history();
    all.push(forgetful());
    all
}

/// The bundled catalog, and 0.25.0 and 0.20.0 with the files of all tags where they are at hand.
pub fn with_history() -> Vec<Named> {
    let mut all = vec![bundled()];
    if let Some(folder) = published() {
        all.push(Named::new(Catalog::load(&folder).unwrap()));
        let older = TempDir::new().unwrap();
        std::os::unix::fs::symlink(folder.join("tags"), older.path().join("tags")).unwrap();
        all.push(Named::new(Catalog::load(older.path()).unwrap()));
        assert_eq!(all.iter().map(|named| named.release.as_str()).collect::<Vec<_>>(), ["0.25.0", "0.25.0", "0.20.0"]);
    }
    all
}

/// A place without a checkout: the pinned commit decides.
pub fn place() -> Place {
    Place {
        home: "/home/me".into(),
        metal_home: "/home/me/tt-metal".into(),
        vllm_home: "/home/me/tt-vllm".into(),
        scratchpad: "/home/me/tt-scratchpad".into(),
        secrets: "/home/me/tt-scratchpad/server.env".into(),
        container_programs: vec!["docker".into()],
        hugepages: Some(true),
        host: "127.0.0.1".into(),
        port: 8000,
        ..Place::default()
    }
}
