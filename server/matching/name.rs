//! How well a typed name answers to an entry.

use super::task::{self, Task};
use crate::catalog::spec::ModelSpec;

/// Score of a name that is given in full.
pub const EXACT: u32 = 100;

/// A typed name, taken apart once for all entries.
#[derive(Debug)]
pub struct Words {
    whole: String,
    plain: String,
    words: Vec<Word>,
}

#[derive(Debug)]
struct Word {
    plain: String,
    /// What it means when the name does not hold it.
    task: Option<&'static Task>,
}

impl Words {
    /// Takes a typed name apart.
    pub fn new(query: &str) -> Self {
        let whole = query.trim();
        let words = whole.split(|c: char| !c.is_alphanumeric() && c != '.').filter_map(|word| {
            let task = task::find(word);
            Some(Word { plain: plain(word), task }).filter(|word| !word.plain.is_empty())
        });
        Self { whole: whole.to_owned(), plain: plain(whole), words: words.collect() }
    }

    /// Higher is better; none is no match. Every word must stand in the name or the repository, or be a task that the
    /// model serves.
    pub fn score(&self, spec: &ModelSpec) -> Option<u32> {
        let (name, repo) = (&spec.model.model_name, &spec.model.hf_model_repo);
        if [&spec.model_id, name, repo].into_iter().any(|known| self.whole.eq_ignore_ascii_case(known)) {
            return Some(EXACT);
        }
        if self.words.is_empty() {
            return None;
        }
        let (plain_name, plain_repo) = (plain(name), plain(repo));
        let holds = |word: &Word| plain_name.contains(&word.plain) || plain_repo.contains(&word.plain);
        if self.words.iter().all(holds) {
            return Some(if plain_name.starts_with(&self.plain) { 80 } else { 60 });
        }
        let serves = |word: &Word| word.task.is_some_and(|task| task.score(spec).is_some());
        self.words.iter().all(|word| holds(word) || serves(word)).then_some(50)
    }

    /// The same for a name with slips of the finger; asked when nothing answers to the words as they are.
    pub fn score_misspelt(&self, spec: &ModelSpec) -> Option<u32> {
        if self.words.is_empty() {
            return None;
        }
        let (name, repo) = (&spec.model.model_name, &spec.model.hf_model_repo);
        let (plain_name, plain_repo) = (plain(name), plain(repo));
        let holds = |word: &Word| plain_name.contains(&word.plain) || plain_repo.contains(&word.plain);
        self.words.iter().all(|word| holds(word) || is_misspelt(&word.plain, name)).then_some(40)
    }
}

/// True when a word of the name is this one with a slip of the finger. Short words and words with digits are taken as
/// they are: `8b` is not `7b`.
fn is_misspelt(word: &str, name: &str) -> bool {
    let length = word.chars().count();
    if length < 4 || word.chars().any(|c| c.is_ascii_digit()) {
        return false;
    }
    let slips = if length < 9 { 1 } else { 2 };
    name.split(|c: char| !c.is_alphabetic()).any(|part| strsim::damerau_levenshtein(word, &plain(part)) <= slips)
}

/// The names nearest to a question that nothing answers, the nearest first, at most three.
pub fn nearest<'a>(query: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let query = plain(query);
    let mut near: Vec<(f64, &str)> = names
        .map(|name| (strsim::jaro_winkler(&query, &plain(name)), name))
        .filter(|(likeness, _)| *likeness > 0.7)
        .collect();
    near.sort_by(|(a, x), (b, y)| b.total_cmp(a).then(x.cmp(y)));
    near.dedup_by_key(|(_, name)| *name);
    near.into_iter().map(|(_, name)| name).take(3).collect()
}

/// Letters and digits only, in lower case: `Llama-3.1 8B` and `llama3.1-8b` are the same name. Nearly every name is ASCII,
/// where that is bytes for bytes.
pub(super) fn plain(text: &str) -> String {
    if text.is_ascii() {
        let bytes = text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| char::from(byte.to_ascii_lowercase()));
        let mut plain = String::with_capacity(text.len());
        plain.extend(bytes);
        return plain;
    }
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::spec::Model;

    #[test]
    fn the_nearest_names_come_first() {
        let names = ["Qwen3-32B", "Qwen3-8B", "Llama-3.1-8B", "whisper-large-v3", "Qwen3-32B"];
        assert_eq!(nearest("qwen332", names.into_iter()), ["Qwen3-32B", "Qwen3-8B"]);
        assert_eq!(nearest("xyzzy", names.into_iter()), Vec::<&str>::new());
    }

    #[test]
    fn spellings() {
        let spec = ModelSpec {
            model_id: "id_tt-transformers_Llama-3.1-8B-Instruct_n150".into(),
            model: Model {
                model_name: "Llama-3.1-8B-Instruct".into(),
                hf_model_repo: "meta-llama/Llama-3.1-8B-Instruct".into(),
                ..Model::default()
            },
            ..ModelSpec::default()
        };
        let rows = [
            ("llama-3.1-8b-instruct", Some(100)),
            ("meta-llama/Llama-3.1-8B-Instruct", Some(100)),
            ("id_tt-transformers_Llama-3.1-8B-Instruct_n150", Some(100)),
            ("llama3.1-8b", Some(80)),
            ("Llama 3.1 8B instruct", Some(80)),
            ("8b instruct", Some(60)),
            ("lama 8b", Some(60)),
            ("llema 8b", Some(40)),
            ("llama instrcut", Some(40)),
            ("llama 7b", None),
            ("n150", None),
            ("qwen", None),
            ("--", None),
            ("", None),
        ];
        for (query, expected) in rows {
            let words = Words::new(query);
            assert_eq!(words.score(&spec).or_else(|| words.score_misspelt(&spec)), expected, "{query}");
        }
    }
}
