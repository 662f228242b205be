//! The licences of the crates inside the program, and their texts: most ask to go wherever a copy goes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use spdx::{Expression, ParseMode};

use crate::cargo::cargo_output;
use crate::workspace::Workspace;

/// The licences that may be in the program. A crate that has none of these as a choice fails the build.
const ACCEPTED: [&str; 9] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    // Its files may be linked with anything; whoever changes them gives the changes away. We change none.
    "MPL-2.0",
    "Unicode-3.0",
    "Zlib",
];

// libgit2, whose sources libgit2-sys carries, is under the GPL with an exception that allows what is done here: to link it,
// unchanged, into a program of any licence, as long as its text goes along.

/// Parts of crates that are not compiled here: code for Windows, another zlib, samples.
const NOT_BUILT: [&str; 3] = ["deps/winhttp", "src/zlib-ng", "zlib/contrib"];

/// How deep in a crate the sources of others may lie, with their licences.
const DEPTH: usize = 4;

/// For crates that come without a text.
const MIT: &str = "\
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation \
files (the \"Software\"), to deal in the Software without restriction, including without limitation the rights to use, copy, \
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software \
is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE \
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT \
HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, \
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.";

/// The whole list for the program that is built for `target`; `musl` is the notice of that C library, if it is inside.
/// The same sources give the same text on every machine.
pub fn notices(workspace: &Workspace, target: &str, musl: Option<&str>) -> Result<String> {
    let mut parts = Vec::new();
    for part in crates(workspace, target)? {
        accept(&part)?;
        parts.push(part);
    }
    parts.push(standard_library());
    if let Some(notice) = musl {
        parts.push(Part {
            name: "musl, the C library".to_owned(),
            licence: "MIT".to_owned(),
            texts: vec![notice.to_owned()],
        });
    }
    Ok(written(&parts))
}

/// One thing inside the program.
struct Part {
    /// Name and version.
    name: String,
    /// The expression of its manifest.
    licence: String,
    texts: Vec<String>,
}

/// What cargo links into the program: neither what only builds it nor what only tests it.
fn crates(workspace: &Workspace, target: &str) -> Result<Vec<Part>> {
    let tree = ["--package", "tt-jukebox", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"];
    let tree = [&["tree", "--locked", "--target", target], &tree[..]].concat();
    let tree = cargo_output(workspace, &tree)?;
    let metadata = ["metadata", "--locked", "--format-version", "1", "--filter-platform", target];
    let metadata: Value = serde_json::from_str(&cargo_output(workspace, &metadata)?)?;
    let packages = metadata["packages"].as_array().context("cargo names no packages")?;

    let mut linked: Vec<(&str, &str)> = tree.lines().filter_map(name_and_version).collect();
    linked.sort_unstable();
    linked.dedup();
    let mut parts = Vec::new();
    for (name, version) in linked.into_iter().filter(|(name, _)| *name != "tt-jukebox") {
        let package = packages.iter().find(|package| package["name"] == name && package["version"] == version);
        let package = package.with_context(|| format!("cargo does not know {name} {version}"))?;
        let licence = package["license"].as_str().with_context(|| format!("{name} {version} names no licence"))?;
        let manifest = Path::new(package["manifest_path"].as_str().context("a package without a manifest")?);
        let mut texts = Vec::new();
        gather(manifest.parent().context("a manifest without a folder")?, "", DEPTH, &mut texts)?;
        if texts.is_empty() {
            ensure!(licence.contains("MIT"), "{name} {version} ({licence}) comes without the text of its licence");
            let authors: Vec<&str> =
                package["authors"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let authors = if authors.is_empty() { format!("the authors of {name}") } else { authors.join(", ") };
            texts.push(format!("MIT License\n\nCopyright (c) {authors}\n\n{MIT}"));
        }
        parts.push(Part { name: format!("{name} {version}"), licence: licence.to_owned(), texts });
    }
    Ok(parts)
}

/// Of a line as `serde v1.0.228` or `tt-jukebox v0.1.0 (/a/folder)`.
fn name_and_version(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_whitespace();
    Some((words.next()?, words.next()?.strip_prefix('v')?))
}

/// Fails unless some choice of the expression has accepted licences only.
fn accept(part: &Part) -> Result<()> {
    let expression = Expression::parse_mode(&part.licence, ParseMode::LAX)
        .with_context(|| format!("the licence of {} cannot be read: {}", part.name, part.licence))?;
    let accepted = expression.evaluate(|wanted| {
        wanted.license.id().is_some_and(|id| ACCEPTED.contains(&id.name)) && wanted.addition.is_none()
    });
    ensure!(
        accepted,
        "{} is under {}, which is not among the licences that xtask/src/package/licences.rs accepts: \
         read it, and add it or do without the crate",
        part.name,
        part.licence
    );
    Ok(())
}

/// Adds the texts below `folder`, in the order of their names.
fn gather(folder: &Path, inside: &str, depth: usize, texts: &mut Vec<String>) -> Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let place = if inside.is_empty() { name.clone() } else { format!("{inside}/{name}") };
        if entry.file_type()?.is_dir() {
            if depth > 0 && !NOT_BUILT.iter().any(|part| place.contains(part)) {
                gather(&entry.path(), &place, depth - 1, texts)?;
            }
        } else if is_a_licence(&name) {
            let text = fs::read(entry.path()).with_context(|| format!("could not read {}", entry.path().display()))?;
            texts.push(String::from_utf8_lossy(&text).into_owned());
        }
    }
    Ok(())
}

