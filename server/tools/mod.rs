//! What an agent may do here: the list of tools, the arguments that they take, and their answers as compact Markdown.
//! Pure. `requests/tool.rs` does what they say; `mcp/` and the editor offer them.

mod arguments;
mod list;
pub mod texts;

pub use arguments::{Arguments, read};
pub use list::{Tool, all, find};
