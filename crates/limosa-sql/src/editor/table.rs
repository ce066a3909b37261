//! Tables: created, dropped, renamed, described.

use limosa_model::django::DjangoVersion;
use limosa_model::field::FieldKind;
use smol_str::SmolStr;

use super::model::{FieldIn, ModelIn};
use super::{EditorError, SchemaEditor, effect, mysql, sqlite};
use crate::dialect::Dialect;
use crate::expression::Sql;
use crate::statement::{AddUnique, IndexName, Statement};

impl SchemaEditor<'_> {
    /// Creates a model's table and those of its automatic many-to-many fields.
    ///
    /// Source: Django `db/backends/base/schema.py`, `create_model`.
    ///
    /// # Errors
    /// When the SQL cannot be written.
    pub fn create_model(&mut self, model: &ModelIn<'_>) -> Result<(), EditorError> {
        let sql = self.table_sql(model)?;
        let created = match self.dialect() {
            Dialect::Sqlite => sqlite::table::catalog_table(self, model, &sql)?,
            _ => effect::catalog_table(self, model)?,
        };
        self.execute(sql, |catalog| created.create(catalog));
        if self.context.supports_comments() {
            if let Some(comment) = model.view.state.options.db_table_comment() {
                self.alter_db_table_comment(model, Some(comment))?;
            }
            if !self.context.supports_comments_inline() {
                for field in model.fields().filter(|field| field.field().db_comment.is_some()) {
                    self.comment_on_column(model.table(), &field)?;
                }
            }
        }
        for statement in self.model_indexes(model)? {
            self.defer_index(statement);
        }
        for (_, through) in model.automatic_throughs()? {
            self.create_model(&through)?;
        }
        Ok(())
    }

    /// Writes `CREATE TABLE`, and lets what belongs to it but comes later wait.
    ///
    /// Source: Django `db/backends/base/schema.py`, `table_sql`.
    fn table_sql(&mut self, model: &ModelIn<'_>) -> Result<String, EditorError> {
        for names in &model.view.state.options.unique_together {
            let columns = model.columns(names)?;
            self.defer(unique_together(model, columns));
        }
        let mut definitions = Vec::new();
        let mut params = Vec::new();
        for field in model.fields() {
            let Some(column) = self.column_definition(model, &field, false)? else { continue };
            params.extend(column.params);
            let mut definition = column.text;
            if let Some(check) = field.parameters()?.check {
                definition = format!("{definition} CHECK ({check})");
            }
            if let Some(suffix) = field.type_suffix() {
                definition = format!("{definition} {suffix}");
            }
            if field.has_db_constraint() {
                if self.dialect() == Dialect::Sqlite {
                    definition = format!("{definition} {}", sqlite::column::inline_foreign_key(self, &field)?);
                } else {
                    let statement =
                        self.create_foreign_key(model, &field, crate::statement::ForeignKeySuffix::Target)?;
                    self.defer(statement);
                }
            }
            definitions.push(format!("{} {definition}", self.quote(field.column())));
        }
        for constraint in &model.view.state.options.constraints {
            if !params.is_empty() {
                if let Some(statement) = self.create_constraint(model, constraint)? {
                    self.defer(statement);
                }
            } else if let Some(definition) = self.constraint_definition(model, constraint)? {
                definitions.push(definition);
            }
        }
        if let Some(columns) = composite_key(model)? {
            definitions.push(format!("PRIMARY KEY ({})", self.dialect().quote_names(&columns)));
        }
        let mut sql = format!("CREATE TABLE {} ({})", self.quote(model.table()), definitions.join(", "));
        if !model.view.tablespace.is_empty() && self.context.supports_tablespaces() {
            sql = format!("{sql} TABLESPACE {}", self.quote(&model.view.tablespace));
        }
        self.executed(&Sql::with(sql, params))
    }

    /// Drops a model's table and those of its automatic many-to-many fields.
    ///
    /// Source: Django `db/backends/base/schema.py`, `delete_model`.
    ///
    /// # Errors
    /// When a model is missing.
    pub fn delete_model(&mut self, model: &ModelIn<'_>) -> Result<(), EditorError> {
        for (_, through) in model.automatic_throughs()? {
            self.delete_model(&through)?;
        }
        self.delete_table(model.table());
        Ok(())
    }

    /// Drops a table, and what waits for it.
    pub(crate) fn delete_table(&mut self, table: &str) {
        let cascade = if self.dialect() == Dialect::Sqlite { "" } else { " CASCADE" };
        self.execute(format!("DROP TABLE {}{cascade}", self.quote(table)), |catalog| catalog.drop_table(table));
        self.deferred.retain(|statement| !statement.references_table(table));
    }

    /// Renames a table.
    ///
    /// Source: Django `db/backends/base/schema.py`, `alter_db_table`.
    pub fn alter_db_table(&mut self, old: &str, new: &str) {
        let same_but_for_case = self.context.ignores_table_name_case() && old.to_lowercase() == new.to_lowercase();
        if old == new || same_but_for_case {
            return;
        }
        let sql = match self.dialect() {
            Dialect::MySql => mysql::table::rename_table(self, old, new),
            _ => format!("ALTER TABLE {} RENAME TO {}", self.quote(old), self.quote(new)),
        };
        self.execute(sql, |catalog| catalog.rename_table(old, new));
        self.note_renamed_table(old, new);
        let dialect = self.context.dialect;
        for statement in &mut self.deferred {
            statement.rename_table(dialect, old, new);
        }
    }

    /// Sets or removes the comment on a table.
    ///
    /// Source: Django `db/backends/base/schema.py`, `alter_db_table_comment`.
    ///
    /// # Errors
    /// When the comment cannot be written.
    pub fn alter_db_table_comment(&mut self, model: &ModelIn<'_>, comment: Option<&str>) -> Result<(), EditorError> {
        if !self.context.supports_comments() {
            return Ok(());
        }
        let table = model.table();
        let text = self.quote_text(comment.unwrap_or_default())?;
        let sql = match self.dialect() {
            Dialect::MySql => mysql::table::alter_comment(self, table, &text),
            _ => format!("COMMENT ON TABLE {} IS {text}", self.quote(table)),
        };
        self.execute(sql, |catalog| {
            catalog.change_table(table, |table| table.comment = comment.map(str::to_owned));
        });
        Ok(())
    }

    /// Sets the comment on a field's column to what the field says.
    pub(crate) fn comment_on_column(&mut self, table: &SmolStr, field: &FieldIn<'_>) -> Result<(), EditorError> {
        let sql = self.column_comment_sql(table, field)?;
        let comment = field.field().db_comment.as_ref().map(ToString::to_string);
        let column = self.stored(field.column());
        self.execute(sql, |catalog| {
            catalog.change_column(table, &column, |column| column.comment = comment);
        });
        Ok(())
    }

    pub(crate) fn column_comment_sql(&self, table: &str, field: &FieldIn<'_>) -> Result<String, EditorError> {
        let comment = self.quote_text(field.field().db_comment.as_deref().unwrap_or_default())?;
        Ok(format!("COMMENT ON COLUMN {}.{} IS {comment}", self.quote(table), self.quote(field.column())))
    }

    /// Returns whether composed indexes of `index_together` are part of creating a model.
    pub(crate) fn creates_index_together_later(&self) -> bool {
        self.context.django < DjangoVersion::V52
    }
}

/// Returns the columns of a primary key of several columns.
pub(crate) fn composite_key(model: &ModelIn<'_>) -> Result<Option<Vec<SmolStr>>, EditorError> {
    match model.view.pk.as_ref().map(|pk| &pk.field.kind) {
        Some(FieldKind::CompositePrimaryKey(names)) => Ok(Some(model.columns(names)?)),
        _ => Ok(None),
    }
}

/// Returns the statement for fields that are unique together.
pub(crate) fn unique_together(model: &ModelIn<'_>, columns: Vec<SmolStr>) -> Statement {
    Statement::AddUnique(AddUnique {
        table: model.table().clone(),
        name: IndexName::Unique,
        columns,
        nulls_distinct: None,
        deferrable: "",
    })
}
