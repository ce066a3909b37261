//! Reading of PostgreSQL's texts of arrays and vectors.

use smol_str::SmolStr;

/// Reads the numbers of an array (`{1,2}`) or a vector (`1 2`).
pub(super) fn numbers(text: &str) -> impl Iterator<Item = i64> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '-')).filter_map(|part| part.parse().ok())
}

/// Returns a text as a small string.
pub(super) fn smol(text: Option<&str>) -> Option<SmolStr> {
    text.map(SmolStr::new)
}
