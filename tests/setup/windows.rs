//! Two windows at once, and stopping.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::running::Running;
use crate::stand_in::Home;

#[test]
fn two_windows_fifty_times_are_one_run_and_two_views() {
    let mut home = Home::new();
    home.seconds = "0.1";
    // The repositories are there, so that fifty setups do not clone them a hundred times.
    home.set_up("model-E3");
    let mut joined = 0;
    for round in 0..50 {
        fs::remove_file(home.path().join("stand-in.log")).unwrap();
        let stamps = home.environment("E3").join(".tt-jukebox");
        fs::remove_file(stamps.join("metal.build.done")).unwrap();
        fs::remove_file(stamps.join("pins.done")).unwrap();
        let mut windows = [home.start("model-E3"), home.start("model-E3")];
        for window in &mut windows {
            assert_eq!(window.end(), Some(0), "{round}: {}", window.output());
        }
        assert_eq!((home.count("begin build"), home.count("begin uv")), (1, 1), "{round}: {:?}", home.log());
        let views = windows.each_ref().map(|window| window.outcome());
        let runs = views.iter().filter(|view| view["ran"].as_array().is_some_and(|ran| !ran.is_empty())).count();
        assert_eq!(runs, 1, "{round}: {views:?}");
        if views.iter().any(|view| view["joined"] == true) {
            joined += 1;
            let watcher = windows.iter().find(|window| window.outcome()["joined"] == true).unwrap();
            assert!(watcher.output().contains("\"id\":\"metal.build\""), "{round}: it saw the steps");
        }
    }
    eprintln!("joined in {joined} of 50");
    assert!(joined >= 40, "the second window joined in {joined} of 50 only");
}

#[test]
fn two_environments_at_once_share_their_repositories() {
    let home = Home::new();
    let mut windows = [home.start("model-E3"), home.start("model-E6")];
    for window in &mut windows {
        assert_eq!(window.end(), Some(0), "{}", window.output());
    }
    assert_eq!(home.count("git clone --bare"), 2, "{:?}", home.log());
    assert_eq!(home.count("end build"), 2);
    let log = home.log();
    let at = |line: &str| log.iter().position(|found| found == line).unwrap();
    assert!(at("begin download") < at("end build"), "weights and build run side by side: {log:?}");
}

#[test]
fn a_window_that_watches_a_killed_run_takes_it_over() {
    let mut home = Home::new();
    home.seconds = "0.5";
    let mut first = home.start("model-E3");
    assert!(first.until(|| home.step("metal.build").as_deref() == Some("running")), "{}", first.output());
    let mut second = home.start("model-E3");
    second.until(|| second_sees(&home));
    first.signal("KILL");
    assert_eq!(first.end(), None);
    assert_eq!(second.end(), Some(0), "{}", second.output());
    assert!(!second.outcome()["ran"].as_array().unwrap().is_empty());
    assert_eq!(home.left_running(), Vec::<u32>::new());
}

#[test]
fn a_window_believes_nothing_that_an_earlier_run_has_written_down() {
    let mut home = Home::new();
    home.set_up("model-E3");
    fs::remove_file(home.environment("E3").join(".tt-jukebox/metal.build.done")).unwrap();
    // Python is asked for its version: for the plan that is shown, for the one that is run, and once more when the run
    // has begun. Then it does not answer.
    let python = "#!/bin/bash\nif [ -n \"$HOLDS\" ]; then\n  echo x >> \"$HOLDS\"\n\
        [ \"$(wc -l < \"$HOLDS\")\" -lt 3 ] || while [ -e \"$HOLDS\" ]; do sleep 0.05; done\nfi\necho 3.10\n";
    home.tool("python3.10", python);
    let asked = home.path().join("asked");
    home.more.push(("HOLDS", Some(asked.display().to_string())));
    let mut first = home.start("model-E3");
    let lines = || fs::read_to_string(&asked).unwrap_or_default().lines().count();
    assert!(first.until(|| lines() == 3), "{}", first.output());
    home.more.clear();
    let log = home.path().join("second");
    let out = fs::File::create(&log).unwrap();
    let mut second = home.command(&["setup", "model-E3", "--yes"]);
    let mut second = Running::new(second.stdout(out.try_clone().unwrap()).stderr(out), log.clone());
    let joins = || fs::read_to_string(&log).unwrap().contains("another process has this setup under way");
    assert!(second.until(joins), "{}", second.output());
    first.signal("KILL");
    assert_eq!(first.end(), None);
    assert_eq!(second.end(), Some(0), "{}", second.output());
    assert_eq!(home.count("end build"), 2, "what was taken away is made again: {}", second.output());
}

