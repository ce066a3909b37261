//! The checks, one file each, in folders by group.

mod compatibility;
mod data_loss;
mod data_migrations;
mod design;
mod history;
mod locks;
mod reversal;
pub(crate) mod suppressions;
mod transactions;

use crate::check::Check;

/// All checks in the order of their codes.
pub static ALL: &[&Check] = &[
    &compatibility::column_dropped::CHECK,
    &compatibility::table_dropped::CHECK,
    &compatibility::column_renamed::CHECK,
    &compatibility::table_renamed::CHECK,
    &compatibility::required_column_added::CHECK,
    &compatibility::not_null_tightened::CHECK,
    &compatibility::type_changed_incompatibly::CHECK,
    &compatibility::uniqueness_added::CHECK,
    &compatibility::enum_value_renamed::CHECK,
    &compatibility::schema_renamed::CHECK,
    &compatibility::default_dropped::CHECK,
    &compatibility::not_null_dropped::CHECK,
    &compatibility::dropped_with_dependants::CHECK,
    &compatibility::kept_column_required::CHECK,
    &compatibility::kept_reference::CHECK,
    &compatibility::added_reference::CHECK,
    &compatibility::needed_before_deploy::CHECK,
    &compatibility::constraint_dropped::CHECK,
    &compatibility::object_dropped::CHECK,
    &compatibility::object_renamed::CHECK,
    &data_loss::drop_column::CHECK,
    &data_loss::drop_table::CHECK,
    &data_loss::truncate::CHECK,
    &data_loss::deletes_all_rows::CHECK,
    &data_loss::narrows_type::CHECK,
    &data_loss::drops_schema::CHECK,
    &data_loss::rename_as_remove_and_add::CHECK,
    &data_migrations::model_imported::CHECK,
    &data_migrations::loop_over_all_rows::CHECK,
    &data_migrations::all_rows_at_once::CHECK,
    &data_migrations::argument_names::CHECK,
    &data_migrations::variable_name::CHECK,
    &data_migrations::unknown_sql::CHECK,
    &data_migrations::code_not_seen::CHECK,
    &data_migrations::duplicate_assignment::CHECK,
    &design::prefer_bigint::CHECK,
    &design::prefer_text::CHECK,
    &design::prefer_timestamptz::CHECK,
    &design::wide_index::CHECK,
    &design::foreign_key_without_index::CHECK,
    &design::prefer_identity::CHECK,
    &design::char_type::CHECK,
    &design::json_not_jsonb::CHECK,
    &design::not_repeatable::CHECK,
    &design::name_too_long::CHECK,
    &design::table_without_schema::CHECK,
    &design::hash_index::CHECK,
    &design::foreign_key_type_differs::CHECK,
    &design::domain_constraint::CHECK,
    &design::small_primary_key::CHECK,
    &design::force_create::CHECK,
    &history::last_migration_missing::CHECK,
    &history::last_migration_conflict::CHECK,
    &history::last_migration_unknown::CHECK,
    &history::last_migration_stale::CHECK,
    &history::several_leaves::CHECK,
    &history::missing_dependency::CHECK,
    &history::pending_unknown_to_django::CHECK,
    &locks::index_blocks_writes::CHECK,
    &locks::drop_index_blocks::CHECK,
    &locks::reindex_blocks::CHECK,
    &locks::type_change_rewrites::CHECK,
    &locks::new_column_rewrites::CHECK,
    &locks::foreign_key_scans::CHECK,
    &locks::check_scans::CHECK,
    &locks::not_null_scans::CHECK,
    &locks::unique_blocks::CHECK,
    &locks::exclusion_blocks::CHECK,
    &locks::validates_under_lock::CHECK,
    &locks::work_under_lock::CHECK,
    &locks::no_lock_timeout::CHECK,
    &locks::rebuilds_table::CHECK,
    &locks::copies_table::CHECK,
    &locks::partition_blocks::CHECK,
    &locks::refresh_blocks::CHECK,
    &locks::locks_several_tables::CHECK,
    &locks::explicit_lock::CHECK,
    &locks::no_statement_timeout::CHECK,
    &locks::deadlocks_with_transactions::CHECK,
    &reversal::python_irreversible::CHECK,
    &reversal::sql_irreversible::CHECK,
    &reversal::operation_irreversible::CHECK,
    &reversal::reverse_loses_data::CHECK,
    &reversal::reverse_fails::CHECK,
    &suppressions::without_reason::CHECK,
    &suppressions::unused::CHECK,
    &suppressions::expired::CHECK,
    &suppressions::unknown::CHECK,
    &transactions::concurrent_in_transaction::CHECK,
    &transactions::nested_transaction::CHECK,
    &transactions::uncommitted::CHECK,
    &transactions::schema_and_data_mixed::CHECK,
    &transactions::not_atomic_several_steps::CHECK,
    &transactions::enum_value_used::CHECK,
];

/// Returns the check of a code or a name, in any case.
pub fn find(code: &str) -> Option<&'static Check> {
    ALL.iter().copied().find(|check| check.code.eq_ignore_ascii_case(code) || check.name.eq_ignore_ascii_case(code))
}

/// Returns whether a word names a check: its code, its name, or the letters with which its code begins, in any case.
pub fn names(word: &str, code: &str, name: &str) -> bool {
    let letters = code.trim_end_matches(|letter: char| letter.is_ascii_digit());
    [code, letters, name].iter().any(|known| known.eq_ignore_ascii_case(word))
}
