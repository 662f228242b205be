//! What nobody else may read, taken out of command lines and of texts that are shown, kept or passed on. Pure.

/// What stands in its place.
pub const HIDDEN: &str = "[hidden]";

/// Ends of the names of variables and options that hold a secret.
const NAMES: [&str; 10] = [
    "API_KEY",
    "APIKEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "SECRET_KEY",
    "SECRET",
    "TOKEN",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
];
/// Beginnings of tokens that say themselves what they are: of Hugging Face, of OpenAI and those who follow it, GitHub, GitLab.
const TOKENS: [&str; 6] = ["hf_", "sk-", "sk-proj-", "ghp_", "github_pat_", "glpat-"];
/// Letters and digits in a row behind such a beginning: `hf_transfer` is a package.
const SHORTEST: usize = 10;

/// True for the name of a variable or an option whose value is a secret.
pub fn is_secret(name: &str) -> bool {
    let name = name.trim_start_matches('-').trim_end_matches(|c: char| c.is_ascii_digit() || "-_".contains(c));
    let name = name.to_ascii_uppercase().replace('-', "_");
    NAMES.iter().any(|end| name.ends_with(end))
}

/// A command line without secrets: the words behind an option for one, values of assignments, and what [`in_text`] knows.
pub fn in_command(words: &[String]) -> Vec<String> {
    // Behind such an option: `first` as long as nothing of it has come, since a key may begin with a dash.
    let (mut hide, mut first) = (false, false);
    let each = |word: &String| {
        let ends = word.starts_with(if first { "--" } else { "-" }) || matches!(word.as_str(), "&&" | "||" | "|" | ";");
        hide &= !ends;
        first = false;
        if hide {
            return HIDDEN.to_owned();
        }
        if let Some(at) = assigned(word) {
            return format!("{}{HIDDEN}", &word[..at]);
        }
        hide = word.starts_with("--") && is_secret(word);
        first = hide;
        in_text(word)
    };
    words.iter().map(each).collect()
}

/// Where the value of a secret begins in `NAME=value`, `--name=value` or `--env=NAME=value`.
fn assigned(word: &str) -> Option<usize> {
    let mut from = 0;
    for (at, _) in word.match_indices('=') {
        if is_secret(&word[from..at]) {
            return Some(at + 1);
        }
        from = at + 1;
    }
    None
}

/// A text without tokens that say what they are, without what follows `Bearer`, and without names and passwords in addresses.
pub fn in_text(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let starts = !clean.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let is_token = |begin: &&&str| {
            let run = rest
                .strip_prefix(**begin)
                .map_or(0, |rest| rest.chars().take_while(char::is_ascii_alphanumeric).count());
            run >= SHORTEST
        };
        let length = if starts && TOKENS.iter().any(|begin| is_token(&begin)) {
            rest.find(|c| !is_part(c)).unwrap_or(rest.len())
        } else if clean.ends_with("Bearer ") && next.is_ascii_alphanumeric() {
            rest.find(|c: char| c.is_whitespace() || "'\"".contains(c)).unwrap_or(rest.len())
        } else if clean.ends_with("://") {
            let host = rest.find(|c: char| c.is_whitespace() || "/'\"".contains(c)).unwrap_or(rest.len());
            rest[..host].rfind('@').unwrap_or(0)
        } else {
            0
        };
        if length > 0 {
            clean.push_str(HIDDEN);
            rest = &rest[length..];
        }
        // What follows is no part of it, and is not looked at again as a beginning.
        if let Some(next) = rest.chars().next() {
            clean.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in [
            "HF_TOKEN",
            "VLLM_API_KEY",
            "--api-key",
            "PGPASSWORD",
            "--client_secret",
            "CI_TOKEN_2",
            "AWS_SECRET_ACCESS_KEY",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["--max-num-batched-tokens", "--long-prefill-token-threshold", "HF_TOKEN_PATH", "--ssl-keyfile", ""]
        {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn commands() {
        for (line, clean) in [
            ("p --api-key a b --port 1 HF_TOKEN=x --api-key=y", "p --api-key * * --port 1 HF_TOKEN=* --api-key=*"),
            (
                "docker run --env=VLLM_API_KEY=x -eMY_TOKEN=y -e HF_TOKEN image",
                "docker run --env=VLLM_API_KEY=* -eMY_TOKEN=* -e HF_TOKEN image",
            ),
            ("x --password -abc && y --api-key --host h", "x --password * && y --api-key --host h"),
            ("pip https://ada:pa%20ss@h/simple?a=b", "pip https://*@h/simple?a=b"),
            (
                "psql host=h PGPASSWORD=a=b --max-num-batched-tokens 5",
                "psql host=h PGPASSWORD=* --max-num-batched-tokens 5",
            ),
        ] {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(in_command(&words).join(" ").replace(HIDDEN, "*"), clean);
        }
    }

    #[test]
    fn texts() {
        for (text, clean) in [
            ("it is hf_abcdefghijkl, yes", "it is *, yes"),
            ("--token=hf_abcdefghijkl sk-proj-0123456789ab-cd", "--token=* *"),
            (
                "hf_transfer-0.1.8-cp38 shelf_abcdefghijkl sk-learn",
                "hf_transfer-0.1.8-cp38 shelf_abcdefghijkl sk-learn",
            ),
            ("-H 'Authorization: Bearer a.b/c' http://h", "-H 'Authorization: Bearer *' http://h"),
            ("Bearer $KEY", "Bearer $KEY"),
            ("in https://ada:b@h/x, 'https://x.org' and git@y.org", "in https://*@h/x, 'https://x.org' and git@y.org"),
            ("https://hf_abcdefghijkl@h/x", "https://*@h/x"),
            ("\u{e4}\u{20ac}://\u{e4}@\u{20ac}", "\u{e4}\u{20ac}://*@\u{20ac}"),
        ] {
            assert_eq!(in_text(text).replace(HIDDEN, "*"), clean);
        }
    }
}
