//! What a person may choose about a command, and the limits within which.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::said::Said;
use crate::error::{Failure, FailureKind, Result};

/// What the command starts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// vLLM from the checkouts of this host.
    #[default]
    Host,
    /// The published image.
    Container,
}

/// What the server shall be good at, within the limits of the entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// As published
    #[default]
    Spec,
    /// The longest context, for a quarter of the sequences
    LongContext,
    /// The most sequences, each with a quarter of the context
    ManyUsers,
    /// One sequence at a time
    LowLatency,
}

/// Everything that a person may choose; whatever is left out is as published or as the settings say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default)]
pub struct Choices {
    /// Host or container; left out, vLLM entries run on the host and all others in a container.
    pub target: Option<Target>,
    /// What the server shall be good at.
    pub preset: Option<Preset>,
    /// Port in place of the setting.
    pub port: Option<u16>,
    /// Address to listen on in place of the setting.
    pub host: Option<String>,
    /// Context length in tokens.
    pub context: Option<u64>,
    /// Sequences at once.
    pub sequences: Option<u64>,
    /// Chips to use, by number, with commas.
    pub chips: Option<String>,
    /// Folder with the weights in place of the repository.
    pub weights: Option<String>,
    /// Further arguments for vLLM.
    pub extra: Option<Vec<String>>,
}

/// A published argument that was chosen otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Argument with hyphens, without the leading ones.
    pub name: &'static str,
    /// Its value.
    pub value: u64,
    /// Who chose it, and within which limit.
    pub rule: String,
}

/// A limit and where it stands.
struct Limit {
    most: Option<u64>,
    source: String,
}

impl Limit {
    fn check(&self, what: &str, chosen: u64, least: u64) -> Result<()> {
        if chosen < least {
            let why = format!("the least is {least}");
            return Err(refused(format!("{what} {chosen} is too small"), why));
        }
        match self.most {
            Some(most) if chosen > most => Err(refused(
                format!("{what} {chosen} is too large"),
                format!("the limit is {most}, from {}", self.source),
            )),
            _ => Ok(()),
        }
    }
}

fn refused(what: String, why: String) -> Failure {
    Failure::new(FailureKind::Usage, what, why, "Choose a value within the limit, or leave the option out.")
}

/// The changes that the choices make to the published arguments, and what to tell about them.
///
/// # Errors
/// [`FailureKind::Usage`] for a value outside the limits of the entry, with the limit and its source.
pub fn changes(choices: &Choices, said: &Said) -> Result<(Vec<Change>, Vec<String>)> {
    let release = said.release;
    let published = |name: &str| release.vllm_args.iter().find(|(key, _)| key.replace('_', "-") == name);
    let number = |name: &str| published(name).and_then(|(_, value)| whole(value));
    let replicas = number("data-parallel-size").filter(|replicas| *replicas > 0).unwrap_or(1);
    let seqs = number("max-num-seqs");
    // One engine can also split its sequences over parts of the device; each part then takes the same number.
    let parts = super::said::tt_config(release).values.get("data_parallel").and_then(whole).unwrap_or(1).max(1);
    let of_all = release.max_concurrency.map(|users| users / replicas);
    let most_seqs = of_all.max(seqs);
    let context = Limit { most: release.max_context, source: format!("max_context in {}", said.file) };
    let sequences = Limit { most: most_seqs, source: format!("max_concurrency and max_num_seqs in {}", said.file) };
    let block = number("block-size").unwrap_or(64).max(1);

    let mut changes: Vec<Change> = Vec::new();
    let mut notes = Vec::new();
    let (mut new_context, mut new_seqs) = (None, None);
    let preset = choices.preset.unwrap_or_default();
    let now = number("max-model-len").or(release.max_context);
    match preset {
        Preset::Spec => {}
        Preset::LongContext => {
            new_context = release.max_context;
            new_seqs = seqs.map(|seqs| (seqs / 4).max(parts) / parts * parts);
        }
        Preset::ManyUsers => {
            new_seqs = most_seqs;
            new_context = now.map(|now| (now / 4 / block * block).max(block.min(now)));
        }
        Preset::LowLatency => new_seqs = Some(parts),
    }
    let word = preset_word(preset);
    let mut rules = (format!("preset {word}"), format!("preset {word}"));
    if let Some(chosen) = choices.context {
        context.check("a context of", chosen, block)?;
        (new_context, rules.0) = (Some(chosen), "the option context".into());
    }
    if let Some(chosen) = choices.sequences {
        sequences.check("a number of sequences of", chosen, parts)?;
        if chosen % parts != 0 {
            let why = format!("the device is split into {parts} parts (data_parallel of the TT configuration)");
            return Err(refused(format!("{chosen} sequences cannot be shared out"), why));
        }
        (new_seqs, rules.1) = (Some(chosen), "the option sequences".into());
    }
    if let Some(value) = new_context.filter(|value| number("max-model-len") != Some(*value)) {
        let rule = format!("{}; the limit is {}", rules.0, limit_text(&context));
        // Published together as one number: without chunked prefill a prompt must fit into one batch.
        if number("max-num-batched-tokens")
            .is_none_or(|batched| Some(batched) == number("max-model-len") || batched >= value)
        {
            let rule = format!("{}; as long as the context", rules.0);
            changes.push(Change { name: "max-num-batched-tokens", value, rule });
        }
        changes.push(Change { name: "max-model-len", value, rule });
    }
    if let Some(value) = new_seqs.filter(|value| seqs != Some(*value)) {
        let rule = format!("{}; the limit is {}", rules.1, limit_text(&sequences));
        changes.push(Change { name: "max-num-seqs", value, rule });
    }
    if preset != Preset::Spec {
        let told: Vec<String> = changes.iter().map(|change| format!("{} {}", change.name, change.value)).collect();
        let told =
            if told.is_empty() { "nothing, the published values are that already".into() } else { told.join(", ") };
        notes.push(format!("the preset {word} changes {told}"));
    }
    Ok((changes, notes))
}

fn limit_text(limit: &Limit) -> String {
    match limit.most {
        Some(most) => format!("{most}, from {}", limit.source),
        None => "not published".into(),
    }
}

/// The word of the command line.
pub fn preset_word(preset: Preset) -> &'static str {
    match preset {
        Preset::Spec => "spec",
        Preset::LongContext => "long-context",
        Preset::ManyUsers => "many-users",
        Preset::LowLatency => "low-latency",
    }
}

fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// The chips of an option such as `0,1`.
///
/// # Errors
/// [`FailureKind::Usage`] when it is no list of numbers.
pub fn chips(text: &str) -> Result<Vec<u32>> {
    let parsed: Option<Vec<u32>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    let mut chips = parsed.ok_or_else(|| {
        let why = "chips are named by the number of their node /dev/tenstorrent/N, with commas";
        Failure::new(FailureKind::Usage, format!("{text:.60?} is no list of chips"), why, "For example `--chips 0,1`.")
    })?;
    chips.sort_unstable();
    chips.dedup();
    Ok(chips)
}

#[cfg(test)]
mod tests;
