//! What is remembered of servers between two requests: the last look at their metrics, and the way for pieces of answers.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Instant;

use serde_json::Value;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::metrics::Metrics;
use super::secret::Secret;
use crate::protocol::Load;

/// Pieces that may wait for the editor; beyond that they grow instead.
const WAITING: usize = 16;
/// More servers than anybody runs.
const MAX_SERVERS: usize = 64;

/// What is remembered.
#[derive(Debug, Default)]
pub struct Memory {
    looks: Mutex<BTreeMap<String, (Instant, Metrics)>>,
    partials: OnceLock<Sender<(Value, Value)>>,
    /// Keys that the editor keeps, by the origin that each is for.
    keys: Mutex<BTreeMap<String, Secret>>,
}

impl Memory {
    /// The other end of the way for pieces. Only the first call has one that gives anything.
    pub fn partials(&self) -> Receiver<(Value, Value)> {
        let (sender, receiver) = channel(WAITING);
        let _ = self.partials.set(sender);
        receiver
    }

    /// Takes the key that the editor keeps for an origin, or forgets it.
    pub fn set_key(&self, origin: String, key: Option<Secret>) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        match key {
            Some(key) if keys.len() < MAX_SERVERS || keys.contains_key(&origin) => drop(keys.insert(origin, key)),
            _ => drop(keys.remove(&origin)),
        }
    }

    /// The keys that the editor keeps, by origin.
    pub fn keys(&self) -> BTreeMap<String, Secret> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Passes on a piece; false when it cannot be taken now.
    pub fn tell(&self, token: &Value, piece: Value) -> bool {
        self.partials.get().is_none_or(|sender| sender.try_send((token.clone(), piece)).is_ok())
    }

    /// What a server has to do, with the rates since the last look.
    pub fn load(&self, url: &str, metrics: Metrics) -> Load {
        let now = Instant::now();
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let load = match looks.get(url) {
            Some((then, before)) => metrics.since(before, (now - *then).as_secs_f64()),
            None => metrics.alone(),
        };
        if looks.len() < MAX_SERVERS || looks.contains_key(url) {
            looks.insert(url.to_owned(), (now, metrics));
        }
        load
    }
}
