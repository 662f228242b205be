//! `tt-jukebox templates`: the list, copies, and what somebody has edited.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json as object;

use super::{json, run, run_in, stderr, stdout};

#[test]
fn a_copy_runs_is_refreshed_and_is_never_taken_from_its_editor() {
    let dir = tempfile::tempdir().unwrap();
    let list = stdout(&run_in(&dir, &["templates"], &[]));
    assert!(list.contains("cookbook") && list.contains("fine-tune") && !list.contains("copied\n"), "{list}");
    let copied = json(&run_in(&dir, &["templates", "copy", "cookbook", "--json"], &[]));
    let files = copied["templates"][0]["files"].as_array().unwrap();
    assert_eq!(files.len(), 6);
    assert!(files.iter().all(|file| file["written"] == true && file["condition"] == "current"), "{copied}");
    let recipe = dir.path().join("tt-scratchpad/cookbook/mandelbrot.py");
    assert_eq!(fs::metadata(&recipe).unwrap().permissions().mode() & 0o777, 0o755);
    let python = which::which("python3").expect("python3 is needed for this test");
    let trial = std::process::Command::new(python).arg(&recipe).arg("--dry-run").output().unwrap();
    assert!(trial.status.success(), "{}", stderr(&trial));
    assert!(stdout(&run_in(&dir, &["templates"], &[])).contains("copied"));

    let ours = fs::read_to_string(&recipe).unwrap();
    fs::write(&recipe, format!("{ours}# mine\n")).unwrap();
    assert!(stdout(&run_in(&dir, &["templates"], &[])).contains("edited"));
    let left = run_in(&dir, &["templates", "copy", "cookbook"], &[]);
    assert_eq!(left.status.code(), Some(0));
    assert!(stdout(&left).contains("mandelbrot.py: has been edited, and is left alone"), "{}", stdout(&left));
    let replaced = run_in(&dir, &["templates", "copy", "cookbook", "--replace"], &[]);
    assert!(stdout(&replaced).contains("mandelbrot.py: replaced; the old one is"), "{}", stdout(&replaced));
    assert_eq!(fs::read_to_string(&recipe).unwrap(), ours);
    assert_eq!(fs::read_to_string(recipe.with_extension("py.bak")).unwrap(), format!("{ours}# mine\n"));
}

#[test]
fn another_folder_and_what_cannot_be_copied() {
    let dir = tempfile::tempdir().unwrap();
    let copied = json(&run_in(&dir, &["templates", "copy", "chat-direct", "--dir", "here", "--json"], &[]));
    assert_eq!(copied["dir"], object!(dir.path().canonicalize().unwrap().join("here").display().to_string()));
    assert!(dir.path().join("here/tt_direct_model.py").is_file());
    assert!(!dir.path().join("tt-scratchpad").exists());
    let unknown = run(&["templates", "copy", "chat"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("there are chat-direct, "), "{}", stderr(&unknown));
    fs::write(dir.path().join("file"), "").unwrap();
    assert_eq!(run_in(&dir, &["templates", "copy", "fine-tune", "--dir", "file"], &[]).status.code(), Some(5));
}
