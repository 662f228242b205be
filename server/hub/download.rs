//! The download itself: eight connections that take pieces of files in order, and the end of each file, where its hash
//! decides whether it gets its name.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as AsyncMutex;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{MissedTickBehavior, interval};

use super::client::Hub;
use super::disk::{self, write_failed};
use super::job::Job;
use super::layout::Layout;
use super::listing::RemoteFile;
use super::lock;
use super::pace::defect;
use super::partial;
use super::plan::{Plan, Stock};
use crate::environment::weights::{WeightState, judge_folder};
use crate::error::{Failure, FailureKind, Result};

/// Connections at once; `hf download` has as many.
const CONNECTIONS: usize = 8;
/// What one question asks for: long enough that its start costs nothing, short enough to share the end of a file.
const PIECE: u64 = 16 << 20;
/// How often progress is told.
const TELL: Duration = Duration::from_millis(200);
/// Every so many of these the disk is looked at.
const LOOK_AT_DISK: u32 = 5;

/// How far a download is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Another process downloads the same; this one waits.
    Waiting,
    /// Bytes have come, or none have: it is told all the same.
    Progress {
        /// Bytes that are there.
        bytes: u64,
        /// Bytes of everything.
        total: u64,
        /// The file that was worked on last.
        file: String,
    },
}

/// A download that is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Bytes of everything.
    pub bytes: u64,
    /// Bytes that came through the network in this run.
    pub fetched: u64,
    /// The folder with the model.
    pub folder: PathBuf,
}

/// What the connections share.
#[derive(Debug)]
pub struct Work {
    pub(super) hub: Arc<Hub>,
    pub(super) layout: Layout,
    pub(super) repo: String,
    pub(super) commit: String,
    /// Bytes that are there.
    pub(super) there: AtomicU64,
    /// Bytes that came through the network.
    pub(super) fetched: AtomicU64,
    current: Mutex<String>,
    queue: AsyncMutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    /// Content that is still to come, with every path that it has, and whether it has been thrown away once.
    waiting: VecDeque<(Vec<RemoteFile>, bool)>,
    /// The file whose pieces are being handed out.
    open: Option<(Arc<Job>, VecDeque<Range<u64>>)>,
}

/// Brings everything that is missing. `tell` hears of it five times a second, and stops it by saying false. Dropping the
/// future stops it too; what has come stays.
///
/// # Errors
/// When something cannot be had, does not fit on the disk, or is not what the hub lists.
pub async fn download(hub: Arc<Hub>, plan: &Plan, tell: &mut (dyn FnMut(Event) -> bool + Send)) -> Result<Done> {
    let lock = lock::take(&plan.layout.lock(), || {
        let _ = tell(Event::Waiting);
    })
    .await?;
    let stock = plan.stock();
    let partials = plan.layout.partials();
    disk::enough(&partials, stock.free, stock.missing())?;
    let work = Arc::new(Work::new(hub, plan, &stock));
    let mut connections = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let work = Arc::clone(&work);
        connections.spawn(async move { work.run().await });
    }
    let mut ticks = interval(TELL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut until_look = 0;
    let mut outcome = Ok(());
    while outcome.is_ok() {
        tokio::select! {
            ended = connections.join_next() => match ended {
                None => break,
                Some(Ok(done)) => outcome = done,
                Some(Err(error)) => outcome = Err(defect(error)),
            },
            _ = ticks.tick() => {
                if !tell(work.event(stock.total)) {
                    outcome = Err(Failure::new(FailureKind::Cancelled, "stopped", "nobody listens any more", ""));
                } else if until_look == 0 {
                    outcome = disk::above_floor(&partials, disk::free(&partials).filter(|_| stock.missing() > 0));
                }
                until_look = (until_look + 1) % LOOK_AT_DISK;
            }
        }
    }
    connections.shutdown().await;
    outcome?;
    let plan_layout = plan.layout.clone();
    let revision = plan.wanted.revision.clone();
    let blobs: Vec<String> = plan.files.iter().map(|file| file.id.name().to_owned()).collect();
    let conclude = move || {
        blobs.iter().for_each(|blob| partial::forget(&plan_layout.partials(), blob));
        plan_layout.conclude(&revision)
    };
    let concluded = spawn_blocking(conclude).await.map_err(defect)?;
    concluded.map_err(|error| write_failed(&partials, &error))?;
    drop(lock);
    judge(plan)?;
    Ok(Done { bytes: stock.total, fetched: work.fetched.load(Ordering::Relaxed), folder: plan.layout.folder() })
}

