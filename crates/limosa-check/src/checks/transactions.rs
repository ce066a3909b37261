//! Transactions.

pub(super) mod concurrent_in_transaction;
pub(super) mod enum_value_used;
pub(super) mod nested_transaction;
pub(super) mod not_atomic_several_steps;
pub(super) mod schema_and_data_mixed;
pub(super) mod uncommitted;
