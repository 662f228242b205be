//! Every box, every version of tt-smi and every holder, with the plan that comes of it.

use super::*;
use crate::device::facts::{Facts, ProcessFacts};
use crate::device::{interpret, simulate};

fn around(version: Option<Version>) -> Surroundings {
    Surroundings { tt_smi: "/opt/tt/bin/tt-smi".into(), version, ..Surroundings::default() }
}

fn host(name: &str) -> Host {
    interpret(&simulate::facts(name).unwrap())
}

fn ids(bus_ids: &[&str]) -> ResetParams {
    ResetParams { bus_ids: bus_ids.iter().map(|bus_id| (*bus_id).to_owned()).collect() }
}

/// The command lines without the path of tt-smi.
fn said(name: &str, bus_ids: &[&str], version: Option<Version>) -> String {
    let plan = plan(&host(name), &ids(bus_ids), &around(version)).unwrap();
    let lines = plan.commands.iter().map(|command| {
        assert_eq!(command[0], "/opt/tt/bin/tt-smi");
        command[1..].join(" ")
    });
    lines.collect::<Vec<_>>().join("; ")
}

/// PCI addresses of a simulated box, in order.
fn addresses(name: &str) -> Vec<String> {
    host(name).chips.iter().filter_map(|chip| chip.bus_id.clone()).collect()
}

#[test]
fn each_version_has_its_form() {
    let t3k = addresses("t3k");
    let two = [t3k[2].as_str(), t3k[0].as_str()];
    let rows: [(Option<Version>, &str, &str); 8] = [
        (Some((2, 2, 3)), "-r 0,1,2,3", "-r 0,2"),
        (Some((3, 0, 3)), "-r 0,1,2,3", "-r 0,2"),
        (Some((3, 0, 4)), "-r", "-r 0,2"),
        (Some((3, 0, 39)), "-r", "-r 0,2"),
        (Some((4, 1, 2)), "-r", "-r 0,2"),
        (Some((4, 2, 0)), "-r", "-r /dev/tenstorrent/0; -r /dev/tenstorrent/2"),
        (Some((6, 8, 0)), "-r", "-r /dev/tenstorrent/0; -r /dev/tenstorrent/2"),
        (None, "-r", "-r /dev/tenstorrent/0; -r /dev/tenstorrent/2"),
    ];
    for (version, every, some) in rows {
        assert_eq!(said("t3k", &[], version), every, "{version:?}");
        assert_eq!(said("t3k", &two, version), some, "{version:?}");
        let all: Vec<&str> = t3k.iter().map(String::as_str).collect();
        assert_eq!(said("t3k", &all, version), every, "{version:?}: every board by its address");
    }
}

#[test]
fn nodes_are_the_numbers_of_the_driver_and_not_an_order() {
    let mut facts = simulate::facts("p150x4").unwrap();
    for (index, function) in (0..).zip(&mut facts.pci) {
        function.node = Some(7 - index * 2);
    }
    let host = interpret(&facts);
    let first = ids(&[&facts.pci[0].bus_id]);
    let said = |version| plan(&host, &first, &around(Some(version))).unwrap().commands[0][1..].join(" ");
    assert_eq!(said((4, 1, 2)), "-r 7");
    assert_eq!(said((4, 2, 0)), "-r /dev/tenstorrent/7");
}

#[test]
fn a_board_is_reset_as_a_whole() {
    let p300 = addresses("p300x2");
    let one = plan(&host("p300x2"), &ids(&[&p300[3]]), &around(Some((6, 8, 0)))).unwrap();
    assert_eq!(one.commands[0][1..], ["-r", "/dev/tenstorrent/2", "/dev/tenstorrent/3"]);
    assert_eq!(one.text, "/opt/tt/bin/tt-smi -r /dev/tenstorrent/2 /dev/tenstorrent/3");
    assert_eq!(one.boards.len(), 1);
    assert!(one.boards[0].ends_with(&format!("at {} and {}", p300[2], p300[3])), "{:?}", one.boards);
    let expected: Vec<&str> = one.expected.iter().map(|chip| chip.bus_id.as_str()).collect();
    assert_eq!(expected, [&p300[2], &p300[3]]);

    let n300 = plan(&host("n300"), &ids(&[]), &around(Some((6, 8, 0)))).unwrap();
    assert_eq!(n300.boards, ["n300 at 0000:01:00.0"]);
    assert_eq!(n300.expected.len(), 1, "the remote chip has no address and comes back with its board");
    assert_eq!(n300.expected[0].board_type.as_deref(), Some("n300"));
    assert_eq!((n300.deadline_s, n300.sudo), (120, false));
}

/// The box after one of its chips has lost its name and is listed as a board of its own.
fn with_a_nameless_chip(name: &str, index: usize) -> Host {
    let mut host = host(name);
    let board = host.boards.iter_mut().find(|board| board.chips.contains(&index)).unwrap();
    board.chips.retain(|chip| *chip != index);
    let alone = Board { board_type: None, chips: vec![index], ..board.clone() };
    host.boards.push(alone);
    host.chips[index].family = None;
    host
}

