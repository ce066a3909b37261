//! Dotted paths of Django's own classes, brought to the form that `deconstruct()` gives.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use limosa_model::SmolStr;

/// A line for each of Django's names: the canonical path, then its other paths.
const TABLE: &str = include_str!("canonical_names.txt");

static NAMES: LazyLock<HashMap<Cow<'static, str>, &'static str>> = LazyLock::new(|| {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    let names = lines.filter_map(|line| Some((line.split(' ').next()?, line.split(' '))));
    let names = names.flat_map(|(name, paths)| paths.map(move |path| (path, name)));
    let models = names.clone().filter_map(|(path, name)| {
        // `django.contrib.gis.db.models` has all that `django.db.models` has.
        let class = path.strip_prefix("django.db.models.").filter(|class| !class.contains('.'))?;
        Some((Cow::Owned(format!("django.contrib.gis.db.models.{class}")), name))
    });
    models.chain(names.map(|(path, name)| (Cow::Borrowed(path), name))).collect()
});

/// Returns the canonical form of a dotted path: that of Django's `deconstruct()` for its own classes, else the path itself.
pub fn canonical(path: &str) -> SmolStr {
    NAMES.get(path).map_or_else(|| path.into(), |name| SmolStr::new_static(name))
}

/// Returns the canonical form of a path that is Django's own.
pub(crate) fn canonical_static(path: &str) -> Option<&'static str> {
    NAMES.get(path).copied()
}
