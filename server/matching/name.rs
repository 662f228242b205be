//! How well a typed name answers to an entry.

use crate::catalog::spec::ModelSpec;

/// A typed name, taken apart once for all entries.
#[derive(Debug)]
pub struct Words {
    whole: String,
    plain: String,
    words: Vec<String>,
}

impl Words {
    /// Takes a typed name apart.
    pub fn new(query: &str) -> Self {
        let whole = query.trim();
        let words = whole.split(|c: char| !c.is_alphanumeric() && c != '.').map(plain);
        Self { whole: whole.to_owned(), plain: plain(whole), words: words.filter(|word| !word.is_empty()).collect() }
    }

    /// Higher is better; none is no match. Every word must stand in the name or the repository.
    pub fn score(&self, spec: &ModelSpec) -> Option<u32> {
        let (name, repo) = (&spec.model.model_name, &spec.model.hf_model_repo);
        if [&spec.model_id, name, repo].into_iter().any(|known| self.whole.eq_ignore_ascii_case(known)) {
            return Some(100);
        }
        if self.words.is_empty() {
            return None;
        }
        let (name, repo) = (plain(name), plain(repo));
        if !self.words.iter().all(|word| name.contains(word.as_str()) || repo.contains(word.as_str())) {
            return None;
        }
        Some(if name.starts_with(&self.plain) { 80 } else { 60 })
    }
}

/// Letters and digits only, in lower case: `Llama-3.1 8B` and `llama3.1-8b` are the same name.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::spec::Model;

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
            ("n150", None),
            ("qwen", None),
            ("--", None),
            ("", None),
        ];
        for (query, expected) in rows {
            assert_eq!(Words::new(query).score(&spec), expected, "{query}");
        }
    }
}
