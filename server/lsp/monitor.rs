//! Keeps the editor's picture of the host fresh: one status at the start, one whenever a request has looked, and one at
//! each interval that the person has chosen. It never gives up, and it never starts a second look while one is out.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tower_lsp::Client;

use crate::device::{Health, Host};
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{STATUS, Status};
use crate::requests::status;
use crate::session::Session;

/// A look takes milliseconds, and one second with a hung chip. After this, what is shown is called old.
const PATIENCE: Duration = Duration::from_secs(5);

/// The one notification that we send.
enum StatusNotification {}

impl lsp_types::notification::Notification for StatusNotification {
    type Params = Status;
    const METHOD: &'static str = STATUS;
}

/// What the editor shows, and how it is kept fresh.
#[derive(Debug, Clone)]
pub struct Monitor {
    client: Client,
    session: Result<Arc<Session>>,
    last: Arc<Mutex<Option<Status>>>,
}

impl Monitor {
    /// A monitor that has not looked yet.
    pub fn new(client: Client, session: Result<Arc<Session>>) -> Self {
        Self { client, session, last: Arc::default() }
    }

    /// True when other steps are proved than the editor was told last: by a request, or by another window.
    pub fn is_behind(&self) -> bool {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let told = last.as_ref().map(|status| &status.done);
        told.is_some_and(|told| *told != self.proved())
    }

    fn proved(&self) -> Vec<String> {
        self.session.as_ref().map(|session| session.progress.all().into_keys().collect()).unwrap_or_default()
    }

    /// Looks once and then at each interval, until the server ends.
    pub fn start(&self) {
        let monitor = self.clone();
        // Not one of the jobs that the end of the server waits for: it never ends by itself.
        tokio::spawn(async move { monitor.run().await });
    }

    async fn run(&self) {
        let Ok(session) = &self.session else { return self.look().await };
        let mut changes = session.rhythm_changes();
        loop {
            // Read before the look: a change that comes during it leads to another one.
            let rhythm = *changes.borrow_and_update();
            self.look().await;
            let pause = async {
                match rhythm {
                    Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds.into())).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = pause => {}
                changed = changes.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Looks at the host and tells the editor. A look that does not come back in time is told as such, and awaited.
    pub async fn look(&self) {
        let session = self.session.clone();
        let mut look = tokio::task::spawn_blocking(move || session.and_then(|session| session.host()));
        let looked = match tokio::time::timeout(PATIENCE, &mut look).await {
            Ok(looked) => looked,
            Err(_) => {
                self.tell_stale().await;
                look.await
            }
        };
        match looked {
            Ok(Ok(host)) => self.show(&host).await,
            Ok(Err(failure)) => self.tell(status::of_failure(&failure, self.rhythm())).await,
            Err(error) => {
                let what = "looking at the host failed";
                let failure = Failure::new(FailureKind::Internal, what, error.to_string(), "See the log.");
                self.tell(status::of_failure(&failure, self.rhythm())).await;
            }
        }
    }

    /// Tells the editor about a host that has just been looked at.
    pub async fn show(&self, host: &Host) {
        self.tell(status::of_host(host, self.rhythm())).await;
    }

    async fn tell_stale(&self) {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(last) = last {
            let summary = format!("{}; not seen for {} seconds", last.summary, PATIENCE.as_secs());
            self.send(Status { health: Health::Stale, summary, ..last }).await;
        }
    }

    async fn tell(&self, mut status: Status) {
        status.done = self.proved();
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(status.clone());
        self.send(status).await;
    }

    async fn send(&self, status: Status) {
        tracing::debug!(text = status.text, health = ?status.health, "status");
        self.client.send_notification::<StatusNotification>(status).await;
    }

    fn rhythm(&self) -> Option<u32> {
        self.session.as_ref().ok().and_then(|session| session.rhythm())
    }
}
