//! The vLLM arguments of an entry as its pinned tree takes them: each once, in one spelling, under the name that the tree
//! reads, or dropped with a note.
//!
//! What becomes of a published value: `run_vllm_api_server.py` of tt-inference-server 11ac526e, lines 630-743 (null and
//! false are left out, true is a bare flag, everything else is one word).

use serde_json::Value;

use super::choices::{Change, Choices, changes};
use super::era::Decided;
use super::extra;
use super::parsers;
use super::said::{Said, holds_tt_config, tt_config};
use crate::catalog::spec::ModelSpec;
use crate::error::Result;

/// Who asked for an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The spec file.
    Published,
    /// The spec file's metadata, which the publisher's own server does not apply.
    Metadata,
    /// The person.
    Chosen,
}

/// One argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Who asked for it.
    pub origin: Origin,
    /// Name as it is written, with its hyphens.
    pub flag: String,
    /// Words after it.
    pub values: Vec<String>,
    /// File, release and key.
    pub source: String,
    /// The rule that made it what it is; empty when it is as published.
    pub rule: String,
}

/// The arguments of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// Arguments in their order.
    pub arguments: Vec<Argument>,
    /// The one that holds the TT configuration.
    pub tt_config_flag: Option<String>,
    /// What the reader should know.
    pub notes: Vec<String>,
}

/// Arguments that a spec file does not decide: where the server listens, who may talk to it, under which name, and which
/// code is loaded.
const OURS: [&str; 26] = [
    "allow-credentials",
    "allowed-headers",
    "allowed-local-media-path",
    "allowed-methods",
    "allowed-origins",
    "api-key",
    "chat-template",
    "config",
    "distributed-executor-backend",
    "host",
    "io-processor-plugin",
    "logits-processors",
    "lora-modules",
    "middleware",
    "port",
    "reasoning-parser-plugin",
    "root-path",
    "scheduler-cls",
    "served-model-name",
    "tool-parser-plugin",
    "tool-server",
    "trust-remote-code",
    "trust-request-chat-template",
    "uds",
    "worker-cls",
    "worker-extension-cls",
];

/// Name of an argument with hyphens and without the leading ones.
pub fn normal(name: &str) -> String {
    name.trim_start_matches('-').replace('_', "-")
}

/// True for a word that can be the name of an argument.
pub fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.len() <= 100
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// Settles the arguments of an entry, without those that say where to listen.
///
/// # Errors
/// When a choice is outside its limit or an extra argument is not known to the tree.
pub fn settle(spec: &ModelSpec, said: &Said, decided: &Decided, choices: &Choices) -> Result<Settled> {
    let (changes, notes) = changes(choices, said)?;
    let mut settled = Settled { notes, ..Settled::default() };
    settled.notes.extend(said.note.clone());
    settled.model(spec, said);
    settled.published(said, decided, &changes);
    for change in changes {
        settled.set(Argument {
            origin: Origin::Chosen,
            flag: format!("--{}", change.name),
            values: vec![change.value.to_string()],
            source: "chosen".into(),
            rule: change.rule,
        });
    }
    settled.tt_config(spec, said, decided);
    parsers::ask(&mut settled, spec, decided);
    for argument in extra::parse(choices.extra.as_deref().unwrap_or_default(), decided)? {
        settled.set(argument);
    }
    Ok(settled)
}

impl Settled {
    /// Sets an argument in the place of one of the same name, or behind all others.
    pub fn set(&mut self, argument: Argument) {
        match self.arguments.iter_mut().find(|known| normal(&known.flag) == normal(&argument.flag)) {
            Some(known) => *known = argument,
            None => self.arguments.push(argument),
        }
    }

    /// The value of an argument.
    pub fn value(&self, name: &str) -> Option<&str> {
        let argument = self.arguments.iter().find(|argument| normal(&argument.flag) == name)?;
        argument.values.first().map(String::as_str)
    }

    fn model(&mut self, spec: &ModelSpec, said: &Said) {
        let published = said.release.vllm_args.get("model").and_then(Value::as_str);
        let (value, key) = match published {
            Some(model) => (model, "vllm_args.model"),
            None => (spec.model.hf_model_repo.as_str(), "hf_model_repo"),
        };
        self.set(Argument {
            origin: Origin::Published,
            flag: "--model".into(),
            values: vec![value.to_owned()],
            source: format!("{}, {key}", said.file),
            rule: String::new(),
        });
    }

    fn published(&mut self, said: &Said, decided: &Decided, changes: &[Change]) {
        for (key, value) in said.release.vllm_args.iter() {
            let name = normal(key);
            if name == "model" || holds_tt_config(&name) {
                continue;
            }
            if !is_name(key) || OURS.contains(&name.as_str()) || name.starts_with("ssl-") {
                self.notes.push(format!("{key:.60?} of the spec file is not taken over"));
                continue;
            }
            let values = match value {
                Value::Null | Value::Bool(false) => continue,
                Value::Bool(true) => Vec::new(),
                other => vec![word(other)],
            };
            if !decided.knows(&name) && !changes.iter().any(|change| change.name == name) {
                self.notes.push(format!("--{name} is left out: it is not among {}", decided.list()));
                continue;
            }
            if self.arguments.iter().any(|known| normal(&known.flag) == name) {
                self.notes.push(format!("--{name} stands twice in the spec file; the first value is used"));
                continue;
            }
            let source = format!("{}, vllm_args.{key}", said.file);
            let flag = format!("--{name}");
            self.arguments.push(Argument { origin: Origin::Published, flag, values, source, rule: String::new() });
        }
    }

    fn tt_config(&mut self, spec: &ModelSpec, said: &Said, decided: &Decided) {
        let config = tt_config(said.release);
        let newest = tt_config(&spec.release).values;
        if newest != config.values && !newest.is_empty() {
            self.notes.push(format!(
                "the newest file has another TT configuration for this entry, {:.300}; the one that the pinned release was \
                 published with is used",
                Value::Object(newest).to_string()
            ));
        }
        self.notes.extend(config.notes);
        let flag = &decided.era.tt_config;
        let below_tt = normal(flag) != "override-tt-config";
        if !config.others.is_empty() && !below_tt {
            let names: Vec<&str> = config.others.keys().map(String::as_str).collect();
            self.notes
                .push(format!("{:.100?} beside the TT configuration is left out: {flag} holds nothing else", names));
        }
        if config.values.is_empty() && (config.others.is_empty() || !below_tt) {
            return;
        }
        let value = if below_tt {
            let mut whole = config.others;
            whole.insert("tt".into(), Value::Object(config.values));
            whole
        } else {
            config.values
        };
        self.tt_config_flag = Some(flag.clone());
        self.set(Argument {
            origin: Origin::Published,
            flag: flag.clone(),
            values: vec![Value::Object(value).to_string()],
            source: format!("{}, {}", said.file, config.from.join(" and ")),
            rule: format!("trees of era {} read it from {flag} ({})", decided.era.id, decided.era.source),
        });
    }
}

/// A published value as one word of a command line; JSON is minified.
pub fn word(value: &Value) -> String {
    match value {
        Value::String(text) if text.trim_start().starts_with('{') => {
            serde_json::from_str::<Value>(text).map_or_else(|_| text.clone(), |value| value.to_string())
        }
        Value::String(text) => text.clone(),
        // Python's str() is what the publisher's server uses; these are the only kinds that differ from JSON.
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Null => "None".into(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
