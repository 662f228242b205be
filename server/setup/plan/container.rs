//! The steps of an entry that is served from its published image.

use super::{Step, command, words};
use crate::setup::facts::SetupFacts;
use crate::setup::goal::{ContainerGoal, Goal};
use crate::setup::proof::Proof;

pub(super) fn steps(goal: &Goal, container: &ContainerGoal, facts: &SetupFacts) -> Vec<Step> {
    let program = facts.container_program.as_deref().unwrap_or("docker");
    let image = Proof::Answers(words(&[program, "image", "inspect", "--format", "{{.Id}}", &container.image]));
    let why = format!("everything that serves {} is in it", goal.model_name);
    let volume = Proof::Answers(words(&[program, "volume", "inspect", "--format", "{{.Name}}", &container.volume]));
    vec![
        Step::new("image", "Pull the image", &why, image).network().runs([command(
            words(&[program, "pull", &container.image]),
            &facts.home,
            &[],
        )]),
        Step::new("volume", "Make the volume for weights and caches", "they outlive the container", volume)
            .runs([command(words(&[program, "volume", "create", &container.volume]), &facts.home, &[])]),
    ]
}
