//! The heartbeat of a fake box: counts up in the background for as long as this lives.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tt_jukebox::device::facts::PciFunction;

use crate::fake_tree::FakeTree;

pub struct Heart {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Heart {
    /// Beats for these functions wherever they are there.
    pub fn of(tree: &FakeTree, functions: &[PciFunction]) -> Self {
        let spare = tree.path("beat");
        let files: Vec<PathBuf> = functions
            .iter()
            .filter_map(|function| Some(tree.path(&format!("sys/class/tenstorrent/tenstorrent!{}", function.node?))))
            .map(|class| class.join("tt_heartbeat"))
            .collect();
        let stop = Arc::new(AtomicBool::new(false));
        let told = stop.clone();
        let thread = thread::spawn(move || {
            let mut beat = 20_000;
            while !told.load(Ordering::Relaxed) {
                beat += 1;
                for file in files.iter().filter(|file| file.exists()) {
                    // Renamed into place, so that nobody reads half a number.
                    fs::write(&spare, format!("{beat}\n")).unwrap();
                    let _ = fs::rename(&spare, file);
                }
                thread::sleep(Duration::from_millis(10));
            }
        });
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for Heart {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
