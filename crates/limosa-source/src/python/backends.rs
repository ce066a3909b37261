//! Backends of databases that are not Django's: what they are built on.

use super::classes::Chain;
use super::context::Context;
use super::evaluate::Evaluator;

/// Django's backends by the module of their class, with what Django calls the vendor.
const BACKENDS: [(&str, &str); 8] = [
    ("django.db.backends.postgresql", "postgresql"),
    ("django.db.backends.sqlite3", "sqlite"),
    ("django.db.backends.mysql", "mysql"),
    ("django.contrib.gis.db.backends.postgis", "postgresql"),
    ("django.contrib.gis.db.backends.spatialite", "sqlite"),
    ("django.contrib.gis.db.backends.mysql", "mysql"),
    ("django.db.backends.postgresql_psycopg2", "postgresql"),
    ("django.db.backends.oracle", "oracle"),
];

/// Returns the vendor of a backend, and whether it has a schema editor of its own; nothing when its source does not tell.
pub(crate) fn read(context: &Context<'_>, engine: &str) -> Option<(&'static str, bool)> {
    let path = format!("{engine}.base.DatabaseWrapper");
    let known = |path: &str| {
        let engine = path.strip_suffix(".base.DatabaseWrapper")?;
        BACKENDS.iter().find(|(known, _)| *known == engine)
    };
    let mut evaluator = Evaluator::for_classes(*context, &path)?;
    let chain = Chain::follow(&mut evaluator, &path, &|path| known(path).is_some()).ok()?;
    let (_, vendor) = known(chain.base.as_deref()?)?;
    Some((vendor, chain.defines(&["SchemaEditorClass", "schema_editor"]).is_some()))
}
