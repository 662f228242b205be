//! The protocol: requests from the program's one list, their types from what is generated for the client.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use anyhow::{Context, Result, bail};
use regex::Regex;

use super::{MADE, code, table};

const TYPES: &str = "editor-client/src/protocol.ts";

/// Doc, method, parameters, result.
struct Request(&'static str, &'static str, &'static str, &'static str);

macro_rules! requests {
    ($($(#[doc = $doc:literal])* $name:ident: $method:literal ($params:ty) -> $result:ty;)*) => {
        vec![$(Request(concat!($($doc),*), $method, stringify!($params), stringify!($result))),*]
    };
}

/// One declaration of the client's file.
struct Type {
    about: String,
    /// Field, type, meaning; empty where it is no object.
    fields: Vec<[String; 3]>,
    /// What stands behind the equals sign.
    body: String,
}

static DECLARED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?s)\n/\*\*\n((?: \*[^\n]*\n)+?) \*/\nexport type (\w+) = (.*?);\n(?:\n|$)").ok());
static FIELD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?s)/\*\*\n((?: \*[^\n]*\n)+?) \*/\n(\w+\??): (.*?), (?:\n|\}$)").ok());

pub fn page(root: &Path) -> Result<String> {
    let requests: Vec<Request> = tt_jukebox::for_each_request!(requests);
    let types = types(&fs::read_to_string(root.join(TYPES)).context(TYPES)?)?;
    let mut text = format!(
        "# The protocol\n\n{MADE} The list is `server/protocol.rs`; the client's types are [protocol.ts](../../{TYPES}).\n\n\
         `tt-jukebox lsp` speaks JSON-RPC 2.0 on stdio, each message after a `Content-Length` header, as language servers\n\
         do: `initialize`, `initialized`, then the requests below, at the end `shutdown` and `exit`. The settings are the\n\
         `initializationOptions`, by the keys of [Settings](settings.md). Fields are in snake_case, and `--json` on the\n\
         command line prints the same objects.\n\n\
         - A request ends early by `$/cancelRequest`.\n\
         - Progress comes as `$/progress` with the token that the request has named. Each is a whole snapshot, except that a\n\
         \x20 chat sends pieces; the answer is the truth.\n\
         - A failure has the object [Failure](#failure) as the `data` of the error.\n\
         - The one notification from the program is `tenstorrent/status`, with a [Status](#status).\n\n\
         ## Requests\n\n"
    );
    let rows: Vec<Vec<String>> = requests
        .iter()
        .map(|Request(about, method, params, result)| {
            vec![code(method), linked(params, &types), linked(result, &types), about.trim().to_owned()]
        })
        .collect();
    text.push_str(&table(&["method", "parameters", "result", "what it does"], &rows));
    text.push_str("\n## Types\n");
    for (name, declared) in &types {
        text.push_str(&format!("\n### {name}\n\n{}\n\n", declared.about));
        if declared.fields.is_empty() {
            text.push_str(&format!("{}\n", wrapped(&declared.body)));
        } else {
            let rows: Vec<Vec<String>> = declared
                .fields
                .iter()
                .map(|[field, kind, about]| vec![code(field), linked(kind, &types), about.clone()])
                .collect();
            text.push_str(&table(&["field", "type", "meaning"], &rows));
        }
    }
    Ok(text)
}

fn types(source: &str) -> Result<BTreeMap<String, Type>> {
    let (Some(declared), Some(field)) = (DECLARED.as_ref(), FIELD.as_ref()) else { bail!("a pattern is broken") };
    let mut types = BTreeMap::new();
    // Each declaration takes the empty line that the next one begins with.
    let doubled = source.replace("\n\n", "\n\n\n");
    for found in declared.captures_iter(&doubled) {
        let body = found[3].to_owned();
        let fields = field.captures_iter(&body).map(|part| [part[2].to_owned(), part[3].to_owned(), prose(&part[1])]);
        let fields = if body.starts_with("{ \n/**") { fields.collect() } else { Vec::new() };
        types.insert(found[2].to_owned(), Type { about: prose(&found[1]), fields, body });
    }
    let all = source.matches("\nexport type ").count();
    if types.len() != all {
        let missing: BTreeSet<&str> =
            source.split("\nexport type ").skip(1).filter_map(|rest| rest.split(' ').next()).collect();
        let missing: Vec<&&str> = missing.iter().filter(|name| !types.contains_key(**name)).collect();
        bail!("{TYPES}: {} of {all} types were understood, not {missing:?}", types.len());
    }
    Ok(types)
}

/// A comment without its stars, on one line.
fn prose(comment: &str) -> String {
    let lines = comment.lines().map(|line| line.trim_start_matches([' ', '*']).trim());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A type whose own parts lead to their place on the page.
fn linked(kind: &str, types: &BTreeMap<String, Type>) -> String {
    let names: Vec<&str> =
        kind.split(|c: char| !c.is_alphanumeric()).filter(|word| types.contains_key(*word)).collect();
    match names.as_slice() {
        [name] if *name == kind => format!("[{name}](#{})", name.to_lowercase()),
        [] => code(kind),
        names => {
            let links: Vec<String> = names.iter().map(|name| format!("[{name}](#{})", name.to_lowercase())).collect();
            format!("{} of {}", code(kind), links.join(", "))
        }
    }
}

/// Values on one line each would be long; as code in a sentence they wrap.
fn wrapped(body: &str) -> String {
    if body.contains('{') || body.contains("/**") {
        return format!("```ts\n{body}\n```");
    }
    format!("One of: {}.", body.split(" | ").map(code).collect::<Vec<_>>().join(", "))
}
