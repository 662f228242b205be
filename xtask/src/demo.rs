//! `cargo xtask demo`: the packaged extension in an editor in the browser, one command after a fresh clone.

use std::fs::{self, DirBuilder, File};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::fs::{FlockOperation, flock};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::code_server::{self, CodeServer};
use crate::package;
use crate::processes::{Group, run_quietly};
use crate::workspace::Workspace;

const DEFAULT_PORT: u16 = 8080;
const PORTS_TRIED: u16 = 50;
const READY: &str = "HTTP server listening on ";
const START: Duration = Duration::from_secs(60);
const NO_DEVICE: i32 = 3;
const SIMULATE: &str = "TT_JUKEBOX_SIMULATE";
const BOX_WITHOUT_DEVICE: &str = "n150";

/// Runs the task.
pub fn run(args: &[String]) -> Result<()> {
    let options = Options::parse(args)?;
    let workspace = Workspace::find()?;
    let vsix = package::ensure(&workspace)?;
    let server = code_server::ensure(&workspace)?;
    let root = workspace.target().join("demo");
    fs::create_dir_all(&root).with_context(|| format!("could not create {}", root.display()))?;
    let _only_one = lock(&root)?;
    let folders = Folders::make(&root)?;
    seed_settings(&folders)?;
    run_quietly(folders.apply(&mut server.command()).arg("--install-extension").arg(&vsix))
        .context("could not install the extension into the demo")?;

    let simulate = options.simulated(&workspace)?;
    let port = free_port(options.port)?;
    serve(&server, &folders, port, simulate.as_deref())
}

struct Options {
    port: u16,
    simulate: Option<String>,
}

impl Options {
    fn parse(args: &[String]) -> Result<Self> {
        let mut options = Self { port: DEFAULT_PORT, simulate: None };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
            match arg.as_str() {
                "--port" => {
                    let value = value()?;
                    options.port = value.parse().with_context(|| format!("{value:?} is not a port"))?;
                }
                "--simulate" => options.simulate = Some(value()?.clone()),
                other => bail!("demo takes --port N and --simulate BOX, not {other:?}"),
            }
        }
        Ok(options)
    }

    /// Which box the demo pretends to have; says so. Only a machine without a device pretends unasked.
    fn simulated(&self, workspace: &Workspace) -> Result<Option<String>> {
        let asked = self.simulate.clone().or_else(|| std::env::var(SIMULATE).ok().filter(|name| !name.is_empty()));
        if let Some(name) = asked {
            println!("simulating a box: {name}");
            return Ok(Some(name));
        }
        let devices = Command::new(workspace.sidecar())
            .args(["devices", "--json"])
            .stdin(Stdio::null())
            .output()
            .context("could not ask the sidecar for devices")?;
        if devices.status.code() == Some(NO_DEVICE) {
            println!("no Tenstorrent device here; simulating a box: {BOX_WITHOUT_DEVICE} (--simulate names another)");
            return Ok(Some(BOX_WITHOUT_DEVICE.to_owned()));
        }
        println!("using this machine's devices");
        Ok(None)
    }
}

/// What the demo keeps between runs, all of it below `target/demo`.
struct Folders {
    data: PathBuf,
    extensions: PathBuf,
    config: PathBuf,
    log: PathBuf,
}

impl Folders {
    fn make(root: &Path) -> Result<Self> {
        let folders = Self {
            data: root.join("data"),
            extensions: root.join("extensions"),
            config: root.join("config.yaml"),
            log: root.join("code-server.log"),
        };
        // The extension is installed afresh, so that a rebuilt package of the same version counts.
        if folders.extensions.exists() {
            fs::remove_dir_all(&folders.extensions)?;
        }
        for folder in [&folders.data, &folders.extensions] {
            fs::create_dir_all(folder).with_context(|| format!("could not create {}", folder.display()))?;
        }
        Ok(folders)
    }

    /// Keeps code-server inside the demo: nothing goes to the configuration in the home folder.
    fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.arg("--config").arg(&self.config);
        command.arg("--user-data-dir").arg(&self.data);
        command.arg("--extensions-dir").arg(&self.extensions)
    }
}

