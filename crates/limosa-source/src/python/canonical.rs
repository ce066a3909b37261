//! Dotted paths of Django's own classes, brought to the form that `deconstruct()` gives.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use limosa_model::SmolStr;

use super::canonical_names::{CANONICAL, SPATIAL};

static NAMES: LazyLock<HashMap<Cow<'static, str>, &'static str>> = LazyLock::new(|| {
    let models = CANONICAL.iter().filter_map(|(path, name)| {
        // `django.contrib.gis.db.models` has all that `django.db.models` has.
        let class = path.strip_prefix("django.db.models.").filter(|class| !class.contains('.'))?;
        Some((Cow::Owned(format!("django.contrib.gis.db.models.{class}")), *name))
    });
    models.chain(CANONICAL.iter().chain(SPATIAL).map(|(path, name)| (Cow::Borrowed(*path), *name))).collect()
});

/// Returns the canonical form of a dotted path: that of Django's `deconstruct()` for its own classes, else the path itself.
pub fn canonical(path: &str) -> SmolStr {
    NAMES.get(path).map_or_else(|| path.into(), |name| SmolStr::new_static(name))
}

/// Returns the canonical form of a path that is Django's own.
pub(crate) fn canonical_static(path: &str) -> Option<&'static str> {
    NAMES.get(path).copied()
}
