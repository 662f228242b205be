//! `tt-jukebox audit`: what the maintainers of the published spec files may want to look at.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::output::{Output, printable, table};
use crate::catalog::audit::{Past, Remark, Rule, audit};
use crate::catalog::history::{self, compare_releases};
use crate::catalog::{Catalog, read_files};
use crate::device::Severity;
use crate::error::{Failure, FailureKind, Result};
use crate::session::Session;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Fail when there is more than notes: for the tests of whoever writes the files
    #[arg(long)]
    strict: bool,
}

/// One line with `--json`.
#[derive(Serialize)]
struct Line<'a> {
    schema: u32,
    #[serde(flatten)]
    remark: &'a Remark,
}

pub(super) fn run(session: &Session, options: &Options, output: &Output) -> Result<()> {
    let (catalog, past) = subject(session.settings.path("catalog").as_deref())?;
    if past.is_empty() {
        output.message("note: names that are new cannot be told; give `--catalog` a folder with the older files too");
    }
    let remarks = audit(&catalog, &past);
    if output.is_json() {
        for remark in &remarks {
            if !output.stream(&Line { schema: 1, remark }, |_| String::new())? {
                break;
            }
        }
    } else {
        output.print(&remarks, |remarks| text(&catalog, remarks))?;
    }
    match remarks.iter().filter(|remark| remark.severity > Severity::Info).count() {
        grave if options.strict && grave > 0 => Err(Failure::new(
            FailureKind::Input,
            format!("{grave} remarks on release {} are more than notes", printable(catalog.newest())),
            "`--strict` takes every warning and every error for a failure",
            "Correct the spec file, or leave out `--strict` to only read the remarks.",
        )),
        _ => Ok(()),
    }
}

/// The catalog whose newest release is looked at, and what was said before it. A folder brings its own past; a single
/// file is held against the releases that the program carries, where it is not older than they are.
fn subject(path: Option<&Path>) -> Result<(Catalog, Past)> {
    let bundled = Catalog::bundled()?;
    // The bundled catalog has forgotten names that older files used for a while, so it calls none of its own new.
    let Some(path) = path else { return Ok((bundled, Past::default())) };
    let mut files = read_files(path)?;
    let source = path.display().to_string();
    if let [(release, published)] = files.as_mut_slice() {
        if release == "unknown" {
            // The flat layout has no header. A file is no older than the newest release that it pins an entry to.
            let versions = published.specs.iter().map(|spec| spec.release.version.clone());
            *release = versions.max_by(|a, b| compare_releases(a, b)).unwrap_or_default();
        }
        let past = match compare_releases(release, bundled.newest()) {
            Ordering::Greater => Some(Past::of_catalog(&bundled)),
            Ordering::Equal => Some(Past::default()),
            Ordering::Less => None,
        };
        if let Some(past) = past {
            return Ok((bundled.with_files(files, source), past));
        }
    }
    let catalog = history::merge(files.clone(), source);
    let past = Past::of_files(&files, catalog.newest());
    Ok((catalog, past))
}

fn text(catalog: &Catalog, remarks: &[Remark]) -> String {
    let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let entries = catalog.entries.iter().filter(|entry| catalog.is_current(entry)).count();
    let mut text = format!(
        "{} on the {} of release {}, from {}\n",
        count(remarks.len(), "remark", "remarks"),
        count(entries, "entry", "entries"),
        printable(catalog.newest()),
        printable(&catalog.source),
    );
    let mut by_rule: BTreeMap<Rule, BTreeMap<&str, Vec<&Remark>>> = BTreeMap::new();
    for remark in remarks {
        by_rule.entry(remark.rule).or_default().entry(remark.key.as_deref().unwrap_or("")).or_default().push(remark);
    }
    for (rule, keys) in by_rule {
        let word = match rule.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "note",
        };
        let all: usize = keys.values().map(Vec::len).sum();
        text.push_str(&format!("\n{word}: {} ({all})\n", rule.meaning()));
        let mut rows: Vec<(usize, Vec<String>)> = keys.into_iter().map(|(key, of_key)| row(key, &of_key)).collect();
        rows.sort_by(|(a, _), (b, _)| b.cmp(a));
        let rows: Vec<Vec<String>> = rows.into_iter().map(|(_, row)| row).collect();
        text.push_str(&table(&["COUNT", "WHERE", "FOR EXAMPLE"], &rows));
        text.push('\n');
    }
    text
}

fn row(key: &str, remarks: &[&Remark]) -> (usize, Vec<String>) {
    let example = remarks.first().map_or_else(String::new, |remark| match &remark.model_id {
        Some(id) => format!("{id}: {}", remark.what),
        None => remark.what.clone(),
    });
    (remarks.len(), vec![remarks.len().to_string(), key.to_owned(), example])
}
