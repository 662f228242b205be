//! A disk of its own, as small as a test wants it: a tmpfs in a mount namespace that only this test and its programs see.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A mounted disk; it is gone when this is dropped.
pub struct SmallDisk {
    holder: Child,
    folder: PathBuf,
}

impl SmallDisk {
    /// Mounts a disk of that size, as `mount` writes sizes. None where the system does not let us, which is told.
    pub fn mount(folder: &Path, size: &str) -> Option<Self> {
        let told = |why: &str| eprintln!("not run on a full disk: {why}; the limit on the length of a file stands in");
        std::fs::create_dir_all(folder).unwrap();
        let line = "mount -t tmpfs -o size=\"$1\" none \"$2\" && echo mounted && exec cat";
        let args = ["-U", "-r", "-m", "sh", "-c", line, "sh", size, folder.to_str().unwrap()];
        let mut starting = Command::new("unshare");
        starting.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut holder = match starting.spawn() {
            Ok(holder) => holder,
            Err(error) => {
                told(&format!("unshare: {error}"));
                return None;
            }
        };
        let mut said = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut said).unwrap();
        if said.trim() != "mounted" {
            let output = holder.wait_with_output().unwrap();
            told(String::from_utf8_lossy(&output.stderr).trim());
            return None;
        }
        Some(Self { holder, folder: folder.to_owned() })
    }

    /// Program and arguments that run a command where the disk is seen.
    pub fn enter(&self) -> (PathBuf, Vec<String>) {
        let target = self.holder.id().to_string();
        let args = ["-t", &target, "-U", "--preserve-credentials", "-m", "--"].map(str::to_owned);
        (which::which("nsenter").unwrap(), args.to_vec())
    }

    /// Gives it another size. It does not get smaller than what is on it.
    pub fn resize(&self, size: &str) -> bool {
        let (program, args) = self.enter();
        let option = format!("remount,size={size}");
        let mut command = Command::new(program);
        // With a source, `mount` adds nothing of its own; the numbers of a user that it would add mean nothing in here.
        command.args(args).args(["mount", "-o", &option, "none"]).arg(&self.folder).stderr(Stdio::null());
        command.status().unwrap().success()
    }

    /// Leaves room for so many more bytes, whatever is on it.
    pub fn leave(&self, bytes: u64) {
        // More may have come between the question and the new size.
        let full = (0..50).any(|_| {
            let stat = rustix::fs::statvfs(self.seen(&self.folder)).unwrap();
            let used = (stat.f_blocks - stat.f_bfree) * stat.f_frsize;
            self.resize(&(used + bytes).to_string())
        });
        assert!(full, "the disk could not be made smaller");
    }

    /// The same path as a program outside of the namespace reads it.
    pub fn seen(&self, path: &Path) -> PathBuf {
        Path::new("/proc").join(self.holder.id().to_string()).join("root").join(path.strip_prefix("/").unwrap())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
