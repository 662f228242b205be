//! What the setup of an entry is to reach, by the settings, the catalog and the tree that is there already.

use super::command::make;
use crate::catalog::Entry;
use crate::environment::layout::{Layout, is_commit};
use crate::environment::weights::is_repo;
use crate::error::{Failure, FailureKind, Result};
use crate::recipe::{self, Choices, Place, Target, Variable};
use crate::session::{Session, Survey};
use crate::setup::goal::{ContainerGoal, Goal, HostGoal};
use crate::setup::proof;

/// The goal of an entry.
///
/// # Errors
/// When the entry cannot be served here, or its commits cannot be checked out.
pub(super) fn goal(
    session: &Session,
    survey: &Survey,
    entry: &Entry,
    place: &Place,
    choices: &Choices,
) -> Result<Goal> {
    let spec = &entry.spec;
    let made = make(entry, &survey.catalog, place, choices)?;
    let repo = spec.model.weights_repo();
    let program = std::env::current_exe().map_or("tt-jukebox".into(), |path| path.display().to_string());
    let mut goal = Goal {
        model_id: spec.model_id.clone(),
        model_name: spec.model.model_name.clone(),
        device_type: spec.device_type.clone(),
        engine: spec.engine.clone(),
        simulated: survey.host.simulated.clone(),
        target: made.target,
        min_disk_gb: spec.release.min_disk_gb,
        min_ram_gb: spec.release.min_ram_gb,
        files: made.files,
        downloader: downloader(&program),
        program,
        options: session.settings.as_variables().map(|(name, value)| Variable { name: name.into(), value }).collect(),
        hub: session.weights_dir().to_owned(),
        models: session.settings.home().join("models"),
        ..Goal::default()
    };
    if made.target == Target::Container {
        let volume = format!("volume_id_{}-{}", spec.implementation.impl_id, spec.model.model_name);
        goal.container = Some(ContainerGoal { image: spec.release.docker_image.clone(), volume });
        goal.notes.push("the container fetches its weights itself when it first starts, into its volume".into());
        return Ok(goal);
    }
    goal.weights = is_repo(repo).then(|| repo.to_owned());
    goal.host = Some(host_goal(session, entry, place)?);
    goal.notes.extend(recipe::decide(spec, place)?.notes);
    Ok(goal)
}

fn host_goal(session: &Session, entry: &Entry, place: &Place) -> Result<HostGoal> {
    let spec = &entry.spec;
    let metal = spec.release.tt_metal_commit.clone();
    let vllm = spec.release.vllm_commit.clone().unwrap_or_default();
    if let Some(wrong) = [&metal, &vllm].into_iter().find(|commit| !is_commit(commit)) {
        let what = format!("{:.100} cannot be set up", spec.model_id);
        let why = format!("{wrong:.60?} is no commit or tag that can be checked out");
        let next = "Choose an entry that names its commits, or one that runs as a container.";
        return Err(Failure::new(FailureKind::Input, what, why, next));
    }
    let decided = recipe::decide(spec, place)?;
    let layout = Layout::of_pair(&session.settings.environments(), &metal, &vllm);
    let setup = &decided.era.setup;
    let mut store = setup.repository.clone();
    if let Some(other) = &setup.or_repository {
        let lacks = |name: &str| {
            let store = layout.store(name);
            store.is_dir() && proof::resolve(&store, &vllm).is_err()
        };
        // The other one stays chosen once it is there: the worktree belongs to it.
        if lacks(&store) && !lacks(other) {
            store.clone_from(other);
        }
    }
    let url = |key: &str| session.settings.get(key).unwrap_or_default().to_owned();
    let arch = spec.release.env_vars.get("ARCH_NAME").and_then(serde_json::Value::as_str);
    Ok(HostGoal {
        metal_url: url("metal_url"),
        vllm_url: url(&format!("{store}_url")),
        vllm_store: store,
        era: decided.era.id.clone(),
        venv: decided.venv(&vllm).to_owned(),
        pythons: setup.python.clone(),
        installs: decided.install_steps(&vllm).to_vec(),
        arch: arch.filter(|arch| arch.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')).map(str::to_owned),
        layout,
        metal,
        vllm,
    })
}

/// The program that downloads weights: this one. Tests put another in its place, in debug builds only.
fn downloader(program: &str) -> String {
    #[cfg(debug_assertions)]
    if let Ok(path) = std::env::var("TT_JUKEBOX_TEST_DOWNLOADER") {
        return path;
    }
    program.to_owned()
}