/// Two demos of one checkout would pull each other's extension away. Held until the file is dropped.
fn lock(root: &Path) -> Result<File> {
    let file = File::create(root.join("lock"))?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        bail!("a demo of this checkout is running already; end it first");
    }
    Ok(file)
}

/// Writes the demo's settings once; what a person changes there afterwards stays.
fn seed_settings(folders: &Folders) -> Result<()> {
    let file = folders.data.join("User/settings.json");
    if file.exists() {
        return Ok(());
    }
    let settings = serde_json::json!({
        "chat.commandCenter.enabled": false,
        "extensions.autoCheckUpdates": false,
        "extensions.autoUpdate": false,
        "security.workspace.trust.enabled": false,
        "telemetry.telemetryLevel": "off",
        "update.mode": "none",
        "workbench.secondarySideBar.defaultVisibility": "hidden",
        "workbench.startupEditor": "welcomePage",
        "workbench.tips.enabled": false,
        // A brand-new profile otherwise opens VS Code's own walkthrough instead of the list of all of them.
        "workbench.welcomePage.experimentalOnboarding": true,
    });
    fs::create_dir_all(folders.data.join("User"))?;
    fs::write(&file, format!("{settings:#}\n")).with_context(|| format!("could not write {}", file.display()))
}

fn free_port(first: u16) -> Result<u16> {
    let last = first.saturating_add(PORTS_TRIED);
    for port in first..=last {
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            if port != first {
                println!("port {first} is taken");
            }
            return Ok(port);
        }
    }
    bail!("the ports {first} to {last} are all taken; name another one with --port")
}

/// Stays until Ctrl-C or until the editor ends by itself; either way nothing keeps running.
fn serve(server: &CodeServer, folders: &Folders, port: u16, simulate: Option<&str>) -> Result<()> {
    let stopped = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&stopped))?;
    }
    let sockets = Sockets::make()?;
    let mut command = server.command();
    folders
        .apply(&mut command)
        .arg("--session-socket")
        .arg(sockets.0.join("session.sock"))
        .args(["--auth", "none", "--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"])
        .args(["--disable-getting-started-override", "--bind-addr"])
        .arg(format!("127.0.0.1:{port}"))
        .env_remove(SIMULATE)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(&folders.log)?);
    if let Some(name) = simulate {
        command.env(SIMULATE, name);
    }
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // Without one, the editor strews its sockets over the temporary folder and leaves them there.
        command.env("XDG_RUNTIME_DIR", &sockets.0);
    }
    let mut group = Group::spawn(&mut command)?;
    let output = group.child.stdout.take().context("code-server has no output")?;
    let ready = watch(output);
    wait(&mut group, &ready, &stopped, &folders.log)
}

/// A short folder for sockets: a socket's path may have 107 bytes, fewer than a deep checkout needs.
struct Sockets(PathBuf);

impl Sockets {
    fn make() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("tt-jukebox-demo-{}", std::process::id()));
        DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .with_context(|| format!("could not create {}", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        // Only sockets nobody listens on any more are in there.
        let _left = fs::remove_dir_all(&self.0);
    }
}

fn wait(group: &mut Group, ready: &Receiver<String>, stopped: &AtomicBool, log: &Path) -> Result<()> {
    let started = Instant::now();
    let mut open = false;
    while !stopped.load(Ordering::Relaxed) {
        match ready.recv_timeout(Duration::from_millis(100)) {
            Ok(address) => {
                open = true;
                println!("\nOpen this address in a browser; Ctrl-C here ends the demo.\n\n{address}\n");
            }
            // The output ended; whether the program did is asked below.
            Err(RecvTimeoutError::Disconnected) => thread::sleep(Duration::from_millis(100)),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(ending) = group.ended()? {
            bail!("code-server {ending}; its log is {}", log.display());
        }
        if !open && started.elapsed() > START {
            bail!("code-server did not start within {} s; its log is {}", START.as_secs(), log.display());
        }
    }
    println!("ending the demo");
    Ok(())
}

/// Reads the editor's output to its end, so that it never blocks on a full pipe, and passes on the address.
fn watch(output: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some((_, address)) = line.split_once(READY) {
                // Nobody listens any more when the demo is being ended.
                let _heard = sender.send(address.trim().to_owned());
            }
        }
    });
    receiver
}
