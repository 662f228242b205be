use super::*;
use crate::serving::targets::PublishedTarget;

fn level(concurrency: u64, first: f64, each: f64, all: f64) -> Level {
    Level {
        concurrency,
        first_token_ms_p50: first,
        first_token_ms_p95: first * 1.3,
        tokens_per_s_user_p50: each,
        tokens_per_s_user_p95: each * 0.9,
        tokens_per_s: all,
        ..Level::default()
    }
}

fn target(name: &str, first: f64, each: f64) -> PublishedTarget {
    PublishedTarget {
        name: name.into(),
        concurrency: 1,
        first_token_ms: Some(first),
        tokens_per_s_user: Some(each),
        ..PublishedTarget::default()
    }
}

/// A measurement with everything that the picture knows. With `TT_JUKEBOX_CHART` set it is written there, to be looked at.
#[test]
fn the_picture_of_a_measurement() {
    let old = Bench { levels: vec![level(1, 70.0, 25.0, 24.0)], ..Bench::default() };
    let mut bench =
        Bench { model: "org/<M> & co".into(), levels: vec![level(1, 80.0, 20.0, 19.0)], ..Bench::default() };
    expect_test::expect_file!["one-level.svg"].assert_eq(&chart(&bench));
    bench.levels.extend([level(4, 95.5, 18.5, 70.0), level(16, 210.0, 12.0, 185.0), level(32, 420.0, 7.5, 230.0)]);
    bench.before = Some(Box::new(old));
    bench.targets =
        vec![target("functional", 510.0, 2.7), target("complete", 102.0, 13.5), target("target", 51.0, 27.0)];
    expect_test::expect_file!["everything.svg"].assert_eq(&chart(&bench));
}

#[test]
fn nothing_and_extremes_are_pictures_too() {
    for levels in [vec![], vec![level(1, 0.0, 0.0, 0.0)], vec![level(1024, 1e12, 1e-9, f64::MAX)]] {
        let svg = chart(&Bench { model: "\u{1b}]0;x".into(), levels, ..Bench::default() });
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "{svg}");
        assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains('\u{1b}'), "{svg}");
    }
}
