//! A download as somebody sees it in a terminal of eighty columns.

use super::hub_server::{HubServer, weights};
use super::person::Person;
use super::pseudo_terminal::{lines, seen};

const REPO: &str = "o/A-Model-With-A-Rather-Long-Name-That-Is-Served-Nevertheless-8B-Instruct";

#[test]
fn a_download_fits_into_eighty_columns() {
    let server = HubServer::start();
    server.add_model(REPO, 2 << 20);
    server.add(REPO, &format!("{}.txt", "a-name-that-goes-on-and-on-".repeat(5)), weights(3, 2 << 20));
    server.slow(1 << 20);
    let person = Person::with(&server);
    let program = env!("CARGO_BIN_EXE_tt-jukebox");
    let mut command = person.command(&[]);
    let Some(text) = seen(&mut command, program, &["download", REPO], person.home.path()) else { return };
    let lines = lines(&text);
    let bars: Vec<&String> = lines.iter().filter(|line| line.contains(" left")).collect();
    assert!(bars.len() > 5, "{lines:?}");
    for bar in bars {
        assert!(bar.chars().count() <= 80, "{} columns: {bar}", bar.chars().count());
    }
}
