//! A plan as Markdown. Text from outside means nothing in it.

use std::fmt::Write as _;

use crate::protocol::{Need, SetupPlan, SetupStep};
use crate::recipe::{Shell, words};
use crate::requests::status::{escape, escape_around_code};
use crate::setup::times;

pub(super) fn markdown(plan: &SetupPlan) -> String {
    let label = plan.simulated.as_ref().map_or("", |_| " (simulated)");
    let mut text = format!("# Set up {} on {}{label}\n\n", escape(&plan.model_name), escape(&plan.device_type));
    if let (Some(folder), Some(era)) = (&plan.folder, &plan.era) {
        let _ = writeln!(text, "Environment: {} (era {})\n", escape(folder), escape(era));
    }
    for obstacle in &plan.obstacles {
        let mark = if obstacle.blocking { "In the way" } else { "Note" };
        let _ = writeln!(
            text,
            "- **{mark}: {}** - {}. {}",
            escape_around_code(&obstacle.what),
            escape_around_code(&obstacle.why),
            escape_around_code(&obstacle.next)
        );
    }
    if !plan.obstacles.is_empty() {
        text.push('\n');
    }
    let done = plan.steps.iter().filter(|step| step.done).count();
    let _ = writeln!(text, "{done} of {} steps are done.\n", plan.steps.len());
    for (number, step) in plan.steps.iter().enumerate() {
        let mark = if step.done { "x" } else { " " };
        let _ = writeln!(
            text,
            "{}. [{mark}] **{}** - {}{}",
            number + 1,
            escape(&step.title),
            escape_around_code(&step.why),
            needs(step)
        );
        if step.done {
            continue;
        }
        let _ = writeln!(
            text,
            "\n   Done when {}; now: {}\n",
            escape_around_code(&step.proof),
            escape_around_code(&step.missing)
        );
        if let Some(seconds) = step.expected_seconds {
            let _ = writeln!(text, "   It {}.\n", times::words(seconds));
        }
        text.push_str("   ```sh\n");
        for command in &step.commands {
            let line = words(&command.argv, Shell::Bash).unwrap_or_else(|error| format!("# {error}"));
            let _ = writeln!(text, "   {line}");
        }
        text.push_str("   ```\n\n");
    }
    for note in &plan.notes {
        let _ = writeln!(text, "- {}", escape_around_code(note));
    }
    text
}

fn needs(step: &SetupStep) -> String {
    let word = |need: &Need| match need {
        Need::Sudo => "sudo",
        Need::Network => "network",
        Need::Token => "a token where the repository is gated",
    };
    let words: Vec<&str> = step.needs.iter().map(word).collect();
    if words.is_empty() { String::new() } else { format!(" (needs {})", words.join(", ")) }
}
