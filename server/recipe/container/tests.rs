//! Container commands of each interface.

use std::sync::Arc;

use super::*;
use crate::catalog::Pinned;
use crate::catalog::spec::{Implementation, Model, ModelSpec, Release, Shared};
use crate::recipe::place::KeyFile;
use crate::recipe::{Purpose, Shell, render};
use serde_json::{Value, json};

fn values(value: Value) -> Shared {
    value.as_object().cloned().unwrap_or_default().into()
}

fn entry(engine: &str, version: &str) -> Entry {
    let release = Release {
        version: version.into(),
        vllm_commit: (engine == "vLLM").then(|| "5cbc982".into()),
        docker_image: format!("ghcr.io/tenstorrent/image:{version}-abc"),
        default_impl: true,
        max_context: Some(4096),
        vllm_args: values(json!({"model": "o/M", "max_model_len": "4096", "max_num_seqs": "32"})),
        env_vars: values(
            json!({"MESH_DEVICE": "N150", "ARCH_NAME": "wormhole_b0", "LD_PRELOAD": "/evil.so", "X": true}),
        ),
        tt_config: values(json!({"trace_region_size": 3})),
        ..Release::default()
    };
    let model = Model { hf_model_repo: "o/M".into(), model_name: "M".into(), ..Model::default() };
    let implementation =
        Implementation { impl_id: "tt_x".into(), impl_name: "tt-x".into(), ..Implementation::default() };
    let spec = ModelSpec {
        model_id: "id_x_M_n150".into(),
        device_type: "N150".into(),
        engine: engine.into(),
        model,
        release,
        implementation,
    };
    Entry { spec, pinned: Pinned::Same, releases: vec![0] }
}

fn place() -> Place {
    Place {
        home: "/h".into(),
        scratchpad: "/h/tt-scratchpad".into(),
        secrets: "/h/tt-scratchpad/server.env".into(),
        container_programs: vec!["docker".into()],
        host: "127.0.0.1".into(),
        port: 9000,
        hugepages: Some(true),
        ..Place::default()
    }
}

fn text(entry: &Entry, place: &Place, choices: &Choices) -> String {
    render(&container(entry, "0.20.0", place, choices).unwrap().0, Shell::Bash).unwrap()
}

