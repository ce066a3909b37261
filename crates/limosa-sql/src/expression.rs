//! Django's query expressions: conditions of constraints and indexes, generated columns, defaults of the database.
//!
//! A value of a migration is resolved against a model to a tree of nodes (`resolve`, `filter`, `lookup`), which is compiled to SQL
//! (`compile`, `compare`, `functions`). What is not understood is an error that names the class; nothing is guessed.

mod compare;
mod compile;
mod condition;
mod error;
mod fields;
mod filter;
mod functions;
mod index;
mod json;
mod lookup;
mod mysql;
mod node;
mod output;
mod resolve;
mod sql;
mod temporal;
mod transform;

use limosa_model::field::FieldKind;
use limosa_model::{SmolStr, Value};

use self::compile::{Compiler, Stop};
pub use self::error::ExpressionError;
use self::resolve::Resolver;
pub use self::sql::Sql;
use crate::literal::Literal;
use crate::model::{FieldView, ModelView, Models};

/// Expressions of an index or an exclusion constraint as SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexedExpressions {
    /// The expressions, separated by commas, literals written out.
    pub sql: String,
    /// The columns that they use, in the order in which they use them.
    pub columns: Vec<SmolStr>,
}

impl Models<'_> {
    /// Returns a condition (a `Q` or a boolean expression) on the rows of a model as SQL, literals written out.
    ///
    /// Source: Django `db/models/constraints.py`, `CheckConstraint._get_check_sql`; `indexes.py`, `Index._get_condition_sql`.
    ///
    /// # Errors
    /// When a part of it is not understood, or it holds for no row or for every row.
    pub fn condition_sql(self, model: &ModelView, condition: &Value) -> Result<String, ExpressionError> {
        let resolver = Resolver { models: self, model: Some(model), resolve: true };
        let tree = resolver.condition(condition)?;
        let sql = Compiler { models: self }.condition(&tree).map_err(Stop::into_error)?;
        sql.inline(self.context)
    }

    /// Returns the expressions of an index (or of a unique constraint over expressions) as SQL.
    ///
    /// Source: Django `db/models/indexes.py`, `Index.create_sql` and `IndexExpression`.
    ///
    /// # Errors
    /// As [`Models::condition_sql`].
    pub fn index_expressions(
        self,
        model: &ModelView,
        expressions: &[Value],
    ) -> Result<IndexedExpressions, ExpressionError> {
        let resolver = Resolver { models: self, model: Some(model), resolve: true };
        let nodes = expressions.iter().map(|value| resolver.indexed(value)).collect::<Result<Vec<_>, _>>()?;
        self.indexed_sql(&nodes, &[])
    }

    /// Returns the expressions of an exclusion constraint with their operators as SQL.
    ///
    /// Source: Django `contrib/postgres/constraints.py`, `ExclusionConstraint._get_expressions`.
    ///
    /// # Errors
    /// As [`Models::condition_sql`].
    pub fn exclusion_expressions(
        self,
        model: &ModelView,
        expressions: &[(Value, SmolStr)],
    ) -> Result<IndexedExpressions, ExpressionError> {
        let resolver = Resolver { models: self, model: Some(model), resolve: true };
        let nodes = expressions.iter().map(|(value, _)| resolver.indexed(value)).collect::<Result<Vec<_>, _>>()?;
        let operators: Vec<SmolStr> = expressions.iter().map(|(_, operator)| operator.clone()).collect();
        self.indexed_sql(&nodes, &operators)
    }

    /// Returns the expression of a generated field of a model, as it stands in `GENERATED ALWAYS AS (…)`.
    ///
    /// Source: Django `db/models/fields/generated.py`, `GeneratedField.generated_sql`.
    ///
    /// # Errors
    /// As [`Models::condition_sql`], or when the field is not a generated one.
    pub fn generated_sql(self, model: &ModelView, view: &FieldView) -> Result<Sql, ExpressionError> {
        let FieldKind::Generated { expression, .. } = &view.field.kind else {
            return Err(ExpressionError::Invalid {
                class: view.field.class.clone(),
                why: "it is not generated".into(),
            });
        };
        let resolver = Resolver { models: self, model: Some(model), resolve: true };
        let node = resolver.expression(expression)?;
        Compiler { models: self }.compile(&node).map_err(Stop::into_error)
    }

    /// Returns the default that the database fills in, as it stands behind `DEFAULT`.
    ///
    /// Source: Django `db/backends/base/schema.py`, `BaseDatabaseSchemaEditor.db_default_sql`.
    ///
    /// # Errors
    /// As [`Models::condition_sql`], or when the field has no such default.
    pub fn db_default_sql(self, view: &FieldView) -> Result<Sql, ExpressionError> {
        let default = view.field.db_default.as_ref().ok_or_else(|| ExpressionError::Invalid {
            class: view.field.class.clone(),
            why: "it has no database default".into(),
        })?;
        let resolver = Resolver { models: self, model: None, resolve: false };
        let node = match resolver.expression_or_literal(default)? {
            // A plain value has the type of the field.
            (node::Node::Value { value, output: None }, false) => {
                node::Node::Value { value, output: Some(view.clone()) }
            }
            (node, _) => node,
        };
        let sql = Compiler { models: self }.compile(&node).map_err(Stop::into_error)?;
        let is_value = matches!(node, node::Node::Value { .. } | node::Node::JsonNull);
        let bare = is_value && !self.default_needs_parentheses(view)?;
        Ok(if bare { sql } else { sql.map(|text| format!("({text})")) })
    }

    /// Returns whether even a literal stands in parentheses behind `DEFAULT`: for large columns of MySQL.
    ///
    /// Source: Django `db/backends/mysql/schema.py`, `_column_default_sql` and `_is_limited_data_type`.
    ///
    /// # Errors
    /// As [`Models::db_type`].
    pub fn default_needs_parentheses(self, view: &FieldView) -> Result<bool, ExpressionError> {
        const LIMITED: [&str; 9] =
            ["tinyblob", "blob", "mediumblob", "longblob", "tinytext", "text", "mediumtext", "longtext", "json"];
        if !self.context.is_mysql() {
            return Ok(false);
        }
        let db_type = self.db_type(view)?.unwrap_or_default();
        Ok(LIMITED.contains(&db_type.to_ascii_lowercase().as_str()))
    }

    /// Returns the default that a field's rows get for a moment, as a literal in SQL; nothing when there is none.
    ///
    /// # Errors
    /// As [`Models::effective_default`].
    pub fn effective_default_sql(self, view: &FieldView) -> Result<Option<String>, ExpressionError> {
        self.effective_default(view)?.map(|value: Literal| value.quote(self.context)).transpose()
    }

    fn indexed_sql(self, nodes: &[node::Node], operators: &[SmolStr]) -> Result<IndexedExpressions, ExpressionError> {
        let compiler = Compiler { models: self };
        let mut pieces = Vec::with_capacity(nodes.len());
        let mut columns = Vec::new();
        for (position, node) in nodes.iter().enumerate() {
            index::collect_columns(node, &mut columns);
            let sql = compiler.compile(node).map_err(Stop::into_error)?;
            pieces.push(match operators.get(position) {
                Some(operator) => sql.map(|text| format!("{text} WITH {operator}")),
                None => sql,
            });
        }
        Ok(IndexedExpressions { sql: sql::join(pieces, ", ").inline(self.context)?, columns })
    }
}
