//! The real binary over stdio: the protocol, and the lifecycle that an editor relies on.

mod harness;
mod lifecycle;
mod requests;
