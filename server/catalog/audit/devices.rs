//! Devices that exist, what may stand in MESH_DEVICE for each, and what is a part of what.

use serde_json::Value;

use super::{About, Rule, as_text, quoted};
use crate::device::products::{Product, find};

/// Names of meshes in vLLM by device, for those that have one. Source: `workflows/workflow_types.py` of
/// tt-inference-server 0.20.0; for Blackhole Galaxy the file of 0.25.0.
const MESHES: [(&str, &[&str]); 13] = [
    ("N150", &["N150"]),
    ("N300", &["N300"]),
    ("N150X4", &["N150x4"]),
    ("T3K", &["T3K"]),
    ("GALAXY_T3K", &["T3K"]),
    ("GALAXY", &["TG"]),
    ("P100", &["P100"]),
    ("P150", &["P150"]),
    ("P150X4", &["P150x4"]),
    ("P150X8", &["P150x8"]),
    ("P300", &["P300"]),
    ("P300X2", &["P300x2", "P150x4"]),
    ("BLACKHOLE_GALAXY", &["BH-Galaxy"]),
];

fn meshes_of(device: &Product) -> &'static [&'static str] {
    MESHES.iter().find(|(name, _)| *name == device.name).map_or(&[], |(_, meshes)| *meshes)
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
        let usual =
            meshes_of(device).first().map_or_else(|| format!("a mesh of {chips} chips"), |mesh| (*mesh).to_owned());
        let what = format!("MESH_DEVICE is {} on {name}, which has {chips} chips", quoted(&as_text(mesh)));
        let values = [Some(usual.into()), Some(mesh.clone())];
        about.remark(Rule::MeshDevice, "env_vars.MESH_DEVICE", what, values);
    }
    if let Some(part) = &spec.release.subdevice_type {
        let fits = |part: &Product| part.arch == device.arch && part.chips <= device.chips;
        if !find(part).is_some_and(fits) {
            let what = format!("{} is no part of {name}", quoted(part));
            about.remark(Rule::ImpossiblePart, "subdevice_type", what, [None, Some(part.as_str().into())]);
        }
    }
}

/// True for a name of the device's mesh in vLLM, letter by letter, and for a mesh in figures of as many chips.
fn is_mesh_of(mesh: &Value, device: &Product) -> bool {
    let Some(mesh) = mesh.as_str() else { return false };
    if meshes_of(device).contains(&mesh) {
        return true;
    }
    let sides = mesh.trim().strip_prefix('(').and_then(|mesh| mesh.strip_suffix(')'));
    let sides = sides.and_then(|mesh| {
        let (rows, columns) = mesh.split_once(',')?;
        rows.trim().parse::<u32>().ok()?.checked_mul(columns.trim().parse().ok()?)
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
