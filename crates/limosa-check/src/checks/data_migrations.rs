//! Data migrations.

pub(super) mod all_rows_at_once;
pub(super) mod duplicate_assignment;
pub(super) mod unknown_sql;
