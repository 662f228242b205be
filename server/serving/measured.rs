//! A measurement in words: the rows of its table, and a Markdown document with the chart in it. Pure.

use std::fmt::Write as _;

use super::trouble::printable;
use crate::clock::date_and_time;
use crate::protocol::{Bench, Level};
use crate::requests::status::escape;

/// Heads of the columns of [`rows`].
pub const HEADER: [&str; 7] = [
    "AT ONCE",
    "FIRST TOKEN ms p50 / p95",
    "TOKENS/s EACH p50 / p95",
    "TOKENS/s ALL",
    "FAILED",
    "SINCE LAST TIME",
    "TARGET",
];
/// A change that is more than the usual ups and downs between two runs.
const REGRESSION: f64 = 0.9;

/// A row for each level.
pub fn rows(bench: &Bench) -> Vec<Vec<String>> {
    let row = |level: &Level| {
        vec![
            level.concurrency.to_string(),
            format!("{:.0} / {:.0}", level.first_token_ms_p50, level.first_token_ms_p95),
            format!("{:.1} / {:.1}", level.tokens_per_s_user_p50, level.tokens_per_s_user_p95),
            format!("{:.1}", level.tokens_per_s),
            level.failed.to_string(),
            before(bench, level).map_or_else(|| "-".to_owned(), |old| change(old.tokens_per_s, level.tokens_per_s)),
            level.reached.clone().map_or("-".into(), |name| if name.is_empty() { "none".into() } else { name }),
        ]
    };
    bench.levels.iter().map(row).collect()
}

fn before<'a>(bench: &'a Bench, level: &Level) -> Option<&'a Level> {
    bench.before.as_ref()?.levels.iter().find(|old| old.concurrency == level.concurrency)
}

/// A change in percent, with its sign.
fn change(before: f64, now: f64) -> String {
    if before > 0.0 { format!("{:+.0} %", (now / before - 1.0) * 100.0) } else { "-".into() }
}

/// What got slower since the last time, in words.
pub fn regressions(bench: &Bench) -> Vec<String> {
    let told = |level: &Level| {
        let old = before(bench, level)?.tokens_per_s;
        let slower = old > 0.0 && level.tokens_per_s < old * REGRESSION;
        let (change, at) = (change(old, level.tokens_per_s), level.concurrency);
        slower.then(|| format!("slower than the last time: {change} tokens/s with {at} at once"))
    };
    bench.levels.iter().filter_map(told).collect()
}

/// A document with everything. The chart stands in it as a picture.
pub fn text(bench: &Bench, history: &[Bench], chart: &str) -> String {
    let mut text = format!(
        "# Measurement of {}\n\n{}, {}, answers of {} tokens.\n\n![{}](data:image/svg+xml;charset=utf-8,{})\n\n",
        escape(&bench.model),
        escape(&bench.url),
        date_and_time(bench.at),
        bench.tokens,
        "First token and tokens per second by requests at once; the table below has the same figures",
        in_address(chart),
    );
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    text.push_str(&line(&HEADER.map(sentence)));
    text.push_str(&format!("|{}\n", "--:|".repeat(HEADER.len())));
    for row in rows(bench) {
        text.push_str(&line(&row.iter().map(|cell| escape(cell)).collect::<Vec<_>>()));
    }
    text.push_str(
        "\nFirst token: milliseconds until it came. Each: of one request from its first token on. All: together.\n",
    );
    if !bench.notes.is_empty() {
        text.push('\n');
    }
    for note in &bench.notes {
        let _ = writeln!(text, "- {}", printable(note));
    }
    if !bench.targets.is_empty() {
        text.push_str("\n## Published targets\n\n| Target | At once | Prompt | Answer | First token ms, at most | Tokens/s each, at least |\n");
        text.push_str("|---|--:|--:|--:|--:|--:|\n");
        let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.1}"));
        for target in &bench.targets {
            let (first, each) = (number(target.first_token_ms), number(target.tokens_per_s_user));
            let (at, prompt, answer) = (target.concurrency, target.prompt_tokens, target.answer_tokens);
            let name = escape(&target.name);
            let _ = writeln!(text, "| {name} | {at} | {prompt} | {answer} | {first} | {each} |");
        }
    }
    if !history.is_empty() {
        text.push_str("\n## Earlier\n\n| When | At once: tokens/s of all |\n|---|---|\n");
        for old in history {
            let levels: Vec<String> =
                old.levels.iter().map(|level| format!("{}: {:.1}", level.concurrency, level.tokens_per_s)).collect();
            let _ = writeln!(text, "| {} | {} |", date_and_time(old.at), levels.join(", "));
        }
    }
    text
}

