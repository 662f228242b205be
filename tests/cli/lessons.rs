//! The commands of lessons that any machine can run are run: those of the templates with `--dry-run`.

use std::process::Command;

use super::{json, run_in, stderr};

const LESSONS: [&str; 6] = [
    "interactive-chat",
    "api-server",
    "image-generation",
    "coding-assistant",
    "forge-image-classification",
    "metalium-cookbook",
];

#[test]
fn dry_runs_of_the_scripts_run_as_the_lessons_say() {
    let dir = tempfile::tempdir().unwrap();
    for template in
        ["chat-direct", "api-server-direct", "image-gen", "coding-assistant", "forge-classifier", "cookbook"]
    {
        let copied = run_in(&dir, &["templates", "copy", template], &[]);
        assert!(copied.status.success(), "{}", stderr(&copied));
    }
    let mut ran = 0;
    for simulated in ["n150", "p300x2"] {
        for lesson in LESSONS {
            let lesson = json(&run_in(&dir, &["lesson", lesson, "--simulate", simulated, "--json"], &[]));
            let commands =
                lesson["commands"].as_array().unwrap().iter().map(|command| command["text"].as_str().unwrap());
            for command in commands.filter(|command| command.ends_with("--dry-run")) {
                if command.starts_with("python3 ") {
                    let output = Command::new("sh").args(["-c", command]).current_dir(dir.path()).output().unwrap();
                    assert!(output.status.success(), "{command}: {}", stderr(&output));
                    assert!(json(&output)["would"].is_string(), "{command}");
                    ran += 1;
                }
            }
        }
    }
    assert_eq!(ran, 12, "each on both boxes");
}
