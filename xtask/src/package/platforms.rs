//! The systems that packages are made for: what VS Code calls them, and what Rust builds for them.

use anyhow::{Context, Result};

/// The package without a program, for every system that none of the others is for.
pub const UNIVERSAL: &str = "universal";

/// One system.
#[derive(Debug, PartialEq)]
pub struct Platform {
    /// VS Code's name.
    pub name: &'static str,
    /// Rust's name. On Linux the one that links everything in.
    pub rust: &'static str,
}

/// All of them.
pub const PLATFORMS: [Platform; 4] = [
    Platform { name: "linux-x64", rust: "x86_64-unknown-linux-musl" },
    Platform { name: "linux-arm64", rust: "aarch64-unknown-linux-musl" },
    Platform { name: "darwin-x64", rust: "x86_64-apple-darwin" },
    Platform { name: "darwin-arm64", rust: "aarch64-apple-darwin" },
];

impl Platform {
    /// Whether the program must need no library of the system.
    pub fn is_static(&self) -> bool {
        self.rust.ends_with("-linux-musl")
    }

    /// Whether this machine can start the program.
    pub fn runs_here(&self) -> bool {
        crate::workspace::vscode_target().is_ok_and(|host| host == self.name)
    }
}

/// The platform of that name; none for the universal package.
pub fn named(name: &str) -> Result<Option<&'static Platform>> {
    if name == UNIVERSAL {
        return Ok(None);
    }
    let known = || PLATFORMS.map(|platform| platform.name).join(", ");
    let found = PLATFORMS.iter().find(|platform| platform.name == name);
    found.map(Some).with_context(|| format!("there is no package for {name:?}, but for {} and {UNIVERSAL}", known()))
}

/// What Rust calls this machine.
pub fn host() -> Result<&'static str> {
    let rust = match crate::workspace::vscode_target()? {
        "linux-x64" => "x86_64-unknown-linux-gnu",
        "linux-arm64" => "aarch64-unknown-linux-gnu",
        "darwin-x64" => "x86_64-apple-darwin",
        _ => "aarch64-apple-darwin",
    };
    Ok(rust)
}
