//! The checks, one file each, in folders by group.

mod compatibility;
mod data_loss;
mod locks;

use crate::check::Check;

/// All checks in the order of their codes.
pub static ALL: &[&Check] =
    &[&compatibility::column_dropped::CHECK, &data_loss::drop_column::CHECK, &locks::index_blocks_writes::CHECK];

/// Returns the check of a code or a name, in any case.
pub fn find(code: &str) -> Option<&'static Check> {
    ALL.iter().copied().find(|check| check.code.eq_ignore_ascii_case(code) || check.name.eq_ignore_ascii_case(code))
}
