//! Everything that stands in the way of a setup, found at once, before anything runs.

use super::Step;
use crate::protocol::Obstacle;
use crate::setup::facts::SetupFacts;
use crate::setup::goal::Goal;
use crate::setup::proof::Missing;

/// Owners of repositories that are gated, as far as the catalog has such (tt-inference-server `setup_host.py`, 11ac526e).
/// A warning rests on it and nothing else: the hub says what is true now.
const OFTEN_GATED: [&str; 4] = ["meta-llama/", "google/", "black-forest-labs/", "stabilityai/"];

const GIB: f64 = 1024.0 * 1024.0 * 1024.0;

pub(super) fn obstacles(goal: &Goal, facts: &SetupFacts, steps: &[Step]) -> Vec<Obstacle> {
    let open = |id: &str| steps.iter().any(|step| step.shown.id == id && !step.shown.done);
    let mut found = Vec::new();
    disks(goal, facts, open("weights"), &mut found);
    memory(goal, facts, &mut found);
    tools(goal, facts, steps, &mut found);
    moved(facts, steps, &mut found);
    if goal.container.is_some() {
        container(facts, &mut found);
    }
    if let Some(why) = &facts.device_trouble {
        let next = "`sudo chmod 666 /dev/tenstorrent/*` until the next start, or the udev rule of tt-kmd for good.";
        add(&mut found, "device", false, "the device may not be opened by you", why, next);
    }
    if let Some(repo) = goal.weights.as_deref().filter(|_| open("weights") && !facts.token)
        && OFTEN_GATED.iter().any(|owner| repo.starts_with(owner))
    {
        let why = format!("{repo} is of an owner whose repositories mostly are gated, and there is no token");
        let next =
            format!("Accept the licence on https://huggingface.co/{repo} and log in with a token that may read it.");
        add(&mut found, "token", false, "the weights may need a token", &why, &next);
    }
    if let Some(port) = facts.port_taken {
        let next =
            "Stop what listens there before you serve, or choose another port; the setup itself does not need it.";
        add(&mut found, "port", false, &format!("port {port} is taken"), "somebody listens on 127.0.0.1", next);
    }
    found
}

fn add(found: &mut Vec<Obstacle>, id: &str, blocking: bool, what: &str, why: &str, next: &str) {
    let [what, why, next] = [what, why, next].map(str::to_owned);
    found.push(Obstacle { id: id.to_owned(), blocking, what, why, next });
}

/// Space for the weights, and whether folders can be written to. Nothing is published about the size of an environment,
/// so none is held against its disk.
fn disks(goal: &Goal, facts: &SetupFacts, weights_open: bool, found: &mut Vec<Obstacle>) {
    if let (Some(asked), true) = (goal.min_disk_gb, weights_open || goal.container.is_some()) {
        let asked = (asked - facts.weights_gib).max(0.0);
        #[expect(clippy::cast_precision_loss, reason = "GiB for people: 53 bits are enough")]
        let free = facts.weights.free.map(|bytes| bytes as f64 / GIB);
        if let Some(free) = free.filter(|free| *free < asked) {
            let what = format!("{:.1} GB more of disk are needed at {}", asked - free, facts.weights.folder.display());
            let why = format!("the publisher asks for {asked:.1} GB that are still to come, {free:.1} GB are free");
            let next = match goal.host {
                Some(_) => "Free some space, or put the weights elsewhere with HF_HOME.",
                None => "Free some space, for example with `docker image prune`.",
            };
            add(found, "disk", true, &what, &why, next);
        }
    }
    let disks = facts.environments.iter().chain(goal.weights.as_ref().filter(|_| weights_open).map(|_| &facts.weights));
    for disk in disks {
        if let Some(why) = &disk.read_only {
            let what = format!("{} cannot be written to", disk.folder.display());
            let next =
                "Correct its rights, or choose another folder: the setting environments, and HF_HOME for weights.";
            add(found, "rights", true, &what, why, next);
        }
    }
}

