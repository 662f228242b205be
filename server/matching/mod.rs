//! What runs on this box, and why. Pure: a question, a host and a catalog in, a ranked list with reasons out.

mod candidate;
mod exclusion;
mod experimental;
mod fit;
mod name;
mod rank;
pub mod task;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::spec::ModelSpec;
use crate::catalog::{Catalog, Entry};
use crate::device::topology::Placement;
use crate::device::{Host, products};
use crate::environment::Installed;
use task::Task;

pub use candidate::{Match, Readiness};
pub use exclusion::{Excluded, excluded};
pub use experimental::{Carried, taken_over};
pub use fit::Fit;
pub use name::{EXACT, Words, nearest};

/// A question to the catalog.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Words that the name or the repository must hold; none asks for everything.
    pub text: Option<String>,
    /// What the model must be for.
    pub task: Option<&'static Task>,
    /// At most so many answers.
    pub limit: Option<usize>,
    /// True for entries of every device, also of those that this box has not.
    pub every_device: bool,
    /// True for entries of other devices that may run here all the same.
    pub experimental: bool,
}

/// An entry that answers, and how it would run.
struct Answer<'a> {
    entry: &'a Entry,
    placement: Cow<'a, Placement>,
    carried: Option<Carried>,
    /// True for an entry of a device that this box has not, and that is only listed.
    elsewhere: bool,
    score: u32,
}

/// Every entry that runs on this box and answers the question, the best first.
pub fn matches(query: &Query, host: &Host, installed: &Installed, catalog: &Catalog) -> Vec<Match> {
    let words = query.text.as_deref().map(Words::new);
    let mut found = answers(query, words.as_ref().map(|words| |spec: &ModelSpec| words.score(spec)), host, catalog);
    if let (true, Some(words)) = (found.is_empty(), &words) {
        found = answers(query, Some(|spec: &ModelSpec| words.score_misspelt(spec)), host, catalog);
    }
    let mut ranked: Vec<(rank::Rank, Answer)> =
        found.into_iter().map(|answer| (rank::Rank::new(&answer, host, installed, catalog), answer)).collect();
    ranked.sort_by(|(a, _), (b, _)| a.cmp(b));
    ranked.truncate(query.limit.unwrap_or(usize::MAX));
    ranked.iter().map(|(_, answer)| candidate::describe(answer, host, installed, catalog)).collect()
}

fn answers<'a>(
    query: &Query,
    name: Option<impl Fn(&ModelSpec) -> Option<u32>>,
    host: &'a Host,
    catalog: &'a Catalog,
) -> Vec<Answer<'a>> {
    let score = |spec: &ModelSpec| {
        let task = query.task.map_or(Some(0), |task| task.score(spec))?;
        let name = name.as_ref().map_or(Some(0), |score| score(spec))?;
        Some(name * (task::MADE_FOR + 1) + task)
    };
    let mut found: Vec<Answer> = catalog
        .entries
        .iter()
        .filter_map(|entry| {
            // The device is asked first: it is the cheaper question and has fewer answers.
            let (placement, elsewhere) = match placement_for(&entry.spec, host) {
                Some(placement) => (Cow::Borrowed(placement), false),
                None if query.every_device => (Cow::Owned(elsewhere(&entry.spec)), true),
                None => return None,
            };
            Some(Answer { entry, placement, carried: None, elsewhere, score: score(&entry.spec)? })
        })
        .collect();
    if query.experimental && !query.every_device {
        found.extend(carried(score, host, catalog));
    }
    found
}

/// The entries of other devices that may run here, one for each model that has none of its own.
fn carried<'a>(score: impl Fn(&ModelSpec) -> Option<u32>, host: &'a Host, catalog: &'a Catalog) -> Vec<Answer<'a>> {
    let entries = || catalog.entries.iter();
    let listed = |entry: &&Entry| entry.spec.engine == "vLLM" && placement_for(&entry.spec, host).is_some();
    let listed: BTreeSet<&str> =
        entries().filter(listed).map(|entry| entry.spec.model.hf_model_repo.as_str()).collect();
    let mut best: BTreeMap<&str, (Distance, Answer)> = BTreeMap::new();
    for entry in entries().filter(|entry| !listed.contains(entry.spec.model.hf_model_repo.as_str())) {
        let spec = &entry.spec;
        let Some((distance, carried)) = nearest_way(spec, host) else { continue };
        let Some(score) = score(spec) else { continue };
        let repo = spec.model.hf_model_repo.as_str();
        if best.get(repo).is_none_or(|(known, _)| distance < *known) {
            let reason = format!("nobody has validated it on {}", carried.target);
            let placement = Cow::Owned(Placement { reason, ..elsewhere(spec) });
            best.insert(repo, (distance, Answer { entry, placement, carried: Some(carried), elsewhere: false, score }));
        }
    }
    best.into_values().map(|(_, answer)| answer).collect()
}

/// Reduced or not, and how far the two devices are apart in GB of memory.
type Distance = (bool, u32);

/// How an entry of another device runs on this box: unreduced before reduced, and then on the part nearest in size.
fn nearest_way(spec: &ModelSpec, host: &Host) -> Option<(Distance, Carried)> {
    let source = products::find(&spec.device_type)?;
    let targets = host.placements.iter().filter_map(|part| products::find(&part.device_type));
    let ways = targets.filter_map(|target| {
        let carried = experimental::carry(spec, target).ok()?;
        Some(((!carried.reduced.is_empty(), source.dram_gb.abs_diff(target.dram_gb)), carried))
    });
    ways.min_by_key(|(distance, _)| *distance)
}

/// How an entry that is listed for another device would run on this box; none when it is listed for a part of it, or when
/// something forbids it.
pub fn carry_here(spec: &ModelSpec, host: &Host) -> Option<Carried> {
    if placement_for(spec, host).is_some() {
        return None;
    }
    nearest_way(spec, host).map(|(_, carried)| carried)
}

/// The part of this box that the entry asks for. Where only the mesh is alike, code that is written for the other board
/// stays there.
pub fn placement_for<'a>(spec: &ModelSpec, host: &'a Host) -> Option<&'a Placement> {
    let carries_over = || spec.engine == "vLLM" && !experimental::is_bound(spec);
    let mut alike = host.placements.iter().filter(|placement| placement.device_type == spec.device_type);
    alike.find(|placement| !placement.vllm_only || carries_over())
}

/// Whether this host has what an entry needs, and what it lacks: memory, disk, firmware, driver, or an entry that is known
/// not to work.
pub fn verdict(entry: &Entry, host: &Host, installed: &Installed, catalog: &Catalog) -> (Fit, Vec<String>) {
    let mut reasons = Vec::new();
    if let Some(mark) = catalog.mark_on(entry) {
        let device = &entry.spec.device_type;
        reasons.push(format!("known not to work on {device}: {} ({}, {})", mark.what, mark.source, mark.date));
    }
    let fit = fit::judge(&entry.spec, host, installed, &mut reasons);
    (if catalog.mark_on(entry).is_some() { Fit::No } else { fit }, reasons)
}

/// The placement of an entry that this box cannot run.
fn elsewhere(spec: &ModelSpec) -> Placement {
    Placement {
        device_type: spec.device_type.clone(),
        exact: false,
        vllm_only: false,
        reason: "not a part of this box".into(),
    }
}
