//! Entries that a command on this host cannot start, and why.

use super::choices::Target;
use crate::catalog::spec::ModelSpec;
use crate::error::{Failure, FailureKind};

/// Why there is no command of this kind for an entry; none when there is one.
pub fn refused(spec: &ModelSpec, target: Target) -> Option<Failure> {
    let refuse = |why: String, next: String| {
        let kind = match target {
            Target::Host => "command for this host",
            Target::Container => "container command",
        };
        let what = format!("{:.100} on {:.40} has no {kind}", spec.model.model_name, spec.device_type);
        Some(Failure::new(FailureKind::NotSupported, what, why, next))
    };
    if let Some(hosts) = hosts(spec) {
        return refuse(
            format!("it spans {hosts} hosts, whose containers are started together over MPI"),
            "Use run.py of tt-inference-server, which starts them all (workflows/multihost_orchestrator.py).".into(),
        );
    }
    if spec.device_type == "GPU" {
        return refuse("it is not for a Tenstorrent device".into(), "Name another device with --device.".into());
    }
    if target == Target::Host && spec.engine != "vLLM" {
        return refuse(
            format!("its engine is {:.30}, which runs only as a container", spec.engine),
            "Leave --target out, or use `--target container`.".into(),
        );
    }
    None
}

/// Hosts that an entry needs, when it is more than one.
fn hosts(spec: &ModelSpec) -> Option<u32> {
    match spec.device_type.as_str() {
        "DUAL_GALAXY" => Some(2),
        "QUAD_GALAXY" => Some(4),
        _ => None,
    }
}

/// What kind of command an entry gets when nobody says.
pub fn usual_target(spec: &ModelSpec) -> Target {
    if spec.engine == "vLLM" { Target::Host } else { Target::Container }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_started_here_says_why() {
        let spec = |engine: &str, device: &str| ModelSpec {
            engine: engine.into(),
            device_type: device.into(),
            ..ModelSpec::default()
        };
        for (engine, device, target, why) in [
            ("media", "N150", Target::Host, "runs only as a container"),
            ("vLLM", "DUAL_GALAXY", Target::Host, "spans 2 hosts"),
            ("vLLM", "QUAD_GALAXY", Target::Container, "spans 4 hosts"),
            ("vLLM", "GPU", Target::Host, "not for a Tenstorrent device"),
        ] {
            let failure = refused(&spec(engine, device), target).unwrap();
            assert_eq!(failure.kind, FailureKind::NotSupported);
            assert!(failure.why.contains(why), "{}", failure.why);
        }
        assert!(refused(&spec("forge", "P150"), Target::Container).is_none());
        assert!(refused(&spec("vLLM", "GALAXY"), Target::Host).is_none());
    }
}