#[test]
fn a_chip_that_has_lost_its_name_stays_with_its_board() {
    let host = with_a_nameless_chip("p300x2", 1);
    let bus_id = host.chips[0].bus_id.clone().unwrap();
    let half = plan(&host, &ids(&[&bus_id]), &around(Some((6, 8, 0)))).unwrap();
    assert_eq!(half.commands.iter().flatten().filter(|arg| arg.starts_with("/dev/")).count(), 2, "{}", half.text);
    assert_eq!(half.expected.len(), 2);
    let mut galaxy = with_a_nameless_chip("galaxy", 5);
    galaxy.boards.last_mut().unwrap().board_id = None;
    let bus_id = galaxy.chips[0].bus_id.clone().unwrap();
    let whole = plan(&galaxy, &ids(&[&bus_id]), &around(Some((6, 8, 0)))).unwrap();
    assert_eq!((whole.expected.len(), whole.commands[0][1].as_str()), (32, "-glx_reset"));
}

#[test]
fn a_galaxy_goes_its_own_way() {
    let first = addresses("galaxy")[0].clone();
    for bus_ids in [&[][..], &[first.as_str()][..]] {
        let plan = plan(&host("galaxy"), &ids(bus_ids), &around(Some((6, 8, 0)))).unwrap();
        assert_eq!(plan.commands, [["/opt/tt/bin/tt-smi", "-glx_reset"]]);
        assert_eq!((plan.sudo, plan.deadline_s, plan.expected.len()), (true, 300, 32));
        assert_eq!(plan.boards.len(), 1);
        assert!(plan.boards[0].ends_with("with 32 chips"), "{:?}", plan.boards);
        assert!(plan.notes.iter().any(|note| note.contains("ipmitool") && note.contains("BMC")), "{:?}", plan.notes);
        assert!(!plan.notes.iter().any(|note| note.contains("exactly 32")));
    }
    assert_eq!(said("galaxy", &[], None), "-glx_reset");
    assert_eq!(said("galaxy", &[], Some((3, 0, 21))), "-glx_reset");
    assert_eq!(said("galaxy", &[], Some((3, 0, 20))), "--ubb_reset");
    assert_eq!(said("galaxy", &[], Some((3, 0, 14))), "--ubb_reset");
    let old = plan(&host("galaxy"), &ids(&[]), &around(Some((3, 0, 13)))).unwrap_err();
    assert_eq!(
        (old.kind, old.why.as_str()),
        (FailureKind::Tool, "it is version 3.0.13, and the first that can is 3.0.14")
    );
    let mut facts = simulate::facts("galaxy").unwrap();
    facts.pci.truncate(31);
    let plan = plan(&interpret(&facts), &ids(&[]), &around(Some((6, 8, 0)))).unwrap();
    assert!(plan.notes.iter().any(|note| note.contains("exactly 32 chips, and 31 are visible")), "{:?}", plan.notes);
}

#[test]
fn addresses_are_read_as_people_write_them() {
    let known = addresses("n150")[0].clone();
    for written in [known.as_str(), &known.to_uppercase(), known.trim_start_matches("0000:"), &format!(" {known} ")] {
        assert_eq!(said("n150", &[written], Some((3, 0, 3))), "-r 0", "{written}");
    }
    let stranger = plan(&host("n150"), &ids(&["0000:ff:00.0"]), &around(None)).unwrap_err();
    assert_eq!(stranger.kind, FailureKind::Usage);
    assert!(stranger.why.contains(&known), "{stranger}");
}

#[test]
fn what_cannot_be_reset_says_why() {
    let none = plan(&interpret(&Facts::default()), &ids(&[]), &around(None)).unwrap_err();
    assert_eq!((none.kind, none.what.as_str()), (FailureKind::NoDevice, "there is no device to reset"));
    assert!(!none.why.is_empty() && !none.next.is_empty());

    let mut facts = simulate::facts("p150").unwrap();
    facts.driver_version = None;
    let failure = plan(&interpret(&facts), &ids(&[]), &around(None)).unwrap_err();
    assert_eq!(failure.kind, FailureKind::NoDevice);
    assert!(failure.next.starts_with("sudo modprobe tenstorrent"));

    let mut facts = simulate::facts("p150x4").unwrap();
    facts.pci[1].node = None;
    let lost = ids(&[&facts.pci[1].bus_id]);
    let failure = plan(&interpret(&facts), &lost, &around(Some((6, 8, 0)))).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Tool);
    assert!(failure.next.starts_with("Reload the driver"), "{failure}");
    assert!(plan(&interpret(&facts), &ids(&[]), &around(Some((6, 8, 0)))).is_ok(), "all of them need no number");
}

