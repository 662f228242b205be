//! What is installed on this host: files of checkouts, read into plain structs. Nothing is decided here.

pub mod tree;
