//! Command lines of the older tt-jukebox, a Python program, in today's words. Pure: arguments in, arguments out.
//!
//! Its options: `TASK`, `--model`/`-m`, `--list`/`-l`, `--force`/`-f`, `--show-experimental`/`-e`, `--refresh-cache`,
//! `--setup`/`-s`, `--hf-token`/`--token`. Like it, `--list` wins over a model, and a model over a task; unique beginnings
//! of an option (`--refresh`) and options in one word (`-fe`, `-mllama`) are understood.

use crate::error::{Failure, FailureKind};
use crate::recipe::{Shell, words};

/// What a command line means today.
#[derive(Debug)]
pub(super) enum Translation {
    /// It is none of the older program.
    Current,
    /// It is worded like this now.
    Renamed(Renamed),
    /// It is one of the older program, and is not done.
    Refused(Failure),
}

/// A command line in today's words.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Renamed {
    /// Arguments, without the name of the program.
    pub args: Vec<String>,
    /// The name that was asked for: the older program went on to its serving command.
    pub model: Option<String>,
    /// The line that tells the new words.
    pub note: String,
    /// Options that name the box and the catalog; the next command needs them too.
    pub place: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Old {
    Model,
    List,
    Force,
    Experimental,
    Refresh,
    Setup,
    Token,
}

/// Options of the older program; a blank where it had no short one. `--experimental` is ours, for lines that mix both.
const OPTIONS: [(&str, char, Old); 9] = [
    ("model", 'm', Old::Model),
    ("list", 'l', Old::List),
    ("force", 'f', Old::Force),
    ("show-experimental", 'e', Old::Experimental),
    ("experimental", ' ', Old::Experimental),
    ("refresh-cache", ' ', Old::Refresh),
    ("setup", 's', Old::Setup),
    ("hf-token", ' ', Old::Token),
    ("token", ' ', Old::Token),
];

/// Options of today that every command takes, with and without a value.
const WITH_VALUE: [&str; 5] = ["facts", "simulate", "smi", "catalog", "root"];
const WITHOUT: [&str; 2] = ["json", "help"];

/// Says what a command line means that is not understood as it stands. A token is refused wherever it stands, since
/// whoever complains about the line would repeat it.
pub(super) fn translate(
    args: &[String],
    is_verb: impl Fn(&str) -> bool,
    is_task: impl Fn(&str) -> bool,
) -> Translation {
    if args.iter().take_while(|arg| *arg != "--").any(|arg| is_token(arg)) {
        return Translation::Refused(token());
    }
    let Some(line) = Line::read(args) else { return Translation::Current };
    let has = |option: Old| line.found.contains(&option);
    let task = match line.words.as_slice() {
        [] => None,
        [word] if !is_verb(word) && (is_task(word) || !line.found.is_empty()) => Some(word.as_str()),
        _ => return Translation::Current,
    };
    if line.found.is_empty() && task.is_none() {
        return Translation::Current;
    }
    let model = line.model.as_deref().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    if has(Old::Model) && model.as_ref().is_none_or(|name| name.starts_with('-')) {
        return Translation::Refused(no_model());
    }
    if has(Old::Setup) {
        let named = model.or_else(|| task.filter(|word| !is_task(word)).map(str::to_owned));
        return named.map_or_else(|| Translation::Refused(no_model_to_set_up()), |model| setup(&model, &line));
    }
    let mut short = vec!["list".to_owned()];
    let asked = match (has(Old::List), model, task) {
        (true, ..) => {
            short.push("--all".into());
            None
        }
        (_, Some(model), _) => {
            short.push(model.clone());
            Some(model)
        }
        (_, None, Some(task)) if is_task(task) => {
            short.extend(["--task".into(), task.to_owned()]);
            None
        }
        (_, None, other) => {
            short.extend(other.map(str::to_owned));
            other.map(str::to_owned)
        }
    };
    for (option, name) in [(Old::Experimental, "--experimental"), (Old::Refresh, "--refresh-cache")] {
        if has(option) {
            short.push(name.into());
        }
    }
    // A word that no shell line can carry is not worth a note.
    let shown = words(&short, Shell::Sh).unwrap_or_else(|_| "list".to_owned());
    let forced = if has(Old::Force) { "; it asks nothing, so --force is left out" } else { "" };
    let note = format!("note: this is now \"tt-jukebox {shown}\"{forced}");
    let args = [short, line.place.clone(), line.flags].concat();
    Translation::Renamed(Renamed { args, model: asked, note, place: line.place })
}

