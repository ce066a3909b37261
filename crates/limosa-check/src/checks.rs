//! The checks, one file each, in folders by group.

mod compatibility;
mod data_loss;
mod locks;
pub(crate) mod suppressions;

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
    &data_loss::drop_column::CHECK,
    &locks::index_blocks_writes::CHECK,
    &suppressions::without_reason::CHECK,
    &suppressions::unused::CHECK,
    &suppressions::expired::CHECK,
    &suppressions::unknown::CHECK,
];

/// Returns the check of a code or a name, in any case.
pub fn find(code: &str) -> Option<&'static Check> {
    ALL.iter().copied().find(|check| check.code.eq_ignore_ascii_case(code) || check.name.eq_ignore_ascii_case(code))
}

/// Returns whether a word names a check: its code, its name, or the letters (with digits) with which its code begins, in any case.
pub fn names(word: &str, code: &str, name: &str) -> bool {
    let begins = word.len() >= 2 && code.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    // What looks like a whole code is one: `LK00` is none.
    let letters = word.chars().all(|letter| letter.is_ascii_alphabetic());
    begins && (letters || word.len() == code.len()) || word.eq_ignore_ascii_case(name)
}
