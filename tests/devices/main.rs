//! The passive probe against trees of files that look like a host's, whole and broken.

mod fake_tree;
mod passive;
mod shared;
