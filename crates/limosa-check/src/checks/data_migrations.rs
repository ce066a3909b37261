//! Data migrations.

pub(super) mod all_rows_at_once;
pub(super) mod argument_names;
pub(super) mod code_not_seen;
pub(super) mod duplicate_assignment;
pub(super) mod loop_over_all_rows;
pub(super) mod model_imported;
pub(super) mod unknown_sql;
pub(super) mod variable_name;