/// The second window has begun to write its view.
fn second_sees(home: &Home) -> bool {
    let views = fs::read_dir(home.path())
        .unwrap()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("view-"));
    views.filter(|entry| fs::read_to_string(entry.path()).is_ok_and(|text| text.contains("\"joined\":true"))).count()
        > 0
}

#[test]
fn a_stop_ends_the_whole_group_and_the_next_run_carries_on() {
    for (trap, limit) in [("", 3), ("trap '' INT", 5), ("trap '' INT TERM", 8)] {
        let home = Home::new();
        // A build with a grandchild, which heeds as few signals as it does.
        let tree = home.path().join("fails/build-hangs");
        fs::write(&tree, "").unwrap();
        home.tool("ninja", &format!("#!/bin/bash\n{trap}\n(sleep 300) & wait\nsleep 300\n"));
        home.tool(
            "uv",
            &format!("#!/bin/bash\n{trap}\necho 'begin uv' >> \"$STAND_IN_LOG\"\nninja & wait; sleep 300\n"),
        );
        let mut running = home.start("model-E3");
        assert!(running.until(|| home.count("begin uv") > 0), "{}", running.output());
        thread::sleep(Duration::from_millis(200));
        assert!(home.left_running().len() >= 3, "{:?}", home.left_running());
        let begin = Instant::now();
        running.signal("INT");
        assert_eq!(running.end(), Some(130), "{trap}: {}", running.output());
        let took = begin.elapsed();
        assert!(took < Duration::from_secs(limit), "{trap}: {took:?}");
        assert_eq!(home.left_running(), Vec::<u32>::new(), "{trap}");
        assert_eq!(home.step("pins").as_deref(), Some("cancelled"));
        home.tool("uv", "#!/bin/sh\n");
        assert_eq!(home.set_up("model-E3")["ran"], serde_json::json!(["pins"]), "{trap}");
    }
}

#[test]
fn what_a_killed_run_has_left_running_is_ended_by_the_next_one() {
    let home = Home::new();
    home.tool("uv", "#!/bin/bash\necho 'begin uv' >> \"$STAND_IN_LOG\"\n(sleep 300) & sleep 300\n");
    let mut running = home.start("model-E3");
    assert!(running.until(|| home.count("begin uv") > 0), "{}", running.output());
    running.signal("KILL");
    assert_eq!(running.end(), None);
    let left = home.left_running();
    assert!(left.len() >= 2, "the programs of the killed run go on: {left:?}");
    home.tool("uv", "#!/bin/sh\n");
    assert_eq!(home.set_up("model-E3")["ran"], serde_json::json!(["pins"]));
    assert!(left.iter().all(|pid| !crate::harness::alive(*pid)), "{left:?}");
}

#[test]
fn a_program_that_is_stopped_may_tidy_up() {
    let home = Home::new();
    home.tool(
        "uv",
        "#!/bin/bash\ntrap 'sleep 0.5; echo tidied >> \"$STAND_IN_LOG\"; exit 1' INT\necho 'begin uv' >> \"$STAND_IN_LOG\"\n\
         for i in $(seq 300); do sleep 1; done\n",
    );
    let mut running = home.start("model-E3");
    assert!(running.until(|| home.count("begin uv") > 0), "{}", running.output());
    running.signal("INT");
    assert_eq!(running.end(), Some(130), "{}", running.output());
    assert_eq!(home.count("tidied"), 1, "INT comes first, and it is given its time");
}
