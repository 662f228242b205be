//! The walkthrough and its lessons: the steps as data, the lessons filled in for this box, and what proves a step.

mod proof;
mod store;
mod walkthrough;

pub use proof::{Claim, Proof};
pub use store::{Proved, Store};
pub use walkthrough::{
    Button, Line, ModelWanted, Needs, Pick, Step, Template, Walkthrough, Walkthroughs, walkthroughs,
};
