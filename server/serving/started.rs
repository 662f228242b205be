//! A server that we have started, looked at through its record: its process, its socket, its log.

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::boot::{self, Boot};
use super::containers::{Container, Running};
use super::family;
use super::keys::Trust;
use super::marker;
use super::record::{Record, Records};
use super::sockets;
use super::state::{Owner, Seen};
use crate::clock::seconds_now;
use crate::device::Root;
use crate::device::holders::boot_time;
use crate::protocol::ProcessId;

/// The start of a server is in the beginning of its log, its end at the end.
const LOG_START: u64 = 2 << 20;
const LOG_END: u64 = 256 << 10;
/// The note and the process come within a second of each other; a busy machine takes longer.
const SAME_TIME_S: u64 = 5;

/// What can be seen of it without asking it.
pub fn of_record(record: Record, running: &Running) -> Seen {
    let (runs, containers) = (runs(&record, running), running.list.as_slice());
    let unsure = if runs { None } else { unsure(&record, running) };
    let (url, port, container) = (record.url(), Some(record.port), record.container.clone());
    let owner = if runs { owner(&record, containers) } else { Owner::Nobody };
    let trust = if owner == Owner::Ours { Trust::Started } else { Trust::Unknown };
    let boot = log_of(&record, runs);
    let marker = record.marker.as_deref().and_then(marker::read);
    let awaited = record.marker.is_some() && marker.is_none() && record.pid.is_none();
    let told = record.exit_code.or(marker.and_then(|marker| marker.exit_code));
    let exit_code = told.filter(|_| !runs);
    Seen {
        url,
        port,
        container,
        record: Some(record),
        runs,
        unsure,
        owner,
        trust,
        boot,
        awaited,
        exit_code,
        ..Seen::default()
    }
}

/// A record whose process was not known when it was made: the one of its marker is taken for it, and where it has none, what
/// its shell has begun to run just then. Whatever is typed into that shell later is somebody else's.
pub fn adopted(record: Record, records: &Records) -> Record {
    if record.pid.is_some() || record.stopped || record.exit_code.is_some() {
        return record;
    }
    let head = match (&record.marker, record.shell_pid) {
        (Some(path), _) => marker::read(path).and_then(|marker| marker.head),
        (None, Some(shell)) => family::job_of(shell, &family::all()).filter(|job| began_with(&record, *job)),
        _ => None,
    };
    let is_over = record.marker.is_none() && seconds_now().saturating_sub(record.started_at) > SAME_TIME_S;
    let noted = match head {
        Some(ProcessId { pid, start_ticks }) => {
            records.update(&record, |record| (record.pid, record.start_ticks) = (Some(pid), Some(start_ticks)))
        }
        None if is_over && record.shell_pid.is_some() => records.update(&record, |record| record.shell_pid = None),
        None => return record,
    };
    // The next look notes it, if this one cannot.
    noted.ok().flatten().unwrap_or(record)
}

/// True when a process was started within seconds of the note that its command runs.
fn began_with(record: &Record, job: ProcessId) -> bool {
    let began = boot_time(&Root::new("/")) + job.start_ticks / rustix::param::clock_ticks_per_second().max(1);
    began.abs_diff(record.started_at) <= SAME_TIME_S
}

/// Every server that was started, the newest first, with its process as far as it is known by now.
pub fn all(records: &Records) -> Vec<Record> {
    records.all().into_iter().map(|record| adopted(record, records)).collect()
}

/// The process of a record, beyond doubt.
pub fn process_of(record: &Record) -> Option<ProcessId> {
    Some(ProcessId { pid: record.pid?, start_ticks: record.start_ticks? })
}

fn container_of<'a>(record: &Record, containers: &'a [Container]) -> Option<&'a Container> {
    let name = record.container.as_ref()?;
    containers.iter().find(|container| container.name == *name)
}

/// True while its container or its process runs.
pub fn runs(record: &Record, running: &Running) -> bool {
    container_of(record, &running.list).is_some() || process_of(record).is_some_and(family::runs)
}

/// The program that its container was started with.
pub fn tool_of(record: &Record) -> &str {
    let tool = record.command.first().and_then(|program| program.rsplit('/').next());
    tool.filter(|tool| *tool == "podman").unwrap_or("docker")
}

/// Why nobody knows whether its container runs.
pub fn unsure(record: &Record, running: &Running) -> Option<String> {
    running.has(tool_of(record), record.container.as_ref()?).err()
}

/// Who listens on the port of a record.
pub fn owner(record: &Record, containers: &[Container]) -> Owner {
    if container_of(record, containers).is_some_and(|container| container.ports.contains(&record.port)) {
        return Owner::Ours;
    }
    let listeners = sockets::listening(record.port);
    if listeners.is_empty() {
        return Owner::Nobody;
    }
    let head = process_of(record);
    // Most servers listen themselves; the rest takes a look at every process of the machine.
    if head.is_some_and(|head| sockets::has_open(head.pid, &listeners)) {
        return Owner::Ours;
    }
    let family = head.map(|head| family::family(head, &family::all())).unwrap_or_default();
    if family.iter().any(|id| sockets::has_open(id.pid, &listeners)) {
        return Owner::Ours;
    }
    Owner::Other(sockets::holder(&listeners))
}

/// What the log says: its beginning for a server that starts, its end as well for one that has ended.
fn log_of(record: &Record, runs: bool) -> Boot {
    let Some(path) = record.log.as_deref().filter(|_| !(record.stopped || record.was_ready && runs)) else {
        return Boot::default();
    };
    let mut boot = boot::read(&part(Path::new(path), SeekFrom::Start(0), LOG_START));
    if !runs {
        boot.error = boot::last_error(&part(Path::new(path), SeekFrom::End(0), LOG_END)).or(boot.error);
    }
    boot
}

/// At most `most` bytes of a file, from its start or from so far before its end.
fn part(path: &Path, from: SeekFrom, most: u64) -> String {
    let read = || {
        let mut file = fs::File::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        if let SeekFrom::End(_) = from {
            file.seek(SeekFrom::Start(length.saturating_sub(most))).ok()?;
        }
        let mut bytes = Vec::new();
        file.take(most).read_to_end(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    read().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serving::state::judge;

    #[test]
    fn what_a_server_died_of_after_it_was_up_is_told() {
        let mut log = tempfile::NamedTempFile::new().unwrap();
        let up = "INFO:     Application startup complete.\n";
        let path = Some(log.path().display().to_string());
        let record = Record { log: path, was_ready: true, ..Record::default() };
        for (said, why) in
            [(up, "its log names no error"), ("RuntimeError: device hung\n", "RuntimeError: device hung")]
        {
            std::io::Write::write_all(&mut log, said.as_bytes()).unwrap();
            let info = judge(of_record(record.clone(), &Running::default()));
            assert!(info.why.contains(why), "{info:?}");
        }
    }
}
