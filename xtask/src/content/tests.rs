//! The checks fail when one word is broken, and the recipe of `content/README.md` works as it stands there.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Finding, check, manifest};

/// A copy of what the checks look at.
struct Copy {
    dir: TempDir,
}

impl Copy {
    fn make() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf();
        for part in ["content", "templates", "server", "README.md", "LICENSE"] {
            copy(&root.join(part), &dir.path().join(part));
        }
        for part in ["package.json", "package.nls.json", "README.md", "src/protocol.ts"] {
            let part = format!("editor-client/{part}");
            let part = part.as_str();
            copy(&root.join(part), &dir.path().join(part));
        }
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn replace(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} does not hold {from:?}");
        fs::write(self.path(name), text.replacen(from, to, 1)).unwrap();
    }

    fn findings(&self) -> Vec<Finding> {
        check(self.dir.path()).unwrap().0
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
        return;
    }
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

#[test]
fn what_is_here_is_well() {
    assert_eq!(Copy::make().findings(), []);
}

#[test]
fn one_broken_word_is_found() {
    const HARDWARE: &str = "content/lessons/01-hardware-detection.md";
    const SERVE: &str = "content/lessons/06-vllm-production.md";
    const STEPS: &str = "content/walkthrough.json";
    const SET_UP: &str = "content/guide/set-up.md";
    const TROUBLE: &str = "content/guide/troubleshooting.md";
    let rows = [
        (HARDWARE, "tt-jukebox doctor", "tt-jukebox doktor", "doktor"),
        (HARDWARE, "--watch", "--wach", "--wach"),
        (HARDWARE, "{{device}}", "{{devise}}", "no placeholder {{devise}}"),
        (HARDWARE, "{{device}}", "N150", "N150 is true for one box only"),
        (HARDWARE, "## When it fails", "## Trouble", "the headings are"),
        (HARDWARE, "## Next", "#### Next", "leaves one out"),
        (HARDWARE, "pictures/hardware.svg", "pictures/hardwear.svg", "there is no ../pictures/hardwear.svg"),
        (
            HARDWARE,
            "![Boards on the bus are read through the driver's files, and the whole machine gets one name]",
            "![]",
            "words for",
        ),
        (HARDWARE, "A Tenstorrent board", "A tenstorrent board", "written Tenstorrent"),
        (HARDWARE, "A Tenstorrent board", "A Tenstorent board", "looks like Tenstorrent"),
        (HARDWARE, "**Detect Hardware**", "**Detect hardware**", "button \"Detect Hardware\""),
        (HARDWARE, "# See your hardware", "# See the hardware", "does not begin with the title"),
        (HARDWARE, "## Do it\n\n", "## Do it\n\nOn {{device}}. ", "outside of"),
        (
            HARDWARE,
            "## Do it\n\n",
            "## Do it\n\n[x](command:tenstorrent.doktor) ",
            "no command is called tenstorrent.doktor",
        ),
        (HARDWARE, "## Do it\n\n", "## Do it\n\n[x](https://example.org/x) ", "not at one of the places"),
        (HARDWARE, "## Do it\n\n", "## Do it\n\nIn `/home/me/x`. ", "a path of one machine"),
        (HARDWARE, "## Do it\n\n", "## Do it\n\n<b>x</b> ", "HTML"),
        (
            HARDWARE,
            "## Do it\n\nPress",
            "## Do it\n\nPress and press and press and press and press and press and press and press and press and press",
            "wider than",
        ),
        (SERVE, "```sh\n{{serve_command}}", "```sh\nrun {{serve_command}}", "stands alone"),
        (
            SERVE,
            "No command has been run on a card by us",
            "No command has been run by us",
            "nobody has run them on a card",
        ),
        (SERVE, "tt-jukebox serve {{model}} --detach", "tt-jukebox serve {{model}} --detatch", "--detatch"),
        (STEPS, "\"tenstorrent.runHardwareDetection\"", "\"tenstorrent.runHardwareDetektion\"", "no command is called"),
        (
            STEPS,
            "02-verify-installation.md",
            "02-verify-instalation.md",
            "there is no content/lessons/02-verify-instalation.md",
        ),
        (
            STEPS,
            "\"nearest\": [\"vllm-production\"",
            "\"nearest\": [\"vllm-prodution\"",
            "there is no step vllm-prodution",
        ),
        ("templates/templates.json", "\"lesson\": \"interactive-chat\"", "\"lesson\": \"interactive-chta\"", "no step"),
        (STEPS, "\"file\": \"tt-chat-direct.py\"", "\"file\": \"tt-chat-dirct.py\"", "tt-chat-dirct.py"),
        (STEPS, "Find out which", "See which", "package.nls.json: the walkthrough in it is stale"),
        (
            "editor-client/package.json",
            "step.api-server.proved",
            "step.api-server.clicked",
            "package.json: the walkthrough",
        ),
        (SET_UP, "Llama-3.1-8B-Instruct --dry-run", "Llama-3.1-8B-Instruct --dry-ran", "--dry-ran"),
        (SET_UP, "`tt-jukebox env verify NAME`", "`tt-jukebox env verfy NAME`", "verfy"),
        (SET_UP, "**Tenstorrent: Set Up a Model**", "**Tenstorrent: Set a Model Up**", "no command has the title"),
        ("content/guide/README.md", "(set-up.md)", "(serve.md)", "set-up.md: content/guide/README.md does not name it"),
        (SET_UP, "## What you should see", "## What you see", "the headings are"),
        (SET_UP, "(../pictures/setup-plan.png)", "(../pictures/setup-plans.png)", "there is no"),
        ("content/guide/another-disk.md", "TT_JUKEBOX_ENVIRONMENTS=", "TT_JUKEBOX_ENVIRONMENT=", "is read by nothing"),
        (
            "content/guide/another-server.md",
            "`tenstorrent.serverUrl`",
            "`tenstorrent.serverUri`",
            "is no command and no setting",
        ),
        ("content/guide/without-root.md", "#nodedenied", "#node-denied", "no heading answers to"),
        ("README.md", "tt-jukebox bench --quick", "tt-jukebox bench --quickly", "--quickly"),
        (TROUBLE, "### `driver.missing`", "### `driver.misssing`", "finding driver.missing has no heading"),
        (TROUBLE, "### `driver.missing`", "### `driver.misssing`", "the doctor has no finding driver.misssing"),
        ("server/device/host.rs", "\"device.none\"", "\"device.nothing\"", "finding device.nothing has no heading"),
        ("content/reference/settings.md", "| `port` |", "| `prot` |", "settings.md: it is stale"),
        ("content/reference/command-line.md", "--detach", "--detached", "command-line.md: it is stale"),
        ("content/reference/protocol.md", "tenstorrent/chat`", "tenstorrent/chatt`", "protocol.md: it is stale"),
        ("content/setup-failures.json", "the disk is full", "the disk is fuller", "setup-failures.md: it is stale"),
        (
            "editor-client/package.nls.json",
            "\"Detect Hardware\"",
            "\"Detect the Hardware\"",
            "commands.md: it is stale",
        ),
        ("editor-client/README.md", "| `tenstorrent.ttSmi` |", "| `tenstorrent.smi` |", "README.md: it is stale"),
        ("content/pictures/hardware.svg", "viewBox=", "viewbox=", "needs a viewBox"),
        ("content/pictures/hardware.svg", "<defs>", "<script>x</script><defs>", "does not belong"),
    ];
    let copy = Copy::make();
    for (file, from, to, said) in rows {
        let before = fs::read(copy.path(file)).unwrap();
        copy.replace(file, from, to);
        let findings: Vec<String> = copy.findings().iter().map(Finding::to_string).collect();
        assert!(findings.iter().any(|finding| finding.contains(said)), "{file}: {to:?}: {findings:#?}");
        fs::write(copy.path(file), before).unwrap();
    }
    assert_eq!(copy.findings(), []);
}

