//! Known failures of setups, from the table that the program itself looks into.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{MADE, code, json, table};

const LIST: &str = "content/setup-failures.json";

pub fn page(root: &Path) -> Result<String> {
    let list = json(root, LIST)?;
    let failures = list["failures"].as_array().context("there is no list of failures")?;
    let words = |value: &Value| {
        let all = value.as_array().into_iter().flatten().filter_map(Value::as_str).map(code);
        all.collect::<Vec<_>>().join(", ")
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows: Vec<Vec<String>> = failures
        .iter()
        .map(|row| vec![words(&row["words"]), words(&row["steps"]), text(&row["cause"]), text(&row["next"])])
        .collect();
    let table = table(&["what stands in the log", "steps", "cause", "next"], &rows);
    Ok(format!(
        "# Known failures of a setup\n\n{MADE} The list is `{LIST}`; each row has its source there.\n\n\
         A step that fails is compared with these rows, the first that fits counts: all of its words stand in the log. The\n\
         column of the steps names the beginnings of their ids; empty is every step. **Tenstorrent: Explain with\n\
         @tenstorrent** and the verb `/explain` look here too. What a doctor finds is in\n\
         [troubleshooting](../guide/troubleshooting.md).\n\n{table}"
    ))
}