/// Everything that was listed is there; that says nothing about whether it is a model.
fn judge(plan: &Plan) -> Result<()> {
    let weights = judge_folder(&plan.wanted.repo, &plan.layout.folder());
    if weights.state == WeightState::Complete {
        return Ok(());
    }
    let what = format!("{} has come, but it is no complete model", plan.wanted.repo);
    let why = format!("there is no {}", weights.missing.join(", no "));
    Err(Failure::new(
        FailureKind::Input,
        what,
        why,
        "Its owner may not have finished it, or the name is that of another repository.",
    ))
}

impl Work {
    fn new(hub: Arc<Hub>, plan: &Plan, stock: &Stock) -> Self {
        let mut waiting: VecDeque<(Vec<RemoteFile>, bool)> = VecDeque::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        for (file, _) in plan.files.iter().zip(&stock.files).filter(|(_, (_, placed))| !placed) {
            let at = *known.entry(file.id.name()).or_insert_with(|| {
                waiting.push_back((Vec::with_capacity(1), false));
                waiting.len() - 1
            });
            if let Some((paths, _)) = waiting.get_mut(at) {
                paths.push(file.clone());
            }
        }
        Self {
            hub,
            layout: plan.layout.clone(),
            repo: plan.wanted.repo.clone(),
            commit: plan.commit.clone(),
            there: AtomicU64::new(stock.there),
            fetched: AtomicU64::new(0),
            current: Mutex::default(),
            queue: AsyncMutex::new(Queue { waiting, open: None }),
        }
    }

    fn event(&self, total: u64) -> Event {
        let file = self.current.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Event::Progress { bytes: self.there.load(Ordering::Relaxed).min(total), total, file }
    }

    /// One connection: a piece after another, until there is none left.
    async fn run(self: Arc<Self>) -> Result<()> {
        while let Some((job, piece)) = self.next().await? {
            job.fetch(&self, piece).await?;
            if job.left.fetch_sub(1, Ordering::AcqRel) == 1
                && let Some(again) = job.conclude(&self).await?
            {
                self.queue.lock().await.waiting.push_front((again, true));
            }
        }
        Ok(())
    }

    /// The next piece to fetch; opens the next file when one is handed out.
    async fn next(self: &Arc<Self>) -> Result<Option<(Arc<Job>, Range<u64>)>> {
        let mut queue = self.queue.lock().await;
        loop {
            if let Some((job, pieces)) = &mut queue.open
                && let Some(piece) = pieces.pop_front()
            {
                *self.current.lock().unwrap_or_else(PoisonError::into_inner) = job.path().to_owned();
                return Ok(Some((Arc::clone(job), piece)));
            }
            let Some((paths, again)) = queue.waiting.pop_front() else { return Ok(None) };
            let work = Arc::clone(self);
            let opened = spawn_blocking(move || Job::open(&work, paths, again)).await.map_err(defect)??;
            queue.open = opened.map(|job| {
                // A file that is all there has one empty piece, which brings it to its end.
                let mut pieces: VecDeque<Range<u64>> = job.missing(PIECE).into();
                if pieces.is_empty() {
                    pieces.push_back(0..0);
                }
                job.left.store(pieces.len(), Ordering::Release);
                (Arc::new(job), pieces)
            });
        }
    }
}

/// A counter of pieces.
pub(super) type Left = AtomicUsize;
