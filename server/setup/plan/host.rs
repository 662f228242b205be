//! The steps of an entry that is served from checkouts: two worktrees, a build, a Python environment and what goes into it.

use std::path::{Path, PathBuf};

use super::{Step, command, stamp_text, variable, words};
use crate::protocol::{Need, SetupCommand};
use crate::recipe::Variable;
use crate::recipe::era::InstallStep;
use crate::setup::facts::SetupFacts;
use crate::setup::goal::{Goal, HostGoal};
use crate::setup::half;
use crate::setup::proof::Proof;

/// Programs that the packages of the system bring, each under its possible names (tt-metal install_dependencies.sh;
/// clang-17 for the published pins, clang-20 for the newest).
pub(super) const TOOLS: [&[&str]; 3] = [&["cmake"], &["ninja"], &["clang++-20", "clang++-17", "clang++"]];

pub(super) fn steps(goal: &Goal, host: &HostGoal, facts: &SetupFacts) -> Vec<Step> {
    let layout = &host.layout;
    let (metal, vllm) = (layout.metal(), layout.vllm());
    let mut steps = vec![
        store("metal", "tt-metal", &host.metal_url, &host.metal, host, facts),
        worktree("metal", "tt-metal", &metal, &host.metal, host, facts),
        submodules(host, facts),
        // Before the long build: a commit that is nowhere shows itself at once, and the tree says how it is installed.
        store("vllm", &host.vllm_store, &host.vllm_url, &host.vllm, host, facts),
        worktree("vllm", &host.vllm_store, &vllm, &host.vllm, host, facts),
        system(&metal),
        build(host),
    ];
    let mut last = "metal.build".to_owned();
    for install in &host.installs {
        steps.push(self::install(install, &last, goal, host, facts));
        last.clone_from(&install.id);
    }
    steps
}

/// The bare repository that worktrees belong to: without file contents, which git fetches when a checkout needs them. A
/// whole clone of tt-metal took over an hour (tt-inference-server 7642d7fa4).
fn store(id: &str, name: &str, url: &str, commit: &str, host: &HostGoal, facts: &SetupFacts) -> Step {
    let store = host.layout.store(name);
    let path = store.display().to_string();
    let root = &host.layout.root;
    let title = format!("Fetch the history of {name}");
    let why = format!("{commit} is looked for in it; it is shared by all environments");
    let step =
        Step::new(&format!("{id}.store"), &title, &why, Proof::Store { store: store.clone(), commit: commit.into() });
    let refs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
    // Tidying up goes on in the background and would outlive the step.
    let quiet = ["-c", "gc.auto=0", "-c", "maintenance.auto=false"];
    let mut fetch = words(&["git", "-C", &path]);
    fetch.extend(words(&quiet));
    fetch.extend(words(&["fetch", "--filter=blob:none", "--progress", "origin"]));
    fetch.extend(refs.map(str::to_owned));
    let fetch = vec![command(fetch, root, &quiet_git())];
    let step = step.network().locked(store.with_extension("lock"));
    if facts.stores.contains(name) {
        return step.runs(fetch);
    }
    // A clone that is cut off must not pass for one: it gets its name at the end.
    let part = format!("{path}.part");
    let mut clone = words(&["git", "clone", "--bare", "--filter=blob:none", "--progress"]);
    if let Some(reference) = facts.references.get(name) {
        clone.extend(["--reference-if-able".to_owned(), reference.display().to_string()]);
    }
    clone.extend(["--".to_owned(), url.to_owned(), part.clone()]);
    let clone = [
        command(words(&["rm", "-rf", "--", &part]), root, &[]),
        command(clone, root, &quiet_git()),
        command(words(&["mv", "-T", "--", &part, &path]), root, &[]),
    ];
    // The setup of another environment may have made it before this step gets the lock.
    Step { once_there: Some((store, fetch)), ..step.runs(clone) }
}

/// Takes folders away, each under another name first: one that is removed only in part is never taken for a whole one.
fn remove<'a>(folders: impl Iterator<Item = &'a PathBuf>, host: &HostGoal, facts: &SetupFacts) -> Vec<SetupCommand> {
    let root = &host.layout.root;
    let aside = half::aside(&host.layout);
    let path = aside.display().to_string();
    let tidy = command(words(&["rm", "-rf", "--", &path]), root, &[]);
    // What a run has left there that was killed meanwhile.
    let mut commands: Vec<SetupCommand> = facts.half.contains(&aside).then(|| tidy.clone()).into_iter().collect();
    for folder in folders {
        let folder = folder.display().to_string();
        let away = command(words(&["mv", "-T", "--", &folder, &path]), root, &[]);
        commands.extend([tidy.clone(), SetupCommand { only_if: Some(folder), ..away }, tidy.clone()]);
    }
    commands
}

fn worktree(id: &str, name: &str, folder: &Path, commit: &str, host: &HostGoal, facts: &SetupFacts) -> Step {
    let store = host.layout.store(name);
    let (path, dir) = (store.display().to_string(), folder.display().to_string());
    let proof = Proof::Worktree { store: store.clone(), folder: folder.into(), commit: commit.into() };
    let title = format!("Check out {name} at {commit}");
    let mut commands = remove(facts.half.get(folder).into_iter(), host, facts);
    let root = &host.layout.root;
    commands.push(command(words(&["git", "-C", &path, "worktree", "prune"]), root, &[]));
    let add = ["git", "-C", &path, "worktree", "add", "--no-checkout", "--detach", &dir, commit];
    commands.push(command(words(&add), root, &quiet_git()));
    let checkout = ["git", "checkout", "--progress", "--force", "--detach", commit];
    commands.push(command(words(&checkout), folder, &quiet_git()));
    let why = "a folder of its own: no other checkout is moved, and other environments stay as they are";
    Step::new(&format!("{id}.worktree"), &title, why, proof)
        .network()
        .locked(store.with_extension("lock"))
        .after(&[&format!("{id}.store")])
        .runs(commands)
}

