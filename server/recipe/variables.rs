//! The published environment of an entry on this host: paths of the container become paths of the checkout, and what the
//! tree does not heed is left out.

use serde_json::Value;

use super::arguments::word;
use super::era::Decided;
use super::place::Place;
use super::said::Said;
use super::shell::is_variable_name;
use super::writer::Writer;
use crate::catalog::spec::ModelSpec;

/// Home folder of the published images.
pub const CONTAINER_HOME: &str = "/home/container_app_user";

/// `MESH_DEVICE` by device name, for entries that publish none (tt-inference-server `workflows/workflow_types.py:96-120`,
/// 11ac526e).
const MESH: [(&str, &str); 15] = [
    ("N150", "N150"),
    ("N300", "N300"),
    ("P100", "P100"),
    ("P150", "P150"),
    ("P300", "P300"),
    ("N150X4", "N150x4"),
    ("P150X4", "P150x4"),
    ("P150X8", "P150x8"),
    ("P300X2", "P300x2"),
    ("T3K", "T3K"),
    ("GALAXY_T3K", "T3K"),
    ("GALAXY", "TG"),
    ("BLACKHOLE_GALAXY", "BH-Galaxy"),
    ("DUAL_GALAXY", "(8,8)"),
    ("QUAD_GALAXY", "(8,16)"),
];

/// The published `MESH_DEVICE` of a device, where an entry does not say its own.
pub fn usual_mesh(device_type: &str) -> Option<&'static str> {
    MESH.iter().find(|(device, _)| *device == device_type).map(|(_, mesh)| *mesh)
}

/// True for variables that decide which code is run: a spec file may set what the model reads, not what the loader does.
pub fn decides_what_runs(name: &str) -> bool {
    let own = ["TT_METAL_HOME", "PATH", "HOME", "SHELL", "ENV", "BASH_ENV", "IFS"].contains(&name);
    let secret = name.contains("API_KEY") || name.ends_with("_TOKEN") || name.ends_with("_SECRET");
    own || secret || ["LD_", "PYTHON", "DYLD_", "GIT_", "VLLM_PLUGINS"].iter().any(|prefix| name.starts_with(prefix))
}

/// Variables that choose the implementation: the tree reads them when it registers its models, and a galaxy entry without
/// them runs the wrong code (tt-inference-server `run_vllm_api_server.py:353-381`, 11ac526e).
pub fn text_versions(impl_id: &str) -> [(&'static str, &'static str); 2] {
    let version = |own: &'static str| if impl_id == own { own } else { "tt_transformers" };
    [("TT_LLAMA_TEXT_VER", version("llama3_70b_galaxy")), ("TT_QWEN3_TEXT_VER", version("qwen3_32b_galaxy"))]
}