#[test]
fn the_text_is_quoted_for_a_shell() {
    let mut around = around(Some((6, 8, 0)));
    around.tt_smi = "/home/a b's/$x/tt-smi".into();
    let text = plan(&host("n150"), &ids(&[]), &around).unwrap().text;
    assert_eq!(text, r"'/home/a b'\''s/$x/tt-smi' -r");
    let two = addresses("p150x4");
    let text = plan(&host("p150x4"), &ids(&[&two[0], &two[1]]), &around).unwrap().text;
    assert_eq!(text.matches(" && ").count(), 1, "{text}");
    around.tt_smi = "/a\nb".into();
    assert_eq!(plan(&host("n150"), &ids(&[]), &around).unwrap_err().kind, FailureKind::Input);
}

fn held(by: &[&[u32]], described: &[(u32, &str)]) -> Host {
    let mut facts = simulate::facts("p150x4").unwrap();
    for (function, pids) in facts.pci.iter_mut().zip(by) {
        function.holders = Some(pids.to_vec());
    }
    let process = |(pid, command): &(u32, &str)| ProcessFacts {
        pid: *pid,
        user: "ada".into(),
        command: (*command).into(),
        start_ticks: u64::from(*pid) * 10,
        started: 1_700_000_000,
    };
    facts.processes = described.iter().map(process).collect();
    interpret(&facts)
}

#[test]
fn holders_are_those_of_the_boards_concerned() {
    let host = held(&[&[30], &[30, 20], &[40], &[]], &[(20, "python b.py"), (30, "python a.py"), (40, "vllm")]);
    let bus_ids = addresses("p150x4");
    let pids = |bus_ids: &[&str]| {
        let plan = plan(&host, &ids(bus_ids), &around(Some((6, 8, 0)))).unwrap();
        assert!(!plan.unseen_holders);
        plan.holders.iter().map(|holder| holder.pid).collect::<Vec<_>>()
    };
    assert_eq!(pids(&[]), [20, 30, 40], "each once");
    assert_eq!(pids(&[&bus_ids[0]]), [30]);
    assert_eq!(pids(&[&bus_ids[3]]), Vec::<u32>::new());
}

#[test]
fn a_holder_that_cannot_be_seen_is_told_and_a_telemetry_service_is_none() {
    let mut host = held(&[&[0], &[20]], &[(20, "python b.py")]);
    let seen = plan(&host, &ids(&[]), &around(Some((6, 8, 0)))).unwrap();
    assert!(seen.unseen_holders);
    assert_eq!(seen.holders.len(), 1);
    assert!(seen.notes.iter().any(|note| note.contains("cannot be seen from here")), "{:?}", seen.notes);

    host.chips[0].holders.clear();
    let holder = host.chips[1].holders[0].clone();
    let blind = [
        Holder { pid: 0, ..holder.clone() },
        Holder { user: None, ..holder.clone() },
        Holder { command: None, ..holder.clone() },
        Holder { start_ticks: None, ..holder.clone() },
    ];
    for holder in blind {
        host.chips[1].holders = vec![holder];
        let plan = plan(&host, &ids(&[]), &around(Some((6, 8, 0)))).unwrap();
        assert_eq!((plan.unseen_holders, plan.holders.len()), (true, 0));
    }
    host.chips[1].holders = vec![Holder { telemetry: true, pid: 0, user: None, ..holder }];
    let plan = plan(&host, &ids(&[]), &around(Some((6, 8, 0)))).unwrap();
    assert_eq!((plan.unseen_holders, plan.holders.len()), (false, 0));
    assert!(plan.notes.iter().any(|note| note.contains("restart it afterwards")), "{:?}", plan.notes);
}

#[test]
fn notes_say_what_a_person_must_know() {
    let holding = held(&[&[20]], &[(20, "python b.py")]);
    let quiet = plan(&host("p150x4"), &ids(&[]), &around(Some((6, 8, 0)))).unwrap();
    assert_eq!(quiet.notes, Vec::<String>::new(), "nothing to say about a free board, a new driver and a new tt-smi");
    type Change = fn(&mut Host, &mut Surroundings);
    let rows: [(Change, &str); 8] = [
        (|_, around| around.version = None, "tt-smi did not tell its version"),
        (|_, around| around.guest = true, "virtual machine"),
        (|_, around| around.in_container = true, "restart the container"),
        (|_, around| around.visible_devices = Some("0,1".into()), "TT_VISIBLE_DEVICES is 0,1"),
        (|host, _| host.driver = Some("2.8.1".into()), "stop whatever polls"),
        (|_, around| around.version = Some((3, 0, 19)), "does not accept a driver 2.x"),
        (|_, around| around.simulated = Some("n150".into()), "nothing is run"),
        (
            |_, around| {
                let container = Container { tool: "docker", id: "0123456789ab".into() };
                around.containers = vec![(20, container)];
            },
            "Process 20 runs in the container 0123456789ab. It is not ended from here: stop it with `docker stop",
        ),
    ];
    for (change, text) in rows {
        let (mut host, mut around) = (holding.clone(), around(Some((6, 8, 0))));
        change(&mut host, &mut around);
        let plan = plan(&host, &ids(&[]), &around).unwrap();
        assert_eq!(plan.notes.len(), 1, "{:?}", plan.notes);
        assert!(plan.notes[0].contains(text), "{:?}", plan.notes);
        assert_eq!(plan.simulated, around.simulated);
    }
}
