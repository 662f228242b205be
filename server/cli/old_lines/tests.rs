//! Command lines of the older program and what they have become.

use super::*;

fn translated(line: &str) -> Translation {
    let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let is_verb = |word: &str| ["list", "show", "command", "help"].contains(&word);
    let is_task = |word: &str| ["chat", "video", "code_assistant", "t2v"].contains(&word);
    translate(&args, is_verb, is_task)
}

fn renamed(line: &str) -> Renamed {
    match translated(line) {
        Translation::Renamed(renamed) => renamed,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn what_they_have_become() {
    let rows = [
        ("--list", "list --all"),
        ("-l", "list --all"),
        ("-l --model llama chat", "list --all"),
        ("--model llama", "list llama"),
        ("--model=llama", "list llama"),
        ("-m llama", "list llama"),
        ("-mllama", "list llama"),
        ("-m list", "list list"),
        ("chat --model llama", "list llama"),
        ("chat", "list --task chat"),
        ("t2v", "list --task t2v"),
        ("code_assistant", "list --task code_assistant"),
        ("video --show-experimental", "list --task video --experimental"),
        ("--show-experimental video", "list --task video --experimental"),
        ("-e video", "list --task video --experimental"),
        ("-fe video", "list --task video --experimental"),
        ("-fem llama", "list llama --experimental"),
        ("-femllama --refresh-cache", "list llama --experimental --refresh-cache"),
        ("chat --refresh", "list --task chat --refresh-cache"),
        ("chat --experimental", "list --task chat --experimental"),
        ("--refresh-cache", "list --refresh-cache"),
        ("--force", "list"),
        ("--mod llama --show", "list llama --experimental"),
        ("gpt-oss --show-experimental", "list gpt-oss --experimental"),
        ("--json chat --simulate n150", "list --task chat --simulate n150 --json"),
        ("--simulate list --list", "list --all --simulate list"),
        ("--catalog=x.json -m llama --json", "list llama --catalog=x.json --json"),
        ("chat --help", "list --task chat --help"),
    ];
    for (line, expected) in rows {
        assert_eq!(renamed(line).args.join(" "), expected, "{line}");
    }
}

#[test]
fn new_lines_are_left_alone() {
    for line in [
        "",
        "list",
        "list chat",
        "list --all",
        "list --refresh-cache",
        "show llama",
        "help list",
        "--simulate n150 list --list",
        "command chat --model",
        "--json",
        "nonsense",
        "chat llama",
        "chat --limit 3",
        "--version",
        "-x",
        "-lx",
        "--s",
        "--simulate chat",
    ] {
        assert!(matches!(translated(line), Translation::Current), "{line}: {:?}", translated(line));
    }
}

#[test]
fn the_note_shows_the_new_words_in_a_form_that_can_be_typed() {
    assert_eq!(renamed("chat --json").note, "note: this is now \"tt-jukebox list --task chat\"");
    assert!(renamed("-f chat").note.ends_with("; it asks nothing, so --force is left out"));
    let spaced = translate(&["-m".into(), "llama 8b; rm".into()], |_| false, |_| false);
    let Translation::Renamed(spaced) = spaced else { panic!("{spaced:?}") };
    assert_eq!(spaced.note, "note: this is now \"tt-jukebox list 'llama 8b; rm'\"");
    assert_eq!(spaced.args, ["list", "llama 8b; rm"]);
    let acting = translate(&["-m".into(), "\u{1b}[2J".into()], |_| false, |_| false);
    let Translation::Renamed(acting) = acting else { panic!("{acting:?}") };
    assert!(!acting.note.contains('\u{1b}'), "{:?}", acting.note);
}

#[test]
fn what_was_asked_for_by_name_is_remembered() {
    let with_place = renamed("--simulate n150 -m llama --facts=x");
    assert_eq!(
        (with_place.model.as_deref(), with_place.place.join(" ")),
        (Some("llama"), "--simulate n150 --facts=x".into())
    );
    assert_eq!(renamed("gpt-oss -f").model.as_deref(), Some("gpt-oss"));
    assert_eq!((renamed("chat").model, renamed("--list -m llama").model), (None, None));
}

#[test]
fn a_token_is_refused_and_never_repeated() {
    for line in [
        "--hf-token hf_secret",
        "--hf-token=hf_secret",
        "--token hf_secret chat",
        "chat --token=hf_secret",
        "--list --hf-token hf_secret",
        "list --hf-token hf_secret",
        "--setup --tok hf_secret",
        "--hf=hf_secret",
        "--t hf_secret --unknown",
        "--token",
    ] {
        let Translation::Refused(failure) = translated(line) else { panic!("{line}: {:?}", translated(line)) };
        assert_eq!(failure.kind, FailureKind::Usage, "{line}");
        assert!(!format!("{failure:?}").contains("secret"), "{failure}");
        assert!(failure.next.contains("HF_TOKEN") && failure.next.contains("hf auth login"), "{failure}");
    }
    assert!(matches!(translated("list -- --token"), Translation::Current));
}

#[test]
fn setup_of_a_model_is_todays_setup() {
    for (line, args) in [
        ("--setup --model llama", "setup llama"),
        ("-sf -m llama", "setup llama --yes"),
        ("llama --setup --refresh --simulate n150 --json", "setup llama --refresh-cache --simulate n150 --json"),
    ] {
        let renamed = renamed(line);
        assert_eq!(renamed.args.join(" "), args, "{line}");
        assert_eq!(renamed.model, None, "a setup says by itself what comes next");
    }
}

#[test]
fn setup_and_a_missing_name_are_told() {
    for (line, kind) in [
        ("--setup", FailureKind::Usage),
        ("--setup chat", FailureKind::Usage),
        ("--model", FailureKind::Usage),
        ("--model --force", FailureKind::Usage),
        ("--model=", FailureKind::Usage),
    ] {
        let Translation::Refused(failure) = translated(line) else { panic!("{line}: {:?}", translated(line)) };
        assert_eq!(failure.kind, kind, "{line}");
        assert!(!failure.next.is_empty());
    }
}
