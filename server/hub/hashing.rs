//! The hash of a file that is still coming: a thread follows the bytes that are there without a gap, while they are still
//! in memory, so that the last byte is followed by no wait.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use tokio::sync::oneshot;

use super::listing::BlobId;
use super::partial::{self, Progress};

/// What is read at once.
const BUFFER: usize = 256 << 10;
/// How often written bytes are forced to the disk.
const SYNC: Duration = Duration::from_secs(5);

/// A hash in the making. Dropping it ends the thread.
#[derive(Debug)]
pub struct Hashing {
    until: Sender<u64>,
    digest: oneshot::Receiver<io::Result<String>>,
}

impl Hashing {
    /// Begins to hash `file`, as far as it is told.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(file: File, id: &BlobId, bytes: u64, progress: Arc<Mutex<Progress>>) -> io::Result<Self> {
        let (until, told) = channel();
        let (answer, digest) = oneshot::channel();
        let mut hash = Hash::of(id, bytes);
        thread::Builder::new().name("hash".into()).spawn(move || {
            // Nobody may be waiting any more.
            let _ = answer.send(follow(&file, &mut hash, &told, &progress).map(|()| hash.hex()));
        })?;
        Ok(Self { until, digest })
    }

    /// Tells that the bytes up to `prefix` are there.
    pub fn reach(&self, prefix: u64) {
        // A thread that has failed tells it in the end.
        let _ = self.until.send(prefix);
    }

    /// The digest of everything, in hexadecimal digits.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn finish(self) -> io::Result<String> {
        drop(self.until);
        self.digest.await.unwrap_or_else(|_| Err(io::Error::other("the thread that hashes has ended")))
    }
}

fn follow(file: &File, hash: &mut Hash, told: &Receiver<u64>, progress: &Mutex<Progress>) -> io::Result<()> {
    let mut synced = Instant::now();
    while let Ok(mut until) = told.recv() {
        while let Ok(further) = told.try_recv() {
            until = until.max(further);
        }
        hash.read(file, until)?;
        if synced.elapsed() >= SYNC {
            partial::sync(file, progress)?;
            synced = Instant::now();
        }
    }
    Ok(())
}

/// The digest of a whole file.
///
/// # Errors
/// When it cannot be read.
pub fn digest(file: &File, id: &BlobId, bytes: u64) -> io::Result<String> {
    let mut hash = Hash::of(id, bytes);
    hash.read(file, bytes)?;
    Ok(hash.hex())
}

struct Hash {
    context: Context,
    at: u64,
}

impl Hash {
    fn of(id: &BlobId, bytes: u64) -> Self {
        let context = match id {
            BlobId::Sha256(_) => Context::new(&SHA256),
            BlobId::Git(_) => {
                let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
                context.update(format!("blob {bytes}\0").as_bytes());
                context
            }
        };
        Self { context, at: 0 }
    }

    fn read(&mut self, file: &File, until: u64) -> io::Result<()> {
        let mut buffer = vec![0; BUFFER];
        while self.at < until {
            let most = usize::try_from(until - self.at).unwrap_or(BUFFER).min(BUFFER);
            let read = file.read_at(&mut buffer[..most], self.at)?;
            if read == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file has become shorter"));
            }
            self.context.update(&buffer[..read]);
            self.at += read as u64;
        }
        Ok(())
    }

    fn hex(&self) -> String {
        self.context.clone().finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn digests_that_git_and_sha256sum_print() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"hello\n").unwrap();
        // `git hash-object`, `sha256sum`
        let git = BlobId::Git("ce013625030ba8dba906f756967f9e9ca394464a".into());
        assert_eq!(digest(&file, &git, 6).unwrap(), git.name());
        let sha = BlobId::Sha256("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03".into());
        assert_eq!(digest(&file, &sha, 6).unwrap(), sha.name());
        assert!(digest(&file, &sha, 7).is_err(), "a file that is too short");
    }
}