/// A command line taken apart.
#[derive(Default)]
struct Line {
    found: Vec<Old>,
    model: Option<String>,
    words: Vec<String>,
    place: Vec<String>,
    flags: Vec<String>,
}

impl Line {
    /// None when there is an option that the older program did not have either.
    fn read(args: &[String]) -> Option<Self> {
        let mut line = Self::default();
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            if let Some(long) = arg.strip_prefix("--").filter(|long| !long.is_empty()) {
                let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
                if WITH_VALUE.contains(&name) {
                    line.place.push(arg.clone());
                    line.place.extend(value.is_none().then(|| rest.next().cloned()).flatten());
                } else if WITHOUT.contains(&name) {
                    line.flags.push(arg.clone());
                } else {
                    line.take(option_of(name)?, value.map(str::to_owned), &mut rest);
                }
            } else if let Some(short) =
                arg.strip_prefix('-').filter(|short| !short.is_empty() && !short.starts_with('-'))
            {
                let mut letters = short.chars();
                while let Some(letter) = letters.next() {
                    let (.., option) = OPTIONS.iter().find(|(_, short, _)| *short == letter && letter != ' ')?;
                    let joined =
                        (*option == Old::Model && !letters.as_str().is_empty()).then(|| letters.as_str().to_owned());
                    let ends = joined.is_some();
                    line.take(*option, joined, &mut rest);
                    if ends {
                        break;
                    }
                }
            } else if arg != "--" {
                line.words.push(arg.clone());
            }
        }
        Some(line)
    }

    fn take<'a>(&mut self, option: Old, value: Option<String>, rest: &mut impl Iterator<Item = &'a String>) {
        self.found.push(option);
        if option == Old::Model {
            self.model = value.or_else(|| rest.next().cloned());
        }
    }
}

/// The option that a name or its beginning means, when it can mean one only.
fn option_of(name: &str) -> Option<Old> {
    if let Some((.., option)) = OPTIONS.iter().find(|(long, ..)| *long == name) {
        return Some(*option);
    }
    let mut begun = OPTIONS.iter().filter(|(long, ..)| long.starts_with(name)).map(|(.., option)| *option);
    let first = begun.next()?;
    begun.all(|option| option == first).then_some(first)
}

fn is_token(arg: &str) -> bool {
    let name = arg.strip_prefix("--").map(|long| long.split('=').next().unwrap_or(long));
    name.is_some_and(|name| option_of(name) == Some(Old::Token))
}

fn token() -> Failure {
    Failure::new(
        FailureKind::Usage,
        "a token does not belong on a command line",
        "every user of this machine can read the command lines of running programs, and shells keep them in a file",
        "Put it into the environment as HF_TOKEN, or let `tt-jukebox login` or `hf auth login` keep it in the token file; both are found. If \
         others use this machine, revoke the token that you typed, and remove the line from the history of your shell.",
    )
}

/// The older program asked before it built anything, and so does ours; `--force` answered that question.
fn setup(model: &str, line: &Line) -> Translation {
    let mut short = vec!["setup".to_owned(), model.to_owned()];
    for (option, name) in [(Old::Force, "--yes"), (Old::Refresh, "--refresh-cache")] {
        short.extend(line.found.contains(&option).then(|| name.to_owned()));
    }
    let shown = words(&short, Shell::Sh).unwrap_or_else(|_| "setup".to_owned());
    let note = format!("note: this is now \"tt-jukebox {shown}\"");
    let args = [short, line.place.clone(), line.flags.clone()].concat();
    Translation::Renamed(Renamed { args, model: None, note, place: line.place.clone() })
}

fn no_model_to_set_up() -> Failure {
    let why = "a setup is for one model: its commits, its build and its weights";
    Failure::new(
        FailureKind::Usage,
        "no model is named to set up",
        why,
        "`tt-jukebox list` shows what runs here; then `tt-jukebox setup NAME`.",
    )
}

fn no_model() -> Failure {
    let why = "`--model` is followed by the name of a model or by some words of it";
    Failure::new(FailureKind::Usage, "no model is named", why, "For example `tt-jukebox list llama 8b`.")
}

#[cfg(test)]
#[path = "old_lines/tests.rs"]
mod tests;
