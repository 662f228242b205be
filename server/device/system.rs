//! Kernel, huge pages and container: what serving depends on besides the cards.

use std::fs;

use super::facts::{Reading, SystemFacts};
use super::sysfs::{Root, read_lines, read_small};

/// Folders below `/lib/modules/RELEASE` where DKMS and packages put the driver.
const MODULE_FOLDERS: [&str; 5] = ["updates/dkms", "updates", "extra", "misc", "kernel/drivers/misc"];
const HUGE_PAGES: &str = "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages";

/// Reads them below `root`.
pub fn read(root: &Root) -> SystemFacts {
    let text = |path: &str| match read_small(&root.path(path)) {
        Some(Reading::Text(text)) => Some(text),
        _ => None,
    };
    let kernel = text("/proc/sys/kernel/osrelease").unwrap_or_default();
    let modules = root.path(&format!("/lib/modules/{kernel}"));
    let is_module = |name: &std::ffi::OsStr| name.to_str().is_some_and(|name| name.starts_with("tenstorrent.ko"));
    let module_file = !kernel.is_empty()
        && MODULE_FOLDERS.iter().any(|folder| {
            fs::read_dir(modules.join(folder))
                .is_ok_and(|entries| entries.flatten().any(|entry| is_module(&entry.file_name())))
        });
    SystemFacts {
        module_file,
        huge_pages: text(HUGE_PAGES).and_then(|count| count.parse().ok()),
        huge_page_mount: huge_page_mount(&read_lines(&root.path("/proc/mounts"))),
        container: ["/.dockerenv", "/run/.containerenv"].iter().any(|path| root.path(path).exists()),
        kernel,
    }
}

/// The mount that UMD looks for: hugetlbfs with pages of 1 GB.
fn huge_page_mount(mounts: &str) -> Option<String> {
    mounts.lines().find_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let (place, kind, options) = (fields.next()?, fields.next()?, fields.next()?);
        (kind == "hugetlbfs" && options.contains("pagesize=1024M")).then(|| place.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_one_gigabyte_count() {
        let mounts = "hugetlbfs /dev/hugepages hugetlbfs rw,relatime,pagesize=2M 0 0\n\
                      none /dev/hugepages-1G hugetlbfs rw,relatime,mode=777,pagesize=1024M 0 0\n";
        assert_eq!(huge_page_mount(mounts).as_deref(), Some("/dev/hugepages-1G"));
        assert_eq!(huge_page_mount("proc /proc proc rw 0 0"), None);
    }
}
