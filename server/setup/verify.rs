//! What an environment really is, compared with what it should be: commits, submodules, build products, Python packages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use super::changes;
use super::proof::{Proof, prove};
use crate::environment::checkout;
use crate::environment::layout::{Layout, Record};
use crate::process;
use crate::protocol::EnvironmentRow;
use crate::recipe::era;

/// torch and vLLM take many seconds to import from a cold disk.
const DEADLINE: Duration = Duration::from_secs(120);

/// Asks for versions, without importing anything.
const VERSIONS: &str = "
import importlib.metadata as m, json, sys
def version(name):
    try: return m.version(name)
    except Exception: return None
names = ['numpy', 'torch', 'vllm', 'ttnn']
print(json.dumps({'version': '%d.%d.%d' % sys.version_info[:3], 'packages': {n: version(n) for n in names}}))
";

/// Imports one package as a server would, and tells where it lies and whether that has opened a device. Everything that
/// is printed goes the same way, so that the last line of a failure is what it was.
const IMPORT: &str = "
import importlib, json, os, sys
os.dup2(1, 2)
sys.path[:] = [path for path in sys.path if path]
module = importlib.import_module(sys.argv[1])
def opened():
    for number in os.listdir('/proc/self/fd'):
        try: path = os.readlink('/proc/self/fd/' + number)
        except OSError: continue
        if path.startswith('/dev/tenstorrent'): return path
print()
print(json.dumps({'imported': getattr(module, '__file__', None), 'device': opened()}), flush=True)
# What a package does at exit is no part of its import.
os._exit(0)
";

/// The packages that a server imports, in the order in which they need each other. The import of ttnn loads its library
/// and opens no device by itself (tt-metal `ttnn/ttnn/__init__.py`, 0057459); whether it did is told.
const PACKAGES: [&str; 4] = ["numpy", "torch", "ttnn", "vllm"];

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Python {
    version: String,
    packages: BTreeMap<String, Option<String>>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Imported {
    imported: Option<String>,
    device: Option<String>,
}

/// Looks at everything and says what it finds, row by row.
pub async fn verify(layout: &Layout, record: &Record) -> Vec<EnvironmentRow> {
    let mut rows =
        vec![commit("tt-metal", &layout.metal(), &record.metal), commit("vLLM", &layout.vllm(), &record.vllm)];
    let submodules = prove(&Proof::Submodules { folder: layout.metal() }).await;
    let submodules = submodules.err().map(|missing| missing.to_string());
    rows.push(row("submodules", "at the commits of the tree", submodules, "they are"));
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
    match changes::tracked(folder) {
        Ok(0) => row(what, wanted, None, &format!("{head:.12}")),
        Ok(count) => row(what, wanted, Some(format!("{head:.12}, with {count} changed files")), ""),
        Err(why) => row(what, wanted, Some(format!("{head:.12}, and git cannot say what has changed: {why}")), ""),
    }
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
        ("HUGGING_FACE_HUB_TOKEN", None),
    ];
    let ask = |args: Vec<&'static str>| {
        let (program, env) = (&program, &env);
        async move { process::run(program, &args, env, DEADLINE, 1 << 20).await }
    };
    let said = match ask(vec!["-c", VERSIONS]).await {
        Ok(finished) => String::from_utf8_lossy(&finished.stdout).into_owned(),
        Err(error) => return vec![row("Python", "an answer", Some(format!("{}: {error}", program.display())), "")],
    };
    let Ok(python) = serde_json::from_str::<Python>(said.trim()) else {
        return vec![row("Python", "an answer", Some(format!("{} gave none", program.display())), "")];
    };
    let mut rows = judge(&python, record);
    for name in PACKAGES {
        let trouble = match ask(vec!["-c", IMPORT, name]).await {
            Ok(finished) => import(finished.code, &String::from_utf8_lossy(&finished.stdout)),
            Err(error) => Err(error.to_string()),
        };
        let found = version(&python, name);
        rows.push(match trouble {
            Ok(None) => row(&format!("import {name}"), "works", None, &found),
            Ok(Some(device)) => row(&format!("import {name}"), "works", None, &format!("{found}; it opens {device}")),
            Err(trouble) => row(&format!("import {name}"), "works", Some(trouble), ""),
        });
    }
    rows
}

