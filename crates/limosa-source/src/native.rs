//! Native migrations: TOML and SQL files.

pub(crate) mod layout;
pub mod sql;
pub mod toml;
pub(crate) mod toml_value;
