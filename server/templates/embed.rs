//! Build script: carries every file below `templates/` in the program, so that a new template needs no line of Rust.
//! Not by the macro of `include_dir`, which takes everything: Python leaves compiled files beside a script that was tried
//! where it lies, and those name the folders of whoever did.

#![allow(clippy::print_stdout, reason = "cargo reads what a build script prints")]

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

// A build script speaks to cargo on stdout.
#[expect(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=templates");
    println!("cargo:rerun-if-changed=server/templates/embed.rs");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo names no folder")?).join("templates");
    let mut files = Vec::new();
    gather(&root, &mut files)?;
    files.sort();
    let mut text = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&root)?.display().to_string();
        writeln!(text, "    ({name:?}, include_str!({:?})),", file.display().to_string())?;
    }
    text.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names no folder for output")?);
    fs::write(out.join("templates.rs"), text)?;
    Ok(())
}

/// The scripts below a folder. What Python leaves behind and the README are not for copying.
fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "py") {
            files.push(path);
        }
    }
    Ok(())
}
