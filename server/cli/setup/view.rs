//! The progress of a setup: bars on a terminal, a line for each change where stderr is a file, JSON lines where that is
//! wanted.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::cli::output::{Output, printable};
use crate::hub::size;
use crate::protocol::{SetupProgress, SetupState, StepProgress};

/// Shows snapshots.
pub(super) struct View<'a> {
    output: &'a Output,
    bars: Option<MultiProgress>,
    /// The bar of each running step.
    running: BTreeMap<String, ProgressBar>,
    /// What has been told of each step: its state, whether it stalls, and tens of per cent.
    told: BTreeMap<String, (SetupState, bool, u64)>,
    joined: bool,
}

impl<'a> View<'a> {
    pub fn new(output: &'a Output) -> Self {
        let bars = (!output.is_json() && io::stderr().is_terminal()).then(MultiProgress::new);
        Self { output, bars, running: BTreeMap::new(), told: BTreeMap::new(), joined: false }
    }

    /// Shows one snapshot.
    pub fn show(&mut self, progress: &SetupProgress) {
        if progress.joined && !self.joined && !self.output.is_json() {
            self.joined = true;
            self.say("another process has this setup under way; this is its progress");
        }
        if progress.of == 0 {
            return;
        }
        if self.output.is_json() {
            // A reader that has gone away does not stop a setup.
            let _ = self.output.line(progress, |_| String::new());
            return;
        }
        for step in &progress.steps {
            if self.bars.is_some() {
                self.bar(step);
            }
            self.tell(progress, step);
        }
    }

    /// Takes the bars away.
    pub fn close(&mut self) {
        std::mem::take(&mut self.running).into_values().for_each(|bar| bar.finish_and_clear());
    }

    fn say(&self, line: &str) {
        match &self.bars {
            // Printing past the bars would tear them.
            Some(bars) => drop(bars.println(line)),
            None => self.output.message(line),
        }
    }

    fn tell(&mut self, progress: &SetupProgress, step: &StepProgress) {
        let tens = share(step).unwrap_or(0) / 10;
        let now = (step.state, step.stalled, tens);
        let before = self.told.insert(step.id.clone(), now).unwrap_or_default();
        let title = printable(&step.title);
        let count = format!("[{}/{}]", progress.step, progress.of);
        if before.0 != step.state {
            let line = match step.state {
                SetupState::Pending => return,
                SetupState::Running => format!("{count} {title}"),
                SetupState::Waiting => {
                    format!(
                        "{count} {title}: run this in another terminal, the setup goes on by itself\n      {}",
                        printable(&step.line)
                    )
                }
                SetupState::Done if !step.ran => format!("{count} {title}: done before"),
                SetupState::Done => format!("{count} {title}: done"),
                SetupState::Failed => format!("{count} {title}: failed"),
                SetupState::Cancelled => format!("{count} {title}: stopped"),
            };
            self.say(&line);
        } else if step.stalled && !before.1 {
            self.say(&format!("{count} {title}: nothing has been heard of it for a minute"));
        } else if self.bars.is_none() && tens > before.2 && step.state == SetupState::Running {
            self.say(&format!("{count} {title}: {} %{}", tens * 10, left(step)));
        }
    }

    fn bar(&mut self, step: &StepProgress) {
        let Some(bars) = &self.bars else { return };
        if step.state != SetupState::Running {
            if let Some(bar) = self.running.remove(&step.id) {
                bar.finish_and_clear();
            }
            return;
        }
        let bar = self.running.entry(step.id.clone()).or_insert_with(|| {
            let bar = bars.add(ProgressBar::new_spinner());
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        let counted = match (step.done, step.total) {
            (Some(done), Some(total)) => format!("  {}{}", amount(done, total, &step.unit), left(step)),
            (Some(done), None) => format!("  {done} {}", step.unit),
            _ => String::new(),
        };
        if let (Some(done), Some(total)) = (step.done, step.total) {
            bar.set_length(total);
            bar.set_position(done);
        }
        let template = if step.total.is_some() { "{spinner} {bar:16} {wide_msg}" } else { "{spinner} {wide_msg}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(printable(&format!("{}{counted}  {}", step.title, step.line)));
    }
}

fn share(step: &StepProgress) -> Option<u64> {
    let (done, total) = (step.done?, step.total.filter(|total| *total > 0)?);
    Some((u128::from(done) * 100 / u128::from(total)).try_into().unwrap_or(100))
}

fn amount(done: u64, total: u64, unit: &str) -> String {
    if unit == "bytes" { format!("{} of {}", size(done), size(total)) } else { format!("{done}/{total} {unit}") }
}

fn left(step: &StepProgress) -> String {
    match step.seconds_left {
        None => String::new(),
        Some(seconds) if seconds < 120.0 => format!(", {seconds:.0} s left"),
        Some(seconds) => format!(", {:.0} min left", seconds / 60.0),
    }
}
