//! The walkthroughs as `content/walkthrough.json` has them: steps, buttons, proofs, what each needs.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::proof::Proof;
use crate::error::{Failure, FailureKind, Result};
use crate::matching::nearest;

/// The file, as the program carries it.
const TEXT: &str = include_str!("../../content/walkthrough.json");

/// Everything in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Walkthroughs {
    /// Version of this shape.
    pub schema: u32,
    /// Commands and templates that steps name and that are not there yet. Such buttons are left out of the manifest.
    #[serde(default)]
    pub coming: Vec<String>,
    /// The walkthroughs.
    pub walkthroughs: Vec<Walkthrough>,
}

/// A walkthrough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Walkthrough {
    /// Its id in the manifest.
    pub id: String,
    /// Its title.
    pub title: String,
    /// A sentence or two.
    pub description: String,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its id.
    pub id: String,
    /// File below `content/lessons/`.
    pub lesson: String,
    /// Its title.
    pub title: String,
    /// Sentences and buttons, each on a line of its own.
    pub description: Vec<Line>,
    /// What proves it; none where another step's proof counts.
    #[serde(default)]
    pub proof: Option<Proof>,
    /// The step whose proof counts for this one as well.
    #[serde(default)]
    pub proved_by: Option<String>,
    /// What the machine must have.
    #[serde(default)]
    pub needs: Needs,
    /// Steps to do in its place where the machine cannot, the nearest first.
    #[serde(default)]
    pub nearest: Vec<String>,
    /// What to do when it did not work.
    #[serde(default)]
    pub hint: String,
}

/// A line of a description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Line {
    /// A button.
    Button(Button),
    /// A sentence.
    Text(String),
}

/// A button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Button {
    /// Its text.
    #[serde(rename = "button")]
    pub title: String,
    /// The command that it runs.
    pub command: String,
    /// What the command is called with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<serde_json::Value>,
}

/// What a step needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Needs {
    /// A Tenstorrent board.
    pub device: bool,
    /// The network.
    pub network: bool,
    /// A model of the catalog that runs on this box; its memory and disk are those of its entry.
    pub model: Option<ModelWanted>,
    /// True when a server of another machine, by the setting `server_url`, does as well.
    pub or_server: bool,
    /// The script that it runs.
    pub template: Option<Template>,
}

/// Which model a step needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelWanted {
    /// What it must be for; none takes any.
    pub task: Option<String>,
    /// True when it must run from a checkout on this host, not from a container.
    pub on_host: bool,
    /// `vLLM`, `media` or `forge`; none takes any.
    pub engine: Option<String>,
    /// Name of the code that must serve it.
    pub implementation: Option<String>,
    /// Families of which it must be one; empty takes any. The publisher's name of the code alone says too little: newer
    /// families have trees of their own under the same one.
    pub families: Vec<String>,
    /// Which of those that fit.
    pub pick: Pick,
}

/// Which of the models that fit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pick {
    /// The first of the list.
    #[default]
    Best,
    /// The one that needs the least disk.
    Smallest,
}

/// Whose Python runs a script.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Python {
    /// That of this system.
    #[default]
    System,
    /// That of tt-metal, with its variables.
    Metal,
    /// That of TT-Forge, without the variables of tt-metal.
    Forge,
}

/// A script of `templates/` and how it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// File below `templates/`, and below the scratchpad.
    pub file: String,
    /// Whose Python runs it.
    #[serde(default)]
    pub python: Python,
    /// Its arguments, which may be placeholders.
    #[serde(default)]
    pub arguments: Vec<String>,
}

impl Step {
    /// The step whose proof ticks this one: another's, or its own.
    pub fn ticked_by(&self) -> &str {
        self.proved_by.as_deref().unwrap_or(&self.id)
    }

    /// The name of its lesson: that of the file, without number and ending.
    pub fn lesson_name(&self) -> &str {
        let file = self.lesson.trim_end_matches(".md");
        file.split_once('-').map_or(file, |(_, name)| name)
    }

    /// Its buttons.
    pub fn buttons(&self) -> impl Iterator<Item = &Button> {
        self.description.iter().filter_map(|line| match line {
            Line::Button(button) => Some(button),
            Line::Text(_) => None,
        })
    }
}

