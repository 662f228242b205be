//! The reset ladder: plan a reset, free the boards, and prove that they are back.
//!
//! Three steps that never run into each other: [`plan`] decides and does nothing, [`release`] ends processes that a
//! person has agreed to end, [`verify`] looks at the boards afterwards. The reset itself is a command that a person sees
//! running. Its exit code proves nothing, since tt-smi exits 0 on resets that failed (tt-umd#2316).

pub mod ladder;
pub mod plan;
pub mod process;
pub mod release;
pub mod tt_smi;
pub mod verify;