fn submodules(host: &HostGoal, facts: &SetupFacts) -> Step {
    let metal = host.layout.metal();
    let ours = [metal.clone(), host.layout.vllm(), half::aside(&host.layout)];
    let (work, git): (Vec<_>, Vec<_>) =
        facts.half.iter().filter(|path| !ours.contains(path)).partition(|path| path.starts_with(&metal));
    // git's own folder shows that the other one is half done, so it goes last.
    let mut commands = remove(work.into_iter().chain(git), host, facts);
    let update = ["git", "submodule", "update", "--init", "--recursive", "--progress", "--jobs", "4"];
    commands.push(command(words(&update), &metal, &quiet_git()));
    let title = "Fetch the submodules of tt-metal";
    let why = "the build needs their code, at the commits that this tree names";
    Step::new("metal.submodules", title, why, Proof::Submodules { folder: metal })
        .network()
        .after(&["metal.worktree"])
        .runs(commands)
}

fn system(metal: &Path) -> Step {
    let proof = Proof::Tools(TOOLS.iter().map(|names| words(names)).collect());
    let why =
        "compiler, cmake and libraries; only you can allow it, so it runs in a terminal and the setup waits for it";
    let mut step = Step::new("system", "Install the packages of the system", why, proof)
        .network()
        .after(&["metal.worktree"])
        .runs([command(words(&["sudo", "./install_dependencies.sh"]), metal, &[])]);
    step.shown.needs.push(Need::Sudo);
    step.shown.by_person = true;
    step
}

fn build(host: &HostGoal) -> Step {
    let metal = host.layout.metal();
    let home = metal.display().to_string();
    let mut env = vec![
        variable("CONFIG", "Release"),
        variable("LD_LIBRARY_PATH", format!("{home}/build/lib")),
        variable("PYTHONPATH", home.clone()),
        variable("TT_METAL_HOME", home),
    ];
    env.extend(host.arch.as_ref().map(|arch| variable("ARCH_NAME", arch.as_str())));
    let commands = vec![without_unset(command(words(&["./build_metal.sh"]), &metal, &env))];
    let proof = Proof::Stamp {
        file: host.layout.stamp("metal.build"),
        text: stamp_text(&[&host.metal], &commands),
        products: vec![metal.join("build/lib")],
    };
    let why = "the libraries and kernels that everything else runs on";
    Step::new("metal.build", "Build tt-metal", why, proof)
        .network()
        .after(&["metal.submodules", "system"])
        .runs(commands)
}

fn install(install: &InstallStep, last: &str, goal: &Goal, host: &HostGoal, facts: &SetupFacts) -> Step {
    let (metal, vllm) = (host.layout.metal(), host.layout.vllm());
    let venv = metal.join(&host.venv);
    let fill = |text: &str| {
        let rows = [("{metal}", &metal), ("{vllm}", &vllm), ("{venv}", &venv), ("{python}", &venv.join("bin/python"))];
        rows.iter().fold(text.to_owned(), |text, (name, path)| text.replace(name, &path.display().to_string()))
    };
    let folder = if install.checkout == "vllm" { &vllm } else { &metal };
    let mut env = python_env(&metal, &venv, facts);
    if install.fresh.is_some() {
        // The script makes the environment, so none is active.
        env.retain(|variable| variable.name != "VIRTUAL_ENV");
    }
    env.extend(install.env.iter().map(|(name, value)| variable(name, fill(value))));
    let mut run = without_unset(command(install.run.iter().map(|word| fill(word)).collect(), folder, &env));
    run.only_if = install.only_if.as_ref().map(|path| folder.join(path).display().to_string());
    let mut commands = Vec::new();
    if let Some(fresh) = &install.fresh {
        commands.push(command(words(&["rm", "-rf", "--", &fill(fresh)]), &host.layout.folder(), &[]));
    }
    commands.push(run);
    let products = install.product.iter().map(|product| fill(product).into()).collect();
    let mut after = vec![last];
    if install.checkout == "vllm" {
        after.push("vllm.worktree");
    }
    let proof = Proof::Stamp {
        file: host.layout.stamp(&install.id),
        text: stamp_text(&[&host.metal, &host.vllm, &goal.engine], &commands),
        products,
    };
    Step::new(&install.id, &install.title, &install.why, proof).network().after(&after).runs(commands)
}

/// The environment of a program that works in the virtual environment. uv lies in `~/.local/bin`, which is not on the PATH
/// of later shells (tt-metal#37007).
fn python_env(metal: &Path, venv: &Path, facts: &SetupFacts) -> Vec<Variable> {
    let path = format!("{}:{}:{}", venv.join("bin").display(), facts.home.join(".local/bin").display(), facts.path);
    vec![
        variable("PATH", path),
        variable("PYTHON_ENV_DIR", venv.display().to_string()),
        variable("TT_METAL_HOME", metal.display().to_string()),
        variable("VIRTUAL_ENV", venv.display().to_string()),
    ]
}

/// What is set need not be taken away.
fn without_unset(mut command: SetupCommand) -> SetupCommand {
    command.unset.retain(|name| !command.env.iter().any(|variable| variable.name == *name));
    command
}

/// git must not ask for a password that nobody can type.
fn quiet_git() -> Vec<Variable> {
    vec![variable("GIT_TERMINAL_PROMPT", "0")]
}
