//! The rules of the audit, each with its weight and its meaning.

use serde::Serialize;

use crate::device::Severity;

/// A rule that an entry can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// An entry could not be read.
    Skipped,
    /// The device is none that can serve a model.
    ImpossibleDevice,
    /// MESH_DEVICE names another device.
    MeshDevice,
    /// The part that one replica runs on is no part of the device.
    ImpossiblePart,
    /// No implementation is the default.
    NoDefault,
    /// More than one implementation is the default.
    TwoDefaults,
    /// One flag in two spellings.
    BothSpellings,
    /// A vLLM entry without a commit of vLLM.
    NoVllmCommit,
    /// A commit of vLLM in an entry of another engine.
    NeedlessVllmCommit,
    /// A context that is not whole blocks.
    ContextNotAligned,
    /// The entry and its arguments differ about the context.
    ContextDiffers,
    /// The entry and its arguments differ about the TT configuration.
    TtConfigDiffers,
    /// A commit that is another one in the pinned release.
    PinnedCommitsDiffer,
    /// The pinned release has no such entry.
    NotInPinnedRelease,
    /// An argument, a variable or a configuration value is gone.
    DriftLost,
    /// One has come.
    DriftGained,
    /// One has another value.
    DriftChanged,
    /// The TT configuration is passed under another name.
    DriftRenamed,
    /// A key that nobody has seen.
    UnknownKey,
    /// A word that nobody has seen where there is a list of words.
    UnknownValue,
    /// No disk or memory requirement.
    NotPublished,
    /// One has the same text in another JSON type.
    DriftRetyped,
    /// The file of the pinned release is not at hand.
    PinnedFileMissing,
    /// An argument that no earlier release has.
    NewArgument,
    /// A variable that no earlier release has.
    NewVariable,
    /// A TT configuration key that no earlier release has.
    NewTtKey,
}

/// Every rule in the order of a report.
const RULES: [(Rule, Severity, &str); 26] = {
    use Rule as R;
    use Severity::{Error, Info, Warning};
    [
        (R::Skipped, Error, "entries that cannot be read"),
        (R::ImpossibleDevice, Error, "devices that no Tenstorrent box has"),
        (R::MeshDevice, Error, "MESH_DEVICE does not belong to the device"),
        (R::ImpossiblePart, Error, "subdevice_type is no part of the device"),
        (R::NoDefault, Error, "no default implementation for a model on a device"),
        (R::TwoDefaults, Error, "two default implementations for a model on a device"),
        (R::BothSpellings, Error, "one flag in two spellings"),
        (R::NoVllmCommit, Error, "vLLM entries without a vLLM commit"),
        (R::NeedlessVllmCommit, Error, "a vLLM commit, but another engine"),
        (R::ContextNotAligned, Error, "contexts that are not a multiple of the block size"),
        (R::ContextDiffers, Warning, "max_model_len is not max_context"),
        (R::TtConfigDiffers, Warning, "the TT configuration among the arguments is not that of the entry"),
        (R::PinnedCommitsDiffer, Warning, "the release that the entry is pinned to has other commits"),
        (R::NotInPinnedRelease, Warning, "the release that the entry is pinned to has no such entry"),
        (R::DriftLost, Warning, "lost since the release that the entry is pinned to"),
        (R::DriftGained, Warning, "gained since the release that the entry is pinned to"),
        (R::DriftChanged, Warning, "changed since the release that the entry is pinned to"),
        (R::DriftRenamed, Warning, "the TT configuration has moved to an argument that the pinned release did not use"),
        (R::UnknownKey, Warning, "keys that no release up to 0.25.0 has"),
        (R::UnknownValue, Warning, "words that no release up to 0.25.0 has"),
        (R::NotPublished, Info, "no disk or memory requirement"),
        (R::DriftRetyped, Info, "the same text in another JSON type since the release that the entry is pinned to"),
        (R::PinnedFileMissing, Info, "the release that the entry is pinned to is not at hand"),
        (R::NewArgument, Info, "vLLM arguments that no earlier release here has"),
        (R::NewVariable, Info, "environment variables that no earlier release here has"),
        (R::NewTtKey, Info, "TT configuration keys that no earlier release here has"),
    ]
};

impl Rule {
    /// How much breaking it matters.
    pub fn severity(self) -> Severity {
        self.row().map_or(Severity::Error, |(_, severity, _)| *severity)
    }

    /// What the entries that break it have in common.
    pub fn meaning(self) -> &'static str {
        self.row().map_or("", |(.., meaning)| meaning)
    }

    fn row(self) -> Option<&'static (Self, Severity, &'static str)> {
        RULES.iter().find(|(rule, ..)| *rule == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_stand_in_their_order_with_the_grave_ones_first() {
        let rules: Vec<Rule> = RULES.iter().map(|(rule, ..)| *rule).collect();
        assert!(rules.is_sorted(), "{rules:?}");
        assert!(RULES.iter().map(|(_, severity, _)| std::cmp::Reverse(*severity)).is_sorted());
        let last = serde_json::to_value(Rule::NewTtKey).unwrap();
        assert_eq!((last.as_str(), rules.last()), (Some("new_tt_key"), Some(&Rule::NewTtKey)), "the list is whole");
    }
}
