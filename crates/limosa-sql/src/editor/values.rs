//! Literals and expressions, for whoever writes statements.

use std::borrow::Cow;

use limosa_model::django::DjangoVersion;
use limosa_model::{SmolStr, Value};

use super::model::{FieldIn, ModelIn};
use super::{EditorError, Mode, SchemaEditor};
use crate::dialect::{Context, Dialect};
use crate::expression::{ExpressionError, Sql};
use crate::literal::Literal;
use crate::statement::IndexColumns;

impl<'a> SchemaEditor<'a> {
    /// Returns the value that existing rows get, as a literal; nothing for NULL.
    ///
    /// Source: Django `db/backends/base/schema.py`, `effective_default`.
    pub(crate) fn effective_default(&self, field: &FieldIn<'_>) -> Result<Option<String>, EditorError> {
        self.effective_default_value(field)?.map(|value| self.driver_literal(&value)).transpose()
    }

    /// Returns the value that existing rows get, nothing for NULL.
    pub(crate) fn effective_default_value(&self, field: &FieldIn<'_>) -> Result<Option<Literal>, EditorError> {
        let error = match field.models.effective_default(&field.view) {
            Ok(default) => return Ok(default),
            Err(error) => error,
        };
        let Some(what) = error.only_python(&field.field().class) else { return Err(error.into()) };
        let (model, name) = (field.view.model.clone(), field.view.name.clone());
        match self.supplied_defaults.get(&(model.clone(), name.clone())) {
            None => Err(EditorError::DefaultNeedsPython { model, field: name, what }),
            Some(value) => match Literal::from_value(value)? {
                Literal::None => Ok(None),
                value => Ok(Some(value)),
            },
        }
    }

    /// Returns whether the old field's default is another one than the new field's, which is `default`.
    pub(crate) fn default_changes(
        &self,
        old: &FieldIn<'_>,
        new: &FieldIn<'_>,
        default: &Literal,
    ) -> Result<bool, EditorError> {
        let literal = new.field().default.as_ref().is_some_and(|value| !matches!(value, Value::Reference(_)));
        if !literal && matches!(default, Literal::DateTime(_) | Literal::Time(_) | Literal::Uuid(_)) {
            return Ok(true); // it is another one each time that it is asked for
        }
        match old.models.effective_default(&old.view) {
            Ok(value) => Ok(value.as_ref() != Some(default)),
            Err(ExpressionError::NeedsPython(_) | ExpressionError::Opaque(_)) => {
                Ok(old.field().default != new.field().default)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the default that the database fills in.
    ///
    /// Source: Django `db/backends/base/schema.py`, `db_default_sql`.
    pub(crate) fn db_default_sql(&self, field: &FieldIn<'_>) -> Result<Sql, EditorError> {
        let sql = field.models.db_default_sql(&field.view)?;
        if self.context.requires_literal_defaults() {
            return Ok(Sql::new(sql.inline(self.context)?));
        }
        Ok(sql)
    }

    /// Returns the default that the database fills in, with its literals.
    pub(crate) fn db_default_text(&self, field: &FieldIn<'_>) -> Result<String, EditorError> {
        let sql = field.models.db_default_sql(&field.view)?;
        Ok(sql.written(|value| self.written_value(value))?)
    }

    /// Returns the default that the database fills in, as Django writes it into the text of a statement.
    pub(crate) fn db_default_quoted(&self, field: &FieldIn<'_>) -> Result<String, EditorError> {
        Ok(field.models.db_default_sql(&field.view)?.inline(&self.driver_context())?)
    }

    /// Returns a text as a literal.
    pub(crate) fn quote_text(&self, text: &str) -> Result<String, EditorError> {
        Ok(Literal::Text(text.into()).executed(&self.driver_context())?)
    }

    /// Writes a literal as the driver does.
    pub(crate) fn driver_literal(&self, value: &Literal) -> Result<String, EditorError> {
        Ok(self.written_value(value)?)
    }

    /// Writes a statement with its parameters, as the driver does.
    pub(crate) fn executed(&self, sql: &Sql) -> Result<String, EditorError> {
        if sql.params.is_empty() {
            return Ok(sql.text.clone());
        }
        Ok(sql.written(|value| self.written_value(value))?)
    }

    /// Writes a parameter: as the driver does, or as `sqlmigrate` prints it on MySQL.
    fn written_value(&self, value: &Literal) -> Result<String, ExpressionError> {
        if self.dialect() == Dialect::MySql && self.mode() == Mode::Collect {
            return value.quote(self.context);
        }
        value.executed(&self.driver_context())
    }

    /// Returns the context by which the driver writes literals, which unlike Django 4.2 never doubles percent signs.
    fn driver_context(&self) -> Cow<'a, Context> {
        if self.context.django >= DjangoVersion::V52 {
            return Cow::Borrowed(self.context);
        }
        Cow::Owned(Context { django: DjangoVersion::V52, ..self.context.clone() })
    }
}

/// Returns the expression of a generated column.
pub(crate) fn generated_sql(model: &ModelIn<'_>, field: &FieldIn<'_>) -> Result<Sql, EditorError> {
    let context = model.models.context;
    let sql = model.models.generated_sql(&model.view, &field.view)?;
    if context.requires_literal_defaults() {
        return Ok(Sql::new(sql.inline(context)?));
    }
    Ok(sql)
}

/// Returns a condition over a model's columns.
pub(crate) fn condition(model: &ModelIn<'_>, condition: &Value) -> Result<String, EditorError> {
    Ok(model.models.condition_sql(&model.view, condition)?)
}

/// Returns the columns that a condition names, in the order in which it does.
pub(crate) fn condition_columns(model: &ModelIn<'_>, sql: &str) -> Vec<SmolStr> {
    let quote = if model.models.context.dialect == Dialect::MySql { '`' } else { '"' };
    let mut columns: Vec<SmolStr> = Vec::new();
    // Every second part stands between texts' quotes.
    for part in sql.split('\'').step_by(2) {
        for name in part.split(quote).skip(1).step_by(2) {
            let known = model.view.concrete_fields().any(|field| field.column_name() == name);
            if known && !columns.iter().any(|column| column == name) {
                columns.push(name.into());
            }
        }
    }
    columns
}

/// Returns what an index on expressions is over.
pub(crate) fn index_expressions(model: &ModelIn<'_>, expressions: &[Value]) -> Result<IndexColumns, EditorError> {
    let indexed = model.models.index_expressions(&model.view, expressions)?;
    Ok(IndexColumns::Expressions { sql: indexed.sql, names: indexed.columns })
}

/// Returns what an exclusion constraint is over.
pub(crate) fn exclusion_expressions(
    model: &ModelIn<'_>,
    expressions: &[(Value, SmolStr)],
) -> Result<IndexColumns, EditorError> {
    let indexed = model.models.exclusion_expressions(&model.view, expressions)?;
    Ok(IndexColumns::Expressions { sql: indexed.sql, names: indexed.columns })
}
