//! What one run of the program knows: its settings, the host and the catalog, each gathered when it is first needed.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::watch;

use crate::catalog::Catalog;
use crate::device::facts::SmiAnswer;
use crate::device::{self, Facts, Host, Root, interpret, resources, simulate, snapshot};
use crate::error::{Failure, FailureKind, Result};
use crate::settings::Settings;

/// A fact file is some kilobytes; a Galaxy with its tt-smi text stays below half a megabyte.
const MAX_FACTS_BYTES: u64 = 16 << 20;

/// One run of the program.
#[derive(Debug)]
pub struct Session {
    /// Settings of this run.
    pub settings: Settings,
    catalog: OnceLock<Result<Arc<Catalog>>>,
    /// The last answer of tt-smi that somebody asked for.
    smi: Mutex<Option<SmiAnswer>>,
    /// Seconds between two looks of the monitor; none when it does not look by itself.
    rhythm: watch::Sender<Option<u32>>,
}

/// How often the monitor looks until somebody says otherwise, in seconds.
const USUAL_RHYTHM: u32 = 60;

impl Session {
    /// A session that has not looked at anything yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            catalog: OnceLock::new(),
            smi: Mutex::new(None),
            rhythm: watch::Sender::new(Some(USUAL_RHYTHM)),
        }
    }

    /// Reads this host passively, or the recorded or simulated one that the settings name.
    ///
    /// # Errors
    /// When the recorded facts or the simulated box cannot be had.
    pub fn facts(&self) -> Result<Facts> {
        if let Some(path) = self.settings.path("facts") {
            return read_facts(&path);
        }
        if let Some(name) = self.settings.get("simulate") {
            return simulate::facts(name);
        }
        let root = Root::new(self.settings.path("root").unwrap_or_else(|| "/".into()));
        let weights = resources::weights_dir(|name| std::env::var(name).ok(), Some(self.settings.home()));
        let mut facts = device::gather(&root, &weights);
        facts.smi = self.smi.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(facts)
    }

    /// The same, and tt-smi is asked as well. It opens every device, so only on an explicit request.
    ///
    /// # Errors
    /// As [`Session::facts`]; a tt-smi that fails is part of the facts.
    pub async fn facts_with_smi(&self) -> Result<Facts> {
        let mut facts = self.facts()?;
        if facts.simulated.is_none() && self.settings.get("facts").is_none() {
            let program = snapshot::find(self.settings.get("tt_smi"), Some(self.settings.home()));
            let answer = snapshot::take(program, snapshot::DEADLINE).await;
            *self.smi.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer.clone());
            facts.smi = Some(answer);
        }
        Ok(facts)
    }

    /// What is in this box, read passively.
    ///
    /// # Errors
    /// As [`Session::facts`].
    pub fn host(&self) -> Result<Host> {
        Ok(interpret(&self.facts()?))
    }

    /// Seconds between two looks of the monitor; none when it does not look by itself.
    pub fn rhythm(&self) -> Option<u32> {
        *self.rhythm.borrow()
    }

    /// Changes the rhythm of the monitor.
    pub fn set_rhythm(&self, interval_s: Option<u32>) {
        self.rhythm.send_replace(interval_s);
    }

    /// A receiver that wakes when the rhythm changes.
    pub fn rhythm_changes(&self) -> watch::Receiver<Option<u32>> {
        self.rhythm.subscribe()
    }

    /// The catalog of this run; read once.
    ///
    /// # Errors
    /// When the file that the settings name cannot be used.
    pub fn catalog(&self) -> Result<Arc<Catalog>> {
        self.catalog
            .get_or_init(|| {
                let catalog = match self.settings.path("catalog") {
                    Some(path) => Catalog::load(&path),
                    None => Catalog::bundled(),
                };
                catalog.map(Arc::new)
            })
            .clone()
    }
}

fn read_facts(path: &Path) -> Result<Facts> {
    let failure = |why: String| {
        Failure::new(
            FailureKind::Input,
            format!("the recorded facts {} could not be read", path.display()),
            why,
            "Record them on the machine in question with `tt-jukebox probe --raw > facts.json`.",
        )
    };
    let meta = fs::metadata(path).map_err(|error| failure(error.to_string()))?;
    if !meta.is_file() || meta.len() > MAX_FACTS_BYTES {
        return Err(failure("it is not a file of a sane size".into()));
    }
    let text = fs::read_to_string(path).map_err(|error| failure(error.to_string()))?;
    let facts: Facts = serde_json::from_str(&text).map_err(|error| failure(error.to_string()))?;
    if facts.schema != device::facts::FACTS_SCHEMA {
        return Err(failure(format!("schema {} instead of {}", facts.schema, device::facts::FACTS_SCHEMA)));
    }
    Ok(facts)
}
