//! What a project's files say: migrations, settings and configuration, read without running them.
//!
//! **Invariant:** reading never fails; it yields values and diagnostics. Nothing here knows a database.

pub mod python;
pub mod sources;
