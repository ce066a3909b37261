//! Native migrations: TOML and SQL files.

pub mod sql;
pub mod toml;
pub(crate) mod toml_value;
