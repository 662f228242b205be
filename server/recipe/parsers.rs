//! Tool and reasoning parsers that an entry's `metadata` name. The publisher's own server does not apply them: a client has
//! to ask for them.

use serde_json::Value;

use super::arguments::{Argument, Origin, Settled, is_name};
use super::era::Decided;
use crate::catalog::spec::ModelSpec;

/// Asks for the parsers that the metadata name, where the tree is known to have them.
pub fn ask(settled: &mut Settled, spec: &ModelSpec, decided: &Decided) {
    let named = |key: &str| spec.release.metadata.get(key).and_then(Value::as_str).filter(|name| is_name(name));
    let rows = [
        ("tool-call-parser", "tool_call_parser_name", &decided.era.tool_parsers),
        ("reasoning-parser", "reasoning_parser_name", &decided.era.reasoning_parsers),
    ];
    for (flag, key, listed) in rows {
        let Some(name) = named(key) else { continue };
        if settled.value(flag).is_some() {
            continue;
        }
        if !decided.knows(flag) || !decided.has_parser(name, listed) {
            settled.notes.push(format!(
                "--{flag} {name} of the spec file's metadata is left out: nothing at hand says that trees of era {} \
                     have it",
                decided.era.id
            ));
            continue;
        }
        let source = format!("metadata.{key} of the newest release that lists the entry");
        let rule = "the publisher names it, and leaves it to the client to ask for it".to_owned();
        if flag == "tool-call-parser" && settled.arguments.iter().all(|a| a.flag != "--enable-auto-tool-choice") {
            let (source, rule) = (source.clone(), rule.clone());
            let flag = "--enable-auto-tool-choice".to_owned();
            settled.arguments.push(Argument { origin: Origin::Metadata, flag, values: vec![], source, rule });
        }
        let (flag, values) = (format!("--{flag}"), vec![name.to_owned()]);
        settled.arguments.push(Argument { origin: Origin::Metadata, flag, values, source, rule });
    }
}
