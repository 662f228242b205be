//! The walkthrough and its lessons: the steps as data, the lessons filled in for this box, and what proves a step.

mod ability;
pub mod placeholder;
mod proof;
mod source;
mod store;
mod walkthrough;
mod written;

pub use ability::{Ability, Here, ability, nearest};
pub use proof::{Claim, Proof};
pub use source::{Content, HERE, Parts, parts};
pub use store::{Proved, Store};
pub use walkthrough::{
    Button, Line, ModelWanted, Needs, Pick, Python, Step, Template, Walkthrough, Walkthroughs, walkthroughs,
};
pub use written::{commands, without_links, written};
