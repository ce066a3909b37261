//! Data that is gone afterwards.

pub(super) mod deletes_all_rows;
pub(super) mod drop_column;
pub(super) mod drop_table;
pub(super) mod drops_schema;
pub(super) mod narrows_type;
pub(super) mod rename_as_remove_and_add;
pub(super) mod truncate;
