//! Where the files lie afterwards, what is taken over from others, and how many there may be.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tt_jukebox::environment::weights::{self, WeightState};

use super::hub_server::{COMMIT, Fault, Gate, HubServer, git_id, sha256, weights as bytes_of};
use super::person::{Person, last_event, stderr};

const REPO: &str = "o/Model";
const ONE: &str = "model-00001-of-00002.safetensors";

#[test]
fn the_cache_is_that_of_huggingface_hub() {
    let server = HubServer::start();
    server.add_model(REPO, 5000).add(REPO, "sub/dir/a file.txt", "x").add(REPO, "twin.json", "{}");
    let person = Person::with(&server);
    let output = person.run(&["download", REPO, "--events"]);
    let event = last_event(&output);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(event["folder"].as_str(), person.snapshot(REPO).to_str());
    assert_eq!(fs::read_to_string(person.folder(REPO).join("refs/main")).unwrap(), COMMIT);
    let one = bytes_of(1, 5000);
    let link = |path: &str| fs::read_link(person.snapshot(REPO).join(path)).unwrap();
    assert_eq!(link(ONE), Path::new("../../blobs").join(sha256(&one)));
    assert_eq!(link("config.json"), Path::new("../../blobs").join(git_id(b"{}")));
    assert_eq!(link("twin.json"), link("config.json"), "one content, two names, once in the cache and once fetched");
    assert_eq!(link("sub/dir/a file.txt"), Path::new("../../../../blobs").join(git_id(b"x")));
    assert_eq!(fs::read(person.snapshot(REPO).join(ONE)).unwrap(), one);
    assert_eq!(
        server.served().iter().filter(|(path, _)| ["config.json", "twin.json"].contains(&path.as_str())).count(),
        1
    );
    let models = BTreeMap::from([(REPO.to_owned(), "Model".to_owned())]);
    let found = weights::read(&person.cache(), Path::new("/nonexistent"), &models);
    assert_eq!(weights::judge(&found[0]).state, WeightState::Complete);

    server.requests();
    assert_eq!(person.download(REPO)["event"], "done");
    assert_eq!(server.requests(), ["hub GET /api/models/o/Model/revision/main"], "what is there is not asked for");
}

#[test]
fn a_folder_of_ones_own() {
    let server = HubServer::start();
    server.add_model(REPO, 5000).add(REPO, "twin.json", "{}");
    let person = Person::with(&server);
    let dir = person.home.path().join("weights");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("config.json"), "{}").unwrap();
    fs::write(dir.join("tokenizer.json"), "mine").unwrap();
    let args = ["download", REPO, "--local-dir", "weights", "--events"];
    assert_eq!(last_event(&person.run(&args))["folder"].as_str(), dir.to_str());
    assert_eq!(fs::read(dir.join(ONE)).unwrap(), bytes_of(1, 5000));
    assert_eq!(fs::read_to_string(dir.join("twin.json")).unwrap(), "{}");
    assert_eq!(fs::read_to_string(dir.join("tokenizer.json")).unwrap(), "{ }");
    assert!(!server.served().iter().any(|(path, _)| path == "config.json"), "it was there already");
    let note = fs::read_to_string(dir.join(".cache/huggingface/download/config.json.metadata")).unwrap();
    assert!(note.starts_with(&format!("{COMMIT}\n{}\n", git_id(b"{}"))), "{note}");
    assert_eq!(last_event(&person.run(&args))["event"], "done");
    assert_eq!(server.served(), []);
    assert!(!person.cache().exists());
}

#[test]
fn what_others_have_begun_is_taken_over_or_left_alone() {
    let server = HubServer::start();
    server.add_model(REPO, 100_000);
    let one = bytes_of(1, 100_000);
    let came = || {
        server.served().iter().filter(|(path, _)| path == ONE).map(|(_, range)| range.end - range.start).sum::<u64>()
    };
    let begun = |content: &[u8]| {
        let person = Person::with(&server);
        let blobs = person.folder(REPO).join("blobs");
        fs::create_dir_all(&blobs).unwrap();
        fs::write(blobs.join(format!("{}.incomplete", sha256(&one))), content).unwrap();
        person
    };
    assert_eq!(begun(&one[..60_000]).download(REPO)["event"], "done");
    assert_eq!(came(), 40_000);
    assert_eq!(begun(&[7; 60_000]).download(REPO)["event"], "done", "bytes that were wrong are fetched anew");
    assert_eq!(came(), 140_000);
    let person = begun(&[7; 100_001]);
    assert_eq!(person.download(REPO)["event"], "done");
    assert!(
        person.folder(REPO).join("blobs").join(format!("{}.incomplete", sha256(&one))).exists(),
        "too long to be it"
    );
    assert_eq!(came(), 100_000);
    let person = begun(&one[..60_000]);
    let locks = person.cache().join(".locks/models--o--Model");
    fs::create_dir_all(&locks).unwrap();
    let lock = fs::File::create(locks.join(format!("{}.lock", sha256(&one)))).unwrap();
    lock.lock().unwrap();
    assert_eq!(person.download(REPO)["event"], "done");
    assert_eq!(came(), 100_000, "somebody is still at it");
}

