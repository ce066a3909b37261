//! What a project's files say: migrations, settings and configuration, read without running them.
//!
//! **Invariant:** reading never fails; it yields values and diagnostics. Nothing here knows a database.

pub mod cache;
pub mod config;
pub mod convert;
pub mod describe;
pub mod django;
pub mod export;
pub mod mentions;
pub mod native;
mod pending;
pub mod project;
pub mod python;
pub mod rewrite;
pub mod sources;
