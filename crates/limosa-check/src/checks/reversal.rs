//! The way back.

pub(super) mod operation_irreversible;
pub(super) mod python_irreversible;
pub(super) mod reverse_fails;
pub(super) mod reverse_loses_data;
pub(super) mod sql_irreversible;
