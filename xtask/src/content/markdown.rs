//! A page of Markdown: headings, links, pictures, names, width, and in lessons the placeholders.

use std::fs;
use std::path::Path;

use anyhow::Result;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use tt_jukebox::lessons::placeholder::{self, Kind};
use tt_jukebox::lessons::{HERE, parts};

use super::pages::MADE;
use super::{Looked, spelling};

/// The headings of a lesson below its title.
const HEADINGS: [&str; 7] =
    ["What you will have", "What it needs", "On this machine", "Do it", "What you should see", "When it fails", "Next"];
/// Beginnings of the addresses that a page may lead to.
const PLACES: [&str; 4] = [
    "https://github.com/tenstorrent/",
    "https://docs.tenstorrent.com/",
    "https://huggingface.co/",
    "https://keepachangelog.com",
];
const WIDTH: usize = 120;
/// What is said where nobody of us has seen it run.
const NOT_RUN: &str = "on a card";

/// A lesson.
pub fn check_lesson(looked: &mut Looked, file: &str, text: &str) -> Result<()> {
    let place = format!("content/lessons/{file}");
    check_page(looked, &place, text)?;
    let headings: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    if headings != HEADINGS {
        looked.find(&place, format!("the headings are {headings:?}, and should be {HEADINGS:?}"));
    }
    let parts = parts(text);
    for name in placeholder::used(parts.before).into_iter().chain(placeholder::used(parts.after)) {
        looked.find(&place, format!("{{{{{name}}}}} stands outside of \"{HERE}\", which alone is filled in"));
    }
    let names = placeholder::used(parts.here);
    for name in &names {
        match placeholder::find(name) {
            None => looked.find(&place, format!("there is no placeholder {{{{{name}}}}}")),
            Some(known) if known.kind == Kind::Command && !stands_alone(parts.here, name) => {
                looked.find(&place, format!("{{{{{name}}}}} is a command: it stands alone on a line of a block"));
            }
            Some(_) => {}
        }
    }
    let runs = names.iter().any(|name| ["verify_command", "script_command", "serve_command"].contains(name));
    if runs && !text.contains(NOT_RUN) {
        looked.find(&place, "it has commands for the board: say that nobody has run them on a card");
    }
    for (number, line) in text.lines().enumerate() {
        let place = format!("{place}:{}", number + 1);
        for name in words(line).filter(|word| is_product(word)) {
            looked.find(&place, format!("{name} is true for one box only; {{{{device}}}} is true for each"));
        }
        for path in ["/home/", "/root/", "/opt/", "~/"].iter().filter(|path| line.contains(**path)) {
            if line.replace("~/tt-scratchpad", "").contains(path) {
                looked.find(&place, format!("a path of one machine ({path}…): a placeholder knows that of each"));
            }
        }
    }
    Ok(())
}

/// Any page.
pub fn check_page(looked: &mut Looked, place: &str, text: &str) -> Result<()> {
    // The sentences of a page that is made stand elsewhere, some of them as names.
    let made = text.contains(MADE);
    let mut h1 = 0;
    let mut last_level = HeadingLevel::H1;
    let mut prose = String::new();
    let (mut in_code, mut link, mut alt) = (false, None::<String>, None::<String>);
    let at = |offset: usize| format!("{place}:{}", text[..offset].matches('\n').count() + 1);
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        let here = at(range.start);
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                h1 += usize::from(level == HeadingLevel::H1);
                if level as usize > last_level as usize + 1 {
                    looked.find(&here, format!("a heading {level} below a heading {last_level} leaves one out"));
                }
                last_level = level;
            }
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Start(Tag::Link { dest_url, .. }) => link = Some(dest_url.into_string()),
            Event::End(TagEnd::Link) => check_link(looked, &here, link.take().as_deref().unwrap_or_default()),
            Event::Start(Tag::Image { dest_url, .. }) => {
                alt = Some(String::new());
                check_link(looked, &here, &dest_url);
            }
            Event::End(TagEnd::Image) if alt.take().unwrap_or_default().trim().len() < 10 => {
                looked.find(&here, "a picture needs words for those who do not see it");
            }
            Event::Html(_) | Event::InlineHtml(_) => looked.find(&here, "HTML does not belong into a lesson"),
            Event::Text(words) => {
                if let Some(alt) = &mut alt {
                    alt.push_str(&words);
                }
                if !in_code {
                    prose.push_str(&words);
                }
            }
            Event::Code(_) => prose.push('¦'),
            Event::SoftBreak | Event::HardBreak => prose.push(' '),
            Event::End(_) => {
                let said = std::mem::take(&mut prose);
                for what in spelling::complaints(&said).into_iter().filter(|_| !made) {
                    looked.find(&here, what);
                }
            }
            _ => {}
        }
    }
    if h1 != 1 || !text.starts_with("# ") {
        looked.find(place, format!("a page begins with its title, and has one; this has {h1}"));
    }
    for (number, line) in text.lines().enumerate() {
        let may_be_long = made || line.starts_with(['|', '!']) || line.contains("://");
        if line.chars().count() > WIDTH && !may_be_long {
            looked.find(format!("{place}:{}", number + 1), format!("a line is wider than {WIDTH} letters"));
        }
    }
    Ok(())
}

fn check_link(looked: &mut Looked, place: &str, link: &str) {
    if let Some(command) = link.strip_prefix("command:") {
        let id = command.split('?').next().unwrap_or_default().to_owned();
        if !looked.commands.contains(&id) && !looked.is_coming(&id) {
            looked.find(place, format!("no command is called {id}"));
        }
    } else if link.contains("://") {
        if !PLACES.iter().any(|known| link.starts_with(known)) || link.contains(' ') {
            looked.find(place, format!("{link} is not at one of the places that are known: {}", PLACES.join(", ")));
        }
    } else {
        let file = place.rsplit_once(':').map_or(place, |(file, _)| file);
        let folder = looked.root.join(file).parent().unwrap_or(Path::new("")).to_owned();
        let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
        let path = if target.is_empty() { looked.root.join(file) } else { folder.join(target) };
        if !path.exists() {
            looked.find(place, format!("there is no {link}"));
        } else if !anchor.is_empty() && !anchors(&fs::read_to_string(path).unwrap_or_default()).any(|own| own == anchor)
        {
            looked.find(place, format!("no heading answers to {link}"));
        }
    }
}

/// The names by which the headings of a page are linked to, as GitHub and VS Code make them.
fn anchors(text: &str) -> impl Iterator<Item = String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    headings.map(|heading| {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
    })
}

/// True when the placeholder has lines of its own, in blocks of code, and stands nowhere else.
fn stands_alone(text: &str, name: &str) -> bool {
    let wanted = format!("{{{{{name}}}}}");
    let mut in_block = false;
    text.lines().all(|line| {
        in_block ^= line.starts_with("```");
        !line.contains(&wanted) || (in_block && line == wanted)
    })
}

/// The words of a text, for names of products.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

/// True for the spec name of a product, as `N150`. `GALAXY` and `GPU` are words, too.
pub fn is_product(word: &str) -> bool {
    let has_digits = word.bytes().any(|byte| byte.is_ascii_digit());
    has_digits && tt_jukebox::device::products::PRODUCTS.iter().any(|product| product.name.eq_ignore_ascii_case(word))
}