#[test]
fn only_what_is_read_comes() {
    let server = HubServer::start();
    server.add_model(REPO, 5000).add(REPO, "pytorch_model.bin", bytes_of(3, 5000));
    server.add(REPO, "original/consolidated.00.pth", bytes_of(4, 5000)).add(REPO, "x.gguf", bytes_of(5, 5000));
    let person = Person::with(&server);
    let output = person.run(&["download", REPO, "--dry-run", "--json"]);
    let outlook: Value = serde_json::from_slice(&output.stdout).unwrap();
    let files: Vec<&str> =
        outlook["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(files.len(), 5, "{files:?}");
    assert_eq!((&outlook["total"], &outlook["there"]), (&json!(10_103), &json!(0)));
    assert!(outlook["free"].as_u64().is_some());
    assert!(server.served().is_empty() && !person.cache().exists(), "a dry run changes nothing");

    let early = "meta-llama/Early";
    server.add(early, "original/params.json", "{}").add(early, "original/tokenizer.model", "t");
    server.add(early, "original/consolidated.00.pth", bytes_of(6, 5000)).add_model(early, 5000);
    let entry = |version: &str| {
        json!({ "release_version": "9.0.0", "schema_version": "0.1.0", "model_specs": { early: {
            "model_id": "id_x_Early_n150", "hf_model_repo": early, "model_name": "Early", "device_type": "N150",
            "inference_engine": "vLLM", "model_type": "LLM", "status": "COMPLETE", "version": version,
            "tt_metal_commit": "abcdef0", "vllm_commit": "fedcba9", "device_model_spec": {
                "max_context": 4096, "default_impl": true, "vllm_args": { "max_num_seqs": 32, "revision": "v1" } }
        } } })
    };
    for (version, first) in [("0.4.0", "original/tokenizer.model"), ("0.5.0", "config.json")] {
        let catalog = person.home.path().join("catalog.json");
        fs::write(&catalog, entry(version).to_string()).unwrap();
        let args = ["download", "early", "--dry-run", "--json", "--catalog", catalog.to_str().unwrap()];
        let output = person.run(&args);
        let outlook: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(outlook["files"][0]["path"], first, "{version}: {outlook} {}", stderr(&output));
        assert_eq!(outlook["revision"], "v1", "the entry pins it");
    }
    let event =
        last_event(&person.run(&["download", "early", "--events", "--catalog", "catalog.json", "--revision", "main"]));
    assert_eq!(event["event"], "done", "{event}");
}

#[test]
fn ten_thousand_files_take_little_memory() {
    let server = HubServer::start();
    server.add_model(REPO, 5000);
    for number in 0..10_000 {
        server.add(
            REPO,
            &format!("parts/{:02}/part-{number:05}-of-a-long-name.json", number % 100),
            format!("{number}"),
        );
    }
    let person = Person::with(&server);
    let output = person.run(&["download", REPO, "--dry-run", "--json"]);
    let outlook: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(outlook["files"].as_array().unwrap().len(), 10_005);
    // Three of them name no content, which is noticed before anything is fetched.
    let mut child = person.command(&["download", REPO, "--events"]).spawn().unwrap();
    let stdout = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || std::io::read_to_string(stdout).unwrap());
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0 kB");
        most = most.max(line.trim().trim_end_matches(" kB").parse::<u64>().unwrap());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let text = reader.join().unwrap();
    assert!(text.lines().last().unwrap().contains("\"done\""), "{:?}", text.lines().last());
    // A debug build; the program itself needs some 20 MiB of that.
    assert!(most < 64 << 10, "{most} kB");
}

#[test]
fn a_repository_that_is_no_model_is_not_called_complete() {
    let server = HubServer::start();
    server.add("o/Readme", "README.md", "# soon").gate("o/Readme", Gate::default());
    let person = Person::with(&server);
    let output = person.run(&["download", "o/Readme", "--events"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(last_event(&output)["error"]["why"].as_str().unwrap().contains("config.json"));
    server.once("/api", Fault::Status(500, String::new()));
    let none = person.run(&["download", "o/Readme", "--revision", "nothing"]);
    assert!(stderr(&none).contains("no such branch, tag or commit"), "{}", stderr(&none));
}
