//! The likely cause of a failed step, by the words in what it printed. The table is `content/setup-failures.json`.

use std::sync::OnceLock;

use serde::Deserialize;

const BUNDLED: &str = include_str!("../../content/setup-failures.json");

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Cause {
    /// Beginnings of the steps that it is for; none is every step.
    #[serde(default)]
    pub steps: Vec<String>,
    /// Words that must all be there, in small letters.
    pub words: Vec<String>,
    /// What most likely went wrong.
    pub cause: String,
    /// What to do.
    pub next: String,
    /// Where that is known from.
    pub source: String,
}

#[derive(Deserialize)]
struct Table {
    failures: Vec<Cause>,
}

/// The likely cause; none when nothing in the table fits.
pub fn likely(step: &str, output: &str) -> Option<&'static Cause> {
    let here =
        |cause: &&Cause| cause.steps.is_empty() || cause.steps.iter().any(|begin| step.starts_with(begin.as_str()));
    known(output).into_iter().find(here)
}

/// Every row whose words stand in the output, whatever step it is from.
pub fn known(output: &str) -> Vec<&'static Cause> {
    static TABLE: OnceLock<Vec<Cause>> = OnceLock::new();
    let read = || serde_json::from_str::<Table>(BUNDLED).map(|table| table.failures).unwrap_or_default();
    let output = output.to_lowercase();
    let fits = |cause: &&Cause| cause.words.iter().all(|word| output.contains(word.as_str()));
    TABLE.get_or_init(read).iter().filter(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_found_by_step_and_words() {
        let cause = |step, text| likely(step, text).map(|cause| cause.cause.as_str());
        assert_eq!(cause("metal.build", "c++: error: No space left on device"), Some("the disk is full"));
        let killed = "clang++: error: Killed signal terminated program cc1plus";
        assert!(cause("metal.build", killed).unwrap().contains("memory ran out"));
        assert_eq!(cause("vllm.install", killed), None);
        assert_eq!(cause("venv", "all is well"), None);
        assert!(cause("vllm.install", "sh: uv: command not found").unwrap().contains("uv is not on PATH"));
    }

    #[test]
    fn every_row_can_be_found_and_says_where_it_is_from() {
        let table: Table = serde_json::from_str(BUNDLED).unwrap();
        for row in &table.failures {
            assert!(row.words.iter().all(|word| *word == word.to_lowercase() && !word.is_empty()), "{row:?}");
            assert!(!row.cause.is_empty() && !row.next.is_empty() && !row.source.is_empty(), "{row:?}");
            let step = row.steps.first().map_or("x", String::as_str);
            assert!(likely(step, &row.words.join(" ")).is_some(), "{row:?}");
        }
    }
}
