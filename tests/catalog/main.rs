//! The published spec files that lie beside the project. Where they are not, each test says so and proves nothing; the
//! reader's own tests run on small data in its file.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may stop anywhere"
)]

mod audit;
mod boxes;
mod fetching;
mod hostile;
mod oracle;
mod spec_server;

use std::fs;
use std::path::{Path, PathBuf};

use tt_jukebox::catalog::{Catalog, published};

/// Release and number of entries, counted in the published files.
const COUNTS: [(&str, usize); 23] = [
    ("0.1.0", 94),
    ("0.2.0", 95),
    ("0.3.0", 102),
    ("0.4.0", 120),
    ("0.5.0", 131),
    ("0.6.0", 151),
    ("0.7.0", 151),
    ("0.8.0", 157),
    ("0.9.0", 177),
    ("0.10.0", 209),
    ("0.10.1", 209),
    ("0.11.0", 209),
    ("0.11.1", 208),
    ("0.12.0", 208),
    ("0.13.0", 208),
    ("0.14.0", 208),
    ("0.15.0", 214),
    ("0.16.0", 214),
    ("0.17.0", 216),
    ("0.18.0", 221),
    ("0.19.0", 221),
    ("0.20.0", 225),
    ("0.25.0", 169),
];

fn specs() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures/specs");
    if !dir.is_dir() {
        eprintln!("not run: {} is not here", dir.display());
        return None;
    }
    Some(dir)
}

#[test]
fn every_release_reads_with_all_its_entries() {
    let Some(dir) = specs() else { return };
    for (release, count) in COUNTS {
        let tagged = dir.join(format!("tags/v{release}.json"));
        let path = if tagged.exists() { tagged } else { dir.join(format!("release-{release}.json")) };
        let published = published::parse(&fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(published.specs.len(), count, "{release}");
        assert_eq!(published.skipped, [], "{release}");
    }
}

#[test]
fn the_bundled_catalog_says_what_the_published_files_say() {
    let Some(dir) = specs() else { return };
    let fresh = Catalog::load(&dir).unwrap();
    let bundled = Catalog::bundled().unwrap();
    assert_eq!(bundled.releases, fresh.releases, "run `cargo xtask catalog` on the newest files");
    assert_eq!(bundled.entries, fresh.entries, "run `cargo xtask catalog` on the newest files");
}

#[test]
fn a_truncated_file_is_refused_wherever_it_is_cut() {
    let Some(dir) = specs() else { return };
    let text = fs::read_to_string(dir.join("release-0.25.0.json")).unwrap();
    for part in 1..40 {
        let cut = text.len() * part / 40;
        assert_eq!(published::parse(&text[..cut]).unwrap_err(), "the file is cut off", "{cut}");
    }
}