fn memory(goal: &Goal, facts: &SetupFacts, found: &mut Vec<Obstacle>) {
    if let (Some(need), Some(total)) = (goal.min_ram_gb, facts.ram_gib)
        && total < need
    {
        let why = format!("the publisher asks for {need} GB, this machine has {total}");
        let next = "The model may not start here: choose a smaller one, or go on if you know better.";
        add(found, "ram", false, "there is too little memory", &why, next);
    }
}

fn tools(goal: &Goal, facts: &SetupFacts, steps: &[Step], found: &mut Vec<Obstacle>) {
    let Some(host) = &goal.host else { return };
    if !facts.tools.contains("git") {
        let why = "it is not on PATH, and every step begins with it";
        add(found, "git", true, "git is missing", why, "`sudo apt-get install git`, or what your system has for it.");
    }
    if let Some(step) = steps.iter().find(|step| step.shown.id == "system" && !step.shown.done) {
        let next = "The step for the packages of the system installs them; it needs sudo, so it runs in a terminal.";
        add(found, "packages", false, "packages of the system are missing", &step.shown.missing, next);
    }
    let venv_open = steps.iter().any(|step| step.shown.id == "venv" && !step.shown.done);
    if venv_open && !host.pythons.iter().any(|version| facts.pythons.contains(version)) {
        let here: Vec<&str> = facts.pythons.iter().map(String::as_str).collect();
        let here = if here.is_empty() { "none".to_owned() } else { here.join(", ") };
        let why = format!("trees of era {} work with Python {}; on PATH: {here}", host.era, host.pythons.join(", "));
        let next =
            "Newer trees fetch their Python with uv; for the older ones install python3.10 with its venv module.";
        add(found, "python", false, "no Python of a version that this tree works with", &why, next);
    }
    if host.installs.iter().any(|install| install.run.first().is_some_and(|program| program == "uv"))
        && !facts.tools.contains("uv")
        && !facts.home.join(".local/bin/uv").is_file()
    {
        let why = "it is neither on PATH nor in ~/.local/bin";
        let next = "create_venv.sh of newer trees installs it; if a step misses it: `pip install uv`.";
        add(found, "uv", false, "uv is not there yet", why, next);
    }
}

/// A checkout that somebody has moved, or a folder that is none: nothing is taken away from its owner.
fn moved(facts: &SetupFacts, steps: &[Step], found: &mut Vec<Obstacle>) {
    for step in steps {
        let (why, next) = match facts.proofs.get(&step.shown.id) {
            Some(Some(Missing::Moved(_))) => (
                "somebody has moved this checkout; it is left alone",
                "Check the right commit out in it again, or `tt-jukebox env remove` the environment.",
            ),
            Some(Some(Missing::Foreign(_))) => (
                "no setup has left it so, and somebody may have work in it; it is left alone",
                "Bring its repository back, or move the folder to another place, then run the setup again.",
            ),
            _ => continue,
        };
        let what = format!("{}: {}", step.shown.title, step.shown.missing);
        add(found, &step.shown.id, true, &what, why, next);
    }
}

fn container(facts: &SetupFacts, found: &mut Vec<Obstacle>) {
    match (&facts.container_program, &facts.container_trouble) {
        (None, _) => {
            let next = "Install one of them, for example from https://docs.docker.com/engine/install.";
            add(found, "container", true, "neither docker nor podman is here", "none of them is on PATH", next);
        }
        (Some(program), Some(why)) => {
            let what = format!("{program} cannot be used by you");
            let next = "Start its service, and `sudo usermod -aG docker \"$USER\"`; then log in again.";
            add(found, "container", true, &what, why, next);
        }
        (Some(_), None) => {}
    }
    if facts.hugepages == Some(false) {
        let why =
            "/dev/hugepages-1G is not there; the device needs it where the IOMMU does not translate (tt-metal#21375)";
        let next = "`sudo ./install_dependencies.sh --hugepages` of tt-metal, or tt-system-tools, sets them up.";
        add(found, "hugepages", false, "there are no huge pages", why, next);
    }
}
