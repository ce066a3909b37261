//! Indexes: those of fields and those of models' options.

use limosa_model::SmolStr;
use limosa_model::index::Index;

use super::model::{FieldIn, ModelIn};
use super::{EditorError, SchemaEditor, mysql, postgres, spatial, values};
use crate::dialect::Dialect;
use crate::statement::{CreateIndex, IndexColumns, IndexName, Statement};

impl SchemaEditor<'_> {
    /// Creates an index.
    ///
    /// Source: Django `db/backends/base/schema.py`, `add_index`; `db/models/indexes.py`, `Index.create_sql`.
    ///
    /// # Errors
    /// When the SQL cannot be written.
    pub fn add_index(&mut self, model: &ModelIn<'_>, index: &Index, concurrently: bool) -> Result<(), EditorError> {
        if let Some(statement) = self.create_index(model, index, concurrently)? {
            self.run(&statement);
        }
        Ok(())
    }

    /// Drops an index.
    ///
    /// Source: Django `db/backends/base/schema.py`, `remove_index`.
    ///
    /// # Errors
    /// When a field of it is missing, on MySQL, where its foreign key needs an index.
    pub fn remove_index(&mut self, model: &ModelIn<'_>, index: &Index, concurrently: bool) -> Result<(), EditorError> {
        if self.dialect() == Dialect::MySql {
            mysql::index::create_missing_foreign_key_index(self, model, &index.fields, &index.expressions)?;
        }
        if index.expressions.is_empty() || self.context.supports_expression_indexes() {
            self.delete_index(model.table(), &index.name, concurrently);
        }
        Ok(())
    }

    /// Renames an index, or replaces it where the database cannot.
    ///
    /// Source: Django `db/backends/base/schema.py`, `rename_index`.
    ///
    /// # Errors
    /// When the SQL cannot be written.
    pub fn rename_index(&mut self, model: &ModelIn<'_>, old: &Index, new: &Index) -> Result<(), EditorError> {
        if self.context.can_rename_index() {
            let (table, old_name, new_name) = (model.table(), self.quote(&old.name), self.quote(&new.name));
            let (old, new) = (self.stored(&old.name), self.stored(&new.name));
            if self.dialect() == Dialect::MySql {
                let sql = format!("ALTER TABLE {} RENAME INDEX {old_name} TO {new_name}", self.quote(table));
                self.execute(sql, |catalog| catalog.rename_index_of(table, &old, &new));
            } else {
                let sql = format!("ALTER INDEX {old_name} RENAME TO {new_name}");
                self.execute(sql, |catalog| _ = catalog.rename_index(&old, &new));
            }
            return Ok(());
        }
        self.remove_index(model, old, false)?;
        self.add_index(model, new, false)
    }

    /// Drops an index by its name, and what waits to create it.
    ///
    /// Source: Django `db/backends/base/schema.py`, `_delete_index_sql`.
    pub(crate) fn delete_index(&mut self, table: &str, name: &str, concurrently: bool) {
        let dialect = self.dialect();
        if self.context.django >= limosa_model::django::DjangoVersion::V52 {
            self.deferred.retain_mut(|statement| !statement.references_index(dialect, table, name));
        }
        self.drop_index(table, name, concurrently);
    }

    /// Drops an index by its name.
    pub(crate) fn drop_index(&mut self, table: &str, name: &str, concurrently: bool) {
        let stored = self.stored(name);
        match self.dialect() {
            Dialect::Postgres => {
                let sql = postgres::index::delete_index(self, name, concurrently);
                self.execute(sql, |catalog| _ = catalog.drop_index(&stored));
            }
            Dialect::Sqlite => {
                self.execute(format!("DROP INDEX {}", self.quote(name)), |catalog| _ = catalog.drop_index(&stored));
            }
            Dialect::MySql => {
                let sql = mysql::index::delete_index(self, table, name);
                self.execute(sql, |catalog| catalog.drop_index_of(table, &stored));
            }
        }
    }

    /// Returns the statement that creates an index of a model's options, nothing where the database has no such index.
    pub(crate) fn create_index(
        &self,
        model: &ModelIn<'_>,
        index: &Index,
        concurrently: bool,
    ) -> Result<Option<Statement>, EditorError> {
        if !index.expressions.is_empty() && !self.context.supports_expression_indexes() {
            return Ok(None);
        }
        let method = postgres::index::Method::of(index)?;
        let fields: Vec<(&str, bool)> = index
            .fields
            .iter()
            .map(|name| name.strip_prefix('-').map_or((name.as_str(), false), |name| (name, true)))
            .collect();
        if let [(name, _)] = fields.as_slice()
            && let Some(Statement::CreateIndex(mut statement)) =
                spatial::postgis_index(self, model, &model.field(name)?, index.name.clone())
        {
            statement.extra = format!("{}{}", method.parameters(), statement.extra);
            return Ok(Some(Statement::CreateIndex(statement)));
        }
        let columns = if index.expressions.is_empty() {
            IndexColumns::Columns {
                names: fields.iter().map(|(name, _)| model.column(name)).collect::<Result<_, _>>()?,
                opclasses: if self.dialect() == Dialect::Postgres { index.opclasses.clone() } else { Vec::new() },
                descending: fields
                    .iter()
                    .map(|(_, descending)| *descending && self.context.supports_index_column_ordering())
                    .collect(),
            }
        } else {
            values::index_expressions(model, &index.expressions)?
        };
        let condition = match &index.condition {
            Some(condition) if self.context.supports_partial_indexes() => Some(values::condition(model, condition)?),
            _ => None,
        };
        let only = match fields.as_slice() {
            [(name, _)] => model.field(name)?.field().db_tablespace.clone(),
            _ => None,
        };
        let tablespace = self.index_tablespace(model, index.db_tablespace.clone(), only);
        Ok(Some(Statement::CreateIndex(CreateIndex {
            table: model.table().clone(),
            name: IndexName::Fixed(index.name.clone()),
            unique: false,
            concurrently,
            using: method.name(),
            columns,
            include: model.columns(&index.include)?,
            nulls_distinct: None,
            extra: format!("{}{tablespace}", method.parameters()),
            condition,
        })))
    }

    /// Returns the statement that creates an index over fields.
    ///
    /// Source: Django `db/backends/base/schema.py`, `_create_index_sql` with `fields`.
    pub(crate) fn create_field_index(
        &self,
        model: &ModelIn<'_>,
        fields: &[FieldIn<'_>],
        suffix: &'static str,
        opclasses: Vec<SmolStr>,
    ) -> Statement {
        let only = match fields {
            [field] => field.field().db_tablespace.clone(),
            _ => None,
        };
        let names: Vec<SmolStr> = fields.iter().map(|field| field.column().into()).collect();
        Statement::CreateIndex(CreateIndex {
            table: model.table().clone(),
            name: IndexName::Derived(suffix),
            unique: false,
            concurrently: false,
            using: None,
            columns: IndexColumns::Columns { names, opclasses, descending: Vec::new() },
            include: Vec::new(),
            nulls_distinct: None,
            extra: self.index_tablespace(model, None, only),
            condition: None,
        })
    }

    /// Source: Django `db/backends/base/schema.py`, `_get_index_tablespace_sql`.
    pub(super) fn index_tablespace(&self, model: &ModelIn<'_>, own: Option<SmolStr>, field: Option<SmolStr>) -> String {
        let given = |name: &SmolStr| !name.is_empty();
        let tablespace = own
            .or(field.filter(given))
            .or_else(|| Some(self.context.default_index_tablespace.clone()).filter(given))
            .or_else(|| Some(model.view.tablespace.clone()).filter(given));
        match tablespace {
            Some(name) if self.context.supports_tablespaces() => format!(" TABLESPACE {}", self.quote(&name)),
            Some(_) => " ".to_owned(),
            None => String::new(),
        }
    }

    /// Returns the statements that create all indexes of a model.
    ///
    /// Source: Django `db/backends/base/schema.py`, `_model_indexes_sql`.
    pub(crate) fn model_indexes(&self, model: &ModelIn<'_>) -> Result<Vec<Statement>, EditorError> {
        let view = &model.view;
        if !view.managed || view.is_proxy() || view.swapped.is_some() {
            return Ok(Vec::new());
        }
        let mut statements = Vec::new();
        for field in model.fields() {
            statements.extend(self.field_indexes(model, &field)?);
        }
        if self.creates_index_together_later() {
            for names in &view.state.options.index_together {
                let fields = names.iter().map(|name| model.field(name)).collect::<Result<Vec<_>, _>>()?;
                statements.push(self.create_field_index(model, &fields, "_idx", Vec::new()));
            }
        }
        for index in &view.state.options.indexes {
            statements.extend(self.create_index(model, index, false)?);
        }
        Ok(statements)
    }

    /// Returns the statements that create the indexes of a field.
    ///
    /// Source: Django `db/backends/base/schema.py`, `_field_indexes_sql`, and its override for PostgreSQL.
    pub(crate) fn field_indexes(
        &self,
        model: &ModelIn<'_>,
        field: &FieldIn<'_>,
    ) -> Result<Vec<Statement>, EditorError> {
        let mut statements = Vec::new();
        if spatial::spatial(field).is_some() {
            return Ok(spatial::index(self, model, field).into_iter().collect());
        }
        let wanted = field.field().db_index && !field.field().unique();
        if wanted && (self.dialect() != Dialect::MySql || mysql::index::is_indexed(self, field)?) {
            statements.push(self.create_field_index(model, std::slice::from_ref(field), "", Vec::new()));
        }
        if self.dialect() == Dialect::Postgres {
            statements.extend(postgres::index::like_index(self, model, field)?);
        }
        Ok(statements)
    }
}
