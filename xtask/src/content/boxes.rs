//! Every lesson, filled in for every simulated box and for a machine without a board: no placeholder is left, every command
//! can be read, and none of them is for another box.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, anyhow};
use tt_jukebox::device::simulate;
use tt_jukebox::lessons::placeholder;
use tt_jukebox::protocol::Lesson;
use tt_jukebox::requests;
use tt_jukebox::session::Session;
use tt_jukebox::settings::{Sources, resolve};

use super::Looked;
use super::calls::Known;
use super::markdown::{is_product, words};

pub fn check(looked: &mut Looked) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let home = tempfile::tempdir()?;
    let known = Known::read(&looked.root)?;
    let boxes = simulate::names().map_err(|failure| anyhow!("{failure}"))?;
    let mut lessons = BTreeMap::new();
    for step in looked.content.walkthroughs.steps() {
        lessons.entry(step.lesson.clone()).or_insert(step.id.clone());
    }
    for name in boxes.iter().map(|(name, _)| Some(name.as_str())).chain([None]) {
        let session = session(home.path(), name)?;
        let host = session.host().map_err(|failure| anyhow!("{failure}"))?;
        let here = name.unwrap_or("no board");
        for id in lessons.values() {
            let place = format!("{id} on {here}");
            match runtime.block_on(requests::lesson_of(&session, &looked.content, id)) {
                Ok(lesson) => check_lesson(looked, &place, &lesson, &host.runnable, &known),
                Err(failure) => looked.find(place, failure.to_string().replace('\n', " ")),
            }
        }
    }
    Ok(())
}

fn check_lesson(looked: &mut Looked, place: &str, lesson: &Lesson, runnable: &[String], known: &Known) {
    let text = &lesson.markdown;
    // Braces alone are JSON.
    if placeholder::used(text).into_iter().any(|name| placeholder::find(name).is_some()) {
        looked.find(place, "a placeholder is left");
    }
    if text.contains("](command:") || text.contains("![") {
        looked.find(place, "a link or a picture is left that only the walkthrough's page can show");
    }
    if !lesson.row.can && lesson.row.why.is_empty() {
        looked.find(place, "it cannot be done, and nobody says why");
    }
    let is_own = |word: &&str| runnable.iter().any(|device| device.eq_ignore_ascii_case(word));
    for other in words(text).filter(|word| is_product(word)).filter(|word| !is_own(word)) {
        let name = lesson.simulated.as_deref().unwrap_or_default();
        if !other.eq_ignore_ascii_case(name) {
            looked.find(place, format!("it names {other}, which is not in this box"));
        }
    }
    for command in &lesson.commands {
        for what in known.complaints(&command.text) {
            let first = command.text.lines().next().unwrap_or_default();
            looked.find(place, format!("`{first}`: {what}"));
        }
    }
    let blocks = text.matches("\n```sh\n").count();
    if blocks != lesson.commands.len() {
        looked.find(place, format!("{blocks} blocks, but {} commands", lesson.commands.len()));
    }
}

/// A session that knows the box and nothing of this machine.
fn session(home: &Path, simulate: Option<&str>) -> Result<Session> {
    let mut options = BTreeMap::from([
        ("catalog_updates".to_owned(), "off".to_owned()),
        ("root".to_owned(), home.join("empty").display().to_string()),
        ("environments".to_owned(), home.join("environments").display().to_string()),
    ]);
    if let Some(name) = simulate {
        options.insert("simulate".into(), name.into());
        options.remove("root");
    }
    let sources = Sources { options, options_name: "check", home: home.to_owned(), ..Sources::default() };
    Ok(Session::new(resolve(&sources).map_err(|failure| anyhow!("{failure}"))?))
}
