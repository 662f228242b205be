//! `tenstorrent/lessons` and `tenstorrent/lesson`: which lessons this machine can do, and one of them filled in for it.

mod forge;
mod values;

use crate::device::Host;
use crate::error::Result;
use crate::lessons::{self, Ability, Content, Here, Step, Walkthroughs, ability, nearest, parts};
use crate::matching::{self, Match, Query};
use crate::protocol::{Lesson, LessonParams, LessonRow, Lessons, LessonsParams};
use crate::session::{Session, Survey};

/// Every lesson, and whether this machine can do it.
///
/// # Errors
/// When the host or the catalog cannot be read.
pub async fn lessons(session: &Session, _: LessonsParams) -> Result<Lessons> {
    let content = Content::bundled()?;
    let found = Found::look(session)?;
    let mut files = Vec::new();
    let mut rows = Vec::new();
    for step in content.walkthroughs.steps() {
        if !files.contains(&&step.lesson) {
            files.push(&step.lesson);
            rows.push(found.row(step, &found.ability(step, &content.walkthroughs)?, &content)?);
        }
    }
    Ok(Lessons { schema: 1, simulated: found.host.simulated.clone(), lessons: rows })
}

/// A lesson for this machine: each command in it is one that this machine would run.
///
/// # Errors
/// When there is no such lesson, when the host or the catalog cannot be read, and when a command cannot be made.
pub async fn lesson(session: &Session, params: LessonParams) -> Result<Lesson> {
    lesson_of(session, &Content::bundled()?, &params.id).await
}

/// The same from the files of its writers.
///
/// # Errors
/// As [`lesson`], and when the file of the lesson cannot be read.
pub async fn lesson_of(session: &Session, content: &Content, id: &str) -> Result<Lesson> {
    let all = &content.walkthroughs;
    let step = all.lesson(id)?;
    let found = Found::look(session)?;
    let ability = found.ability(step, all)?;
    let text = content.lesson(&step.lesson)?;
    let values = if ability.can {
        values::of(session, &found.host, &ability, all.step(step.ticked_by())?, parts(&text).here).await?
    } else {
        Default::default()
    };
    let row = found.row(step, &ability, content)?;
    let near = row.nearest.as_deref().map(|id| all.step(id)).transpose()?;
    let first = found.host.simulated.as_ref().map(|name| format!("For a simulated {name}, not for this machine."));
    let markdown = lessons::written(&text, first.as_deref(), &ability, near, &values)?;
    let markdown = values::callable(&markdown, found.host.simulated.as_deref());
    Ok(Lesson {
        schema: 1,
        row,
        simulated: found.host.simulated,
        model_id: ability.model.map(|model| model.model_id),
        commands: lessons::commands(&markdown),
        markdown,
        values: values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    })
}

/// What was found for all steps alike.
struct Found {
    host: Host,
    matches: Vec<Match>,
    has_server: bool,
    done: Vec<String>,
}

impl Found {
    fn look(session: &Session) -> Result<Self> {
        let Survey { host, installed, catalog } = session.survey()?;
        let matches = matching::matches(&Query::default(), &host, &installed, &catalog);
        let has_server = session.settings.get("server_url").is_some_and(|url| !url.is_empty());
        Ok(Self { host, matches, has_server, done: session.progress.all().into_keys().collect() })
    }

    fn here(&self) -> Here<'_> {
        Here { host: &self.host, matches: &self.matches, has_server: self.has_server }
    }

    /// Steps can share a lesson, and a step that another one proves needs what that one needs: all of them count.
    fn ability(&self, step: &Step, all: &Walkthroughs) -> Result<Ability> {
        let mut abilities = Vec::new();
        for other in sharing(step, all) {
            abilities.push(ability(all.step(other.ticked_by())?, self.here()));
        }
        let cannot = abilities.iter().find(|ability| !ability.can);
        let with_model = || abilities.iter().find(|ability| ability.model.is_some());
        Ok(cannot.or_else(with_model).or(abilities.first()).cloned().unwrap_or_default())
    }

    fn row(&self, step: &Step, ability: &Ability, content: &Content) -> Result<LessonRow> {
        let all = &content.walkthroughs;
        let holds = |steps: &[Step]| steps.iter().any(|one| one.id == step.id);
        let walkthrough = all.walkthroughs.iter().find(|walkthrough| holds(&walkthrough.steps));
        let mut ticking = sharing(step, all).filter_map(|other| all.step(other.ticked_by()).ok());
        let near = if ability.can { None } else { ticking.find_map(|other| nearest(other, all, self.here())) };
        Ok(LessonRow {
            id: step.id.clone(),
            walkthrough: walkthrough.map(|walkthrough| walkthrough.id.clone()).unwrap_or_default(),
            title: parts(&content.lesson(&step.lesson)?).title.to_owned(),
            done: sharing(step, all).all(|other| self.done.iter().any(|done| done == other.ticked_by())),
            can: ability.can,
            why: ability.why.clone(),
            nearest: near.map(|near| near.id.clone()),
        })
    }
}

/// The steps with the lesson of this one.
fn sharing<'a>(step: &'a Step, all: &'a Walkthroughs) -> impl Iterator<Item = &'a Step> {
    all.steps().filter(|other| other.lesson == step.lesson)
}
