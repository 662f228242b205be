//! Who listens on a port: the kernel's own lists of sockets, and the open files of processes.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};

/// A socket that listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listener {
    /// Address that it is bound to.
    pub address: IpAddr,
    /// Port.
    pub port: u16,
    /// User who opened it.
    pub user: u32,
    /// Inode, by which processes name it.
    pub inode: u64,
}

/// The listening sockets of `/proc/net/tcp` or `/proc/net/tcp6` (Linux, Documentation/networking/proc_net_tcp.rst).
pub fn parse(text: &str) -> Vec<Listener> {
    let line = |line: &str| {
        let mut fields = line.split_whitespace().skip(1);
        let (local, state) = (fields.next()?, fields.nth(1)?);
        let (user, inode) = (fields.nth(3)?.parse().ok()?, fields.nth(1)?.parse().ok()?);
        let (address, port) = local.split_once(':')?;
        // 0A is TCP_LISTEN.
        (state == "0A").then_some(())?;
        Some(Listener { address: address_of(address)?, port: u16::from_str_radix(port, 16).ok()?, user, inode })
    };
    text.lines().skip(1).filter_map(line).collect()
}

/// Addresses stand as 32-bit words in the byte order of the machine.
fn address_of(hex: &str) -> Option<IpAddr> {
    let word = |at: usize| u32::from_str_radix(hex.get(at..at + 8)?, 16).ok().map(u32::to_ne_bytes);
    match hex.len() {
        8 => Some(IpAddr::V4(Ipv4Addr::from(word(0)?))),
        32 => {
            let mut bytes = [0; 16];
            for (at, part) in bytes.chunks_mut(4).enumerate() {
                part.copy_from_slice(&word(at * 8)?);
            }
            Some(IpAddr::V6(Ipv6Addr::from(bytes)))
        }
        _ => None,
    }
}

/// Everything that listens on a port of this machine.
pub fn listening(port: u16) -> Vec<Listener> {
    let read = |name: &str| parse(&fs::read_to_string(name).unwrap_or_default());
    let all = read("/proc/net/tcp").into_iter().chain(read("/proc/net/tcp6"));
    all.filter(|listener| listener.port == port).collect()
}

/// True when a port is listened on, and by this user alone.
pub fn is_of_this_user(port: u16) -> bool {
    let (listeners, user) = (listening(port), this_user());
    !listeners.is_empty() && listeners.iter().all(|listener| listener.user == user)
}

/// True when somebody listens on a port who is neither this user nor root.
pub fn has_stranger(port: u16) -> bool {
    listening(port).iter().any(|listener| ![0, this_user()].contains(&listener.user))
}

fn this_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// True when the process has one of these sockets open. False too when we may not look.
pub fn has_open(pid: u32, listeners: &[Listener]) -> bool {
    let files = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    files.filter_map(|file| fs::read_link(file.path()).ok()).any(|target| {
        let inode = target.to_str().and_then(|target| target.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok());
        listeners.iter().any(|listener| Some(listener.inode) == inode)
    })
}

/// The processes that have one of these sockets open, as far as we may look.
fn holders(listeners: &[Listener]) -> Vec<u32> {
    if listeners.is_empty() {
        return Vec::new();
    }
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| has_open(*pid, listeners)).collect()
}

/// Who has these sockets open, in words.
pub fn holder(listeners: &[Listener]) -> String {
    match holders(listeners).first() {
        Some(pid) => name_of(*pid),
        None => "a process of another user, or in a container".into(),
    }
}

/// Who has a port, in words; none when it is free.
pub fn taken_by(port: u16) -> Option<String> {
    let listeners = listening(port);
    if !listeners.is_empty() {
        return Some(holder(&listeners));
    }
    // Sockets of other network namespaces are not in our lists; a bind sees whatever is really in the way.
    TcpListener::bind(("127.0.0.1", port)).err().map(|error| format!("something that cannot be seen ({error})"))
}

/// The next port that is free, from `port` on.
pub fn next_free(port: u16) -> Option<u16> {
    (port.saturating_add(1)..=port.saturating_add(100)).find(|port| taken_by(*port).is_none())
}

/// A process in words: its program and its number, for example `python3 -m http.server (process 4242)`. The rest of its command
/// line is nobody's business: it goes to logs, and to the models of agents.
fn name_of(pid: u32) -> String {
    let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words: Vec<String> = String::from_utf8_lossy(&command).split('\0').map(str::to_owned).collect();
    format!("{} (process {pid})", program(&words))
}

/// The program of a command line; of an interpreter with what it runs.
fn program(words: &[String]) -> String {
    // Some write a sentence over their command line.
    let name = |word: &str| {
        let word = word.split_whitespace().next().unwrap_or_default();
        let name: String = word.rsplit('/').next().unwrap_or_default().trim_end_matches(':').chars().take(60).collect();
        super::trouble::printable(&name)
    };
    let program = name(words.first().map_or("", String::as_str));
    let runs_others = ["python", "node", "ruby", "perl", "bash", "sh"].iter().any(|begin| program.starts_with(begin));
    match words {
        _ if program.is_empty() => "a process".into(),
        [_, option, module, ..] if runs_others && option == "-m" => format!("{program} -m {}", name(module)),
        [_, script, ..] if runs_others && !script.starts_with('-') && script.contains(['/', '.']) => {
            format!("{program} {}", name(script))
        }
        _ => program,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0000 100 0 0 10 0\n\
   1: 0100007F:1F41 0100007F:8000 01 00000000:00000000 00:00000000 00000000  1000        0 4243 1 0000 100 0 0 10 0\n\
   2: 00000000000000000000000001000000:4E20 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4244 1\n\
   garbage\n";

    #[test]
    fn the_kernels_list() {
        let found = parse(TEXT);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].port, found[0].user, found[0].inode), (8000, 1000, 4242));
        assert!(found[0].address.is_loopback());
        assert_eq!((found[1].port, found[1].address), (20000, IpAddr::V6(Ipv6Addr::LOCALHOST)));
    }

    #[test]
    fn a_process_is_named_without_its_arguments() {
        for (line, named) in [
            ("/usr/bin/vllm serve --api-key sk-x", "vllm"),
            ("python3.12 -m http.server 8000", "python3.12 -m http.server"),
            ("/usr/bin/python3 /opt/bin/jupyter-lab --token=x", "python3 jupyter-lab"),
            ("node server.js key", "node server.js"),
            ("bash -c curl\u{2003}key", "bash"),
            ("python3 --token=a/b", "python3"),
            ("tool a/secret", "tool"),
            ("nginx:\u{2003}master\u{2003}process\u{2003}/usr/sbin/nginx", "nginx"),
            ("", "a process"),
        ] {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(program(&words), named);
        }
    }

    #[test]
    fn our_own_socket_is_found_and_named() {
        let own = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = own.local_addr().unwrap().port();
        let listeners = listening(port);
        assert!(has_open(std::process::id(), &listeners) && is_of_this_user(port) && !has_stranger(port));
        assert!(holders(&listeners).contains(&std::process::id()));
        assert!(taken_by(port).unwrap().contains(&format!("process {}", std::process::id())));
        assert!(next_free(port).unwrap() > port);
        drop(own);
        assert!(!has_open(std::process::id(), &listeners) && !is_of_this_user(port));
    }
}
