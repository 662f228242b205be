//! Devices that exist, what may stand in MESH_DEVICE for each, and what is a part of what.
//!
//! Source: `workflows/workflow_types.py` of tt-inference-server 0.20.0; for Blackhole Galaxy the files of 0.25.0.

use serde_json::Value;

use super::{About, Rule, as_text, quoted};

#[derive(PartialEq, Eq, Clone, Copy)]
enum Chip {
    Wormhole,
    Blackhole,
}

struct Device {
    name: &'static str,
    chip: Chip,
    chips: u64,
    /// Names in MESH_DEVICE. A mesh in figures, such as `(4, 8)`, may stand there as well.
    meshes: &'static [&'static str],
}

const DEVICES: [Device; 15] = [
    device("N150", Chip::Wormhole, 1, &["N150"]),
    device("N300", Chip::Wormhole, 2, &["N300"]),
    device("N150X4", Chip::Wormhole, 4, &["N150x4"]),
    device("T3K", Chip::Wormhole, 8, &["T3K"]),
    device("GALAXY_T3K", Chip::Wormhole, 8, &["T3K"]),
    device("GALAXY", Chip::Wormhole, 32, &["TG"]),
    device("DUAL_GALAXY", Chip::Wormhole, 64, &[]),
    device("QUAD_GALAXY", Chip::Wormhole, 128, &[]),
    device("P100", Chip::Blackhole, 1, &["P100"]),
    device("P150", Chip::Blackhole, 1, &["P150"]),
    device("P150X4", Chip::Blackhole, 4, &["P150x4"]),
    device("P150X8", Chip::Blackhole, 8, &["P150x8"]),
    device("P300", Chip::Blackhole, 2, &["P300"]),
    device("P300X2", Chip::Blackhole, 4, &["P300x2", "P150x4"]),
    device("BLACKHOLE_GALAXY", Chip::Blackhole, 32, &["BH-Galaxy"]),
];

const fn device(name: &'static str, chip: Chip, chips: u64, meshes: &'static [&'static str]) -> Device {
    Device { name, chip, chips, meshes }
}

fn find(name: &str) -> Option<&'static Device> {
    DEVICES.iter().find(|device| device.name == name)
}

pub(super) fn check(about: &mut About<'_>) {
    let spec = about.spec;
    let name = &spec.device_type;
    let Some(device) = find(name) else {
        let what = format!("{} is no Tenstorrent box that is known", quoted(name));
        about.remark(Rule::ImpossibleDevice, "device_type", what, [None, Some(name.as_str().into())]);
        return;
    };
    if let Some(mesh) = spec.release.env_vars.get("MESH_DEVICE").filter(|mesh| !is_mesh_of(mesh, device)) {
        let chips = device.chips;
        let usual = device.meshes.first().map_or_else(|| format!("a mesh of {chips} chips"), |mesh| (*mesh).to_owned());
        let what = format!("MESH_DEVICE is {} on {name}, which has {chips} chips", quoted(&as_text(mesh)));
        let values = [Some(usual.into()), Some(mesh.clone())];
        about.remark(Rule::MeshDevice, "env_vars.MESH_DEVICE", what, values);
    }
    if let Some(part) = &spec.release.subdevice_type {
        let fits = |part: &Device| part.chip == device.chip && part.chips <= device.chips;
        if !find(part).is_some_and(fits) {
            let what = format!("{} is no part of {name}", quoted(part));
            about.remark(Rule::ImpossiblePart, "subdevice_type", what, [None, Some(part.as_str().into())]);
        }
    }
}

/// True for a name of the device's mesh in vLLM, letter by letter, and for a mesh in figures of as many chips.
fn is_mesh_of(mesh: &Value, device: &Device) -> bool {
    let Some(mesh) = mesh.as_str() else { return false };
    if device.meshes.contains(&mesh) {
        return true;
    }
    let sides = mesh.trim().strip_prefix('(').and_then(|mesh| mesh.strip_suffix(')'));
    let sides = sides.and_then(|mesh| {
        let (rows, columns) = mesh.split_once(',')?;
        rows.trim().parse::<u64>().ok()?.checked_mul(columns.trim().parse().ok()?)
    });
    sides == Some(device.chips)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meshes_by_name_and_in_figures() {
        let is = |mesh: &str, name: &str| is_mesh_of(&mesh.into(), find(name).unwrap());
        for (mesh, name) in [
            ("TG", "GALAXY"),
            ("(4, 8)", "GALAXY"),
            ("(8,16)", "QUAD_GALAXY"),
            ("P150x4", "P300X2"),
            ("T3K", "GALAXY_T3K"),
        ] {
            assert!(is(mesh, name), "{mesh} on {name}");
        }
        for (mesh, name) in [
            ("GALAXY", "GALAXY"),
            ("P150X4", "P150X4"),
            ("(4, 4)", "GALAXY"),
            ("P300", "P150"),
            ("(1,", "N150"),
            ("", "T3K"),
        ] {
            assert!(!is(mesh, name), "{mesh} on {name}");
        }
    }
}