/// What an import has come to: the device that it has opened, if any.
fn import(code: Option<i32>, said: &str) -> Result<Option<String>, String> {
    // It may print before that.
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    match (code, serde_json::from_str::<Imported>(last)) {
        // A folder of that name on the path is a package to Python, and has nothing in it.
        (Some(0), Ok(Imported { imported: None, .. })) => {
            Err("not installed: there is only a folder of that name".into())
        }
        (Some(0), Ok(Imported { device, .. })) => Ok(device),
        (Some(0), Err(_)) => Err("it ended before it was imported".into()),
        (None, _) => Err(format!("a signal has ended it: {last:.300}")),
        (Some(_), _) => Err(format!("{last:.300}")),
    }
}

fn version(python: &Python, name: &str) -> String {
    python.packages.get(name).cloned().flatten().unwrap_or_else(|| "missing".into())
}

/// What is expected of the versions: a Python of the era, numpy below 2, a torch without CUDA.
fn judge(python: &Python, record: &Record) -> Vec<EnvironmentRow> {
    let era = era::bundled().ok().and_then(|eras| eras.eras.iter().find(|era| era.id == record.era));
    let versions: Vec<&str> = era.map_or(Vec::new(), |era| era.setup.python.iter().map(String::as_str).collect());
    let of_era = versions.iter().any(|version| python.version.starts_with(&format!("{version}.")));
    let judged = |what: &str, expected: &str, ok: bool, found: String| {
        let trouble = (!ok).then(|| found.clone());
        row(what, expected, trouble, &found)
    };
    let (numpy, torch) = (version(python, "numpy"), version(python, "torch"));
    vec![
        judged("Python", &versions.join(" or "), of_era || versions.is_empty(), python.version.clone()),
        judged("numpy", "below 2", numpy.starts_with("0.") || numpy.starts_with("1."), numpy.clone()),
        judged("torch", "for CPUs", torch != "missing" && !torch.contains("+cu"), torch.clone()),
    ]
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
        let good = r#"{"version": "3.10.1", "packages": {"numpy": "1.26.4", "torch": "2.5.0+cpu"}}"#;
        assert_eq!(wrong(good), Vec::<String>::new());
        let bad = r#"{"version": "3.12.1", "packages": {"numpy": "2.1.0", "torch": "2.5.0+cu124"}}"#;
        assert_eq!(wrong(bad), ["Python: 3.12.1", "numpy: 2.1.0", "torch: 2.5.0+cu124"]);
        assert!(wrong(r#"{"version": "3.10.1"}"#).contains(&"torch: missing".to_owned()));
    }

    #[test]
    fn an_import_is_what_it_says_last() {
        let good = "warning: x\n\n{\"imported\": \"/a/ttnn/__init__.py\", \"device\": null}\n";
        assert_eq!(import(Some(0), good), Ok(None));
        let opens = good.replace("null", "\"/dev/tenstorrent/0\"");
        assert_eq!(import(Some(0), &opens), Ok(Some("/dev/tenstorrent/0".into())));
        let broken =
            "Traceback (most recent call last):\n  x\nImportError: libtt_metal.so: cannot open shared object file\n";
        assert_eq!(import(Some(1), broken).unwrap_err(), "ImportError: libtt_metal.so: cannot open shared object file");
        let folder = "{\"imported\": null, \"device\": null}";
        assert!(import(Some(0), folder).unwrap_err().starts_with("not installed"));
        assert!(import(None, "loading\n").unwrap_err().contains("signal"));
        assert!(import(Some(0), "").is_err());
    }
}
