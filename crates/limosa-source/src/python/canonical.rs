//! Dotted paths of Django's own classes, brought to the form that `deconstruct()` gives.

use std::collections::HashMap;
use std::sync::LazyLock;

use limosa_model::SmolStr;

use super::canonical_names::CANONICAL;

static NAMES: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| CANONICAL.iter().copied().collect());

/// Returns the canonical form of a dotted path: that of Django's `deconstruct()` for its own classes, else the path itself.
pub fn canonical(path: &str) -> SmolStr {
    NAMES.get(path).map_or_else(|| path.into(), |name| SmolStr::new_static(name))
}

/// Returns the canonical form of a path that is Django's own.
pub(crate) fn canonical_static(path: &str) -> Option<&'static str> {
    NAMES.get(path).copied()
}