/// `TOKENS/s EACH p50` as a head in a sentence: `Tokens/s each p50`.
fn sentence(head: &str) -> String {
    let (first, rest) = head.split_at(1);
    let is_word = |word: &str| word.starts_with(|c: char| c.is_ascii_uppercase());
    let words: Vec<String> =
        rest.split(' ').map(|word| if is_word(word) { word.to_ascii_lowercase() } else { word.to_owned() }).collect();
    format!("{first}{}", words.join(" "))
}

/// Text as a part of a data address inside of Markdown's parentheses.
fn in_address(text: &str) -> String {
    let mut address = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            b if b.is_ascii_alphanumeric() || b"-_.~:/=;,".contains(&b) => address.push(char::from(b)),
            b => {
                let _ = write!(address, "%{b:02X}");
            }
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serving::targets::PublishedTarget;

    #[test]
    fn a_regression_shows() {
        assert_eq!([change(100.0, 80.0), change(100.0, 120.0), change(0.0, 1.0)], ["-20 %", "+20 %", "-"]);
        let level =
            |tokens_per_s| Level { concurrency: 4, tokens_per_s, reached: Some(String::new()), ..Level::default() };
        let old = Bench { levels: vec![level(100.0)], ..Bench::default() };
        let bench = |now| Bench { levels: vec![level(now)], before: Some(Box::new(old.clone())), ..Bench::default() };
        assert_eq!(regressions(&bench(50.0)), ["slower than the last time: -50 % tokens/s with 4 at once"]);
        assert!(regressions(&bench(95.0)).is_empty());
        assert_eq!(rows(&bench(50.0))[0][5..], ["-50 %", "none"]);
    }

    #[test]
    fn the_document_of_a_measurement() {
        let level = Level {
            concurrency: 1,
            first_token_ms_p50: 80.0,
            first_token_ms_p95: 104.0,
            tokens_per_s_user_p50: 20.0,
            tokens_per_s_user_p95: 18.0,
            tokens_per_s: 19.0,
            reached: Some("complete".into()),
            ..Level::default()
        };
        let target = PublishedTarget {
            name: "complete".into(),
            concurrency: 1,
            first_token_ms: Some(102.0),
            ..PublishedTarget::default()
        };
        let bench = Bench {
            url: "http://127.0.0.1:8000".into(),
            model: "org/M".into(),
            at: 1_795_287_263,
            tokens: 128,
            levels: vec![level],
            targets: vec![target],
            notes: vec!["something".into()],
            ..Bench::default()
        };
        expect_test::expect![[r#"
            # Measurement of org/M

            http://127.0.0.1:8000, 2026-11-21 18:54 UTC, answers of 128 tokens.

            ![First token and tokens per second by requests at once; the table below has the same figures](data:image/svg+xml;charset=utf-8,%3Csvg%20a=%22%28%29%22/%3E)

            | At once | First token ms p50 / p95 | Tokens/s each p50 / p95 | Tokens/s all | Failed | Since last time | Target |
            |--:|--:|--:|--:|--:|--:|--:|
            | 1 | 80 / 104 | 20.0 / 18.0 | 19.0 | 0 | - | complete |

            First token: milliseconds until it came. Each: of one request from its first token on. All: together.

            - something

            ## Published targets

            | Target | At once | Prompt | Answer | First token ms, at most | Tokens/s each, at least |
            |---|--:|--:|--:|--:|--:|
            | complete | 1 | 0 | 0 | 102.0 | - |

            ## Earlier

            | When | At once: tokens/s of all |
            |---|---|
            | 2026-11-21 18:54 UTC | 1: 19.0 |
        "#]]
        .assert_eq(&text(&bench, std::slice::from_ref(&bench), "<svg a=\"()\"/>"));
    }
}
