//! The program for each platform: zig's linker and C library for Linux, a Mac's own tools for macOS.
//!
//! cargo-zigbuild hands zig to cargo as compiler of the C parts (libgit2, ring) and as linker; both come from PyPI.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::licences;
use super::platforms::Platform;
use super::program;
use super::stage::Sidecar;
use crate::cargo::{self, cargo, for_the_checkout};
use crate::processes::{read, run, run_quietly};
use crate::python_tools;
use crate::workspace::Workspace;

/// Why the program for `platform` cannot be built on this machine.
pub fn obstacle(platform: &Platform) -> Option<String> {
    let for_mac = platform.name.starts_with("darwin");
    (for_mac && !cfg!(target_os = "macos")).then(|| {
        "its certificates and proxies come from macOS frameworks, whose stubs only Apple's SDK has: run \
         `cargo xtask package --target` on a Mac"
            .to_owned()
    })
}

/// Builds the program, and looks at it.
pub fn sidecar(workspace: &Workspace, platform: &Platform) -> Result<Sidecar> {
    add_target(platform)?;
    let arguments = ["--release", "--locked", "--bin", "tt-jukebox", "--target", platform.rust];
    let mut musl = None;
    if platform.is_static() {
        let tools = python_tools::ensure(workspace, "cross", "cargo-zigbuild and zig")?;
        musl = Some(copyright_of_musl(&tools)?);
        let mut zig = Command::new(tools.join("bin/cargo-zigbuild"));
        for_the_checkout(&mut zig, workspace).arg("zigbuild").args(arguments);
        zig.env("CARGO", cargo::program().get_program()).env("PATH", first_on_path(&tools.join("bin"))?);
        zig.env("RUSTFLAGS", without_places(workspace));
        run(&mut zig)?;
    } else {
        cargo(workspace, &[&["build"], &arguments[..]].concat())?;
    }

    let path = workspace.target().join(platform.rust).join("release/tt-jukebox");
    let bytes = fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
    program::check(&bytes, platform).with_context(|| format!("{} must not be published", path.display()))?;
    if platform.runs_here() {
        answers(&path)?;
    }
    let notices = licences::notices(workspace, platform.rust, musl.as_deref())?;
    Ok(Sidecar { program: path, notices })
}

/// A program that links is not yet one that runs: it reads its catalog and ranks models for a simulated box.
fn answers(program: &Path) -> Result<()> {
    let mut list = Command::new(program);
    list.args(["--simulate", "n150", "list", "--json"]).env("TT_JUKEBOX_CATALOG_UPDATES", "off");
    run_quietly(&mut list).context("the program was built, but does not answer")
}

/// Rust's standard library for the platform, by rustup, unless it is there.
fn add_target(platform: &Platform) -> Result<()> {
    let place = read(Command::new("rustc").args(["--print", "target-libdir", "--target", platform.rust]))?;
    if Path::new(place.trim()).is_dir() {
        return Ok(());
    }
    println!("adding Rust's standard library for {}", platform.rust);
    run_quietly(Command::new("rustup").args(["target", "add", platform.rust])).with_context(|| {
        format!("Rust's standard library for {} is not here, and rustup could not add it", platform.rust)
    })
}

/// The places where a panic happened are in the program; those of the builder's home folder are nobody's business.
fn without_places(workspace: &Workspace) -> String {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(directories::BaseDirs::new()?.home_dir().join(".cargo")));
    let places = [(Some(workspace.root.clone()), "tt-jukebox"), (home, "cargo")];
    let flags = places.into_iter().filter_map(|(place, name)| {
        let place = place?.display().to_string();
        // The variable parts flags at spaces.
        (!place.contains(char::is_whitespace)).then(|| format!("--remap-path-prefix={place}={name}"))
    });
    flags.collect::<Vec<_>>().join(" ")
}

fn first_on_path(folder: &Path) -> Result<std::ffi::OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths(std::iter::once(folder.to_path_buf()).chain(env::split_paths(&path)))?)
}

/// The notice that musl asks to go along with programs that hold it; zig brings it with its copy.
fn copyright_of_musl(tools: &Path) -> Result<String> {
    for entry in fs::read_dir(tools.join("lib"))? {
        let file = entry?.path().join("site-packages/ziglang/lib/libc/musl/COPYRIGHT");
        if file.is_file() {
            return fs::read_to_string(&file).with_context(|| format!("could not read {}", file.display()));
        }
    }
    bail!("zig did not bring the notice of its C library")
}
