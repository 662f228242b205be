//! What the shell offers for an argument: models, tasks, devices, boxes. From what the program carries and what has been
//! fetched before, in milliseconds; no network, no device, and of the settings the catalog alone, where the line or the
//! environment names it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use super::output::printable;
use crate::catalog::{Catalog, Entry, source};
use crate::device::{products, simulate};
use crate::matching::task::TASKS;

/// Models by name, or by repository once there is a slash, and tasks: what `list` takes.
pub(super) fn models_and_tasks() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        let mut all = begun(tasks(typed), typed);
        all.extend(begun(models(&catalog(), typed), typed));
        all
    })
}

/// Models: what `show` and `command` take.
pub(super) fn any_model() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| begun(models(&catalog(), typed), typed))
}

/// Tasks.
pub(super) fn task() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| begun(tasks(typed), typed))
}

/// Device names of the spec files.
pub(super) fn device() -> ArgValueCompleter {
    let all = || products::PRODUCTS.iter().map(|product| (product.name.to_owned(), product.made_of.to_owned()));
    ArgValueCompleter::new(move |typed: &OsStr| begun(all(), typed))
}

/// Boxes that can be simulated.
pub(super) fn simulated_box() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| begun(simulate::names().unwrap_or_default(), typed))
}

/// Templates, by id.
pub(super) fn template() -> ArgValueCompleter {
    let all = || crate::templates::list().unwrap_or_default().into_iter().map(|template| (template.id, template.title));
    ArgValueCompleter::new(move |typed: &OsStr| begun(all(), typed))
}

/// Those that begin with what is typed, in any case: `lla` means `Llama`.
fn begun(all: impl IntoIterator<Item = (String, String)>, typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    let begins = |name: &str| name.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed));
    let found = all.into_iter().filter(|(name, _)| begins(name) && is_plain(name));
    found.map(|(name, about)| CompletionCandidate::new(name).help(Some(about.into()))).collect()
}

/// True for a name that is one word to every shell. The shell puts it on the line as it stands, where a name such as
/// `$(reboot)` would wait for Enter.
fn is_plain(name: &str) -> bool {
    is_one_word(name) && !name.starts_with(['-', '.', '/'])
}

/// True for a text that no shell takes apart or acts on.
pub(super) fn is_one_word(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./+@".contains(c))
}

/// Names of tasks; other words for one only when no name begins so.
fn tasks(typed: &OsStr) -> Vec<(String, String)> {
    let names: Vec<_> = TASKS.iter().map(|task| (task.name.to_owned(), task.about.to_owned())).collect();
    if !begun(names.clone(), typed).is_empty() {
        return names;
    }
    let alias = |task: &crate::matching::task::Task| {
        let about = format!("{}: {}", task.name, task.about);
        task.aliases.iter().map(move |alias| ((*alias).to_owned(), about.clone())).collect::<Vec<_>>()
    };
    TASKS.iter().flat_map(alias).collect()
}

/// Entries of the catalog that the line names, else of the newest one that is on this machine.
fn catalog() -> Vec<Entry> {
    let named = named_catalog(std::env::args_os().skip(1)).or_else(|| std::env::var_os("TT_JUKEBOX_CATALOG"));
    let catalog = match named.filter(|path| !path.is_empty()) {
        Some(path) => Catalog::load(Path::new(&path)),
        None => source::newest(source::cache().as_ref()),
    };
    catalog.map(|catalog| catalog.entries).unwrap_or_default()
}

/// The value of `--catalog` on the line that is being typed.
fn named_catalog(mut line: impl Iterator<Item = OsString>) -> Option<OsString> {
    while let Some(word) = line.next() {
        if word == "--catalog" {
            return line.next();
        }
        if let Some(path) = word.to_str().and_then(|word| word.strip_prefix("--catalog=")) {
            return Some(path.into());
        }
    }
    None
}

fn models(entries: &[Entry], typed: &OsStr) -> Vec<(String, String)> {
    let by_repo = typed.to_str().is_some_and(|typed| typed.contains('/'));
    // Sorted, with the devices of each: two devices of one model are one candidate.
    let mut names: BTreeMap<&str, (&str, Vec<&str>)> = BTreeMap::new();
    for entry in entries {
        let model = &entry.spec.model;
        let name = if by_repo { &model.hf_model_repo } else { &model.model_name };
        let (_, devices) = names.entry(name).or_insert_with(|| (&model.model_type, Vec::new()));
        let device = entry.spec.device_type.as_str();
        if products::find(device).is_some() && !devices.contains(&device) {
            devices.push(device);
        }
    }
    let about = |(kind, devices): (&str, Vec<&str>)| {
        let kind = if kind.is_empty() { "model" } else { kind };
        printable(&format!("{kind} for {}", devices.join(", ")))
    };
    names.into_iter().map(|(name, known)| (name.to_owned(), about(known))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(candidates: Vec<CompletionCandidate>) -> Vec<String> {
        candidates.into_iter().map(|candidate| candidate.get_value().to_string_lossy().into_owned()).collect()
    }

    fn offered(completer: &ArgValueCompleter, typed: &str) -> Vec<String> {
        texts(completer.complete(OsStr::new(typed)))
    }

    fn named(typed: &str) -> Vec<String> {
        let catalog = Catalog::bundled().unwrap();
        texts(begun(models(&catalog.entries, OsStr::new(typed)), OsStr::new(typed)))
    }

    #[test]
    fn names_in_any_case_and_repositories_after_a_slash() {
        let names = named("lla");
        assert!(names.contains(&"Llama-3.1-8B-Instruct".to_owned()), "{names:?}");
        assert!(names.iter().all(|name| name.starts_with("Llama")), "{names:?}");
        assert!(names.is_sorted() && names.windows(2).all(|two| two[0] != two[1]), "each once: {names:?}");
        assert_eq!(named("META-llama/Llama-3.3"), ["meta-llama/Llama-3.3-70B-Instruct"]);
        assert_eq!(named("xyzzy"), Vec::<String>::new());
        assert_eq!(named("é"), Vec::<String>::new());
    }

    #[test]
    fn tasks_devices_and_boxes() {
        assert_eq!(offered(&task(), "ch"), ["chat"]);
        assert_eq!(offered(&task(), "t2"), ["t2t", "t2i", "t2v"], "other words when no name begins so");
        assert_eq!(offered(&device(), "p300"), ["P300", "P300X2"]);
        assert!(offered(&simulated_box(), "").contains(&"n150".to_owned()));
        assert_eq!(offered(&models_and_tasks(), "cod")[0], "code");
    }

    #[test]
    fn the_line_can_name_another_catalog() {
        let named = |line: &str| named_catalog(line.split(' ').map(OsString::from));
        assert_eq!(named("-- tt-jukebox --catalog /x list lla"), Some("/x".into()));
        assert_eq!(named("-- tt-jukebox list --catalog=/y lla"), Some("/y".into()));
        assert_eq!(named("-- tt-jukebox list --catalog"), None);
        assert_eq!(named("-- tt-jukebox list lla"), None);
    }

    #[test]
    fn a_name_that_a_shell_would_act_on_is_not_offered() {
        for name in ["$(reboot)", "a;b", "a b", "`x`", "../../x", "-rf", "a\u{1b}[2J", "~root"] {
            assert!(begun([(name.to_owned(), String::new())], OsStr::new("")).is_empty(), "{name}");
        }
        assert_eq!(begun([("o/M-1.5_x".to_owned(), String::new())], OsStr::new("O/m")).len(), 1);
    }
}
