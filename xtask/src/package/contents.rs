//! What a package may hold and how large it may be.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

/// Bytes of a whole package.
const LARGEST_PACKAGE: u64 = 8_000_000;

/// Bytes of all JavaScript in it.
const LARGEST_SCRIPTS: u64 = 450_000;

/// What every package holds.
const ALWAYS: [&str; 9] = [
    "package.json",
    "package.nls.json",
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    "media/icon.png",
    "dist/main.js",
    "dist/client.js",
    "dist/THIRD-PARTY-NOTICES.txt",
];

/// What one with a program holds besides.
const WITH_PROGRAM: [&str; 2] = ["bin/tt-jukebox", "bin/THIRD-PARTY-NOTICES.txt"];

/// What belongs into a package, by folder and ending.
const BELONGS: [(&str, &[&str]); 6] = [
    ("dist/content/", &[".md", ".png", ".svg", ".json"]),
    ("dist/", &[".js"]),
    ("media/", &[".png", ".svg"]),
    ("themes/", &[".json"]),
    ("l10n/", &[".json"]),
    ("package.nls.", &[".json"]),
];

/// Fails unless the files that vsce names are those of an extension of ours, with scripts of a decent size.
pub fn check(stage: &Path, listed: &[&str], with_program: bool) -> Result<()> {
    let program: &[&str] = if with_program { &WITH_PROGRAM } else { &[] };
    let needed: Vec<&str> = ALWAYS.iter().chain(program).copied().collect();
    for name in &needed {
        ensure!(listed.contains(name), "{name} is not in the package: see editor-client/.vscodeignore");
    }
    let mut scripts = 0;
    for name in listed {
        ensure!(
            needed.contains(name) || belongs(name),
            "{name} does not belong into the package: see editor-client/.vscodeignore"
        );
        if name.ends_with(".js") {
            scripts += fs::metadata(stage.join(name)).with_context(|| format!("could not read {name}"))?.len();
        }
    }
    check_scripts(scripts)
}

fn belongs(name: &str) -> bool {
    let folder = BELONGS.iter().find(|(begin, _)| name.starts_with(begin));
    folder.is_some_and(|(begin, endings)| {
        let rest = &name[begin.len()..];
        // Scripts lie in `dist` itself: below it are the tests.
        endings.iter().any(|ending| name.ends_with(ending)) && (*begin != "dist/" || !rest.contains('/'))
    })
}

fn check_scripts(bytes: u64) -> Result<()> {
    if bytes > LARGEST_SCRIPTS {
        bail!(
            "the scripts have {} kB, more than {} kB: `npx esbuild --analyze` in editor-client says of what",
            bytes / 1000,
            LARGEST_SCRIPTS / 1000
        );
    }
    Ok(())
}

/// Fails when the package is too large to be shipped.
pub fn check_size(package: &Path, bytes: u64) -> Result<()> {
    if bytes > LARGEST_PACKAGE {
        bail!(
            "the package has {} kB, more than {} kB: `unzip -lv {}` says of what",
            bytes / 1000,
            LARGEST_PACKAGE / 1000,
            package.display()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_does_not_belong_or_is_missing_is_named() {
        let stage = tempfile::tempdir().unwrap();
        fs::create_dir(stage.path().join("dist")).unwrap();
        for name in ["dist/main.js", "dist/client.js"] {
            fs::write(stage.path().join(name), "x").unwrap();
        }
        let fine: Vec<&str> = ALWAYS.into_iter().chain(["dist/content/lessons/01.md", "themes/dark.json"]).collect();
        check(stage.path(), &fine, false).unwrap();
        assert!(check(stage.path(), &fine, true).unwrap_err().to_string().starts_with("bin/tt-jukebox is not in"));
        for other in [
            "src/main.ts",
            "node_modules/x/index.js",
            "dist/test/x.cjs",
            "dist/main.js.map",
            "dist/test/x.js",
            "bin/tt-jukebox",
            ".env",
        ] {
            let listed: Vec<&str> = fine.iter().copied().chain([other]).collect();
            let why = check(stage.path(), &listed, false).unwrap_err().to_string();
            assert!(why.starts_with(&format!("{other} does not belong")), "{why}");
        }
        assert!(check(stage.path(), &fine[1..], false).unwrap_err().to_string().starts_with("package.json is not in"));
    }

    #[test]
    fn what_is_too_large_says_how_large_it_may_be() {
        check_size(Path::new("x.vsix"), LARGEST_PACKAGE).unwrap();
        let why = check_size(Path::new("x.vsix"), LARGEST_PACKAGE + 1_000_000).unwrap_err().to_string();
        assert_eq!(why, "the package has 9000 kB, more than 8000 kB: `unzip -lv x.vsix` says of what");
        check_scripts(LARGEST_SCRIPTS).unwrap();
        assert!(check_scripts(451_000).unwrap_err().to_string().contains("451 kB, more than 450 kB"));
    }
}
