//! What this user may do with a device node. Nothing here opens one: opening wakes the chip.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

use rustix::fs::{Access, access as may, major, minor};

use super::facts::{NodeAccess, Reading};
use super::sysfs::Root;

/// Looks for the node of device `number`. `dev` is the driver's `major:minor`: in a container the name alone can belong to
/// another device, or to one that has been reset since the container was started.
pub fn access(root: &Root, number: u32, dev: Option<&Reading>) -> NodeAccess {
    let path = root.path(&format!("/dev/tenstorrent/{number}"));
    let Ok(meta) = fs::metadata(&path) else { return NodeAccess::Absent };
    if meta.file_type().is_char_device() {
        let number = format!("{}:{}", major(meta.rdev()), minor(meta.rdev()));
        if dev.and_then(Reading::text).is_some_and(|dev| dev != number) {
            return NodeAccess::Absent;
        }
    }
    if may(&path, Access::READ_OK | Access::WRITE_OK).is_ok() { NodeAccess::Granted } else { NodeAccess::Denied }
}
