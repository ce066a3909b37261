//! Columns: their definitions, added and removed.

use limosa_model::django::DjangoVersion;
use limosa_model::field::FieldKind;
use smol_str::SmolStr;

use super::model::{FieldIn, ModelIn, unchanged};
use super::{EditorError, SchemaEditor, effect, mysql, postgres, spatial, sqlite, values};
use crate::dialect::Dialect;
use crate::expression::Sql;

impl SchemaEditor<'_> {
    /// Returns the definition of a field's column without its name, nothing when it has none.
    ///
    /// Parameters stand in it as Django sends them, since it does not mix them with constraints.
    ///
    /// Source: Django `db/backends/base/schema.py`, `column_sql` and `_iter_column_sql`.
    pub(crate) fn column_definition(
        &self,
        model: &ModelIn<'_>,
        view: &FieldIn<'_>,
        include_default: bool,
    ) -> Result<Option<Sql>, EditorError> {
        let (parameters, field) = (view.parameters()?, view.field());
        let Some(db_type) = parameters.db_type else { return Ok(None) };
        let mut parts = vec![db_type.to_string()];
        let mut params = Vec::new();
        if let Some(collation) = &parameters.collation {
            parts.push(self.collate_sql(collation));
        }
        let comment = match self.dialect() {
            // Django 4.2 doubles percent signs, and takes that back only where it adds a column.
            Dialect::MySql if !include_default && self.context.django < DjangoVersion::V52 => {
                mysql::column::comment(self, view)?.map(|comment| comment.replace('%', "%%"))
            }
            Dialect::MySql => mysql::column::comment(self, view)?,
            _ => None,
        };
        // From Django 6.0 on the comment comes last.
        let comment_first = self.context.django < DjangoVersion::V60;
        parts.extend(comment.clone().filter(|_| comment_first));
        if field.db_default.is_some() {
            let default = self.db_default_sql(view)?;
            parts.push(format!("DEFAULT {}", default.text));
            params.extend(default.params);
        } else if include_default
            && !self.skips_default_in_definition(view)?
            && let Some(default) = self.effective_default_value(view)?
        {
            if self.context.requires_literal_defaults() {
                parts.push(format!("DEFAULT {}", default.quote(self.context)?));
            } else if view.models.default_needs_parentheses(&view.view)? {
                parts.push("DEFAULT (%s)".into());
                params.push(default);
            } else {
                parts.push("DEFAULT %s".into());
                params.push(default);
            }
        }
        if let FieldKind::Generated { persist, .. } = &field.kind {
            let generated = values::generated_sql(model, view)?;
            let persistency = if *persist { "STORED" } else { "VIRTUAL" };
            parts.push(format!("GENERATED ALWAYS AS ({}) {persistency}", generated.text));
            params.extend(generated.params);
        } else {
            parts.push(if field.null { "NULL".into() } else { "NOT NULL".into() });
        }
        if field.primary_key {
            parts.push("PRIMARY KEY".into());
        } else if field.unique() {
            parts.push("UNIQUE".into());
        }
        let tablespace = field.db_tablespace.as_ref().unwrap_or(&model.view.tablespace);
        if !tablespace.is_empty() && self.context.supports_tablespaces() && field.unique() {
            parts.push(format!("USING INDEX TABLESPACE {}", self.quote(tablespace)));
        }
        parts.extend(comment.filter(|_| !comment_first));
        Ok(Some(Sql::with(parts.join(" "), params)))
    }

    /// Returns whether a new column is written without the default that its rows get.
    ///
    /// Source: Django `db/backends/base/schema.py`, `_iter_column_sql`.
    fn skips_default_in_definition(&self, field: &FieldIn<'_>) -> Result<bool, EditorError> {
        if self.dialect() != Dialect::MySql {
            return Ok(false);
        }
        Ok(mysql::column::skips_default(self, field)?
            || field.field().null && mysql::column::skips_default_on_alter(self, field)?)
    }

    /// Returns whether the default of a column is neither set nor dropped by `ALTER COLUMN`.
    pub(crate) fn skips_default_on_alter(&self, field: &FieldIn<'_>) -> Result<bool, EditorError> {
        Ok(self.dialect() == Dialect::MySql && mysql::column::skips_default_on_alter(self, field)?)
    }

    pub(crate) fn collate_sql(&self, collation: &str) -> String {
        match self.dialect() {
            Dialect::Sqlite => format!("COLLATE {collation}"),
            _ => format!("COLLATE {}", self.quote(collation)),
        }
    }

    /// Adds a field: a column, or the table of an automatic many-to-many field.
    ///
    /// Source: Django `db/backends/base/schema.py`, `add_field`; `model` is the one before the operation.
    ///
    /// # Errors
    /// When the SQL cannot be written.
    pub fn add_field(&mut self, model: &ModelIn<'_>, field: &FieldIn<'_>) -> Result<(), EditorError> {
        if let Some(through) = field.automatic_through()? {
            return self.create_model(&through);
        }
        match self.dialect() {
            Dialect::Sqlite => sqlite::column::add_field(self, model, field),
            _ => self.add_column(model, field),
        }
    }

    /// Adds a column with `ALTER TABLE … ADD COLUMN`.
    pub(crate) fn add_column(&mut self, model: &ModelIn<'_>, field: &FieldIn<'_>) -> Result<(), EditorError> {
        let Some(column) = self.column_definition(model, field, true)? else { return Ok(()) };
        let parameters = field.parameters()?;
        let mut definition = column.text;
        if let Some(suffix) = field.type_suffix() {
            definition = format!("{definition} {suffix}");
        }
        if let Some(check) = &parameters.check {
            definition = format!("{definition} CHECK ({check})");
        }
        if field.has_db_constraint() {
            let inline = match self.dialect() {
                Dialect::Sqlite => sqlite::column::inline_foreign_key(self, field)?,
                Dialect::MySql => mysql::column::inline_foreign_key(self, model, field)?,
                Dialect::Postgres => postgres::column::inline_foreign_key(self, model, field)?,
            };
            definition = format!("{definition} {inline}");
        }
        let (table, name) = (model.table().clone(), SmolStr::new(field.column()));
        let sql = format!("ALTER TABLE {} ADD COLUMN {} {definition}", self.quote(&table), self.quote(&name));
        let sql = self.executed(&Sql::with(sql, column.params))?;
        let created = effect::catalog_column(self, model, field)?;
        self.execute(sql, |catalog| created.add_to(catalog, &table));
        let temporary_default = field.field().db_default.is_none()
            && !self.skips_default_on_alter(field)?
            && self.effective_default_value(field)?.is_some();
        if temporary_default {
            let none = match self.dialect() {
                Dialect::MySql if field.field().null => "SET DEFAULT NULL",
                _ => "DROP DEFAULT",
            };
            let drop = format!("ALTER TABLE {} ALTER COLUMN {} {none}", self.quote(&table), self.quote(&name));
            self.execute(drop, unchanged);
        }
        if field.field().db_comment.is_some()
            && self.context.supports_comments()
            && !self.context.supports_comments_inline()
        {
            self.comment_on_column(&table, field)?;
        }
        for statement in self.field_indexes(model, field)? {
            self.defer_index(statement);
        }
        if self.dialect() == Dialect::MySql {
            mysql::column::fill(self, model, field)?;
        }
        Ok(())
    }

    /// Removes a field: its column, or the table of an automatic many-to-many field.
    ///
    /// Source: Django `db/backends/base/schema.py`, `remove_field`.
    ///
    /// # Errors
    /// When the SQL cannot be written.
    pub fn remove_field(&mut self, model: &ModelIn<'_>, field: &FieldIn<'_>) -> Result<(), EditorError> {
        if let Some(through) = field.automatic_through()? {
            return self.delete_model(&through);
        }
        match self.dialect() {
            Dialect::Sqlite => sqlite::column::remove_field(self, model, field),
            _ => self.remove_column(model, field),
        }
    }

    /// Removes a column with `ALTER TABLE … DROP COLUMN`.
    pub(crate) fn remove_column(&mut self, model: &ModelIn<'_>, field: &FieldIn<'_>) -> Result<(), EditorError> {
        if field.parameters()?.db_type.is_none() {
            return Ok(());
        }
        spatial::before_removal(self, model, field);
        let (table, column) = (model.table().clone(), SmolStr::new(field.column()));
        if field.is_relation() {
            for name in self.foreign_key_names(&table, &column) {
                self.delete_foreign_key(&table, &name);
            }
        }
        let cascade = if self.context.drops_columns_with_cascade() { " CASCADE" } else { "" };
        let sql = format!("ALTER TABLE {} DROP COLUMN {}{cascade}", self.quote(&table), self.quote(&column));
        let stored = self.stored(&column);
        self.execute(sql, |catalog| catalog.drop_column(&table, &stored));
        self.deferred.retain(|statement| !statement.references_column(&table, &column));
        Ok(())
    }
}
