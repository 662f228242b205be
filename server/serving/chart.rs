//! A measurement as a picture: three small bar charts in one SVG that needs nothing from outside and is read in light and
//! dark, since it brings its own background. Pure.

mod panel;

use std::fmt::Write as _;

use crate::protocol::{Bench, Level, PublishedTarget};
use panel::{Bar, LEFT, PANEL, escaped, figure, panel};

const WIDTH: f64 = 720.0;
const STYLE: &str = include_str!("chart/style.css");

/// Which figures a panel shows.
struct Of {
    value: fn(&Level) -> f64,
    p95: fn(&Level) -> Option<f64>,
    target: fn(&PublishedTarget) -> Option<f64>,
}

const FIRST: Of =
    Of { value: |l| l.first_token_ms_p50, p95: |l| Some(l.first_token_ms_p95), target: |t| t.first_token_ms };
const EACH: Of =
    Of { value: |l| l.tokens_per_s_user_p50, p95: |l| Some(l.tokens_per_s_user_p95), target: |t| t.tokens_per_s_user };
const ALL: Of = Of { value: |l| l.tokens_per_s, p95: |_| None, target: |_| None };

fn bar(of: &Of, level: &Level, old: &[Level], targets: &[PublishedTarget]) -> Bar {
    let targets = targets.iter().filter(|target| target.concurrency == level.concurrency);
    Bar {
        label: level.concurrency.to_string(),
        value: (of.value)(level),
        p95: (of.p95)(level),
        before: old.iter().find(|old| old.concurrency == level.concurrency).map(of.value),
        targets: targets.filter_map(|target| Some((target.name.clone(), (of.target)(target)?))).collect(),
    }
}

/// The picture of a measurement.
pub fn chart(bench: &Bench) -> String {
    let old = bench.before.as_deref().map_or(&[][..], |old| &old.levels);
    let panels = [
        ("First token, ms (lower is better)", FIRST),
        ("Tokens/s of one request", EACH),
        ("Tokens/s of all together", ALL),
    ]
    .map(|(title, of)| {
        (title, bench.levels.iter().map(|level| bar(&of, level, old, &bench.targets)).collect::<Vec<_>>())
    });
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} 216\" width=\"{WIDTH}\" height=\"216\" role=\"img\" \
         aria-labelledby=\"t d\">\n<title id=\"t\">{}</title>\n<desc id=\"d\">{}</desc>\n<style>{STYLE}</style>\n\
         <rect class=\"b\" x=\".5\" y=\".5\" width=\"719\" height=\"215\" rx=\"6\"/>\n",
        escaped(&format!("Measurement of {}", bench.model)),
        escaped(&in_words(bench)),
    );
    for (at, (title, bars)) in (0u8..).zip(&panels) {
        panel(&mut svg, f64::from(at) * PANEL + LEFT, title, bars);
    }
    let mut keys = vec!["below: requests at once; bar: median; line: 95 of 100".to_owned()];
    keys.extend(bench.before.as_ref().map(|_| "dashed: last time".into()));
    let mut names: Vec<&str> =
        panels.iter().flat_map(|(_, bars)| bars).flat_map(|bar| &bar.targets).map(|t| &*t.0).collect();
    names.sort_unstable();
    names.dedup();
    if !names.is_empty() {
        keys.push(format!("orange: {}", escaped(&names.join(", "))));
    }
    let _ = writeln!(svg, "<text x=\"{LEFT}\" y=\"207\">{}</text>", keys.join("; "));
    svg + "</svg>\n"
}

fn in_words(bench: &Bench) -> String {
    let level = |level: &Level| {
        format!(
            "{} at once: first token {} ms, {} tokens/s for each, {} for all",
            level.concurrency,
            figure(level.first_token_ms_p50),
            figure(level.tokens_per_s_user_p50),
            figure(level.tokens_per_s)
        )
    };
    bench.levels.iter().map(level).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
