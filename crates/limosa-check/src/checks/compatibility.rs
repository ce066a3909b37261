//! The code that is running meanwhile.

pub(super) mod added_reference;
pub(super) mod column_dropped;
pub(super) mod column_renamed;
pub(super) mod constraint_dropped;
pub(super) mod default_dropped;
pub(super) mod dropped_with_dependants;
pub(super) mod enum_value_renamed;
pub(super) mod kept_column_required;
pub(super) mod kept_reference;
pub(super) mod needed_before_deploy;
pub(super) mod not_null_dropped;
pub(super) mod not_null_tightened;
pub(super) mod object_dropped;
pub(super) mod object_renamed;
pub(super) mod required_column_added;
pub(super) mod schema_renamed;
pub(super) mod table_dropped;
pub(super) mod table_renamed;
pub(super) mod type_changed_incompatibly;
pub(super) mod uniqueness_added;
