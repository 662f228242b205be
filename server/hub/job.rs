//! One file on its way: its pieces, its hash, and its place.

use std::fs;
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::header::CONTENT_RANGE;
use reqwest::{Response, Url};
use tokio::task::spawn_blocking;

use super::client::{Reply, trouble};
use super::disk::write_failed;
use super::download::{Left, Work};
use super::hashing::{Hashing, digest};
use super::listing::RemoteFile;
use super::lock;
use super::pace::{Tries, Trouble, defect};
use super::partial::Partial;
use crate::error::{Failure, FailureKind, Result};

/// From this length on a file is hashed while it comes.
const LONG: u64 = 8 << 20;

/// A file on its way.
#[derive(Debug)]
pub struct Job {
    /// The content, under every path that it has in the repository; never empty.
    paths: Vec<RemoteFile>,
    file: RemoteFile,
    /// Gone once the file has ended.
    partial: Mutex<Option<Arc<Partial>>>,
    hashing: Mutex<Option<Hashing>>,
    /// Pieces that are not there yet.
    pub(super) left: Left,
    /// True when some of its bytes are from an earlier run: a wrong hash can come from them.
    resumed: bool,
    /// Where the redirects led last: the store of large files.
    link: Mutex<Option<Url>>,
}

impl Job {
    /// Opens what is there of a file; none when its content turns out to be in its place. `again` begins anew.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn open(work: &Work, mut paths: Vec<RemoteFile>, again: bool) -> Result<Option<Self>> {
        let partials = work.layout.partials();
        let failed = |error: std::io::Error| write_failed(&partials, &error);
        let mut others = Vec::new();
        for file in paths.drain(..) {
            if again || !work.layout.adopt(&file).map_err(failed)? {
                others.push(file);
            } else if others.is_empty() {
                work.there.fetch_add(file.bytes, Ordering::Relaxed);
            }
        }
        let Some(file) = others.first().cloned() else { return Ok(None) };
        let left = work.layout.leftover(&file).filter(|(_, lock)| !lock::is_held(lock)).map(|(path, _)| path);
        let partial = Partial::open(&partials, file.id.name(), file.bytes, left.as_deref().filter(|_| !again))?;
        let there = partial.written();
        let noted = super::partial::there(&partials, file.id.name(), file.bytes).bytes();
        work.there.fetch_add(there.bytes().saturating_sub(noted), Ordering::Relaxed);
        let hashing = (file.bytes >= LONG)
            .then(|| Hashing::start(partial.handle()?, &file.id, file.bytes, partial.progress()))
            .transpose()
            .map_err(failed)?;
        if let Some(hashing) = &hashing {
            hashing.reach(there.prefix());
        }
        Ok(Some(Self {
            paths: others,
            file,
            partial: Mutex::new(Some(Arc::new(partial))),
            hashing: Mutex::new(hashing),
            left: Left::new(0),
            resumed: there.bytes() > 0,
            link: Mutex::default(),
        }))
    }

    /// Its path below the repository.
    pub fn path(&self) -> &str {
        &self.file.path
    }

    /// What is missing, in pieces.
    pub fn missing(&self, piece: u64) -> Vec<Range<u64>> {
        let partial = self.partial.lock().unwrap_or_else(PoisonError::into_inner);
        partial.as_ref().map_or_else(Vec::new, |partial| partial.missing(self.file.bytes, piece))
    }

    /// Fetches a piece, as long as something comes.
    ///
    /// # Errors
    /// When nothing comes any more, or something else than what the hub lists.
    pub async fn fetch(&self, work: &Work, mut piece: Range<u64>) -> Result<()> {
        let mut tries = Tries::default();
        while piece.start < piece.end {
            let before = piece.start;
            let Err(trouble) = self.fetch_once(work, &mut piece).await else { continue };
            if piece.start > before {
                tries.moved();
            }
            // The link may have run out; the hub gives a new one.
            *self.link.lock().unwrap_or_else(PoisonError::into_inner) = None;
            work.hub.pace.after(trouble, &mut tries).await?;
        }
        Ok(())
    }

    async fn fetch_once(&self, work: &Work, piece: &mut Range<u64>) -> Result<(), Trouble> {
        let known = self.link.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let parts = work.repo.split('/').chain(["resolve", &work.commit]).chain(self.file.path.split('/'));
        let address = known.unwrap_or_else(|| work.hub.url(parts));
        let Reply { mut response, url } = work.hub.ask(&address, Some(piece), &work.repo).await?;
        self.check(&response, &url, piece)?;
        *self.link.lock().unwrap_or_else(PoisonError::into_inner) = Some(url.clone());
        while piece.start < piece.end {
            let chunk = response.chunk().await.map_err(|error| work.hub.no_answer(&url, &error))?;
            let Some(chunk) = chunk.filter(|chunk| !chunk.is_empty()) else {
                return Err(Trouble::again(trouble(
                    &url,
                    "the answer was cut off",
                    "Check the network and try again.",
                )));
            };
            let most = usize::try_from(piece.end - piece.start).unwrap_or(usize::MAX);
            if chunk.len() > most {
                let why = format!("more bytes came than the {} that the hub lists", self.file.bytes);
                return Err(Trouble::Final(trouble(
                    &url,
                    why,
                    "Try again later, or report it to the owner of the repository.",
                )));
            }
            self.store(piece.start, &chunk)?;
            piece.start += chunk.len() as u64;
            work.there.fetch_add(chunk.len() as u64, Ordering::Relaxed);
            work.fetched.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Whether an answer is the piece that was asked for, of a file of the listed length.
    fn check(&self, response: &Response, url: &Url, piece: &Range<u64>) -> Result<(), Trouble> {
        let wrong = |why: String| {
            let next = "It may have been changed just now: try again. Behind a proxy, check that it hands out what it is asked for.";
            Err(Trouble::Final(trouble(url, why, next)))
        };
        let bytes = self.file.bytes;
        match response.status().as_u16() {
            206 => {
                let text =
                    response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
                let expected = format!("bytes {}-", piece.start);
                let total = text.rsplit_once('/').and_then(|(_, total)| total.parse::<u64>().ok());
                match total {
                    Some(total) if total != bytes => {
                        wrong(format!("the server has {total} bytes, and the hub lists {bytes}"))
                    }
                    _ if !text.starts_with(&expected) => {
                        wrong(format!("another part came than was asked for ({text:.60?})"))
                    }
                    _ => Ok(()),
                }
            }
            // Whoever knows no parts sends everything, which is as good where everything was asked for.
            200 if *piece == (0..bytes) => match response.content_length() {
                Some(length) if length != bytes => {
                    wrong(format!("the server has {length} bytes, and the hub lists {bytes}"))
                }
                _ => Ok(()),
            },
            200 => wrong("the server does not hand out parts of a file".to_owned()),
            status => wrong(format!(
                "the server has not the part that was asked for ({status}), and the hub lists {bytes} bytes"
            )),
        }
    }

    fn store(&self, at: u64, chunk: &[u8]) -> Result<()> {
        // Held for a moment only: the connections of one file write side by side.
        let partial = self.partial.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(partial) = partial else { return Err(defect("a piece came after the file had its name")) };
        partial.write(at, chunk)?;
        if let Some(hashing) = &*self.hashing.lock().unwrap_or_else(PoisonError::into_inner) {
            hashing.reach(partial.written().prefix());
        }
        Ok(())
    }

    /// The end of a file whose pieces are all there. Answers its paths when the bytes of an earlier run were wrong and it
    /// must come again.
    ///
    /// # Errors
    /// When its content is not what the hub lists, and when it cannot be put into its place.
    pub async fn conclude(&self, work: &Work) -> Result<Option<Vec<RemoteFile>>> {
        let partial = self.partial.lock().unwrap_or_else(PoisonError::into_inner).take();
        let hashing = self.hashing.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Its last piece is there, so nobody else writes to it.
        let Some(partial) = partial.and_then(Arc::into_inner) else { return Err(defect("a file has ended twice")) };
        let (file, failed) = (self.file.clone(), |error: std::io::Error| write_failed(&work.layout.partials(), &error));
        let found = match hashing {
            Some(hashing) => {
                hashing.reach(file.bytes);
                hashing.finish().await
            }
            None => {
                let handle = partial.handle().map_err(failed)?;
                let (id, bytes) = (file.id.clone(), file.bytes);
                spawn_blocking(move || digest(&handle, &id, bytes)).await.map_err(defect)?
            }
        };
        let found = found.map_err(failed)?;
        if found != file.id.name() {
            partial.discard();
            work.there.fetch_sub(file.bytes, Ordering::Relaxed);
            return if self.resumed {
                Ok(Some(self.paths.clone()))
            } else {
                Err(wrong_content(&work.repo, &file, &found))
            };
        }
        let (layout, paths) = (work.layout.clone(), self.paths.clone());
        let place = move || {
            partial.finish(|bytes| {
                layout.place(bytes, &file)?;
                let (folder, others) = (layout.folder(), paths.into_iter().skip(1));
                for other in others {
                    if !layout.adopt(&other)? {
                        // Only in a folder of the person's own, where content cannot stand under its hash.
                        let copy = layout.partials().join(format!("{}.copy", other.id.name()));
                        fs::copy(folder.join(&file.path), &copy)?;
                        fs::File::open(&copy)?.sync_all()?;
                        layout.place(&copy, &other)?;
                    }
                }
                Ok(())
            })
        };
        spawn_blocking(place).await.map_err(defect)??;
        Ok(None)
    }
}

fn wrong_content(repo: &str, file: &RemoteFile, found: &str) -> Failure {
    Failure::new(
        FailureKind::Network,
        format!("{} of {repo} came with other content than the hub lists", file.path),
        format!("its hash is {found} and should be {}; it was thrown away", file.id.name()),
        "Try again. Behind a proxy or a mirror, check that it changes nothing.",
    )
}
