//! What to try when a reset did not help, the gentlest first. Pure.
//!
//! Source of the order: what maintainers advise in the issues of tt-smi, tt-kmd and tt-umd (reset again, reload the
//! driver, remove and rescan the PCI function, reboot, cut the power).

/// A rung of the ladder, from the gentlest to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// The same reset once more.
    Again,
    /// Unload and load the kernel driver.
    Reload,
    /// Take the PCI function off the bus and look for it again.
    Rescan,
    /// Reboot the machine.
    Reboot,
    /// Switch the machine off and on.
    Power,
}

impl Rung {
    const ALL: [Self; 5] = [Self::Again, Self::Reload, Self::Rescan, Self::Reboot, Self::Power];

    fn text(self, bus_ids: &[&str]) -> String {
        match self {
            Self::Again => "reset once more".into(),
            Self::Reload => "reload the driver (`sudo modprobe -r tenstorrent && sudo modprobe tenstorrent`)".into(),
            Self::Rescan => {
                let rescan = "echo 1 | sudo tee /sys/bus/pci/rescan";
                let remove = |bus_id: &&str| format!("echo 1 | sudo tee /sys/bus/pci/devices/{bus_id}/remove");
                let mut commands: Vec<String> = bus_ids.iter().filter(|bus_id| is_bus_id(bus_id)).map(remove).collect();
                commands.push(rescan.into());
                let off = if commands.len() > 1 { "take the chip off the PCI bus and " } else { "" };
                format!("{off}look for the chip on the PCI bus again (`{}`)", commands.join("; "))
            }
            Self::Reboot => "reboot the machine".into(),
            Self::Power => "switch the machine off and on, since a reboot leaves the cards under power".into(),
        }
    }
}

/// The next rung and those after it, in words. `bus_ids` are the chips that are still on the bus.
pub fn advice(first: Rung, bus_ids: &[&str]) -> String {
    let mut rungs = Rung::ALL.into_iter().filter(|rung| *rung >= first).map(|rung| rung.text(bus_ids));
    let next = rungs.next().unwrap_or_default();
    let rest: Vec<String> = rungs.collect();
    let mut text = next;
    // Every rung begins with a plain letter.
    if let Some(letter) = text.get_mut(..1) {
        letter.make_ascii_uppercase();
    }
    match rest.is_empty() {
        true => format!("{text}."),
        false => format!("{text}. If that does not help, one after the other: {}.", rest.join("; ")),
    }
}

/// True for `0000:01:00.0` and its like. Only such a text may stand in a command that somebody pastes.
fn is_bus_id(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_hexdigit() || c == ':' || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_begins_where_the_trouble_is() {
        let whole = advice(Rung::Again, &["0000:01:00.0", "x; reboot"]);
        assert!(whole.starts_with("Reset once more. If that does not help, one after the other: reload the driver (`"));
        assert!(whole.contains("/sys/bus/pci/devices/0000:01:00.0/remove; echo 1"), "{whole}");
        assert!(!whole.contains("x; reboot"), "a text that is no address is never part of a command");
        assert!(advice(Rung::Rescan, &[]).starts_with("Look for the chip on the PCI bus again (`echo 1 | sudo tee"));
        assert!(!advice(Rung::Rescan, &[]).contains("modprobe"));
        assert!(advice(Rung::Power, &[]).starts_with("Switch the machine off and on,"));
    }
}
