//! For tests alone: what Django answers, and how to compare with it.

pub mod oracle;
pub mod replay;
