//! Room on the disk: what is free, what must stay free, and what a failed write means.

use std::io;
use std::path::Path;

use crate::error::{Failure, FailureKind, Result};

/// What a download leaves free: a full disk stops more than the download.
pub const FLOOR: u64 = 1 << 30;

/// Free bytes for this user where `dir` is, or would be made; none when the system does not tell.
pub fn free(dir: &Path) -> Option<u64> {
    let existing = dir.ancestors().find(|ancestor| ancestor.exists())?;
    let stat = rustix::fs::statvfs(existing).ok()?;
    stat.f_bavail.checked_mul(stat.f_frsize)
}

/// Refuses a download of `missing` more bytes that would leave less than the floor.
///
/// # Errors
/// When `free` is not enough, with how much it lacks.
pub fn enough(dir: &Path, free: Option<u64>, missing: u64) -> Result<()> {
    let Some(free) = free.filter(|_| missing > 0) else { return Ok(()) };
    let needed = missing.saturating_add(FLOOR);
    if free >= needed {
        return Ok(());
    }
    Err(Failure::new(
        FailureKind::Input,
        format!("there is not enough room in {}", dir.display()),
        format!("{} are still to come, 1 GiB stays free, and {} are free", size(missing), size(free)),
        format!("Free {} more, or set HF_HUB_CACHE to a larger disk.", size(needed - free)),
    ))
}

/// Refuses to go on when the floor is reached: somebody else may fill the disk meanwhile.
///
/// # Errors
/// When less than the floor is free.
pub fn above_floor(dir: &Path, free: Option<u64>) -> Result<()> {
    match free {
        Some(free) if free < FLOOR => Err(Failure::new(
            FailureKind::Input,
            format!("the download was stopped: less than 1 GiB is free in {}", dir.display()),
            format!("{} are left, and a full disk stops more than this", size(free)),
            "Free some room and start it again; what has come stays and is not fetched twice.",
        )),
        _ => Ok(()),
    }
}

/// What a write that failed means.
pub fn write_failed(path: &Path, error: &io::Error) -> Failure {
    let full =
        matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge);
    let what = if full { "the disk, or your share of it, is full" } else { "a file could not be written" };
    let next = if full {
        "Free some room and start it again; what has come stays and is not fetched twice."
    } else {
        "Check the rights on that folder, or set HF_HUB_CACHE to another one."
    };
    Failure::new(FailureKind::Input, what, format!("{}: {error}", path.display()), next)
}

/// Bytes in the unit that the hub and disks are sold in.
pub fn size(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let gigabytes = bytes as f64 / 1e9;
    match bytes {
        0..1000 => format!("{bytes} B"),
        1000..1_000_000 => format!("{:.1} kB", gigabytes * 1e6),
        1_000_000..1_000_000_000 => format!("{:.1} MB", gigabytes * 1e3),
        _ => format!("{gigabytes:.1} GB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_leaves_a_gigabyte() {
        let dir = Path::new("/data");
        assert!(enough(dir, Some(FLOOR + 10), 10).is_ok());
        assert!(enough(dir, None, u64::MAX).is_ok(), "a system that does not tell stops nobody");
        assert!(enough(dir, Some(0), 0).is_ok(), "nothing needs no room");
        let failure = enough(dir, Some(FLOOR), 5_000_000_000).unwrap_err();
        assert_eq!(failure.next, "Free 5.0 GB more, or set HF_HUB_CACHE to a larger disk.");
        assert!(enough(dir, Some(u64::MAX), u64::MAX).is_ok());
        assert!(above_floor(dir, Some(FLOOR)).is_ok() && above_floor(dir, None).is_ok());
        assert!(above_floor(dir, Some(FLOOR - 1)).is_err());
    }

    #[test]
    fn a_full_disk_is_called_so() {
        for (code, full) in [(28, true), (122, true), (27, true), (13, false)] {
            let failure = write_failed(Path::new("/x"), &io::Error::from_raw_os_error(code));
            assert_eq!(failure.what.contains("full"), full, "{failure}");
        }
        assert_eq!([999, 1500, 2_500_000, 16_100_000_000].map(size), ["999 B", "1.5 kB", "2.5 MB", "16.1 GB"]);
    }
}
