//! One look at the host, and the memory between two looks: which chips never answered, and which heartbeats were read.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::facts::{FACTS_SCHEMA, Facts, PciFunction, ProcessFacts, Reading};
use super::sysfs::{self, Root};
use super::{holders, resources, system};

/// One hung chip may take this long before it is given up; the others have answered in microseconds.
const CHIP_DEADLINE: Duration = Duration::from_secs(1);

/// Reading is a matter of system calls; more threads than this only wait for each other.
const WORKERS: usize = 2;
/// A healthy chip is read in well under a millisecond.
const NO_PROGRESS: Duration = Duration::from_millis(20);

type Queue = Arc<Mutex<VecDeque<(usize, PciFunction)>>>;
/// Reads one listed function; the seam at which a test can make a chip hang, which no file can.
type Reader = Arc<dyn Fn(PciFunction) -> PciFunction + Send + Sync>;

/// Looks at one host again and again.
#[derive(Debug)]
pub struct Prober {
    root: Root,
    weights_dir: PathBuf,
    /// Held by the one look that is out: what another look is reading must not be taken for stuck.
    looking: Mutex<()>,
    /// True while the thread that asks for holders is out.
    asking: Arc<AtomicBool>,
    /// Chips whose reading has begun and not come back. A second look passes them over.
    stuck: Arc<Mutex<HashSet<String>>>,
    /// The last value of each heartbeat, and when it was first seen.
    heartbeats: Mutex<BTreeMap<String, (u64, Instant)>>,
}

impl Prober {
    /// A prober that has not looked yet. Weights go below `weights_dir`; its disk is measured.
    pub fn new(root: Root, weights_dir: impl Into<PathBuf>) -> Self {
        Self {
            root,
            weights_dir: weights_dir.into(),
            looking: Mutex::default(),
            asking: Arc::default(),
            stuck: Arc::default(),
            heartbeats: Mutex::default(),
        }
    }

    /// Reads the host without starting a process or opening a device node. Looks at the same time come one after the
    /// other.
    pub fn look(&self) -> Facts {
        let _one_at_a_time = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        let listed = sysfs::list_functions(&self.root);
        let (mut pci, processes, reset_under_way) = self.who_holds(listed);
        let root = self.root.clone();
        self.read(&mut pci, Arc::new(move |listed| sysfs::read_function(&root, listed, !reset_under_way)));
        Facts {
            schema: FACTS_SCHEMA,
            written_by: env!("CARGO_PKG_VERSION").into(),
            driver_version: sysfs::driver_version(&self.root),
            reset_under_way,
            processes,
            heartbeats_standing: self.heartbeats_standing(&pci),
            system: system::read(&self.root),
            resources: resources::read(&self.root, &self.weights_dir),
            pci,
            ..Facts::default()
        }
    }

    /// Who holds the functions. Asked aside and with a deadline: the command line of a process that is stuck in the kernel
    /// can keep its reader waiting. What is not answered in time is not known.
    fn who_holds(&self, listed: Vec<PciFunction>) -> (Vec<PciFunction>, Vec<ProcessFacts>, bool) {
        if self.asking.swap(true, Ordering::AcqRel) {
            return (listed, Vec::new(), false);
        }
        let (sender, receiver) = mpsc::channel();
        let (root, asking, mut pci) = (self.root.clone(), self.asking.clone(), listed.clone());
        // Without a thread nobody answers, which is what the deadline is for.
        let _ = thread::Builder::new().name("holders".into()).spawn(move || {
            holders::from_open_files(&root, &mut pci);
            let reset = holders::reset_under_way(&root, &pci);
            let processes = holders::describe(&root, &pci);
            asking.store(false, Ordering::Release);
            let _ = sender.send((pci, processes, reset));
        });
        receiver.recv_timeout(CHIP_DEADLINE).unwrap_or_else(|_| (listed, Vec::new(), false))
    }

