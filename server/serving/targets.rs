//! The publisher's own figures for an entry: `perf_reference` of a spec file. The catalog that we carry leaves them out, so
//! they come from a file that somebody names, or from the newest one that was fetched. Pure.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One published target.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PublishedTarget {
    /// `functional`, `complete` or `target`.
    pub name: String,
    /// Requests at once.
    pub concurrency: u64,
    /// Tokens of a prompt.
    pub prompt_tokens: u64,
    /// Tokens of an answer.
    pub answer_tokens: u64,
    /// Milliseconds to the first token, at most.
    pub first_token_ms: Option<f64>,
    /// Tokens a second for each user, at least.
    pub tokens_per_s_user: Option<f64>,
}

/// The targets of an entry in the text of a spec file of any layout; an entry is an object with its `model_id`.
pub fn of(text: &str, model_id: &str) -> Vec<PublishedTarget> {
    let Ok(file) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let Some(entry) = find(&file, model_id, 0) else { return Vec::new() };
    let rows = [entry.get("device_model_spec"), Some(entry)].into_iter().flatten();
    let rows = rows.filter_map(|place| place.get("perf_reference")?.as_array()).flatten();
    rows.flat_map(row).collect()
}

fn find<'a>(value: &'a Value, model_id: &str, depth: usize) -> Option<&'a Value> {
    if value.get("model_id").and_then(Value::as_str) == Some(model_id) {
        return Some(value);
    }
    // Entries stand five levels deep in the newest layout.
    let inner = value.as_object().filter(|_| depth < 8)?;
    inner.values().find_map(|value| find(value, model_id, depth + 1))
}

fn row(row: &Value) -> Vec<PublishedTarget> {
    let number = |name: &str| row.get(name).and_then(Value::as_u64).unwrap_or_default();
    let is_text = row.get("task_type").and_then(Value::as_str).is_none_or(|task| task == "text");
    let targets = row.get("targets").and_then(Value::as_object).filter(|_| is_text);
    let target = |(name, of): (&String, &Value)| PublishedTarget {
        name: name.clone(),
        concurrency: number("max_concurrency").max(1),
        prompt_tokens: number("isl"),
        answer_tokens: number("osl"),
        first_token_ms: of.get("ttft_ms").and_then(Value::as_f64),
        tokens_per_s_user: of.get("tput_user").and_then(Value::as_f64),
    };
    targets.into_iter().flatten().map(target).collect()
}

/// The best of the targets at this concurrency that a measurement holds; none without targets there, and an empty name
/// when it holds none of them.
pub fn reached(
    targets: &[PublishedTarget],
    concurrency: u64,
    first_token_ms: f64,
    tokens_per_s_user: f64,
) -> Option<String> {
    let here: Vec<&PublishedTarget> = targets.iter().filter(|target| target.concurrency == concurrency).collect();
    let holds = |target: &&&PublishedTarget| {
        target.first_token_ms.is_none_or(|most| first_token_ms <= most)
            && target.tokens_per_s_user.is_none_or(|least| tokens_per_s_user >= least)
    };
    let best = here.iter().filter(holds).max_by(|one, other| {
        one.tokens_per_s_user.unwrap_or_default().total_cmp(&other.tokens_per_s_user.unwrap_or_default())
    });
    (!here.is_empty()).then(|| best.map(|target| target.name.clone()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = r#"{"model_id":"id_x","device_model_spec":{"perf_reference":[{"isl":128,"osl":64,"max_concurrency":1,
        "task_type":"text","targets":{"functional":{"ttft_ms":510.0,"tput_user":2.7},"complete":{"ttft_ms":102.0,
        "tput_user":13.5},"target":{"ttft_ms":51.0,"tput_user":null}}},{"task_type":"image","targets":{"target":{}}}]}}"#;

    #[test]
    fn targets_of_every_layout() {
        for text in [
            format!(r#"{{"id_x":{ENTRY}}}"#),
            format!(r#"{{"model_specs":{{"a/b":{{"T3K":{{"v":{{"i":{ENTRY}}}}}}}}}}}"#),
        ] {
            let targets = of(&text, "id_x");
            assert_eq!(targets.len(), 3);
            assert_eq!((targets[0].prompt_tokens, targets[0].tokens_per_s_user), (128, Some(2.7)));
        }
        assert!(of(ENTRY, "other").is_empty() && of("{ half", "id_x").is_empty());
    }

    #[test]
    fn the_best_target_that_holds() {
        let targets = of(ENTRY, "id_x");
        assert_eq!(reached(&targets, 1, 100.0, 14.0).as_deref(), Some("complete"));
        assert_eq!(reached(&targets, 1, 100.0, 5.0).as_deref(), Some("functional"));
        assert_eq!(reached(&targets, 1, 900.0, 5.0).as_deref(), Some(""));
        assert_eq!(reached(&targets, 4, 1.0, 50.0), None);
    }
}
