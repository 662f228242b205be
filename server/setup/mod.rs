//! From "matched" to "ready to serve": what is missing (`plan.rs`, pure), what proves each step (`proof.rs`), and the engine
//! that runs the steps, can be stopped at any time and carries on where it stopped (`engine.rs`).

pub mod changes;
pub mod engine;
pub mod facts;
pub mod failures;
pub mod goal;
pub mod half;
pub mod journal;
pub mod plan;
pub mod progress;
pub mod proof;
pub mod times;
pub mod verify;
