//! Prints the client's types from the list of the protocol, and fails when the file in the client is stale.

use std::any::TypeId;
use std::path::Path;

use ts_rs::{Config, TS, TypeVisitor};

use super::*;
use crate::device::Host;
use crate::error::Failure;

/// Collects the declaration of every type that is reachable from the protocol, each once.
struct Declarations<'a> {
    config: &'a Config,
    seen: Vec<TypeId>,
    /// `(name, declaration)`
    found: Vec<(String, String)>,
}

impl Declarations<'_> {
    fn add<T: TS + 'static + ?Sized>(&mut self) {
        if self.seen.contains(&TypeId::of::<T>()) {
            return;
        }
        self.seen.push(TypeId::of::<T>());
        // Only our own types have an output path; `string`, `Array` and the like are TypeScript's.
        if T::output_path().is_some() {
            let docs = T::docs().unwrap_or_default();
            let declaration = format!("{docs}export {}", T::decl(self.config));
            self.found.push((T::ident(self.config), declaration));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

impl TypeVisitor for Declarations<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        self.add::<T>();
    }
}

macro_rules! describe {
    ($($(#[doc = $doc:literal])* $name:ident: $method:literal ($params:ty) -> $result:ty;)*) => {
        fn requests(declarations: &mut Declarations) -> Vec<String> {
            $(declarations.add::<$params>(); declarations.add::<$result>();)*
            vec![$(format!(
                "  /**{} */\n  \"{}\": {{ params: {}; result: {} }};",
                concat!($($doc),*), $method, stringify!($params), stringify!($result)
            )),*]
        }
    };
}
for_each_request!(describe);

fn print() -> String {
    let config = Config::default().with_large_int("number");
    let mut declarations = Declarations { config: &config, seen: Vec::new(), found: Vec::new() };
    let requests = requests(&mut declarations);
    declarations.add::<Status>();
    // Values of `$/progress`, which is no request.
    declarations.add::<SetupProgress>();
    declarations.add::<BenchProgress>();
    declarations.add::<ChatPartial>();
    declarations.add::<Failure>();
    declarations.found.sort();
    let types: Vec<String> = declarations.found.into_iter().map(|(_, declaration)| declaration).collect();
    format!(
        "/**\n * The wire between the client and the sidecar.\n * Generated from server/protocol.rs by `cargo test`; do not \
         edit.\n */\n/* eslint-disable */\n\n{}\n\n/** Requests from the client, by method. */\nexport interface Requests \
         {{\n{}\n}}\n\n/** Notifications from the server, by method. */\nexport interface Notifications {{\n  \
         \"{STATUS}\": Status;\n}}\n",
        types.join("\n\n"),
        requests.join("\n")
    )
}

#[test]
fn the_clients_types_are_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("editor-client/src/protocol.ts");
    let fresh = print();
    let stale = std::fs::read_to_string(&path).unwrap_or_default();
    if stale != fresh {
        std::fs::write(&path, fresh).unwrap();
        panic!("editor-client/src/protocol.ts was stale; it has been rewritten, look at it and commit it");
    }
}
