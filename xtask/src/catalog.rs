//! `cargo xtask catalog DIR`: condenses the published spec files of every release into `content/catalog.json`.

use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use tt_jukebox::catalog::{Catalog, condensed};

use crate::workspace::Workspace;

/// The bundled file must stay small: it is compiled into the program.
const MAX_BYTES: usize = 400_000;

/// Runs the task.
pub fn run(args: &[String]) -> Result<()> {
    let [dir] = args else { bail!("name the folder with release-X.Y.Z.json and tags/vX.Y.Z.json") };
    let catalog = Catalog::load(Path::new(dir)).map_err(|failure| anyhow!("{failure}"))?;
    for skipped in &catalog.skipped {
        println!("skipped in {}: {}: {}", skipped.release, skipped.place, skipped.reason);
    }
    let text = condensed::write(&catalog)?;
    if text.len() > MAX_BYTES {
        bail!("{} bytes are more than the {MAX_BYTES} that the program may carry", text.len());
    }
    let path = Workspace::find()?.root.join("content/catalog.json");
    fs::write(&path, &text)?;
    println!(
        "{} entries of {} releases up to {}: {} bytes",
        catalog.entries.len(),
        catalog.releases.len(),
        catalog.newest(),
        text.len()
    );
    Ok(())
}
