//! How far a run is, for people: before its steps are known, at its begin, and in one line.

use crate::protocol::{SetupProgress, SetupState, SetupStep, StepProgress};
use crate::setup::goal::Goal;
use crate::setup::plan::Plan;

/// The run has begun, and its steps are not known yet.
pub(super) fn before(goal: &Goal) -> SetupProgress {
    SetupProgress {
        schema: 1,
        kind: "begin".into(),
        title: title(&goal.model_name),
        message: "looks at what is done already".into(),
        plan: goal.id(),
        state: SetupState::Running,
        ..SetupProgress::default()
    }
}

fn title(model_name: &str) -> String {
    format!("Set up {model_name}")
}

/// Its steps are known, and nothing is done yet.
pub(super) fn first(plan: &Plan) -> SetupProgress {
    let step = |step: &SetupStep| StepProgress {
        id: step.id.clone(),
        title: step.title.clone(),
        state: if step.done { SetupState::Done } else { SetupState::Pending },
        ..StepProgress::default()
    };
    SetupProgress {
        schema: 1,
        kind: "begin".into(),
        title: title(&plan.shown.model_name),
        plan: plan.shown.id.clone(),
        state: SetupState::Running,
        of: u32::try_from(plan.steps.len()).unwrap_or(u32::MAX),
        steps: plan.shown.steps.iter().map(step).collect(),
        ..SetupProgress::default()
    }
}

/// One line for the person: what runs, and how far it is.
pub(super) fn message(progress: &SetupProgress) -> String {
    let running = progress.steps.iter().filter(|step| matches!(step.state, SetupState::Running | SetupState::Waiting));
    let parts: Vec<String> = running
        .map(|step| {
            #[expect(clippy::cast_precision_loss, reason = "per cent for people")]
            let share = step.done.zip(step.total.filter(|total| *total > 0)).map(|(done, total)| {
                let percent = done as f64 * 100.0 / total as f64;
                format!(" {:.0} %", percent.min(100.0))
            });
            let stalled = if step.stalled { ", nothing heard for a minute" } else { "" };
            let waits = if step.state == SetupState::Waiting { " (waits)" } else { "" };
            format!("{}{}{waits}{stalled}", step.title, share.unwrap_or_default())
        })
        .collect();
    format!("{}/{} {}", progress.step, progress.of, parts.join("; ")).trim_end().to_owned()
}
