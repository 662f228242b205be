//! What an environment really is, compared with what it should be: commits, submodules, build products, Python packages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use super::proof::{Proof, prove};
use crate::environment::checkout;
use crate::environment::layout::{Layout, Record};
use crate::process;
use crate::protocol::EnvironmentRow;
use crate::recipe::era;

/// torch and vLLM take many seconds to import from a cold disk.
const DEADLINE: Duration = Duration::from_secs(120);

/// Asks for versions, and imports what opens no device. ttnn is only looked for: importing it can touch one.
const ASK: &str = "
import importlib, importlib.metadata as m, importlib.util as u, json, sys
def version(name):
    try: return m.version(name)
    except Exception: return None
def trouble(name):
    try: importlib.import_module(name)
    except BaseException as e: return type(e).__name__ + ': ' + str(e)[:200]
r = {'version': '%d.%d.%d' % sys.version_info[:3]}
r['packages'] = {n: version(n) for n in ['numpy', 'torch', 'vllm', 'ttnn']}
r['imports'] = {n: trouble(n) for n in ['numpy', 'torch', 'vllm']}
if u.find_spec('ttnn') is None: r['imports']['ttnn'] = 'not found'
print()
print(json.dumps(r))
";

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Python {
    version: String,
    packages: BTreeMap<String, Option<String>>,
    imports: BTreeMap<String, Option<String>>,
}

/// Looks at everything and says what it finds, row by row.
pub async fn verify(layout: &Layout, record: &Record) -> Vec<EnvironmentRow> {
    let mut rows =
        vec![commit("tt-metal", &layout.metal(), &record.metal), commit("vLLM", &layout.vllm(), &record.vllm)];
    let submodules = prove(&Proof::Submodules { folder: layout.metal() }).await;
    rows.push(row("submodules", "at the commits of the tree", submodules.err(), "they are"));
    let missing: Vec<&str> =
        record.stamps.iter().filter(|step| !layout.stamp(step).is_file()).map(String::as_str).collect();
    let open = (!missing.is_empty()).then(|| format!("{} not done", missing.join(", ")));
    rows.push(row("setup", "every step ended well", open, "they did"));
    let library = layout.metal().join("build/lib");
    let built = std::fs::read_dir(&library).is_ok_and(|mut entries| entries.next().is_some());
    rows.push(row("build", "libraries in build/lib", (!built).then(|| "there are none".to_owned()), "there are some"));
    rows.extend(python(layout, record).await);
    rows
}

fn row(what: &str, expected: &str, trouble: Option<String>, well: &str) -> EnvironmentRow {
    let ok = trouble.is_none();
    EnvironmentRow { what: what.into(), ok, expected: expected.into(), found: trouble.unwrap_or_else(|| well.into()) }
}

/// Where a checkout stands, by prefix or tag, and how many files differ from that.
fn commit(what: &str, folder: &Path, wanted: &str) -> EnvironmentRow {
    let Some(facts) = checkout::read(folder, &BTreeSet::from([wanted.to_owned()]), Path::new("")) else {
        return row(what, wanted, Some("there is no checkout".into()), "");
    };
    let head = facts.head.clone().or(facts.trouble.clone()).unwrap_or_default();
    if !facts.stands_at(wanted) {
        return row(what, wanted, Some(format!("{head:.12}")), "");
    }
    match changes(folder) {
        0 => row(what, wanted, None, &format!("{head:.12}")),
        count => row(what, wanted, Some(format!("{head:.12}, with {count} changed files")), ""),
    }
}

/// Tracked files of a checkout that differ from its commit.
pub fn changes(folder: &Path) -> usize {
    let mut options = git2::StatusOptions::new();
    options.include_untracked(false).include_ignored(false).exclude_submodules(true);
    let Ok(repo) = git2::Repository::open(folder) else { return 0 };
    repo.statuses(Some(&mut options)).map_or(0, |statuses| statuses.len())
}

async fn python(layout: &Layout, record: &Record) -> Vec<EnvironmentRow> {
    let program = layout.metal().join(&record.venv).join("bin/python");
    let home = layout.metal().display().to_string();
    let libraries = format!("{home}/build/lib");
    let env = [
        ("TT_METAL_HOME", Some(home.as_str())),
        ("PYTHONPATH", Some(home.as_str())),
        ("LD_LIBRARY_PATH", Some(libraries.as_str())),
        ("HF_TOKEN", None),
    ];
    let answer = process::run(&program, &["-c", ASK], &env, DEADLINE, 1 << 20).await;
    let said = match answer {
        Ok(finished) => String::from_utf8_lossy(&finished.stdout).into_owned(),
        Err(error) => return vec![row("Python", "an answer", Some(format!("{}: {error}", program.display())), "")],
    };
    // Imports may print before it.
    let last = said.lines().rev().find(|line| line.starts_with('{')).unwrap_or_default();
    match serde_json::from_str::<Python>(last) {
        Ok(python) => judge(&python, record),
        Err(_) => vec![row("Python", "an answer", Some(format!("{} gave none", program.display())), "")],
    }
}

/// What is expected of the packages: a Python of the era, numpy below 2, a torch without CUDA, and imports that work.
fn judge(python: &Python, record: &Record) -> Vec<EnvironmentRow> {
    let era = era::bundled().ok().and_then(|eras| eras.eras.iter().find(|era| era.id == record.era));
    let versions: Vec<&str> = era.map_or(Vec::new(), |era| era.setup.python.iter().map(String::as_str).collect());
    let of_era = versions.iter().any(|version| python.version.starts_with(&format!("{version}.")));
    let version = |name: &str| python.packages.get(name).cloned().flatten().unwrap_or_else(|| "missing".into());
    let judged = |what: &str, expected: &str, ok: bool, found: String| {
        let trouble = (!ok).then(|| found.clone());
        row(what, expected, trouble, &found)
    };
    let (numpy, torch) = (version("numpy"), version("torch"));
    let mut rows = vec![
        judged("Python", &versions.join(" or "), of_era || versions.is_empty(), python.version.clone()),
        judged("numpy", "below 2", numpy.starts_with("0.") || numpy.starts_with("1."), numpy.clone()),
        judged("torch", "for CPUs", torch != "missing" && !torch.contains("+cu"), torch.clone()),
    ];
    for (name, trouble) in &python.imports {
        rows.push(row(&format!("import {name}"), "works", trouble.clone(), &version(name)));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_said() {
        let read = |text: &str| serde_json::from_str::<Python>(text).unwrap();
        let record = Record { era: "E1".into(), ..Record::default() };
        let wrong = |text: &str| -> Vec<String> {
            let rows = judge(&read(text), &record);
            rows.into_iter().filter(|row| !row.ok).map(|row| format!("{}: {}", row.what, row.found)).collect()
        };
        let good = r#"{"version": "3.10.1", "packages": {"numpy": "1.26.4", "torch": "2.5.0+cpu"}, "imports": {"vllm": null}}"#;
        assert_eq!(wrong(good), Vec::<String>::new());
        let bad = r#"{"version": "3.12.1", "packages": {"numpy": "2.1.0", "torch": "2.5.0+cu124"}, "imports": {"vllm": "ImportError: x"}}"#;
        assert_eq!(wrong(bad), ["Python: 3.12.1", "numpy: 2.1.0", "torch: 2.5.0+cu124", "import vllm: ImportError: x"]);
        assert!(wrong(r#"{"version": "3.10.1"}"#).contains(&"torch: missing".to_owned()));
    }
}