impl Walkthroughs {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// When it is not what it should be.
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| {
            let what = "content/walkthrough.json could not be read";
            Failure::new(
                FailureKind::Internal,
                what,
                error.to_string(),
                "Correct the file; `cargo xtask content` checks it.",
            )
        })
    }

    /// Every step of every walkthrough.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.walkthroughs.iter().flat_map(|walkthrough| &walkthrough.steps)
    }

    /// The step with this id.
    ///
    /// # Errors
    /// When there is none.
    pub fn step(&self, id: &str) -> Result<&Step> {
        self.steps().find(|step| step.id == id).ok_or_else(|| self.no_lesson(id))
    }

    /// The first step of a lesson, by what people call one: its id in any case, its number, the name of its file.
    ///
    /// # Errors
    /// When there is none.
    pub fn lesson(&self, asked: &str) -> Result<&Step> {
        let asked = asked.trim().to_ascii_lowercase();
        let stem = asked.strip_suffix(".md").unwrap_or(&asked);
        let is_it = |step: &&Step| {
            let (file, name) = (step.lesson.trim_end_matches(".md"), step.lesson_name());
            let number = file.split('-').next().and_then(|number| number.parse::<u32>().ok());
            step.id == asked || stem == file || stem == name || number.is_some_and(|number| stem.parse() == Ok(number))
        };
        self.steps().find(is_it).ok_or_else(|| self.no_lesson(&asked))
    }

    fn no_lesson(&self, asked: &str) -> Failure {
        let mut names: Vec<&str> = self.steps().map(Step::lesson_name).collect();
        names.dedup();
        let next = match nearest(asked, names.iter().copied()).first() {
            Some(near) => format!("Did you mean {near}? `tt-jukebox lesson` lists them."),
            None => "`tt-jukebox lesson` lists them.".into(),
        };
        let what = format!("there is no lesson {asked:.100?}");
        Failure::new(FailureKind::Usage, what, format!("there are {}", names.join(", ")), next)
    }
}

/// The walkthroughs that the program carries.
///
/// # Errors
/// When the file that was compiled in is broken; a test sees to it that it is not.
pub fn walkthroughs() -> Result<&'static Walkthroughs> {
    static READ: OnceLock<Result<Walkthroughs>> = OnceLock::new();
    READ.get_or_init(|| Walkthroughs::parse(TEXT)).as_ref().map_err(Clone::clone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fourteen_steps_are_there_in_their_order() {
        let all = walkthroughs().unwrap();
        let setup = &all.walkthroughs[0];
        assert_eq!(setup.id, "tenstorrent.setup");
        let ids: Vec<&str> = setup.steps.iter().map(|step| step.id.as_str()).collect();
        let expected = "hardware-detection verify-installation download-model interactive-chat api-server vllm-production \
                        vscode-chat image-generation coding-assistant jukebox-environment forge-image-classification \
                        bounty-program explore-metalium metalium-cookbook";
        assert_eq!(ids[..14], expected.split(' ').collect::<Vec<_>>());
        for (number, step) in setup.steps.iter().enumerate() {
            assert_eq!(step.lesson, format!("{:02}-{}.md", number + 1, step.id));
            assert!(step.proof.is_some() && !step.hint.is_empty(), "{}", step.id);
        }
    }

    #[test]
    fn what_a_step_refers_to_is_there() {
        let all = walkthroughs().unwrap();
        for step in all.steps() {
            let proof = all.step(step.ticked_by()).unwrap();
            assert!(proof.proof.is_some(), "{} waits for a proof that nobody gives", step.id);
            for other in &step.nearest {
                assert!(all.step(other).is_ok() && *other != step.id, "{}: {other}", step.id);
            }
            if let Some(task) = step.needs.model.as_ref().and_then(|model| model.task.as_deref()) {
                assert!(crate::matching::task::find(task).is_some(), "{task}");
            }
        }
        assert!(all.step("no-such-step").unwrap_err().why.contains("api-server"));
    }

    #[test]
    fn a_lesson_is_found_by_whatever_people_call_it() {
        let all = walkthroughs().unwrap();
        for asked in ["api-server", "API-Server", "5", "05", "05-api-server", "05-api-server.md", " api-server "] {
            assert_eq!(all.lesson(asked).unwrap().id, "api-server", "{asked}");
        }
        assert_eq!(all.lesson("quickstart").unwrap().id, "quickstart-hardware");
        for wrong in ["", "99", "-", "md"] {
            assert!(all.lesson(wrong).is_err(), "{wrong}");
        }
        assert!(all.lesson("api-servr").unwrap_err().next.starts_with("Did you mean api-server?"));
    }

    #[test]
    fn a_word_that_nobody_knows_is_refused() {
        let broken = TEXT.replacen("\"hint\"", "\"hintt\"", 1);
        assert!(Walkthroughs::parse(&broken).is_err());
    }
}
