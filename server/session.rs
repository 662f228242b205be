//! What one run of the program knows: its settings, the host and the catalog, each gathered when it is first needed.

mod hub;
mod recorded;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::catalog::refresh::{Outcome, refresh, refresh_in_child};
use crate::catalog::{Catalog, source};
use crate::device::{Facts, Host, Prober, Root, interpret, resources, simulate, snapshot};
use crate::environment::{self, EnvironmentFacts, Installed, Places};
use crate::error::Result;
use crate::hub::Secret;
use crate::protocol::{ProgressToken, SetupProgress};
use crate::settings::Settings;

/// One run of the program.
#[derive(Debug)]
pub struct Session {
    /// Settings of this run.
    pub settings: Settings,
    /// What is remembered of servers between two requests.
    pub serving: crate::serving::Memory,
    /// Which steps of the walkthroughs are proved.
    pub progress: crate::lessons::Store,
    prober: Prober,
    weights: PathBuf,
    catalog: RwLock<Option<Result<Arc<Catalog>>>>,
    /// The token that the editor keeps. In memory only.
    token: RwLock<Option<Secret>>,
    /// True for a program that stays: what needs much memory for a moment is done by a child.
    stays: bool,
    /// Seconds between two looks of the monitor; none when it does not look by itself.
    rhythm: watch::Sender<Option<u32>>,
    /// Where the progress of long work goes; nowhere on the command line, which asks for it itself.
    reports: OnceLock<mpsc::UnboundedSender<(ProgressToken, SetupProgress)>>,
}

/// The host, what is installed on it, and what could run.
#[derive(Debug)]
pub struct Survey {
    /// The host.
    pub host: Host,
    /// Weights and checkouts.
    pub installed: Installed,
    /// The catalog.
    pub catalog: Arc<Catalog>,
}

/// How often the monitor looks until somebody says otherwise, in seconds.
const USUAL_RHYTHM: u32 = 60;

impl Session {
    /// A session that has not looked at anything yet.
    pub fn new(settings: Settings) -> Self {
        let root = Root::new(settings.path("root").unwrap_or_else(|| "/".into()));
        let weights = resources::weights_dir(|name| std::env::var(name).ok(), Some(settings.home()));
        Self {
            progress: crate::lessons::Store::here(settings.get("simulate").map(str::to_owned)),
            prober: Prober::new(root, weights.clone()),
            weights,
            settings,
            serving: crate::serving::Memory::default(),
            catalog: RwLock::default(),
            token: RwLock::default(),
            stays: false,
            rhythm: watch::Sender::new(Some(USUAL_RHYTHM)),
            reports: OnceLock::new(),
        }
    }

    /// The session of a program that stays.
    pub fn that_stays(self) -> Self {
        Self { stays: true, ..self }
    }

    /// Reads this host passively, or the recorded or simulated one that the settings name.
    ///
    /// # Errors
    /// When the recorded facts or the simulated box cannot be had.
    pub fn facts(&self) -> Result<Facts> {
        let path = |key: &str| self.settings.path(key).unwrap_or_default();
        match self.settings.stand_in() {
            Some("facts") => return recorded::facts(&path("facts")),
            Some("smi") => return recorded::snapshot(&path("smi")),
            Some(_) => return simulate::facts(self.settings.get("simulate").unwrap_or_default()),
            None => {}
        }
        Ok(self.prober.look())
    }

    /// False when recorded, saved or simulated facts stand in for this host.
    pub fn is_of_this_host(&self) -> bool {
        self.settings.stand_in().is_none() && !self.settings.looks_elsewhere()
    }

