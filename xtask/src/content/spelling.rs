//! How products are written. Looked at in sentences only: code and addresses have names of their own.

use std::sync::LazyLock;

use regex::Regex;

/// The right name, and what is taken for an attempt at it.
const NAMES: [(&str, &str); 28] = [
    ("Tenstorrent", "tenstorrent"),
    ("tt-metal", "tt[-_ ]?metal"),
    ("TT-Metalium", "tt[-_ ]?metalium"),
    ("TT-NN", "tt[-_ ]?nn"),
    ("TT-Forge", "tt[-_ ]?forge"),
    ("tt-smi", "tt[-_ ]?smi"),
    ("tt-jukebox", "tt[-_ ]?jukebox"),
    ("vLLM", "v[-_ ]?llm"),
    ("Wormhole", "wormhole"),
    ("Blackhole", "blackhole"),
    ("QuietBox", "quiet[-_ ]?box"),
    ("LoudBox", "loud[-_ ]?box"),
    ("Galaxy", "galaxy"),
    ("Tensix", "tensix"),
    ("Hugging Face", "hugging[-_ ]?face"),
    ("VS Code", "vs[-_ ]?code"),
    ("code-server", "code[-_]?server"),
    ("Docker", "docker"),
    ("Podman", "podman"),
    ("PyTorch", "py[-_ ]?torch"),
    ("Python", "python"),
    ("OpenAI", "open[-_ ]?ai"),
    ("GitHub", "git[-_ ]?hub"),
    ("Llama", "llama"),
    ("Stable Diffusion", "stable[-_ ]?diffusion"),
    ("FLUX", "flux"),
    ("Mandelbrot", "mandelbrot"),
    ("Markdown", "markdown"),
];
/// Shorter names have too many neighbours in the language.
const LONG_ENOUGH: usize = 7;

static ATTEMPTS: LazyLock<Vec<(&str, Option<Regex>)>> = LazyLock::new(|| {
    NAMES.iter().map(|(name, attempt)| (*name, Regex::new(&format!(r"(?i)\b{attempt}\b")).ok())).collect()
});

/// What is spelled otherwise than it should be.
pub fn complaints(text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, attempt) in ATTEMPTS.iter() {
        let found = attempt.iter().flat_map(|attempt| attempt.find_iter(text));
        // A participant of the chat and a hyphenated word are other words.
        for wrong in
            found.filter(|found| found.as_str() != *name && !is_part_of_a_word(text, found.start(), found.end()))
        {
            complaints.push(format!("\"{}\" is written {name}", wrong.as_str()));
        }
    }
    for word in text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() >= LONG_ENOUGH - 1) {
        let lower = word.to_ascii_lowercase();
        let near = NAMES.iter().map(|(name, _)| *name).filter(|name| name.len() >= LONG_ENOUGH).find(|name| {
            let name = name.to_ascii_lowercase();
            strsim::osa_distance(&lower, &name) == 1 && lower != format!("{name}s")
        });
        if let Some(name) = near {
            complaints.push(format!("\"{word}\" looks like {name}"));
        }
    }
    complaints
}

fn is_part_of_a_word(text: &str, start: usize, end: usize) -> bool {
    let joins = |c: char| c == '-' || c == '_' || c == '@' || c == '/' || c == '.';
    let before = text[..start].chars().next_back().is_some_and(joins);
    let mut after = text[end..].chars();
    // A full stop after the name ends the sentence.
    before || after.next().is_some_and(joins) && after.next().is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::complaints;

    #[test]
    fn names_are_written_as_their_makers_do() {
        let right =
            "Tenstorrent's tt-metal and TT-Metalium, TT-NN on a Wormhole, vLLM in Docker. `@tenstorrent` answers.";
        assert_eq!(complaints(right), Vec::<String>::new());
        for (wrong, name) in [
            ("tenstorrent cards", "Tenstorrent"),
            ("TT-Metal builds", "tt-metal"),
            ("with VLLM", "vLLM"),
            ("a Quietbox", "QuietBox"),
            ("the HuggingFace hub", "Hugging Face"),
            ("a Wormhle board", "Wormhole"),
            ("Tenstorent", "Tenstorrent"),
            ("VSCode.", "VS Code"),
        ] {
            assert!(complaints(wrong).iter().any(|what| what.contains(name)), "{wrong}: {:?}", complaints(wrong));
        }
    }
}