/// Writes the published environment.
pub fn published(writer: &mut Writer, spec: &ModelSpec, said: &Said, decided: &Decided, place: &Place) {
    let metal = place.metal_home.display().to_string();
    for (name, value) in said.release.env_vars.iter() {
        if decides_what_runs(name) || !is_variable_name(name) {
            writer.note(format!("{name:.60?} of the spec file is not taken over: it decides what is run"));
            continue;
        }
        if name == "VLLM_USE_V1" && !decided.era.use_v1 {
            writer.note(format!("VLLM_USE_V1 is left out: trees of era {} have one engine only", decided.era.id));
            continue;
        }
        if matches!(value, Value::Null | Value::Array(_) | Value::Object(_)) {
            continue;
        }
        let value = word(value);
        let source = format!("{}, env_vars.{name}", said.file);
        match on_this_host(&value, &metal, &place.scratchpad.display().to_string()) {
            Moved::Not => writer.env(name, value, &source, ""),
            Moved::To(path) => writer.env(name, path, &source, "a path of the container, moved to this host"),
            Moved::Nowhere => {
                writer.note(format!("{name} of the spec file is left out: {value:.100?} exists in the container only"));
            }
        }
    }
    if !writer.recipe.env.iter().any(|variable| variable.name == "MESH_DEVICE")
        && let Some(mesh) = usual_mesh(&spec.device_type)
    {
        let rule = "the entry publishes none; tt-inference-server workflow_types.py:96-120";
        writer.env("MESH_DEVICE", mesh, &format!("the device name {}", spec.device_type), rule);
    }
    let mesh = writer.recipe.env.iter().find(|variable| variable.name == "MESH_DEVICE");
    match mesh.map(|variable| variable.value.clone()) {
        Some(mesh) if !decided.takes_mesh(&mesh) => {
            writer
                .note(format!("nothing at hand says that trees of era {} take MESH_DEVICE={mesh:.40}", decided.era.id));
        }
        Some(_) => {}
        None => writer.note(format!("no MESH_DEVICE is known for {:.40}", spec.device_type)),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Moved {
    /// It is no path of the container.
    Not,
    /// The path on this host.
    To(String),
    /// It is one, and has no counterpart here.
    Nowhere,
}

fn on_this_host(value: &str, metal: &str, scratchpad: &str) -> Moved {
    let home = |rest: &str| format!("{CONTAINER_HOME}/{rest}");
    let rows = [
        // Relative to the working folder of the container, `app/src` in its home.
        ("../../tt-metal".to_owned(), metal.to_owned()),
        (home("tt-metal"), metal.to_owned()),
        (home("cache_root"), format!("{scratchpad}/cache_root")),
        ("/tmp/TT_DIT_CACHE".to_owned(), format!("{scratchpad}/cache_root/TT_DIT_CACHE")),
    ];
    for (from, to) in rows {
        let Some(rest) = value.strip_prefix(&from).filter(|rest| rest.is_empty() || rest.starts_with('/')) else {
            continue;
        };
        return if rest.split('/').any(|part| part == "..") {
            Moved::Nowhere
        } else {
            Moved::To(format!("{to}{rest}"))
        };
    }
    if value.starts_with(CONTAINER_HOME) || value.starts_with("../") { Moved::Nowhere } else { Moved::Not }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_container_become_paths_of_this_host() {
        for (value, expected) in [
            ("../../tt-metal/tt_metal/fabric/x.textproto", Moved::To("/m/tt_metal/fabric/x.textproto".into())),
            ("../../tt-metal", Moved::To("/m".into())),
            ("/home/container_app_user/cache_root/dit", Moved::To("/s/cache_root/dit".into())),
            ("/tmp/TT_DIT_CACHE", Moved::To("/s/cache_root/TT_DIT_CACHE".into())),
            ("/home/container_app_user/app/server/x", Moved::Nowhere),
            ("../../tt-metal/../../etc/passwd", Moved::Nowhere),
            ("../../tt-metalx", Moved::Nowhere),
            ("32,64", Moved::Not),
        ] {
            assert_eq!(on_this_host(value, "/m", "/s"), expected, "{value}");
        }
    }

    #[test]
    fn the_implementation_chooses_its_own_code_and_nothing_else() {
        assert_eq!(text_versions("llama3_70b_galaxy")[0].1, "llama3_70b_galaxy");
        assert_eq!(text_versions("llama3_70b_galaxy")[1].1, "tt_transformers");
        assert_eq!(text_versions("qwen3_32b_galaxy")[1].1, "qwen3_32b_galaxy");
    }

    #[test]
    fn what_decides_what_runs_is_not_for_a_spec_file() {
        for name in ["LD_PRELOAD", "PYTHONPATH", "PATH", "VLLM_API_KEY", "HF_TOKEN", "JWT_SECRET"] {
            assert!(decides_what_runs(name), "{name}");
        }
        assert!(!decides_what_runs("MESH_DEVICE") && !decides_what_runs("VLLM_USE_V1"));
    }
}
