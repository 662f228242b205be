//! A lesson put together for one box: its own section filled in, links and pictures of the walkthrough's page turned into
//! words, and the commands that stand in it.

use std::collections::BTreeMap;

use super::ability::Ability;
use super::placeholder::fill;
use super::source::{HERE, parts};
use super::walkthrough::Step;
use crate::error::Result;
use crate::protocol::LessonCommand;
use crate::requests::status::escape;

/// The lesson as Markdown. `first` stands above everything, for what the reader should know first.
///
/// # Errors
/// When a placeholder cannot be filled in.
pub fn written(
    text: &str,
    first: Option<&str>,
    ability: &Ability,
    nearest: Option<&Step>,
    values: &BTreeMap<&str, String>,
) -> Result<String> {
    let parts = parts(text);
    let (title, before) = parts.before.split_once('\n').unwrap_or((parts.before, ""));
    let mut lesson = format!("{title}\n");
    if let Some(first) = first {
        lesson.push_str(&format!("\n*{}*\n", escape(first)));
    }
    if ability.can {
        let here = fill(parts.here, values)?;
        lesson.push_str(&format!("{before}{HERE}\n\n{}\n\n{}", here.trim(), parts.after));
    } else {
        lesson.push_str(&format!("\n{}{before}{}", not_here(ability, nearest), parts.after));
    }
    Ok(without_links(&lesson))
}

/// Stands first: nobody should read a whole lesson to learn that it is not for them.
fn not_here(ability: &Ability, nearest: Option<&Step>) -> String {
    let mut text = format!("**This machine cannot do this step:** {}.\n", escape(&ability.why));
    if let Some(step) = nearest {
        let call = format!("```sh\ntt-jukebox lesson {}\n```", step.id);
        text.push_str(&format!("\nThe nearest that it can: **{}**.\n\n{call}\n", escape(&step.title)));
    }
    text
}

/// The text for readers who cannot press its links: the preview and the shell run no commands, and the pictures stand
/// beside the walkthrough's page only.
pub fn without_links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_block = false;
    for line in text.split_inclusive('\n') {
        in_block ^= line.starts_with("```");
        if in_block {
            out.push_str(line);
        } else if !line.starts_with("![") {
            out.push_str(&without_command_links(line));
        }
    }
    while out.contains("\n\n\n") {
        out = out.replace("\n\n\n", "\n\n");
    }
    out
}

fn without_command_links(line: &str) -> String {
    const LINK: &str = "](command:";
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once(LINK) {
        let (Some(open), Some((_, after))) = (before.rfind('['), after.split_once(')')) else { break };
        out.push_str(&before[..open]);
        out.push_str(&format!("**{}**", &before[open + 1..]));
        rest = after;
    }
    out + rest
}

/// The commands in a lesson: every block of code for a shell, with the heading that it stands under.
pub fn commands(lesson: &str) -> Vec<LessonCommand> {
    let mut commands = Vec::new();
    let (mut about, mut block): (String, Option<String>) = (String::new(), None);
    for line in lesson.lines() {
        match &mut block {
            Some(text) if line.starts_with("```") => {
                commands.push(LessonCommand { about: about.clone(), text: text.trim_end().to_owned() });
                block = None;
            }
            Some(text) => {
                text.push_str(line);
                text.push('\n');
            }
            None if line.trim_end() == "```sh" => block = Some(String::new()),
            None => {
                if let Some(heading) = line.strip_prefix("## ") {
                    about = heading.to_owned();
                }
            }
        }
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::super::walkthrough::walkthroughs;
    use super::*;

    const LESSON: &str = "# T\n\n![a picture](../pictures/x.svg)\n\nPress [Go](command:tenstorrent.go?%5B1%5D) or [b](https://x).\n\n\
                          ## On this machine\n\nRun on {{device}}:\n\n```sh\ntt-jukebox setup {{model}}\n```\n\n## Next\n\nc\n";

    #[test]
    fn a_lesson_for_a_box_that_can() {
        let values = BTreeMap::from([("device", "N1".to_owned()), ("model", "M m".to_owned())]);
        let can = Ability { can: true, ..Ability::default() };
        let lesson = written(LESSON, Some("Simulated."), &can, None, &values).unwrap();
        let expected = "# T\n\n*Simulated.*\n\nPress **Go** or [b](https://x).\n\n## On this machine\n\nRun on N1:\n\n\
                        ```sh\ntt-jukebox setup 'M m'\n```\n\n## Next\n\nc\n";
        assert_eq!(lesson, expected);
        let about = "On this machine".to_owned();
        assert_eq!(commands(&lesson), [LessonCommand { about, text: "tt-jukebox setup 'M m'".into() }]);
    }

    #[test]
    fn a_lesson_for_a_box_that_cannot_names_the_nearest() {
        let all = walkthroughs().unwrap();
        let cannot = Ability { why: "no such model".into(), ..Ability::default() };
        let nearest = all.step("vscode-chat").ok();
        let lesson = written(LESSON, None, &cannot, nearest, &BTreeMap::new()).unwrap();
        assert!(lesson.contains("cannot do this step:** no such model."), "{lesson}");
        assert!(lesson.contains("```sh\ntt-jukebox lesson vscode-chat\n```"), "{lesson}");
        assert!(!lesson.contains("setup") && !lesson.contains(HERE), "{lesson}");
        assert!(lesson.find("cannot do").unwrap() < lesson.find("Press **Go**").unwrap(), "{lesson}");
    }
}
