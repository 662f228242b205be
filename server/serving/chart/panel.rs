//! One panel of the picture: bars with their marks.

use std::fmt::Write as _;

use crate::serving::trouble::printable;

/// Width of a panel.
pub const PANEL: f64 = 240.0;
/// Room beside the bars.
pub const LEFT: f64 = 16.0;
/// Above and below them.
const TOP: f64 = 44.0;
const BOTTOM: f64 = 174.0;
/// A target so much higher than all that was measured would leave nothing of the bars.
const IN_SIGHT: f64 = 2.5;

/// One bar with what belongs to it.
pub struct Bar {
    /// Below it.
    pub label: String,
    /// Its height.
    pub value: f64,
    /// The value that 95 of 100 requests hold.
    pub p95: Option<f64>,
    /// The value of the last time.
    pub before: Option<f64>,
    /// Names and values of targets.
    pub targets: Vec<(String, f64)>,
}

/// Draws it.
pub fn panel(svg: &mut String, x: f64, title: &str, bars: &[Bar]) {
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
            let _ = writeln!(
                svg,
                "<rect class=\"o\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{before:.1}\"/>"
            );
        }
        let mut top = high;
        if let Some(p95) = bar.p95.map(height) {
            top = top.max(p95);
            let _ = writeln!(svg, "<path class=\"p\" d=\"M{left:.1} {:.1}h{thick:.1}\"/>", BOTTOM - p95);
        }
        for (name, value) in bar.targets.iter().filter(|(_, value)| in_sight(*value)) {
            // The first letter names it: there is no room for more.
            let (y, name) = (BOTTOM - height(*value), name.chars().take(1).collect::<String>());
            let _ = writeln!(svg, "<path class=\"t\" d=\"M{left:.1} {y:.1}h{thick:.1}\"/>");
            let _ = writeln!(
                svg,
                "<text class=\"n\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                left - 3.0,
                y + 3.0,
                escaped(&name)
            );
        }
        let y = (BOTTOM - top.max(bar.before.map_or(0.0, height)) - 5.0).max(TOP - 6.0);
        let _ = writeln!(svg, "<text class=\"m\" x=\"{middle:.1}\" y=\"{y:.1}\">{}</text>", figure(bar.value));
        let _ = writeln!(svg, "<text class=\"m\" x=\"{middle:.1}\" y=\"188\">{}</text>", bar.label);
    }
}

/// A figure for people.
pub fn figure(value: f64) -> String {
    if value < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

#[expect(clippy::cast_precision_loss, reason = "a handful of bars")]
fn count(number: usize) -> f64 {
    number as f64
}

/// Text as XML has it.
pub fn escaped(text: &str) -> String {
    let plain = printable(text);
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