#[test]
fn a_command_that_only_one_box_has_is_found_on_that_box() {
    let copy = Copy::make();
    let file = "content/lessons/08-image-generation.md";
    copy.replace(file, "```sh\n{{serve_command}}\n```", "```sh\ntt-jukebox bench {{context}} --concurency 2\n```");
    let places: Vec<String> = copy.findings().into_iter().map(|finding| finding.place).collect();
    assert!(places.contains(&"image-generation on t3k".to_owned()), "{places:?}");
    assert!(!places.contains(&"image-generation on p100".to_owned()), "that one cannot do it, and its lesson says so");
}

/// The five lines of the recipe, done as they say.
#[test]
fn the_recipe_for_a_lesson_works() {
    let copy = Copy::make();
    let readme = fs::read_to_string(copy.path("content/README.md")).unwrap();
    let recipe = readme.split("## Add a lesson").nth(1).unwrap().split("\n## ").next().unwrap();
    let lines: Vec<&str> = recipe.split("\n").filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).collect();
    assert_eq!(lines.len(), 5, "the recipe has five lines");
    for (line, says) in
        lines.iter().zip(["15-my-lesson.md", "content/walkthrough.json", "--write", "xtask content", "demo"])
    {
        assert!(line.contains(says), "{line}");
    }
    // 1. A copy of a lesson with another title.
    let lesson = fs::read_to_string(copy.path("content/lessons/12-bounty-program.md")).unwrap();
    let lesson = lesson.replace("# Bring up a model for a bounty\n", "# My lesson\n");
    let lesson = lesson.replace("**Browse Open Bounties**", "**Look**");
    fs::write(copy.path("content/lessons/15-my-lesson.md"), lesson).unwrap();
    let unused = copy.findings();
    assert!(unused[0].what.contains("no step of the walkthrough shows it"), "{unused:?}");
    // 2. A step.
    let steps = fs::read_to_string(copy.path("content/walkthrough.json")).unwrap();
    let mut steps: serde_json::Value = serde_json::from_str(&steps).unwrap();
    let step = serde_json::json!({
        "id": "my-lesson", "lesson": "15-my-lesson.md", "title": "My lesson", "proof": "files_written", "hint": "Try again.",
        "description": ["A sentence.", { "button": "Look", "command": "tenstorrent.runHardwareDetection" }],
    });
    steps["walkthroughs"][0]["steps"].as_array_mut().unwrap().push(step);
    fs::write(copy.path("content/walkthrough.json"), serde_json::to_string_pretty(&steps).unwrap()).unwrap();
    // 3. Into the manifest.
    assert_eq!(copy.findings().len(), 2, "the manifest and its texts are stale: {:?}", copy.findings());
    manifest::write(copy.dir.path()).unwrap();
    let manifest = fs::read_to_string(copy.path("editor-client/package.json")).unwrap();
    assert!(manifest.contains("dist/content/lessons/15-my-lesson.md"));
    // 4. Nothing to say.
    assert_eq!(copy.findings(), []);
}
