//! Arguments that a person adds, checked against what the tree knows.

use super::arguments::{Argument, Origin, is_name, normal};
use super::era::Decided;
use crate::error::{Failure, FailureKind, Result};

/// Arguments with a choice of their own, and its name.
const CHOSEN_ELSEWHERE: [(&str, &str); 6] = [
    ("host", "the setting host"),
    ("port", "--port"),
    ("model", "--weights"),
    ("max-model-len", "--context"),
    ("max-num-seqs", "--sequences"),
    ("api-key", "a line VLLM_API_KEY=… in the key file, since everybody on this machine can read a command line"),
];

/// The arguments in the words of the option `extra`.
///
/// # Errors
/// [`FailureKind::Usage`] for a word that belongs to no argument, an argument that the tree does not know, and one that is
/// chosen elsewhere.
pub fn parse(words: &[String], decided: &Decided) -> Result<Vec<Argument>> {
    let mut arguments: Vec<Argument> = Vec::new();
    for word in words {
        let Some(rest) = word.strip_prefix("--") else {
            match arguments.last_mut() {
                Some(argument) if !word.starts_with('-') || word.parse::<f64>().is_ok() => {
                    argument.values.push(word.clone())
                }
                _ => return Err(refused(word, "an argument of vLLM begins with two hyphens")),
            }
            continue;
        };
        let (name, value) = match rest.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (rest, None),
        };
        if !is_name(name) {
            return Err(refused(word, "this is no name of an argument"));
        }
        let name = normal(name);
        if let Some((_, elsewhere)) = CHOSEN_ELSEWHERE.iter().find(|(own, _)| *own == name) {
            return Err(refused(word, &format!("this is chosen by {elsewhere}")));
        }
        if !decided.knows(&name) {
            return Err(Failure::new(
                FailureKind::Usage,
                format!("the argument --{name} is not known to this tree"),
                format!("it is not among {}", decided.list()),
                "With the pinned checkout in place (the setting vllm_home) its own files are asked; they know every \
                 argument of that tree.",
            ));
        }
        arguments.push(Argument {
            origin: Origin::Chosen,
            flag: format!("--{name}"),
            values: value.into_iter().collect(),
            source: "the option extra".into(),
            rule: format!("known: it is among {}", decided.list()),
        });
    }
    Ok(arguments)
}

fn refused(word: &str, why: &str) -> Failure {
    let next = "Give further arguments as `--extra --name value`, behind all other options.";
    Failure::new(FailureKind::Usage, format!("{word:.100?} cannot be added to the command"), why, next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::spec::Release;
    use crate::recipe::era;

    fn parsed(words: &[&str]) -> Result<Vec<(String, Vec<String>)>> {
        let release = Release { vllm_commit: Some("5cbc982".into()), ..Release::default() };
        let decided = era::bundled()?.decide(&release, None).unwrap();
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Ok(parse(&words, &decided)?.into_iter().map(|argument| (argument.flag, argument.values)).collect())
    }

    #[test]
    fn known_arguments_are_taken_in_every_spelling() {
        assert_eq!(
            parsed(&["--seed=1", "--num_scheduler_steps", "10", "--max-log-len", "-1"]).unwrap(),
            [
                ("--seed".to_owned(), vec!["1".to_owned()]),
                ("--num-scheduler-steps".to_owned(), vec!["10".to_owned()]),
                ("--max-log-len".to_owned(), vec!["-1".to_owned()]),
            ]
        );
    }

    #[test]
    fn what_the_tree_does_not_know_or_is_chosen_elsewhere_is_refused() {
        for (words, why) in [
            (&["--async-scheduling"][..], "not among the arguments that are proved for era E1"),
            (&["--api-key", "x"], "everybody on this machine can read"),
            (&["--port=1"], "chosen by --port"),
            (&["--max_model_len", "1"], "chosen by --context"),
            (&["seed"], "begins with two hyphens"),
            (&["--seed", "-x"], "begins with two hyphens"),
            (&["--$(reboot)"], "no name of an argument"),
            (&["--"], "no name of an argument"),
        ] {
            let failure = parsed(words).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Usage);
            assert!(failure.why.contains(why), "{words:?}: {}", failure.why);
        }
    }
}
