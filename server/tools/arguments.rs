//! Arguments of a tool, held to its schema. They come from a model, so that anything may stand there.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Tool;
use crate::error::{Failure, FailureKind, Result};

/// Everything that a tool may be given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Arguments {
    /// Words of a search.
    pub query: Option<String>,
    /// What a model must be for.
    pub task: Option<String>,
    /// Also models that nobody has validated here.
    pub experimental: bool,
    /// At most so many answers.
    pub limit: Option<usize>,
    /// A model.
    pub model: Option<String>,
    /// A device name.
    pub device: Option<String>,
    /// A port.
    pub port: Option<u16>,
    /// The person has agreed.
    pub confirm: bool,
}

/// The arguments as the schema of the tool has them; one that is null counts as left out.
///
/// # Errors
/// [`FailureKind::Usage`] with what is wrong, in words for the model.
pub fn read(tool: &Tool, given: &Value) -> Result<Arguments> {
    let refused = |what: String, why: &str| {
        let next = "Call it again with arguments that its schema allows.";
        Failure::new(FailureKind::Usage, what, format!("{}: {why}", tool.name), next)
    };
    let none = Map::new();
    let given = match given {
        Value::Null => &none,
        Value::Object(given) => given,
        _ => return Err(refused("the arguments are no object".into(), "they must be a JSON object")),
    };
    let properties = tool.input_schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let mut kept = Map::new();
    for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
        let Some(schema) = properties.get(name) else {
            return Err(refused(format!("there is no argument {name:.60?}"), "it takes only what its schema names"));
        };
        let value = allowed(schema, value).map_err(|why| refused(format!("{name} cannot be used"), &why))?;
        kept.insert(name.clone(), value);
    }
    let required = tool.input_schema.get("required").and_then(Value::as_array).into_iter().flatten();
    if let Some(missing) = required.filter_map(Value::as_str).find(|name| !kept.contains_key(*name)) {
        return Err(refused(format!("{missing} is missing"), "it cannot do without"));
    }
    serde_json::from_value(Value::Object(kept)).map_err(|error| refused("it cannot be read".into(), &error.to_string()))
}

/// The value, when its schema allows it. The schemas of the list use these few words.
fn allowed(schema: &Value, value: &Value) -> std::result::Result<Value, String> {
    let number = |word: &str| schema.get(word).and_then(Value::as_u64);
    match (schema["type"].as_str().unwrap_or_default(), value) {
        ("string", Value::String(text)) => {
            let length = text.chars().count() as u64;
            if length > number("maxLength").unwrap_or(u64::MAX) {
                return Err(format!("it has {length} characters"));
            }
            if length < number("minLength").unwrap_or(0) || text.chars().any(char::is_control) {
                return Err("it is empty, or holds control characters".into());
            }
            Ok(value.clone())
        }
        ("integer", Value::Number(given)) => {
            // Some models write 8000.0.
            let whole = given.as_u64().or_else(|| format!("{given}").strip_suffix(".0")?.parse().ok());
            let within = |number: &u64| {
                (self::number(schema, "minimum")..=self::number(schema, "maximum").max(1)).contains(number)
            };
            whole
                .filter(within)
                .map(Value::from)
                .ok_or_else(|| format!("it must be a whole number from {} to {}", schema["minimum"], schema["maximum"]))
        }
        ("boolean", Value::Bool(_)) => Ok(value.clone()),
        (kind, _) => Err(format!("it must be of the type {kind}")),
    }
}

fn number(schema: &Value, word: &str) -> u64 {
    schema.get(word).and_then(Value::as_u64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::{all, find};
    use serde_json::json;

    #[test]
    fn what_the_schema_allows_is_read() {
        let start = find("tenstorrent_start_server").unwrap();
        let read_here = |given: Value| read(start, &given);
        let arguments = read_here(json!({ "model": "m", "port": 8001.0, "device": null, "confirm": true })).unwrap();
        assert_eq!((arguments.model.as_deref(), arguments.port, arguments.confirm), (Some("m"), Some(8001), true));
        assert!(!read_here(json!({ "model": "m" })).unwrap().confirm);
        for (given, what) in [
            (json!(null), "model is missing"),
            (json!([]), "the arguments are no object"),
            (json!({ "model": "" }), "model cannot be used"),
            (json!({ "model": "a\u{1b}[2J" }), "model cannot be used"),
            (json!({ "model": "x".repeat(1 << 20) }), "model cannot be used"),
            (json!({ "model": "m", "port": 0 }), "port cannot be used"),
            (json!({ "model": "m", "port": 70000 }), "port cannot be used"),
            (json!({ "model": "m", "port": -1.5 }), "port cannot be used"),
            (json!({ "model": "m", "confirm": "true" }), "confirm cannot be used"),
            (json!({ "model": "m", "shell": "rm" }), "there is no argument \"shell\""),
        ] {
            let failure = read_here(given).unwrap_err();
            assert_eq!((failure.kind, &*failure.what), (FailureKind::Usage, what), "{failure}");
            assert!(failure.to_string().len() < 400);
        }
    }

    /// A word that nobody here holds arguments to would be a promise that is not kept.
    #[test]
    fn the_schemas_use_no_other_words() {
        for tool in all() {
            for (name, schema) in tool.input_schema["properties"].as_object().unwrap() {
                for word in schema.as_object().unwrap().keys() {
                    let known = ["type", "description", "minLength", "maxLength", "minimum", "maximum"];
                    assert!(known.contains(&word.as_str()), "{} {name}: {word}", tool.name);
                }
                assert!(schema["type"] != "integer" || schema["maximum"].is_u64(), "{} {name}", tool.name);
            }
        }
    }
}
