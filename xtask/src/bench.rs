//! `cargo xtask bench`: measures what the design sets figures for.

use anyhow::{Result, bail};

/// Runs the task.
pub fn run(_args: &[String]) -> Result<()> {
    bail!("nothing is measured yet")
}