#[test]
fn the_new_interface_takes_arguments_and_only_what_differs() {
    let choices = Choices { context: Some(2048), chips: Some("0,2".into()), ..Choices::default() };
    expect_test::expect![[r#"
        cd /h && \
        docker run \
            --rm \
            --name tt-jukebox-m-9000 \
            --env-file /h/tt-scratchpad/server.env \
            --publish 127.0.0.1:9000:8000 \
            --device /dev/tenstorrent/0:/dev/tenstorrent/0 \
            --device /dev/tenstorrent/2:/dev/tenstorrent/2 \
            --mount type=bind,src=/dev/hugepages-1G,dst=/dev/hugepages-1G \
            --volume volume_id_tt_x-M:/home/container_app_user/cache_root \
            --ipc host \
            ghcr.io/tenstorrent/image:0.20.0-abc \
            --model o/M \
            --tt-device n150 \
            --no-auth \
            --max-model-len 2048 \
            --max-num-batched-tokens 2048"#]]
    .assert_eq(&text(&entry("vLLM", "0.20.0"), &place(), &choices));
}

#[test]
fn the_old_interface_mounts_the_entry() {
    let (recipe, files) = container(&entry("vLLM", "0.9.0"), "0.20.0", &place(), &Choices::default()).unwrap();
    let text = render(&recipe, Shell::Bash).unwrap();
    assert!(
        text.contains("--env TT_MODEL_SPEC_JSON_PATH=/home/container_app_user/model_specs/id_x_M_n150.json"),
        "{text}"
    );
    assert!(text.contains("--shm-size 32G") && !text.contains("--tt-device") && text.ends_with(":0.9.0-abc"), "{text}");
    let file = files.iter().find(|file| file.purpose == Purpose::ModelSpec).unwrap();
    let mounted: Value = serde_json::from_str(&file.text).unwrap();
    let args = &mounted["device_model_spec"]["vllm_args"];
    assert_eq!((args["max_num_seqs"].as_str(), args["model"].as_str()), (Some("32"), Some("o/M")));
    assert_eq!(args["override_tt_config"], r#"{"trace_region_size":3}"#);
    assert_eq!(mounted["cli_args"]["no_auth"], true);
    assert!(mounted["env_vars"].get("LD_PRELOAD").is_none());
    assert!(recipe.notes.iter().any(|note| note.contains("hf download o/M")), "{:?}", recipe.notes);
    let snapshot = Choices { weights: Some("/hub/models--o--M/snapshots/abc/".into()), ..Choices::default() };
    let text = self::text(&entry("vLLM", "0.9.0"), &place(), &snapshot);
    assert!(
        text.contains("src=/hub/models--o--M,dst=/home/container_app_user/readonly_weights_mount/M,readonly"),
        "{text}"
    );
    assert!(
        text.contains("MODEL_WEIGHTS_PATH=/home/container_app_user/readonly_weights_mount/M/snapshots/abc"),
        "{text}"
    );
}

#[test]
fn media_and_forge_take_variables() {
    for (version, ids) in [("0.2.0", true), ("0.20.0", false)] {
        let text = text(&entry("media", version), &place(), &Choices::default());
        assert!(text.contains("--env MODEL=M") && text.contains("--env DEVICE=n150"), "{text}");
        assert!(text.contains("--env NO_AUTH=1") && text.contains("--env X=True"), "{text}");
        assert!(!text.contains("evil") && !text.contains("--model"), "{text}");
        assert_eq!(text.contains("DEVICE_IDS=(0)"), ids, "{text}");
    }
    let choices = Choices { context: Some(1), ..Choices::default() };
    let failure = container(&entry("forge", "0.20.0"), "0.20.0", &place(), &choices).unwrap_err();
    assert!(failure.what.contains("context means nothing"), "{failure}");
}

#[test]
fn hugepages_are_mounted_where_they_can_be_needed() {
    let mounted = |arch: &str, hugepages| {
        let mut entry = entry("media", "0.20.0");
        Arc::make_mut(&mut entry.spec.release.env_vars).insert("ARCH_NAME".into(), arch.into());
        text(&entry, &Place { hugepages, ..place() }, &Choices::default()).contains("hugepages-1G")
    };
    assert!(mounted("wormhole_b0", None) && mounted("blackhole", Some(true)));
    assert!(!mounted("blackhole", None) && !mounted("wormhole_b0", Some(false)));
}

#[test]
fn an_open_container_asks_for_the_key_of_the_file() {
    let open = Place { host: "0.0.0.0".into(), key_file: KeyFile::Good, ..place() };
    for engine in ["vLLM", "media"] {
        let text = text(&entry(engine, "0.20.0"), &open, &Choices::default());
        assert!(text.contains("--publish 0.0.0.0:9000:8000"), "{text}");
        assert!(!text.contains("--no-auth") && !text.contains("NO_AUTH"), "{text}");
    }
    let closed = Place { key_file: KeyFile::Missing, ..open };
    assert!(container(&entry("vLLM", "0.20.0"), "0.20.0", &closed, &Choices::default()).is_err());
}

#[test]
fn names_that_are_not_plain_are_refused() {
    for image in ["--privileged", "", "a image", "a\n", "-v=/:/x"] {
        let mut entry = entry("vLLM", "0.20.0");
        entry.spec.release.docker_image = image.into();
        let failure = container(&entry, "0.20.0", &place(), &Choices::default()).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Input, "{image}");
    }
    let mut entry = entry("vLLM", "0.9.0");
    entry.spec.model_id = "../../x".into();
    assert!(container(&entry, "0.20.0", &place(), &Choices::default()).is_err());
    let comma = Choices { weights: Some("/w,ro=false".into()), ..Choices::default() };
    assert!(container(&self::entry("vLLM", "0.9.0"), "0.20.0", &place(), &comma).is_err());
}

#[test]
fn podman_takes_the_place_of_docker() {
    let podman = Place { container_programs: vec!["podman".into()], ..place() };
    let (recipe, _) = container(&entry("media", "0.20.0"), "0.20.0", &podman, &Choices::default()).unwrap();
    assert_eq!(recipe.program, "podman");
    assert!(recipe.notes.iter().any(|note| note.contains("keep-groups")));
    let neither = Place { container_programs: vec![], ..place() };
    let (recipe, _) = container(&entry("media", "0.20.0"), "0.20.0", &neither, &Choices::default()).unwrap();
    assert!(recipe.notes.iter().any(|note| note.contains("neither docker nor podman")));
}
