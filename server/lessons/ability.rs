//! Whether this box can do a step, with which model, and what is nearest where it cannot. Pure.

use super::walkthrough::{ModelWanted, Needs, Pick, Step, Walkthroughs};
use crate::device::Host;
use crate::environment::weights::WeightState;
use crate::matching::{Fit, Match, Readiness};

/// What this box has for a step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ability {
    /// True when the step can be done here.
    pub can: bool,
    /// Why not; empty where it can.
    pub why: String,
    /// The model for it.
    pub model: Option<Match>,
    /// How many models would do.
    pub models: usize,
}

/// What a question about abilities looks at.
#[derive(Debug, Clone, Copy)]
pub struct Here<'a> {
    /// The host.
    pub host: &'a Host,
    /// Everything that runs on it, the best first.
    pub matches: &'a [Match],
    /// True when the settings name a model server elsewhere.
    pub has_server: bool,
}

/// Whether the step can be done here.
pub fn ability(step: &Step, here: Here<'_>) -> Ability {
    let needs = &step.needs;
    let without_server = of_this_box(needs, here);
    // A server elsewhere does as well; a model of this box is still worth naming.
    Ability { can: without_server.can || needs.or_server && here.has_server, ..without_server }
}

fn of_this_box(needs: &Needs, here: Here<'_>) -> Ability {
    if needs.device && here.host.boards.is_empty() {
        let why = format!("there is no Tenstorrent device here: {}", here.host.product_reason);
        return Ability { why, ..Ability::default() };
    }
    let Some(wanted) = &needs.model else { return Ability { can: true, ..Ability::default() } };
    let suits: Vec<&Match> = here.matches.iter().filter(|found| suits(found, wanted)).collect();
    let fits: Vec<&Match> = suits.iter().copied().filter(|found| found.fit != Fit::No).collect();
    let Some(model) = choose(&fits, wanted.pick) else {
        let why = match suits.first() {
            Some(found) => format!("no such model fits: {}", found.reasons.join("; ")),
            None => none_suits(wanted, here.host),
        };
        return Ability { why, ..Ability::default() };
    };
    Ability { can: true, why: String::new(), model: Some(model.clone()), models: fits.len() }
}

/// The first of the step's alternatives that can be done here.
pub fn nearest<'a>(step: &Step, all: &'a Walkthroughs, here: Here<'_>) -> Option<&'a Step> {
    step.nearest.iter().filter_map(|id| all.step(id).ok()).find(|other| ability(other, here).can)
}

fn suits(found: &Match, wanted: &ModelWanted) -> bool {
    let here = !matches!(found.readiness, Readiness::Elsewhere | Readiness::Experimental);
    let task = wanted.task.as_ref().is_none_or(|task| found.tasks.contains(task));
    let engine = wanted.engine.as_ref().is_none_or(|engine| found.engine == *engine);
    let code = wanted.implementation.as_ref().is_none_or(|name| found.implementation == *name);
    let family = wanted.families.is_empty() || wanted.families.contains(&found.family);
    here && task && engine && code && family && (!wanted.on_host || found.command)
}

/// What is downloaded already comes first: nobody wants to wait twice.
fn choose<'a>(fits: &[&'a Match], pick: Pick) -> Option<&'a Match> {
    let is_here = |found: &&&Match| found.weights.state == WeightState::Complete;
    let gigabytes = |found: &Match| found.min_disk_gb.unwrap_or(f64::MAX);
    // An experiment that happens to be small is no beginning, nor is what the newest release has dropped.
    let doubts = |found: &Match| (!found.validated, !found.current);
    let smallest = || fits.iter().min_by(|a, b| doubts(a).cmp(&doubts(b)).then(gigabytes(a).total_cmp(&gigabytes(b))));
    let chosen = fits.iter().find(is_here).or_else(|| match pick {
        Pick::Best => fits.first(),
        Pick::Smallest => smallest(),
    });
    chosen.copied()
}

fn none_suits(wanted: &ModelWanted, host: &Host) -> String {
    let box_name = host.product.as_deref().unwrap_or("this combination of boards");
    let kind = wanted.task.as_deref().map(|task| format!(" for the task {task}")).unwrap_or_default();
    let how = match wanted {
        ModelWanted { implementation: Some(name), .. } => format!(" that runs on the code {name}"),
        ModelWanted { engine: Some(name), .. } => format!(" of the engine {name}"),
        ModelWanted { on_host: true, .. } => " that runs without a container".to_owned(),
        _ => String::new(),
    };
    format!("no model{kind}{how} is published for {box_name}")
}
