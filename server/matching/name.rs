//! How well a typed name answers to an entry.

use crate::catalog::spec::ModelSpec;

/// Higher is better; none is no match. Every word of the question must stand in the name or the repository.
pub fn score(query: &str, spec: &ModelSpec) -> Option<u32> {
    let query = query.trim();
    let (name, repo) = (&spec.model.model_name, &spec.model.hf_model_repo);
    if query.eq_ignore_ascii_case(&spec.model_id)
        || query.eq_ignore_ascii_case(name)
        || query.eq_ignore_ascii_case(repo)
    {
        return Some(100);
    }
    let (name, repo) = (plain(name), plain(repo));
    let words: Vec<String> =
        query.split(|c: char| !c.is_alphanumeric() && c != '.').map(plain).filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return None;
    }
    if !words.iter().all(|word| name.contains(word.as_str()) || repo.contains(word.as_str())) {
        return None;
    }
    Some(if name.starts_with(&plain(query)) { 80 } else { 60 })
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
            assert_eq!(score(query, &spec), expected, "{query}");
        }
    }
}
