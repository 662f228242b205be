//! What proves a step: an exit code, and what must be true besides. The looking is done by the request; here it is judged.

use serde::{Deserialize, Serialize};

use super::walkthrough::Step;
use crate::error::{Failure, FailureKind};

/// What proves a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// A look that somebody asked for has seen a board that answers.
    BoardSeen,
    /// A program that opens the board with ttnn ended with exit code 0, and a board is there.
    EnvironmentVerified,
    /// All files of a model that runs here are on this machine.
    WeightsComplete,
    /// A serving command has been made for this box.
    CommandMade,
    /// A model server answers.
    ServerReady,
    /// The editor's chat or `ask` got an answer.
    ChatAnswered,
    /// A script ended with exit code 0, and the files that it names are there.
    ScriptSucceeded,
    /// Files were written, and they are there.
    FilesWritten,
}

/// What is claimed about a step, and what the sidecar itself has seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    /// Exit code of what was run; none when nobody says.
    pub exit_code: Option<i32>,
    /// What was run, in words.
    pub run: String,
    /// Files that must be there; those that are not, or are empty.
    pub missing: Vec<String>,
    /// True when files were named at all.
    pub files_named: bool,
    /// What the sidecar looked for and did not find; none when it is there, or nothing is to be looked for.
    pub not_seen: Option<String>,
}

impl Proof {
    /// In words: when the step is ticked.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::BoardSeen => "a look at the hardware has seen a board that answers",
            Self::EnvironmentVerified => "a small program with ttnn has run on the board",
            Self::WeightsComplete => "all files of a model that runs here are on this machine",
            Self::CommandMade => "a serving command has been made for this machine",
            Self::ServerReady => "a model server answers",
            Self::ChatAnswered => "the chat has got an answer",
            Self::ScriptSucceeded => "the script has ended well",
            Self::FilesWritten => "the files are there",
        }
    }

    /// True when it takes the exit code of something that was run.
    pub fn needs_exit_code(self) -> bool {
        matches!(self, Self::EnvironmentVerified | Self::ScriptSucceeded)
    }

    /// Why the claim does not prove the step; none when it does.
    pub fn refuses(self, step: &Step, claim: &Claim) -> Option<Failure> {
        let no = |kind, why: String| {
            Some(Failure::new(kind, format!("{:?} is not done yet", step.title), why, step.hint.clone()))
        };
        let run = if claim.run.is_empty() { "what was run" } else { &claim.run };
        match claim.exit_code {
            Some(0) => {}
            Some(code) => return no(FailureKind::Tool, format!("{run} ended with exit code {code}")),
            None if self.needs_exit_code() => return no(FailureKind::Usage, format!("nobody knows how {run} ended")),
            None => {}
        }
        if let Some(missing) = claim.missing.first() {
            return no(FailureKind::Input, format!("{missing} is not there, or empty"));
        }
        if self == Self::FilesWritten && !claim.files_named {
            return no(FailureKind::Usage, "no file is named".into());
        }
        claim.not_seen.clone().and_then(|why| no(FailureKind::Input, why))
    }
}

#[cfg(test)]
mod tests {
    use super::super::walkthrough::walkthroughs;
    use super::*;

    #[test]
    fn a_click_proves_nothing() {
        for step in walkthroughs().unwrap().steps() {
            let Some(proof) = step.proof else { continue };
            let nothing = Claim { not_seen: Some("it is not there".into()), ..Claim::default() };
            let refused = proof.refuses(step, &nothing).unwrap();
            assert_eq!(refused.next, step.hint, "{}", step.id);
            let failed = Claim { exit_code: Some(1), run: "the script".into(), ..Claim::default() };
            assert_eq!(proof.refuses(step, &failed).unwrap().why, "the script ended with exit code 1");
        }
    }

    #[test]
    fn an_exit_code_and_what_it_left_behind_prove_it() {
        let step = walkthroughs().unwrap().step("image-generation").unwrap();
        let done = Claim { exit_code: Some(0), files_named: true, ..Claim::default() };
        assert_eq!(Proof::ScriptSucceeded.refuses(step, &done), None);
        let without = Claim { missing: vec!["/x/picture.png".into()], ..done.clone() };
        assert!(Proof::ScriptSucceeded.refuses(step, &without).unwrap().why.contains("picture.png"));
        assert_eq!(Proof::FilesWritten.refuses(step, &Claim { exit_code: None, ..done }), None);
    }
}
