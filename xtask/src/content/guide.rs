//! The pages for readers: the guide, the reference, the READMEs. Each page of a task has the same headings, troubleshooting has
//! a row for each finding of the doctor, and whatever stands there as code is known to the program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::{LazyLock, Mutex};

use anyhow::{Context, Result};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use regex::Regex;
use tt_jukebox::settings::{PROJECT_FILE, SETTINGS};

use super::Looked;
use super::markdown::check_page;
use super::pages::Editor;

/// The headings of a page of the guide, below its title.
const HEADINGS: [&str; 4] = ["On the command line", "In the editor", "What you should see", "When it fails"];
const TROUBLE: &str = "content/guide/troubleshooting.md";
const INDEX: &str = "content/guide/README.md";
const LISTS: [&str; 2] = ["README.md", "troubleshooting.md"];
/// Where findings are made.
const CHECKS: [&str; 2] = ["server/device", "server/doctor"];

static FINDING: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?:Finding::new|\bfinding)\(\s*(?:"([a-z_]+\.[a-z_]+)")?"#).ok());

pub fn check(looked: &mut Looked) -> Result<()> {
    let known = Known::read(&looked.root, &looked.commands)?;
    let mut pages = ["README.md", "editor-client/README.md", "content/faq.md"].map(str::to_owned).to_vec();
    for folder in ["content/guide", "content/reference"] {
        pages.extend(super::lesson_files(&looked.root.join(folder))?.iter().map(|file| format!("{folder}/{file}")));
    }
    let index = fs::read_to_string(looked.root.join(INDEX)).context(INDEX)?;
    for page in pages {
        let text = fs::read_to_string(looked.root.join(&page)).with_context(|| page.clone())?;
        check_page(looked, &page, &text)?;
        let name = page.strip_prefix("content/guide/");
        let headings: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        if name.is_some_and(|name| name != LISTS[0] && !index.contains(&format!("({name})"))) {
            looked.find(&page, format!("{INDEX} does not name it"));
        }
        if name.is_some_and(|name| !LISTS.contains(&name)) && headings != HEADINGS {
            looked.find(&page, format!("the headings are {headings:?}, and should be {HEADINGS:?}"));
        }
        for what in known.complaints(&text) {
            looked.find(&page, what);
        }
    }
    findings(looked)
}

/// Every finding of the doctor has its heading in troubleshooting, and every heading is one of them.
fn findings(looked: &mut Looked) -> Result<()> {
    let text = fs::read_to_string(looked.root.join(TROUBLE)).context(TROUBLE)?;
    let rows = |line: &str| Some(line.strip_prefix("### `")?.strip_suffix('`')?.to_owned());
    let rows: BTreeSet<String> = text.lines().filter_map(rows).collect();
    let mut ids = BTreeSet::new();
    for folder in CHECKS {
        for entry in fs::read_dir(looked.root.join(folder)).context(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                continue;
            }
            let source = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            // A test may make up what it likes.
            let source = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let found = FINDING.iter().flat_map(|finding| finding.captures_iter(source));
            ids.extend(found.filter_map(|found| Some(found.get(1)?.as_str().to_owned())));
        }
    }
    if ids.is_empty() {
        looked.find(TROUBLE, format!("no finding was seen in {}", CHECKS.join(" and ")));
    }
    for id in ids.difference(&rows) {
        looked.find(TROUBLE, format!("the doctor's finding {id} has no heading here"));
    }
    for row in rows.difference(&ids) {
        looked.find(TROUBLE, format!("the doctor has no finding {row}"));
    }
    Ok(())
}

/// What may be named as code.
struct Known {
    /// Ids of commands and settings of the editor, and of walkthroughs.
    ids: BTreeSet<String>,
    /// Titles in the palette.
    titles: BTreeSet<String>,
    /// Variables that the program reads.
    variables: BTreeSet<String>,
}

