//! Geometries and rasters of `django.contrib.gis`: their indexes, and what becomes of their columns.

use limosa_model::django::DjangoVersion;
use limosa_model::field::{FieldKind, Spatial};
use smol_str::SmolStr;

use super::alter::Alteration;
use super::model::{FieldIn, ModelIn};
use super::{Mode, SchemaEditor};
use crate::dialect::Dialect;
use crate::statement::{CreateIndex, Foreign, IndexColumns, IndexName, Statement};

impl SchemaEditor<'_> {
    /// Puts an index off to the end of the migration; up to Django 4.2, MySQL's spatial indexes do not wait.
    pub(crate) fn defer_index(&mut self, statement: Statement) {
        match &statement {
            Statement::Foreign(_) if self.context.django < DjangoVersion::V52 => self.run(&statement),
            _ => self.defer(statement),
        }
    }
}

/// Returns what a field of `django.contrib.gis` says.
pub(crate) fn spatial(field: &FieldIn<'_>) -> Option<Spatial> {
    match field.field().kind {
        FieldKind::Spatial(spatial) => Some(spatial),
        _ => None,
    }
}

/// Returns the statement that creates the spatial index of a field, when it has one.
///
/// Source: Django `contrib/gis/db/backends/postgis/schema.py`, `_field_should_be_indexed` and `_create_index_sql`; `mysql/schema.py`,
/// `_field_indexes_sql`.
pub(crate) fn index(editor: &SchemaEditor<'_>, model: &ModelIn<'_>, field: &FieldIn<'_>) -> Option<Statement> {
    let spatial = spatial(field)?;
    let column = SmolStr::new(field.column());
    match editor.dialect() {
        Dialect::Postgres if spatial.spatial_index || field.field().db_index && !field.field().unique() => {
            postgis_index(editor, model, field, index_name(editor, model, field))
        }
        Dialect::MySql if has_mysql_index(field) => {
            let (table, name) = (model.table().clone(), index_name(editor, model, field));
            let (index, on) = (editor.quote(&name), editor.quote(&table));
            let sql = format!("CREATE SPATIAL INDEX {index} ON {on}({})", editor.quote(&column));
            Some(Statement::Foreign(Foreign { sql, index: Some([table, name, column]), ..Foreign::default() }))
        }
        _ => None,
    }
}

/// Returns the statement that creates an index over nothing but a spatial field of PostGIS; what else the index says is left out.
///
/// Source: Django `contrib/gis/db/backends/postgis/schema.py`, `_create_index_sql`.
pub(crate) fn postgis_index(
    editor: &SchemaEditor<'_>,
    model: &ModelIn<'_>,
    field: &FieldIn<'_>,
    name: SmolStr,
) -> Option<Statement> {
    let spatial = spatial(field).filter(|_| editor.dialect() == Dialect::Postgres)?;
    let column = SmolStr::new(field.column());
    let tablespace = field.field().db_tablespace.clone().filter(|_| !spatial.is_raster());
    let columns = if spatial.is_raster() {
        let sql = format!("ST_ConvexHull({})", editor.quote(&column));
        IndexColumns::Expressions { sql, names: vec![column] }
    } else {
        let nd = spatial.dim > 2 && !spatial.geography;
        let opclasses = if nd { vec![SmolStr::new_static("GIST_GEOMETRY_OPS_ND")] } else { Vec::new() };
        IndexColumns::Columns { names: vec![column], opclasses, descending: Vec::new() }
    };
    Some(Statement::CreateIndex(CreateIndex {
        table: model.table().clone(),
        name: IndexName::Fixed(name),
        unique: false,
        concurrently: false,
        using: Some(SmolStr::new_static("GIST")),
        columns,
        include: Vec::new(),
        nulls_distinct: None,
        extra: editor.index_tablespace(model, None, tablespace),
        condition: None,
    }))
}

/// Creates or drops the index of an altered field.
///
/// Source: Django `contrib/gis/db/backends/postgis/schema.py` and `mysql/schema.py`, `_alter_field`, which came with Django 5.1.
pub(crate) fn alter_index(editor: &mut SchemaEditor<'_>, change: &Alteration<'_, '_>) {
    if editor.context().django < DjangoVersion::V52 {
        return;
    }
    let has = |field: &FieldIn<'_>| match editor.dialect() {
        Dialect::MySql => has_mysql_index(field),
        _ => spatial(field).is_some_and(|spatial| spatial.spatial_index && !spatial.is_raster()),
    };
    match (has(change.old), has(change.new)) {
        (false, true) => {
            if let Some(statement) = index(editor, change.model, change.new) {
                editor.run(&statement);
            }
        }
        (true, false) => drop_index(editor, change.model, change.old),
        _ => {}
    }
}

/// Drops the spatial index of a column that is about to go, which MySQL does not do by itself.
///
/// Source: Django `contrib/gis/db/backends/mysql/schema.py`, `remove_field`.
pub(crate) fn before_removal(editor: &mut SchemaEditor<'_>, model: &ModelIn<'_>, field: &FieldIn<'_>) {
    if editor.dialect() != Dialect::MySql {
        return;
    }
    // Up to Django 4.2 the statement is written in any case, and may fail.
    let shown = editor.mode() == Mode::Collect && editor.context().django < DjangoVersion::V52;
    let indexed = spatial(field).is_some_and(|spatial| spatial.spatial_index && !spatial.is_raster());
    if has_mysql_index(field) || shown && indexed {
        drop_index(editor, model, field);
    }
}

/// Returns the change of the type of a geometry's column, when both are one.
///
/// Source: Django `contrib/gis/db/backends/postgis/schema.py`, `_alter_column_type_sql`.
pub(crate) fn alter_type_sql(editor: &SchemaEditor<'_>, change: &Alteration<'_, '_>) -> Option<String> {
    let (old, new) = (spatial(change.old)?, spatial(change.new)?);
    if old.is_raster() || new.is_raster() {
        return None;
    }
    let (column, new_type) = (editor.quote(change.new.column()), change.new_type());
    let using = match (old.dim, new.dim) {
        (2, 3) => format!(" USING ST_Force3D({column})::{new_type}"),
        (3, 2) => format!(" USING ST_Force2D({column})::{new_type}"),
        _ => String::new(),
    };
    Some(format!("ALTER COLUMN {column} TYPE {new_type}{using}"))
}

fn drop_index(editor: &mut SchemaEditor<'_>, model: &ModelIn<'_>, field: &FieldIn<'_>) {
    let (table, name) = (model.table().clone(), index_name(editor, model, field));
    if editor.dialect() == Dialect::MySql {
        let sql = super::mysql::index::delete_index(editor, &table, &name);
        editor.execute(sql, |catalog| catalog.drop_index_of(&table, &name));
    } else {
        editor.delete_index(&table, &name, false);
    }
}

fn index_name(editor: &SchemaEditor<'_>, model: &ModelIn<'_>, field: &FieldIn<'_>) -> SmolStr {
    match editor.dialect() {
        Dialect::MySql => smol_str::format_smolstr!("{}_{}_id", model.table(), field.column()),
        dialect => dialect.index_name(model.table(), &[field.column()], "_id"),
    }
}

/// MySQL has spatial indexes only where there are no NULLs.
fn has_mysql_index(field: &FieldIn<'_>) -> bool {
    !field.field().null && spatial(field).is_some_and(|spatial| spatial.spatial_index && !spatial.is_raster())
}
