//! The catalog through the network, with the real binary: what is fetched, what is asked again, and that no fault costs
//! the last good file.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::spec_server::{Reply, SpecServer, etag};

/// A person with an empty home and a mirror of their own.
struct Person {
    home: TempDir,
    url: String,
}

impl Person {
    fn with(server: &SpecServer) -> Self {
        Self { home: tempfile::tempdir().unwrap(), url: server.address.clone() }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tt-jukebox"));
        command.args(args).args(["--simulate", "n150"]).env_clear().env("HOME", self.home.path());
        command.env("TT_JUKEBOX_CATALOG_URL", &self.url).current_dir(self.home.path()).stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn json(&self, args: &[&str]) -> Value {
        let output = self.run(&[args, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)))
    }

    /// The newest release that is known, without asking the network.
    fn newest(&self) -> String {
        self.json(&["catalog", "info"])["newest"].as_str().unwrap().to_owned()
    }

    fn cache(&self) -> std::path::PathBuf {
        self.home.path().join(".cache/tt-jukebox/catalog")
    }

    /// Lets the last look be two hours ago.
    fn two_hours_later(&self) {
        let path = self.cache().join("state.json");
        let mut state: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for key in ["tried_at", "checked_at"] {
            if let Some(time) = state[key].as_u64() {
                state[key] = json!(time - 7200);
            }
        }
        fs::write(path, state.to_string()).unwrap();
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A published file of one entry, pinned to `version`.
fn file(release: &str, version: &str, seqs: u32) -> String {
    let entry = json!({
        "model_id": "id_x_New-Model_n150", "hf_model_repo": "o/New-Model", "model_name": "New-Model",
        "device_type": "N150", "inference_engine": "vLLM", "model_type": "LLM", "status": "COMPLETE",
        "version": version, "tt_metal_commit": "abcdef0", "vllm_commit": "fedcba9",
        "device_model_spec": { "max_context": 4096, "default_impl": true, "vllm_args": { "max_num_seqs": seqs } }
    });
    json!({ "schema_version": "0.1.0", "release_version": release, "model_specs": { "o/New-Model": entry } })
        .to_string()
}

#[test]
fn newer_files_come_once_an_hour_and_tags_once_for_good() {
    let server = SpecServer::start();
    server.newest(Reply::File(file("9.1.0", "9.0.0", 64))).tag("9.0.0", Reply::File(file("9.0.0", "9.0.0", 32)));
    let person = Person::with(&server);
    let first = person.run(&["list", "--json"]);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    assert!(!String::from_utf8_lossy(&first.stdout).contains("New-Model"), "nobody waits for the network");
    assert!(stderr(&first).contains("release 9.1.0 of the spec files has come"), "{}", stderr(&first));
    let (main, tag) = ("/main/release_model_spec.json", "/refs/tags/v9.0.0/release_model_spec.json");
    assert_eq!(server.seen(), [main, tag]);

    let list = person.json(&["list", "new-model"]);
    assert_eq!(list["matches"][0]["releases"], json!(["9.0.0", "9.1.0"]), "{list}");
    assert!(list["source"].as_str().unwrap().starts_with("release 9.1.0, fetched within the hour"), "{list}");
    assert_eq!(server.seen(), Vec::<String>::new(), "one look an hour");

    person.two_hours_later();
    person.run(&["list"]);
    let etag = etag(&file("9.1.0", "9.0.0", 64));
    assert_eq!(server.seen(), [format!("{main} {etag}")], "asked with its etag, and the tag never again");
    let info = person.json(&["catalog", "info"]);
    assert_eq!(info["trouble"], Value::Null);

    server.newest(Reply::File(file("9.2.0", "9.0.0", 640)));
    let list = person.run(&["--refresh-cache", "list", "new-model", "--json"]);
    assert!(stderr(&list).contains("release 9.2.0 has been fetched"), "{}", stderr(&list));
    let releases = &serde_json::from_slice::<Value>(&list.stdout).unwrap()["matches"][0]["releases"];
    assert_eq!(releases, &json!(["9.0.0", "9.2.0"]), "what main said in between was never a release");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn no_fault_costs_the_last_good_file() {
    let server = SpecServer::start();
    server.newest(Reply::File(file("9.1.0", "9.1.0", 64)));
    let person = Person::with(&server);
    assert_eq!(person.json(&["catalog", "refresh"])["updated"], "9.1.0");
    let good = file("9.2.0", "9.2.0", 64);
    let rows = [
        (Reply::Truncated(good.clone()), "cut off or damaged"),
        (Reply::File(good[..good.len() / 2].to_owned()), "the file is cut off"),
        (Reply::Status(200, "content-type: text/html\r\n", "<html>Sign in</html>"), "a web page came in its place"),
        (Reply::Status(200, "", "{\"message\": \"moved\"}"), "not a spec file"),
        (Reply::Status(200, "", "\u{0}\u{1}"), "not valid JSON"),
        (Reply::File(file("0.1.0", "0.1.0", 64)), "it is release 0.1.0, and this program carries"),
        (Reply::File(file("../../x", "0.1.0", 64)), "does not say which release"),
        (Reply::Status(404, "", "404: Not Found"), "the file is not there"),
        (Reply::Status(429, "retry-after: 120\r\n", ""), "Try again after 120 s"),
        (Reply::Status(500, "", ""), "the server is in trouble"),
        (Reply::Status(302, "location: http://example.invalid/x\r\n", ""), "an address that is not asked"),
        (Reply::Announced(100_000_000_000), "larger than 16 MB"),
        (Reply::Endless, "larger than 16 MB"),
    ];
    for (reply, why) in rows {
        let name = format!("{reply:.60?}");
        server.newest(reply);
        let output = person.run(&["catalog", "refresh"]);
        assert_eq!(output.status.code(), Some(8), "{name}: {}", stderr(&output));
        assert!(stderr(&output).contains(why), "{name}: {}", stderr(&output));
        let info = person.json(&["catalog", "info"]);
        assert_eq!(info["newest"], "9.1.0", "{name}");
        assert!(
            info["trouble"].is_string() && info["source"].as_str().unwrap().contains("could not be refreshed"),
            "{info}"
        );
        let list = person.run(&["--refresh-cache", "list", "new-model"]);
        assert_eq!(list.status.code(), Some(0), "{name}: the answer comes from what was here");
        assert!(stderr(&list).contains("warning: "), "{name}: {}", stderr(&list));
    }
    server.newest(Reply::File(good));
    assert_eq!(person.json(&["catalog", "refresh"])["updated"], "9.2.0");
    assert_eq!(person.json(&["catalog", "info"])["trouble"], Value::Null);
}

#[test]
fn a_first_run_without_a_network_lists_what_the_program_carries() {
    let server = SpecServer::start();
    let mut person = Person::with(&server);
    drop(server);
    let bundled = person.newest();
    let first = person.run(&["list"]);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    assert!(stderr(&first).contains("could not be fetched") && stderr(&first).contains("next try is in an hour"));
    let second = person.run(&["list"]);
    assert_eq!((second.status.code(), stderr(&second)), (Some(0), String::new()), "one try an hour");
    let info = person.json(&["catalog", "info"]);
    assert_eq!(info["newest"], json!(bundled));
    assert!(info["trouble"].is_string());
    person.url = "http://example.org/specs".into();
    let refused = person.run(&["catalog", "refresh"]);
    assert_eq!(refused.status.code(), Some(5), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("plain HTTP could be changed on the way"), "{}", stderr(&refused));
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let server = SpecServer::start();
    server.newest(Reply::Silence);
    let person = Person::with(&server);
    let output = person.run(&["list"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("did not answer in time"), "{}", stderr(&output));
}

#[test]
fn windows_that_start_together_ask_once() {
    let server = SpecServer::start();
    server.newest(Reply::Slow(file("9.1.0", "9.1.0", 64), Duration::from_millis(700)));
    let person = Person::with(&server);
    let start = || person.command(&["list"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let windows: Vec<_> = (0..4).map(|_| start()).collect();
    for mut window in windows {
        assert_eq!(window.wait().unwrap().code(), Some(0));
    }
    assert_eq!(server.seen().len(), 1);
    assert_eq!(person.newest(), "9.1.0");
}

#[test]
fn files_that_were_damaged_on_disk_cost_nothing() {
    let server = SpecServer::start();
    server.newest(Reply::File(file("9.1.0", "9.0.0", 64))).tag("9.0.0", Reply::File(file("9.0.0", "9.0.0", 32)));
    let person = Person::with(&server);
    person.run(&["catalog", "refresh"]);
    let damage = |name: &str| fs::write(person.cache().join(name), b"\xff{\"half").unwrap();
    damage("merged.json");
    assert_eq!(person.newest(), "9.1.0", "merged anew from the files");
    damage("tags/v9.0.0.json");
    assert_eq!(person.newest(), "9.1.0");
    damage("newest.json");
    let carried = person.newest();
    assert!(carried != "9.1.0" && carried.starts_with("0."), "{carried}");
    damage("state.json");
    assert_eq!(person.newest(), carried);
    assert_eq!(person.json(&["catalog", "refresh"])["updated"], "9.1.0", "and the next look mends it");
}

#[test]
fn a_folder_that_cannot_be_written_to_is_said_and_the_list_comes() {
    let server = SpecServer::start();
    server.newest(Reply::File(file("9.1.0", "9.1.0", 64)));
    let person = Person::with(&server);
    fs::write(person.home.path().join(".cache"), "a file where a folder should be").unwrap();
    let list = person.run(&["--refresh-cache", "list"]);
    assert_eq!(list.status.code(), Some(0), "{}", stderr(&list));
    assert!(stderr(&list).contains("cannot be written to"), "{}", stderr(&list));
}

#[test]
fn the_proxy_of_the_environment_is_asked() {
    let proxy = SpecServer::start();
    proxy.newest(Reply::File(file("9.1.0", "9.1.0", 64)));
    let mut person = Person::with(&proxy);
    person.url = "http://127.0.0.1:9".into();
    let secret = proxy.address.replace("http://", "http://someone:secret@");
    let output = person.command(&["catalog", "refresh"]).env("http_proxy", &secret).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(proxy.seen(), ["http://127.0.0.1:9/main/release_model_spec.json"]);
    let state = fs::read_to_string(person.cache().join("state.json")).unwrap();
    assert!(!state.contains("secret") && !stderr(&output).contains("secret"));
}

#[test]
fn a_named_file_is_never_refreshed_and_updates_can_be_switched_off() {
    let server = SpecServer::start();
    server.newest(Reply::File(file("9.1.0", "9.1.0", 64)));
    let person = Person::with(&server);
    let path = person.home.path().join("spec.json");
    fs::write(&path, file("3.0.0", "3.0.0", 1)).unwrap();
    let named = person.run(&["list", "--catalog", path.to_str().unwrap(), "--refresh-cache"]);
    assert!(stderr(&named).contains("--catalog names the catalog"), "{}", stderr(&named));
    let off = person.command(&["list"]).env("TT_JUKEBOX_CATALOG_UPDATES", "off").output().unwrap();
    assert_eq!(off.status.code(), Some(0), "{}", stderr(&off));
    assert_eq!(server.seen(), Vec::<String>::new());
    assert!(!Path::new(&person.cache()).exists(), "nothing is written where nothing is fetched");
}