    /// Reads every function. A few workers share the list; when none of them has come forward for a moment, another one
    /// is started, so that a hung chip holds up nobody but its own worker. A function that does not answer in time is
    /// listed with an error instead of values; its worker is left behind, and ends when the read returns.
    fn read(&self, functions: &mut [PciFunction], reader: Reader) {
        let queue: VecDeque<(usize, PciFunction)> =
            functions.iter().cloned().enumerate().filter(|(_, function)| !self.is_stuck(&function.bus_id)).collect();
        let mut waiting = queue.len();
        let queue = Arc::new(Mutex::new(queue));
        let (sender, receiver) = mpsc::channel();
        for _ in 0..waiting.min(WORKERS) {
            self.start_worker(&queue, &sender, &reader);
        }
        let until = Instant::now() + CHIP_DEADLINE;
        let mut answered = vec![false; functions.len()];
        while waiting > 0 && Instant::now() < until {
            match receiver.recv_timeout(NO_PROGRESS) {
                Ok((index, function)) => {
                    functions[index] = function;
                    answered[index] = true;
                    waiting -= 1;
                }
                Err(_) => self.start_worker(&queue, &sender, &reader),
            }
        }
        for (function, _) in functions.iter_mut().zip(answered).filter(|(_, answered)| !answered) {
            let error = Reading::Error(format!("no answer within {} ms", CHIP_DEADLINE.as_millis()));
            function.attributes.insert("vendor".into(), error);
        }
    }

    fn start_worker(&self, queue: &Queue, sender: &mpsc::Sender<(usize, PciFunction)>, reader: &Reader) {
        let (queue, sender, reader, stuck) = (queue.clone(), sender.clone(), reader.clone(), self.stuck.clone());
        // A machine that cannot start a thread has its chips reported as not answering.
        let _ = thread::Builder::new().name("probe".into()).spawn(move || {
            let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            while let Some((index, listed)) = next() {
                let bus_id = listed.bus_id.clone();
                stuck.lock().unwrap_or_else(PoisonError::into_inner).insert(bus_id.clone());
                let function = reader(listed);
                stuck.lock().unwrap_or_else(PoisonError::into_inner).remove(&bus_id);
                // Nobody waits any more when the deadline has passed.
                let _ = sender.send((index, function));
            }
        });
    }

    fn is_stuck(&self, bus_id: &str) -> bool {
        self.stuck.lock().unwrap_or_else(PoisonError::into_inner).contains(bus_id)
    }

    /// For how long each heartbeat has stood at the value that was read now. A chip that is gone is forgotten.
    fn heartbeats_standing(&self, pci: &[PciFunction]) -> BTreeMap<String, u64> {
        let mut memory = self.heartbeats.lock().unwrap_or_else(PoisonError::into_inner);
        let read = |function: &PciFunction| {
            let beat: u64 = function.driver.get("tt_heartbeat")?.text()?.parse().ok()?;
            let since = match memory.get(&function.bus_id) {
                Some((known, since)) if *known == beat => *since,
                _ => Instant::now(),
            };
            Some((function.bus_id.clone(), (beat, since)))
        };
        *memory = pci.iter().filter_map(read).collect();
        let standing = |since: &Instant| u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
        memory.iter().map(|(bus_id, (_, since))| (bus_id.clone(), standing(since))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(count: usize) -> Vec<PciFunction> {
        let named = |index| PciFunction { bus_id: format!("0000:{index:02x}:00.0"), ..PciFunction::default() };
        (0..count).map(named).collect()
    }

    /// A reader to which the chips in `hung` do not come back for `long`; the others read as 40 degrees.
    fn reader(hung: &'static [usize], long: Duration) -> Reader {
        Arc::new(move |mut function| {
            if hung.iter().any(|index| function.bus_id == format!("0000:{index:02x}:00.0")) {
                thread::sleep(long);
            }
            function.hwmon.insert("temp1_input".into(), Reading::Text("40000".into()));
            function
        })
    }

    #[test]
    fn hung_chips_hold_up_neither_the_others_nor_the_next_look() {
        let prober = Prober::new(Root::new("/nonexistent"), "/");
        let hung: &[usize] = &[0, 1, 5];
        let mut functions = listed(8);
        let start = Instant::now();
        prober.read(&mut functions, reader(hung, Duration::from_millis(2500)));
        assert!(start.elapsed() < CHIP_DEADLINE + Duration::from_millis(500), "{:?}", start.elapsed());
        for (index, function) in functions.iter().enumerate() {
            assert_eq!(function.hwmon.is_empty(), hung.contains(&index), "{index}");
            assert_eq!(function.attributes.contains_key("vendor"), hung.contains(&index), "{index}");
        }
        let mut again = listed(8);
        let start = Instant::now();
        prober.read(&mut again, reader(&[], Duration::ZERO));
        assert!(start.elapsed() < Duration::from_millis(500), "chips that are still out are passed over");
        assert_eq!(again.iter().filter(|function| function.hwmon.is_empty()).count(), 3);
        thread::sleep(Duration::from_secs(2));
        let mut back = listed(8);
        prober.read(&mut back, reader(&[], Duration::ZERO));
        assert!(
            back.iter().all(|function| !function.hwmon.is_empty()),
            "they are asked again once they have come back"
        );
    }
}
