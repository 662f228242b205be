//! What must be known of a process before it may be ended, and why it may not be.

use std::collections::BTreeSet;
use std::fs;

use crate::device::holders::start_ticks;
use crate::protocol::Left;

/// A container, as the control group of its processes names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Word that runs and stops it: `docker`, `podman`; empty for one that an orchestrator runs.
    pub tool: &'static str,
    /// The first 12 digits of its id.
    pub id: String,
}

impl Container {
    /// Its name for people.
    pub fn name(&self) -> String {
        format!("the container {}", self.id)
    }

    /// How to stop it, as an order without a full stop.
    pub fn stop(&self) -> String {
        if self.tool.is_empty() {
            return "stop it with the tool that started it, for example kubectl, crictl or nerdctl".into();
        }
        format!("stop it with `{} stop {}`", self.tool, self.id)
    }
}

/// The innermost container in the text of `/proc/PID/cgroup`. None outside of any.
///
/// Sources: the control groups that Docker, containerd, CRI-O, Podman and the kubelet make, with both drivers:
/// `/docker/ID`, `docker-ID.scope`, `/kubepods/burstable/podUID/ID`, `cri-containerd-ID.scope`, `libpod-ID.scope`.
pub fn container(cgroup: &str) -> Option<Container> {
    const MARKS: [(&str, &str); 6] = [
        ("docker", "docker"),
        ("libpod", "podman"),
        ("kubepods", ""),
        ("containerd", ""),
        ("crio", ""),
        ("nerdctl", ""),
    ];
    cgroup.lines().find_map(|line| {
        let path = line.splitn(3, ':').nth(2)?;
        let (_, tool) = MARKS.iter().find(|(mark, _)| path.contains(mark))?;
        let id = path.rsplit('/').find_map(|part| {
            let part = part.strip_suffix(".scope").unwrap_or(part);
            let id = part.rsplit(['-', ':']).next()?;
            let is_id = id.len() >= 32 && id.chars().all(|c| c.is_ascii_hexdigit());
            is_id.then(|| id.chars().take(12).collect())
        })?;
        Some(Container { tool, id })
    })
}

/// The container of a process, unless it is our own.
pub fn other_container(pid: u32) -> Option<Container> {
    let read = |pid: &str| container(&fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?);
    let found = read(&pid.to_string())?;
    (read("self").as_ref() != Some(&found)).then_some(found)
}

/// What `/proc` says of a process that still runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Start in clock ticks since boot.
    pub start_ticks: u64,
    /// Real user id; none when it cannot be read.
    pub uid: Option<u32>,
    /// Its container, unless it is our own.
    pub container: Option<Container>,
}

/// Looks at a process by its number. None when nothing of that number runs.
///
/// This is the kernel's own `/proc` and never the one below the setting `root`: a signal goes to the process that has
/// the number here, so the number must be judged here.
pub fn look(pid: u32) -> Option<Seen> {
    let read = |name: &str| fs::read_to_string(format!("/proc/{pid}/{name}")).ok();
    let uid =
        || read("status")?.lines().find_map(|line| line.strip_prefix("Uid:")?.split_whitespace().next()?.parse().ok());
    Some(Seen { start_ticks: start_ticks(&read("stat")?)?, uid: uid(), container: other_container(pid) })
}

/// Who we are, so that we do not end ourselves or somebody else's work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Own {
    /// Our process and everything that started it, up to the first one.
    pub family: BTreeSet<u32>,
    /// Our user id.
    pub uid: u32,
}

impl Own {
    /// Reads who we are.
    pub fn read() -> Self {
        let mut family = BTreeSet::from([0, 1]);
        let mut pid = std::process::id();
        while family.insert(pid) {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let parent = stat.rsplit(") ").next().and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok());
            pid = parent.unwrap_or(0);
        }
        Self { family, uid: rustix::process::getuid().as_raw() }
    }

    /// Why a process must be left alone; none when it may be ended.
    pub fn objection(&self, pid: u32, seen: &Seen) -> Option<Left> {
        let left = |why: String, next: String| Some(Left { pid, why, next });
        if self.family.contains(&pid) {
            let why = "it is tt-jukebox itself, or one of the processes that started it".into();
            return left(why, "Close the device in it, or run the reset from another terminal.".into());
        }
        if let Some(container) = &seen.container {
            return left(format!("it runs in {}", container.name()), format!("{}.", capital(&container.stop())));
        }
        if seen.uid != Some(self.uid) {
            let owner = seen.uid.map_or("another user".to_owned(), |uid| format!("the user with id {uid}"));
            let next = format!("Ask its owner to end it, or end it as that user: `sudo kill -INT {pid}`.");
            return left(format!("it belongs to {owner}"), next);
        }
        None
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn containers_are_read_from_their_control_group() {
        let rows = [
            (format!("0::/docker/{ID}"), Some("docker")),
            (format!("12:cpu:/\n0::/system.slice/docker-{ID}.scope"), Some("docker")),
            (format!("0::/../../docker-{ID}.scope"), Some("docker")),
            (format!("0::/user.slice/user-1000.slice/libpod-{ID}.scope/container"), Some("podman")),
            (format!("0::/kubepods/burstable/pod0f/{ID}"), Some("")),
            (format!("0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-{ID}.scope"), Some("")),
            (format!("0::/system.slice/containerd.service/kubepods-x-pod1.slice:cri-containerd:{ID}"), Some("")),
            ("0::/user.slice/user-1000.slice/session-3.scope".into(), None),
            ("0::/system.slice/docker.service".into(), None),
            ("0::/".into(), None),
            (String::new(), None),
        ];
        for (text, tool) in rows {
            let found = container(&text);
            assert_eq!(found.as_ref().map(|found| found.tool), tool, "{text}");
            assert!(found.is_none_or(|found| found.id == "0123456789ab"), "{text}");
        }
    }

    #[test]
    fn what_is_not_ours_is_left_alone() {
        let own = Own { family: BTreeSet::from([0, 1, 30, 40]), uid: 1000 };
        let seen = Seen { start_ticks: 1, uid: Some(1000), container: None };
        assert_eq!(own.objection(50, &seen), None);
        for pid in [0, 1, 30, 40] {
            assert!(own.objection(pid, &seen).unwrap().why.contains("tt-jukebox itself"), "{pid}");
        }
        let root = own.objection(50, &Seen { uid: Some(0), ..seen.clone() }).unwrap();
        assert_eq!(root.why, "it belongs to the user with id 0");
        assert!(root.next.contains("`sudo kill -INT 50`"));
        assert!(own.objection(50, &Seen { uid: None, ..seen.clone() }).is_some(), "in doubt it is somebody else's");
        let container = Some(Container { tool: "docker", id: "0123456789ab".into() });
        let inside = own.objection(50, &Seen { uid: Some(0), container, ..seen }).unwrap();
        assert_eq!(inside.why, "it runs in the container 0123456789ab");
        assert_eq!(inside.next, "Stop it with `docker stop 0123456789ab`.");
    }

    #[test]
    fn our_family_goes_up_to_the_first_process() {
        let own = Own::read();
        assert!(own.family.contains(&std::process::id()));
        assert!(own.family.contains(&std::os::unix::process::parent_id()));
        assert_eq!(look(std::process::id()).unwrap().uid, Some(own.uid));
        assert_eq!(look(u32::MAX), None);
    }
}
