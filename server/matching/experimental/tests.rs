//! What is taken over, what is refused, and the rules of reduced parameters.

use proptest::prelude::*;

use super::*;
use crate::catalog::spec::Model;

fn entry(device: &str, billions: f64, context: u64, users: u64) -> ModelSpec {
    ModelSpec {
        device_type: device.into(),
        engine: "vLLM".into(),
        model: Model { param_count: Some(billions), ..Model::default() },
        release: Release { max_context: Some(context), max_concurrency: Some(users), ..Release::default() },
        ..ModelSpec::default()
    }
}

fn on(spec: &ModelSpec, target: &str) -> Result<Carried, String> {
    carry(spec, products::find(target).unwrap())
}

#[test]
fn what_is_taken_over_and_what_is_not() {
    let same = on(&entry("P100", 8.0, 65536, 32), "P150").unwrap();
    assert_eq!((same.max_context, same.max_concurrency, same.reduced.len()), (65536, 32, 0));
    let less = on(&entry("N300", 7.0, 32768, 32), "N150").unwrap();
    expect_test::expect![[r#"
        [
            "context 9024 instead of 32768: about 4.6 GB are left beside the weights on N150, 16.6 GB on N300",
            "8 sequences at once instead of 32, for the same reason",
        ]
    "#]]
    .assert_debug_eq(&less.reduced);
    let refused = |spec: &ModelSpec, target: &str| on(spec, target).unwrap_err();
    assert!(refused(&entry("T3K", 70.0, 131_072, 32), "N150").contains("need about 74 GB"));
    assert_eq!(refused(&entry("N150", 1.0, 8192, 32), "P150"), "N150 is Wormhole and P150 is Blackhole");
    assert_eq!(
        refused(&entry("DUAL_GALAXY", 1.0, 8192, 32), "GALAXY"),
        "DUAL_GALAXY is two Wormhole Galaxies as a cluster"
    );
    assert_eq!(refused(&entry("GPU", 1.0, 8192, 32), "N150"), "GPU is no Tenstorrent device");
    let mut experts = entry("P300X2", 4.0, 65536, 32);
    experts.model.model_name = "diffusiongemma-26B-A4B-it".into();
    assert!(refused(&experts, "P150").contains("26 billion parameters"));
    let media = ModelSpec { engine: "media".into(), ..entry("N300", 1.0, 8192, 32) };
    assert!(refused(&media, "N150").contains("media engine"));
    let mut bound = entry("GALAXY", 8.0, 8192, 32);
    bound.implementation.impl_id = "llama3_70b_galaxy".into();
    assert!(refused(&bound, "T3K").contains("written for GALAXY alone"));
}

#[test]
fn what_ties_an_entry_to_its_device_stays_behind() {
    let values = |text: &str| serde_json::from_str::<Shared>(text).unwrap();
    let mut spec = entry("GALAXY", 8.0, 65536, 128);
    spec.release.env_vars =
        values(r#"{"MESH_DEVICE": "TG", "TT_MESH_GRAPH_DESC_PATH": "x", "WH_ARCH_YAML": "y", "A": "b"}"#);
    spec.release.vllm_args = values(r#"{"data-parallel-size": 4, "seed": 1}"#);
    let carried = on(&spec, "N150X4").unwrap();
    assert_eq!(carried.max_concurrency, 14, "of the 32 of one of four copies: {carried:?}");
    let pinned = Pinned::Other(Box::new(spec.release.clone()));
    let taken = taken_over(&Entry { spec, pinned, releases: vec![3] }, &carried);
    let Pinned::Other(then) = &taken.pinned else { panic!("{:?}", taken.pinned) };
    for release in [&taken.spec.release, &**then] {
        assert_eq!(release.env_vars, values(r#"{"A": "b"}"#));
        assert_eq!(release.vllm_args, values(r#"{"seed": 1}"#));
    }
    assert_eq!(taken.spec.device_type, "N150X4");
}

proptest! {
    #[test]
    fn reduced_parameters_hold_the_rules(billions in 0.1..200.0, context in 1_u64..1_000_000, users in 0_u64..1000) {
        for target in &products::PRODUCTS {
            for source in ["N300", "T3K", "GALAXY", "P300X2", "P150X8"] {
                let Ok(carried) = on(&entry(source, billions, context, users), target.name) else { continue };
                prop_assert!(carried.max_concurrency >= 1 && carried.max_context <= context);
                prop_assert!(carried.reduced.is_empty() || carried.max_context % USUAL_BLOCK == 0);
            }
        }
    }
}
