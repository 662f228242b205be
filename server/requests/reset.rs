//! `tenstorrent/reset/*`: plan a reset, free the boards, and prove that they are back.

use crate::device::sysfs::read_small;
use crate::device::{Host, Root, snapshot};
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{ReleaseParams, Released, ResetParams, ResetPlan, Verified, VerifyParams};
use crate::reset::plan::{self, Surroundings};
use crate::reset::release::Patience;
use crate::reset::verify::{Pace, Tell};
use crate::reset::{process, release as releasing, tt_smi, verify as verifying};
use crate::session::Session;

/// What a reset would do. Only `tt-smi --version` is run for it, which touches no device.
///
/// # Errors
/// Without a device, without a driver, without tt-smi, and for an address that names no board here.
pub async fn reset_plan(session: &Session, params: ResetParams) -> Result<ResetPlan> {
    let facts = session.facts()?;
    let host = crate::device::interpret(&facts);
    let mut around = Surroundings { simulated: not_this_host(session), ..Surroundings::default() };
    let program = snapshot::find(session.settings.get("tt_smi"), Some(session.settings.home()));
    if around.simulated.is_some() {
        around.tt_smi = "tt-smi".into();
        return plan::plan(&host, &params, &around);
    }
    // A host without a device is told so, whether tt-smi is there or not.
    let program = match program {
        Ok(program) => program,
        Err(why) => {
            plan::plan(&host, &params, &around)?;
            let next = "Install it with `pip install tt-smi`, or set tt_smi to its path.";
            return Err(Failure::new(FailureKind::Tool, "tt-smi is needed for a reset", why, next));
        }
    };
    around.version = tt_smi::ask(&program).await;
    around.tt_smi = program.display().to_string();
    around.containers = containers(&host);
    around.in_container = facts.system.container;
    around.guest = is_guest(&Root::new(session.settings.path("root").unwrap_or_else(|| "/".into())));
    around.visible_devices = std::env::var("TT_VISIBLE_DEVICES").ok();
    plan::plan(&host, &params, &around)
}

/// Ends the named processes.
///
/// # Errors
/// On a simulated box and for recorded facts, whose processes are not those of this host.
pub async fn release(session: &Session, params: ReleaseParams) -> Result<Released> {
    refuse_elsewhere(session)?;
    Ok(releasing::release(&params.holders, &Patience::default()).await)
}

/// Waits until the boards are back and alive.
///
/// # Errors
/// On a simulated box and for recorded facts, when nothing is expected, and when the host cannot be looked at.
pub async fn verify(session: &Session, params: VerifyParams) -> Result<Verified> {
    verify_and_tell(session, params, &mut |_| ()).await
}

/// The same, telling what is still missing while it waits.
///
/// # Errors
/// As [`verify`].
pub async fn verify_and_tell(session: &Session, params: VerifyParams, tell: Tell<'_>) -> Result<Verified> {
    refuse_elsewhere(session)?;
    verifying::verify(session, &params, &Pace::default(), tell).await
}

/// What stands in place of this host; none when it is this host.
fn not_this_host(session: &Session) -> Option<String> {
    match session.settings.stand_in() {
        Some("facts") => Some("recorded facts".into()),
        Some("smi") => Some("a saved snapshot".into()),
        Some(_) => session.settings.get("simulate").map(str::to_owned),
        None => session.settings.looks_elsewhere().then(|| "another tree of files".into()),
    }
}

fn refuse_elsewhere(session: &Session) -> Result<()> {
    let Some(name) = not_this_host(session) else { return Ok(()) };
    let what = "nothing can be reset here";
    let why = format!("this is not the host itself but {name}");
    Err(Failure::new(FailureKind::NotSupported, what, why, "Leave out the simulation or the recorded facts."))
}

fn containers(host: &Host) -> Vec<(u32, process::Container)> {
    let holders = host.chips.iter().flat_map(|chip| &chip.holders).filter(|holder| holder.pid > 0);
    let mut pids: Vec<u32> = holders.map(|holder| holder.pid).collect();
    pids.sort_unstable();
    pids.dedup();
    pids.into_iter().filter_map(|pid| Some((pid, process::other_container(pid)?))).collect()
}

/// True inside a virtual machine: x86 processors say so in their flags, and the makers of virtual boards in DMI.
fn is_guest(root: &Root) -> bool {
    let holds = |path: &str, words: &[&str]| {
        let text = read_small(&root.path(path));
        let text = text.as_ref().and_then(|reading| reading.text()).unwrap_or_default();
        words.iter().any(|word| text.contains(word))
    };
    holds("/proc/cpuinfo", &[" hypervisor"]) || holds("/sys/class/dmi/id/sys_vendor", &["QEMU", "VMware", "Xen"])
}
