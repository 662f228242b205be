//! A measurement as a picture: three small bar charts in one SVG that needs nothing from outside and is read in light and
//! dark, since it brings its own background. Pure.

use std::fmt::Write as _;

use crate::protocol::{Bench, Level};

const WIDTH: f64 = 720.0;
const PANEL: f64 = 240.0;
/// The area of the bars.
const LEFT: f64 = 16.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 174.0;
/// A target so much higher than all that was measured would leave nothing of the bars.
const IN_SIGHT: f64 = 2.5;

const STYLE: &str = ".b{fill:#fff;stroke:#d0d7de}text{font:11px system-ui,sans-serif;fill:#1f2328}.h{font-weight:600}\
    .m{text-anchor:middle}.g{stroke:#8c959f}.v{fill:#2f6feb}.o{fill:none;stroke:#6e7781;stroke-dasharray:3 2}.p{stroke:#1f2328;\
    stroke-width:2}.t{stroke:#b35900;stroke-width:1.5}.n{fill:#b35900;font-size:9px}@media(prefers-color-scheme:dark){.b{fill:\
    #1f1f1f;stroke:#3d444d}text{fill:#e6edf3}.v{fill:#4c8dff}.o{stroke:#9198a1}.p{stroke:#e6edf3}.t{stroke:#f0883e}.n{fill:\
    #f0883e}}";

/// One bar with what belongs to it.
struct Bar {
    label: String,
    value: f64,
    /// The value that 95 of 100 requests hold.
    p95: Option<f64>,
    /// The value of the last time.
    before: Option<f64>,
    /// Names and values of targets.
    targets: Vec<(String, f64)>,
}

/// The picture of a measurement.
pub fn chart(bench: &Bench) -> String {
    let old = bench.before.as_deref().map_or(&[][..], |old| &old.levels);
    let bars = |value: fn(&Level) -> f64, p95: Option<fn(&Level) -> f64>, target: Option<fn(&super::targets::Target) -> Option<f64>>| {
        let bar = |level: &Level| Bar {
            label: level.concurrency.to_string(),
            value: value(level),
            p95: p95.map(|p95| p95(level)),
            before: old.iter().find(|old| old.concurrency == level.concurrency).map(value),
            targets: bench
                .targets
                .iter()
                .filter(|of| of.concurrency == level.concurrency)
                .filter_map(|of| Some((of.name.clone(), target?(of)?)))
                .collect(),
        };
        bench.levels.iter().map(bar).collect::<Vec<_>>()
    };
    let panels = [
        (
            "First token, ms (lower is better)",
            bars(|l| l.first_token_ms_p50, Some(|l| l.first_token_ms_p95), Some(|t| t.first_token_ms)),
        ),
        (
            "Tokens/s of one request",
            bars(|l| l.tokens_per_s_user_p50, Some(|l| l.tokens_per_s_user_p95), Some(|t| t.tokens_per_s_user)),
        ),
        ("Tokens/s of all together", bars(|l| l.tokens_per_s, None, None)),
    ];
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
    let mut keys = vec!["bar: median", "black or white line: 95 of 100"];
    if bench.before.is_some() {
        keys.push("dashed: last time");
    }
    if panels.iter().flat_map(|(_, bars)| bars).any(|bar| !bar.targets.is_empty()) {
        keys.push("orange: published target");
    }
    let _ = writeln!(svg, "<text x=\"{LEFT}\" y=\"207\">{}; below each bar: requests at once</text>", keys.join(", "));
    svg + "</svg>\n"
}

fn panel(svg: &mut String, x: f64, title: &str, bars: &[Bar]) {
    let own = |bar: &Bar| bar.value.max(bar.p95.unwrap_or(0.0)).max(bar.before.unwrap_or(0.0));
    let most = bars.iter().map(own).fold(0.0, f64::max);
    let in_sight = |value: f64| value <= most * IN_SIGHT;
    let targets = bars.iter().flat_map(|bar| &bar.targets).map(|(_, value)| *value).filter(|value| in_sight(*value));
    let most = targets.fold(most, f64::max).max(f64::MIN_POSITIVE);
    let height = |value: f64| (value / most * (BOTTOM - TOP - 16.0)).max(0.0);
    let (right, width) = (x + PANEL - 2.0 * LEFT, (PANEL - 2.0 * LEFT) / count(bars.len()));
    let thick = (width * 0.6).min(36.0);
    let _ = writeln!(svg, "<text class=\"h\" x=\"{x:.0}\" y=\"24\">{title}</text>");
    let _ = writeln!(svg, "<path class=\"g\" d=\"M{x:.0} {BOTTOM}H{right:.0}\"/>");
    for (at, bar) in bars.iter().enumerate() {
        let middle = x + width * (count(at) + 0.5);
        let left = middle - thick / 2.0;
        let high = height(bar.value);
        let _ = writeln!(
            svg,
            "<rect class=\"v\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{thick:.1}\" height=\"{high:.1}\"/>",
            BOTTOM - high
        );
        if let Some(before) = bar.before.map(height) {
            let (y, x, wide) = (BOTTOM - before, left - 2.0, thick + 4.0);
            let _ = writeln!(svg, "<rect class=\"o\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{before:.1}\"/>");
        }
        let mut top = high;
        if let Some(p95) = bar.p95.map(height) {
            top = top.max(p95);
            let _ = writeln!(svg, "<path class=\"p\" d=\"M{left:.1} {:.1}h{thick:.1}\"/>", BOTTOM - p95);
        }
        for (name, value) in bar.targets.iter().filter(|(_, value)| in_sight(*value)) {
            let (y, from) = (BOTTOM - height(*value), middle - width / 2.0 + 1.0);
            let _ = writeln!(svg, "<path class=\"t\" d=\"M{from:.1} {y:.1}h{:.1}\"/>", width - 2.0);
            let _ = writeln!(svg, "<text class=\"n\" x=\"{from:.1}\" y=\"{:.1}\">{}</text>", y - 2.0, escaped(name));
        }
        let y = (BOTTOM - top.max(bar.before.map_or(0.0, height)) - 5.0).max(TOP - 6.0);
        let _ = writeln!(svg, "<text class=\"m\" x=\"{middle:.1}\" y=\"{y:.1}\">{}</text>", figure(bar.value));
        let _ = writeln!(svg, "<text class=\"m\" x=\"{middle:.1}\" y=\"188\">{}</text>", bar.label);
    }
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

fn figure(value: f64) -> String {
    if value < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

#[expect(clippy::cast_precision_loss, reason = "a handful of bars")]
fn count(number: usize) -> f64 {
    number as f64
}

fn escaped(text: &str) -> String {
    let plain = super::trouble::printable(text);
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests;
