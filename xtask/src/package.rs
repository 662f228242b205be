//! `cargo xtask package`: the sidecar and the client in one file that VS Code installs.
//!
//! Without an argument it is the package of this machine, built with this machine's linker: what the demo and the tests
//! run. With `--all` or `--target` it is what gets published, in `target/packages`: on Linux a program that needs no
//! library of the system at all, so that it runs on old distributions too.

mod contents;
mod cross;
mod licences;
mod platforms;
mod program;
mod stage;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::cargo::cargo;
use crate::client;
use crate::prerequisites;
use crate::workspace::{Workspace, newest_change, vscode_target};
use platforms::{PLATFORMS, Platform, UNIVERSAL};
use stage::{Package, Sidecar};

/// What goes into the package, directly or through a build.
const SOURCES: [&str; 17] = [
    "Cargo.toml",
    "Cargo.lock",
    "server",
    "content",
    "templates",
    "LICENSE",
    "CHANGELOG.md",
    "editor-client/src",
    "editor-client/media",
    "editor-client/themes",
    "editor-client/package.json",
    "editor-client/package.nls.json",
    "editor-client/README.md",
    "editor-client/esbuild.mjs",
    "editor-client/notices.mjs",
    "editor-client/.vscodeignore",
    "xtask/src/package",
];

/// Runs the task.
pub fn run(args: &[String]) -> Result<()> {
    let workspace = Workspace::find()?;
    match Request::parse(args)? {
        Request::Host => make(&workspace).map(drop),
        Request::Published { wanted, every, repository } => publish(&workspace, &wanted, every, repository.as_deref()),
    }
}

#[derive(Debug, PartialEq)]
enum Request {
    /// For this machine.
    Host,
    /// To be published. Where `every` is set, a package that cannot be made here is left out and told.
    Published { wanted: Vec<Option<&'static Platform>>, every: bool, repository: Option<String> },
}

impl Request {
    fn parse(args: &[String]) -> Result<Self> {
        let (mut wanted, mut every, mut repository) = (Vec::new(), false, None);
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            let mut value = || rest.next().with_context(|| format!("{arg} needs a value"));
            match arg.as_str() {
                "--all" => every = true,
                "--target" => wanted.push(platforms::named(value()?)?),
                "--repository" => {
                    let address = value()?;
                    anyhow::ensure!(address.starts_with("https://"), "{address:?} is not an https address");
                    repository = Some(address.trim_end_matches('/').to_owned());
                }
                other => bail!("package takes --all, --target NAME and --repository URL, not {other:?}"),
            }
        }
        if every {
            anyhow::ensure!(wanted.is_empty(), "--all is every target: leave out --target");
            wanted = PLATFORMS.iter().map(Some).chain([None]).collect();
        }
        if wanted.is_empty() {
            anyhow::ensure!(repository.is_none(), "--repository is for packages to publish: add --all or --target");
            return Ok(Self::Host);
        }
        Ok(Self::Published { wanted, every, repository })
    }
}

/// Builds everything for this machine and writes the package.
pub fn make(workspace: &Workspace) -> Result<PathBuf> {
    // Asked before the long build, not after it.
    prerequisites::node()?;
    cargo(workspace, &["build", "--release", "--bin", "tt-jukebox"])?;
    client::script(workspace, "build")?;
    let program = workspace.sidecar();
    if let Some((major, minor)) = program::newest_glibc(&fs::read(&program)?)? {
        println!("for this machine: needs glibc {major}.{minor} or newer (--target makes one that needs none)");
    }
    let notices = licences::notices(workspace, platforms::host()?, None)?;
    Package {
        platform: Some(vscode_target()?),
        sidecar: Some(Sidecar { program, notices }),
        repository: None,
        file: workspace.vsix()?,
    }
    .write(workspace)
}

/// The package for this host, made again only when something in it changed.
pub fn ensure(workspace: &Workspace) -> Result<PathBuf> {
    let vsix = workspace.vsix()?;
    let sources: Vec<PathBuf> = SOURCES.iter().map(|source| workspace.root.join(source)).collect();
    let packaged = fs::metadata(&vsix).and_then(|entry| entry.modified()).ok();
    if packaged.is_some() && packaged > newest_change(&sources)? && workspace.sidecar().is_file() {
        println!("{} is up to date", vsix.display());
        return Ok(vsix);
    }
    make(workspace)
}

fn publish(
    workspace: &Workspace,
    wanted: &[Option<&'static Platform>],
    every: bool,
    repository: Option<&str>,
) -> Result<()> {
    prerequisites::node()?;
    client::script(workspace, "build")?;
    let folder = workspace.target().join("packages");
    fs::create_dir_all(&folder).with_context(|| format!("could not create {}", folder.display()))?;
    let version = workspace.version()?;
    let mut left_out = Vec::new();
    for platform in wanted.iter().copied() {
        let name = platform.map_or(UNIVERSAL, |platform| platform.name);
        if let Some(reason) = platform.and_then(cross::obstacle) {
            anyhow::ensure!(every, "{name} cannot be made here: {reason}");
            left_out.push(format!("left out: {name}: {reason}"));
            continue;
        }
        let sidecar = platform.map(|platform| cross::sidecar(workspace, platform)).transpose()?;
        Package {
            platform: platform.map(|platform| platform.name),
            sidecar,
            repository: repository.map(str::to_owned),
            file: folder.join(format!("tt-jukebox-{name}-{version}.vsix")),
        }
        .write(workspace)?;
    }
    for line in left_out {
        println!("{line}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Request> {
        Request::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn the_arguments() {
        assert_eq!(parse("").unwrap(), Request::Host);
        let Request::Published { wanted, every, repository } =
            parse("--all --repository https://example.org/me/it/").unwrap()
        else {
            panic!("not for this machine alone")
        };
        assert!(every && wanted.len() == PLATFORMS.len() + 1 && wanted.last() == Some(&None));
        assert_eq!(repository.as_deref(), Some("https://example.org/me/it"));
        let Request::Published { wanted, every, .. } = parse("--target linux-arm64 --target universal").unwrap() else {
            panic!("not for this machine alone")
        };
        assert!(!every && wanted[0].unwrap().name == "linux-arm64" && wanted[1].is_none());
        for wrong in ["now", "--target", "--target win32-x64", "--all --target universal", "--repository https://x.org"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert!(parse("--all --repository http://example.org").is_err());
    }
}