    /// The same, and tt-smi is asked as well. It opens every device, so only on an explicit request.
    ///
    /// # Errors
    /// As [`Session::facts`]; a tt-smi that fails is part of the facts.
    pub async fn facts_with_smi(&self) -> Result<Facts> {
        let mut facts = self.facts()?;
        if self.is_of_this_host() {
            let program = snapshot::find(self.settings.get("tt_smi"), Some(self.settings.home()));
            facts.smi = Some(match snapshot::refused(&facts) {
                Some(answer) => answer,
                None => snapshot::take(program, snapshot::DEADLINE).await,
            });
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

    /// Everything that a question about models needs.
    ///
    /// # Errors
    /// As [`Session::facts`] and [`Session::catalog`].
    pub fn survey(&self) -> Result<Survey> {
        let facts = self.facts()?;
        let catalog = self.catalog()?;
        Ok(Survey { host: interpret(&facts), installed: self.installed(&facts, &catalog), catalog })
    }

    /// What is installed on this host, or what the recorded facts say. A simulated box stands on this host.
    fn installed(&self, facts: &Facts, catalog: &Catalog) -> Installed {
        match (&facts.environment, self.settings.stand_in()) {
            (Some(recorded), _) => environment::interpret(recorded),
            (None, None | Some("simulate")) if !self.settings.looks_elsewhere() => {
                environment::interpret(&self.environment(catalog))
            }
            (None, _) => Installed::unknown(),
        }
    }

    /// Folder of the Hugging Face cache.
    pub fn weights_dir(&self) -> &Path {
        &self.weights
    }

    /// Reads what is installed on this host.
    pub fn environment(&self, catalog: &Catalog) -> EnvironmentFacts {
        let path = |key: &str| self.settings.path(key).unwrap_or_default();
        let places = Places {
            hub: self.weights.clone(),
            models: self.settings.home().join("models"),
            metal_home: path("metal_home"),
            vllm_home: path("vllm_home"),
            environments: self.settings.environments(),
        };
        environment::look(&places, catalog)
    }

    /// Has the progress of long work sent to `reports`.
    pub fn set_reports(&self, reports: mpsc::UnboundedSender<(ProgressToken, SetupProgress)>) {
        // There is one editor, and it is met once.
        let _ = self.reports.set(reports);
    }

    /// Tells the progress of long work to whoever has asked under this token.
    pub fn report(&self, token: ProgressToken, progress: &SetupProgress) {
        if let Some(reports) = self.reports.get() {
            let _ = reports.send((token, progress.clone()));
        }
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

    /// The catalog of this run: the file that the settings name, else the fetched one, else the bundled one. Read once,
    /// and again after it has been refreshed.
    ///
    /// # Errors
    /// When the file that the settings name cannot be used.
    pub fn catalog(&self) -> Result<Arc<Catalog>> {
        if let Some(known) = &*self.catalog.read().unwrap_or_else(PoisonError::into_inner) {
            return known.clone();
        }
        let read = match self.settings.path("catalog") {
            Some(path) => Catalog::load(&path),
            None => source::newest(source::cache().as_ref()),
        };
        let read = read.map(Arc::new);
        *self.catalog.write().unwrap_or_else(PoisonError::into_inner) = Some(read.clone());
        read
    }

    /// Looks for newer spec files: when somebody wants it now, else at most once an hour and only where the settings
    /// allow it. A file that the settings name is never refreshed.
    ///
    /// # Errors
    /// When nothing newer could be had; what was here stays.
    pub async fn refresh_catalog(&self, now_wanted: bool, deadline: Duration) -> Result<Outcome> {
        let wanted = now_wanted || self.settings.switch("catalog_updates")?;
        let (true, None, Some(cache)) = (wanted, self.settings.get("catalog"), source::cache()) else {
            return Ok(Outcome::NotDue);
        };
        let url = self.settings.get("catalog_url").unwrap_or_default();
        let outcome = if self.stays {
            refresh_in_child(&cache, url, now_wanted, deadline).await
        } else {
            refresh(&cache, url, now_wanted, deadline).await
        };
        // Whatever came of it, its age and trouble are part of what is shown.
        if !matches!(outcome, Ok(Outcome::NotDue)) {
            *self.catalog.write().unwrap_or_else(PoisonError::into_inner) = None;
        }
        outcome
    }
}