impl Known {
    fn read(root: &Path, commands: &BTreeSet<String>) -> Result<Self> {
        let editor = Editor::read(root)?;
        let mut ids = commands.clone();
        ids.extend(editor.settings()?.keys().cloned());
        let mut variables: BTreeSet<String> = SETTINGS.iter().map(|setting| setting.env.to_owned()).collect();
        // Of those that are no settings, this page has the list.
        variables.extend(super::pages::variables().map(str::to_owned));
        variables.insert("TT_JUKEBOX_DEV_CACHE".into());
        variables.insert("TT_JUKEBOX_VLLM".into());
        Ok(Self { ids, titles: editor.titles()?, variables })
    }

    fn complaints(&self, text: &str) -> Vec<String> {
        let mut complaints = Vec::new();
        let (mut shell, mut bold) = (false, None::<String>);
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) => shell = kind.as_ref() == "sh",
                Event::End(TagEnd::CodeBlock) => shell = false,
                Event::Start(Tag::Strong) => bold = Some(String::new()),
                Event::End(TagEnd::Strong) => complaints.extend(bold.take().and_then(|title| self.title(&title))),
                Event::Text(words) => {
                    if let Some(bold) = &mut bold {
                        bold.push_str(&words);
                    }
                    if shell {
                        let lines = words.replace("\\\n", " ");
                        complaints
                            .extend(lines.lines().filter_map(|line| self.variable(line).or_else(|| self.call(line))));
                    }
                }
                Event::SoftBreak => bold.iter_mut().for_each(|bold| bold.push(' ')),
                Event::Code(code) => complaints.extend(self.code(&code)),
                _ => {}
            }
        }
        complaints
    }

    /// A title in bold letters.
    fn title(&self, title: &str) -> Option<String> {
        let own = title.strip_prefix("Tenstorrent: ")?.trim_end_matches('…');
        (!self.titles.contains(own)).then(|| format!("no command has the title {title:?}"))
    }

    fn code(&self, code: &str) -> Option<String> {
        // What holds a space is a `when` clause, made of context keys.
        let is_id = code.starts_with("tenstorrent.") && code != PROJECT_FILE && !code.contains(['*', ' ']);
        if is_id && !self.ids.contains(code) {
            return Some(format!("{code} is no command and no setting"));
        }
        if let Some(what) = self.variable(code) {
            return Some(what);
        }
        // In a sentence, `tt-jukebox env remove` may leave out of what.
        self.call(code).filter(|what| !what.contains("required arguments were not provided"))
    }

    /// A variable with our own prefix that nobody reads.
    fn variable(&self, line: &str) -> Option<String> {
        let words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let unknown =
            words.filter(|word| word.starts_with("TT_JUKEBOX_")).find(|word| !self.variables.contains(*word))?;
        Some(format!("{unknown} is read by nothing"))
    }

    /// A call of our own program; others are not looked at.
    fn call(&self, line: &str) -> Option<String> {
        let words = shlex::split(line).unwrap_or_default();
        let at = words.iter().position(|word| !word.contains('='))?;
        let (program, args) = words[at..].split_first()?;
        if program != "tt-jukebox" || args.is_empty() {
            return None;
        }
        let own: Vec<String> =
            args.iter().take_while(|word| !["|", "<", ">", "&&", "…"].contains(&word.as_str())).cloned().collect();
        let error = complaint(&own)?;
        // Help and version are answers.
        let first = error.lines().next().unwrap_or_default();
        first.starts_with("error:").then(|| format!("`{line}`: {first}"))
    }
}

/// What the parser has to say about a call. Pages say the same often, and each look builds the whole parser.
fn complaint(call: &[String]) -> Option<String> {
    static KNOWN: Mutex<BTreeMap<Vec<String>, Option<String>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().ok()?;
    let look = || {
        let error = tt_jukebox::cli::understands(call).err()?;
        // `tt-jukebox env` names a group of commands, which is no call.
        let group = call.len() == 1 && tt_jukebox::cli::parser().find_subcommand(&call[0]).is_some();
        (!group).then_some(error)
    };
    known.entry(call.to_vec()).or_insert_with(look).clone()
}
