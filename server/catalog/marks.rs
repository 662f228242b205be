//! Entries that are published and known not to work. The published status does not say so, hence a dated file of our own,
//! `content/known-broken.json`: each mark has a source.

use serde::Deserialize;

use super::spec::ModelSpec;

const BUNDLED: &str = include_str!("../../content/known-broken.json");

/// One mark.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Mark {
    /// Short name of the model.
    pub model: String,
    /// Devices on which it does not work.
    pub devices: Vec<String>,
    /// What happens.
    pub what: String,
    /// Who says so.
    pub source: String,
    /// When they said so, `YYYY-MM`.
    pub date: String,
}

/// The marks that the program carries.
///
/// # Errors
/// When the file is broken, which a test rules out.
pub fn bundled() -> Result<Vec<Mark>, serde_json::Error> {
    serde_json::from_str(BUNDLED)
}

impl Mark {
    /// True when the mark is about this entry.
    pub fn concerns(&self, spec: &ModelSpec) -> bool {
        self.model == spec.model.model_name && self.devices.contains(&spec.device_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn every_mark_has_a_source_a_date_and_an_entry() {
        let catalog = Catalog::bundled().unwrap();
        for mark in bundled().unwrap() {
            assert!(!mark.source.is_empty() && mark.date.len() == 7, "{mark:?}");
            for device in &mark.devices {
                let one = Mark { devices: vec![device.clone()], ..mark.clone() };
                let found = catalog.entries.iter().any(|entry| one.concerns(&entry.spec));
                assert!(found, "no entry for {} on {device}", mark.model);
            }
        }
    }
}