fn is_a_licence(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let begins =
        ["license", "licence", "copying", "copyright", "notice", "unlicense"].iter().any(|word| name.starts_with(word));
    begins && ![".rs", ".c", ".h", ".py", ".toml"].iter().any(|ending| name.ends_with(ending))
}

fn standard_library() -> Part {
    Part {
        name: "the standard library of Rust".to_owned(),
        licence: "MIT OR Apache-2.0".to_owned(),
        texts: vec![format!("MIT License\n\nCopyright (c) The Rust Project Contributors\n\n{MIT}")],
    }
}

/// First who is there, then each text once, with those that it is of.
fn written(parts: &[Part]) -> String {
    let mut text = String::from("The program tt-jukebox contains:\n\n");
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut texts: Vec<(&str, Vec<&str>)> = Vec::new();
    for Part { name, licence, texts: own } in parts {
        let _infallible = writeln!(text, "- {name} ({licence})");
        for one in own {
            // The same licence comes with other line ends and indents from crate to crate.
            let words = one.split_whitespace().collect::<Vec<_>>().join(" ");
            let place = *places.entry(words).or_insert(texts.len());
            match texts.get_mut(place) {
                Some((_, names)) => {
                    if names.last() != Some(&name.as_str()) {
                        names.push(name);
                    }
                }
                None => texts.push((one, vec![name])),
            }
        }
    }
    for (one, names) in texts {
        let lines: Vec<&str> = one.lines().map(str::trim_end).collect();
        let body = lines.join("\n");
        let _infallible = write!(text, "\n{}\n{}:\n\n{}\n", "-".repeat(78), names.join(", "), body.trim_matches('\n'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINUX: &str = "x86_64-unknown-linux-gnu";

    #[test]
    fn each_crate_of_the_program_is_there_with_a_text_and_twice_alike() {
        let workspace = Workspace::find().unwrap();
        let list = notices(&workspace, LINUX, Some("the notice of musl")).unwrap();
        for name in ["git2 ", "libgit2-sys ", "ring ", "tokio ", "rustls ", "the standard library of Rust ", "musl, "] {
            assert!(list.contains(&format!("\n- {name}")), "{name}");
        }
        // Sources of others inside a crate.
        for text in ["LINKING EXCEPTION", "Jean-loup Gailly", "BoringSSL", "the notice of musl"] {
            assert!(list.contains(text), "{text}");
        }
        // Neither what builds nor what tests.
        for name in ["proptest", "expect-test", "cc", "serde_derive", "tt-jukebox"] {
            assert!(!list.contains(&format!("\n- {name} ")), "{name}");
        }
        assert!(!list.contains(&workspace.root.display().to_string()) && !list.contains("/registry/"));
        assert_eq!(list, notices(&workspace, LINUX, Some("the notice of musl")).unwrap());
    }

    #[test]
    fn a_licence_that_nobody_has_accepted_is_named() {
        let part =
            |licence: &str| Part { name: "some 1.0.0".to_owned(), licence: licence.to_owned(), texts: Vec::new() };
        for fine in ["MIT", "MIT/Apache-2.0", "GPL-3.0-only OR MIT", "Apache-2.0 AND ISC", "Unlicense OR MIT"] {
            accept(&part(fine)).unwrap();
        }
        for other in ["GPL-3.0-only", "MIT AND AGPL-3.0-only", "whatever"] {
            assert!(accept(&part(other)).unwrap_err().to_string().contains("some 1.0.0"), "{other}");
        }
    }

    #[test]
    fn a_text_stands_once_for_all_that_have_it() {
        let part = |name: &str, text: &str| Part {
            name: name.to_owned(),
            licence: "MIT".to_owned(),
            texts: vec![text.to_owned()],
        };
        let text = written(&[part("a 1", "Be\nkind."), part("b 2", "  Be kind.\r\n"), part("c 3", "Be fair.")]);
        assert!(text.contains("a 1, b 2:\n\nBe\nkind.\n") && text.contains("c 3:\n\nBe fair.\n"), "{text}");
        assert!(
            text.starts_with("The program tt-jukebox contains:\n\n- a 1 (MIT)\n- b 2 (MIT)\n- c 3 (MIT)\n\n---"),
            "{text}"
        );
    }
}
