//! Starts what `command` has made: program, arguments, environment and folder as they are, without a shell, in a process
//! group of its own, with its output in a file.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::{Child, Command};

use super::family;
use super::record::{Record, Records};
use super::sockets;
use super::started::{adopted, process_of};
use crate::clock::seconds_now;
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::ServeCommand;
use crate::recipe::FileCondition;
use crate::secrets;

/// Where a server shall listen.
#[derive(Debug, Clone)]
pub struct At {
    /// Address.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// Refuses what cannot start: a port that is taken, a program or a file that is not there.
///
/// # Errors
/// With the reason, and what to do.
pub fn check(command: &ServeCommand, at: &At, records: &Records) -> Result<()> {
    let port = at.port;
    let free = |why: String, what: String| {
        let next = match sockets::next_free(port) {
            Some(next) => format!("Use `--port {next}`, which is free, or stop what has port {port}."),
            None => "Name another with --port.".to_owned(),
        };
        Err(Failure::new(FailureKind::Usage, what, why, next))
    };
    if let Some(other) = records
        .of_port(port)
        .map(|other| adopted(other, records))
        .filter(|other| process_of(other).is_some_and(family::runs))
    {
        let why = format!("{} was started there, as process {}", other.model_name, other.pid.unwrap_or_default());
        return free(why, format!("port {port} is taken by another server of ours"));
    }
    if let Some(who) = sockets::taken_by(port) {
        return free(who, format!("port {port} is taken"));
    }
    let recipe = &command.recipe;
    let missing = |what: String, why: &str, next: &str| Err(Failure::new(FailureKind::Tool, what, why, next));
    let program = Path::new(&recipe.program);
    let there = if program.is_absolute() { program.is_file() } else { which::which(program).is_ok() };
    if !there {
        let next =
            "`tt-jukebox doctor` and `tt-jukebox command MODEL --explain` say what is needed and where it is sought.";
        return missing(format!("{} is not there", recipe.program), "the command runs through it", next);
    }
    if !Path::new(&recipe.cwd).is_dir() {
        let next = "Set the setting vllm_home to your checkout, or use `--target container`.";
        return missing(format!("the folder {} is not there", recipe.cwd), "the command runs in it", next);
    }
    if let Some(file) = command.files.iter().find(|file| file.condition == FileCondition::Missing) {
        let next = "The same command with --install-files writes it.";
        return missing(format!("{} is not there", file.path), "the command refers to it", next);
    }
    Ok(())
}

/// Starts it, and notes it.
///
/// # Errors
/// When it cannot be started, or not be noted: it is ended then, since nobody would find it again.
pub async fn start(command: &ServeCommand, at: &At, records: &Records) -> Result<(Record, Child)> {
    let recipe = &command.recipe;
    let failed = |error: std::io::Error| {
        let what = format!("{} could not be started", command.model_name);
        Failure::new(FailureKind::Tool, what, error.to_string(), "`tt-jukebox doctor` shows what is wrong here.")
    };
    let log = log_path(records, command, at.port);
    let file = open_log(&log).map_err(failed)?;
    let mut process = Command::new(&recipe.program);
    process.args(&recipe.args).current_dir(&recipe.cwd).process_group(0).stdin(Stdio::null());
    process.envs(recipe.env.iter().map(|variable| (&variable.name, &variable.value)));
    process.stdout(file.try_clone().map_err(failed)?).stderr(file);
    let mut child = process.spawn().map_err(failed)?;
    let head = child.id().and_then(family::look).map(|process| process.id);
    let mut words = vec![recipe.program.clone()];
    words.extend(recipe.args.iter().cloned());
    let record = Record {
        pid: head.map(|id| id.pid).or(child.id()),
        start_ticks: head.map(|id| id.start_ticks),
        container: container_of(&words),
        model_id: command.model_id.clone(),
        model_name: command.model_name.clone(),
        host: at.host.clone(),
        port: at.port,
        log: Some(log.display().to_string()),
        command: secrets::in_command(&words),
        started_at: seconds_now(),
        ..Record::default()
    };
    if let Err(failure) = records.keep(&record) {
        let _ = child.kill().await;
        return Err(failure);
    }
    Ok((record, child))
}

/// The name that a command of docker or podman gives its container.
pub fn container_of(command: &[String]) -> Option<String> {
    let program = command.first()?.rsplit('/').next()?;
    let at = command.iter().position(|arg| arg == "--name").filter(|_| matches!(program, "docker" | "podman"))?;
    command.get(at + 1).cloned()
}

fn log_path(records: &Records, command: &ServeCommand, port: u16) -> PathBuf {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
    let name: String = command.model_name.chars().map(plain).take(80).collect();
    records.dir().join("logs").join(format!("{name}-{port}.log"))
}

/// A fresh file for its owner only; the one before it stays as `.old`.
fn open_log(path: &Path) -> std::io::Result<fs::File> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    if path.exists() {
        fs::rename(path, path.with_extension("log.old"))?;
    }
    fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}
