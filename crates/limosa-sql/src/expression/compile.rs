//! From a resolved expression to SQL.
//!
//! Source: Django `db/models/expressions.py` and `sql/where.py`, `as_sql` and its variants by database.

use limosa_model::SmolStr;
use limosa_model::django::DjangoVersion;
use limosa_model::field::FieldKind;

use super::error::ExpressionError;
use super::fields::{Class, class, is_instance};
use super::node::{Case, Combined, Flavour, Func, Node, Nulls, OrderBy, Where};
use super::output::{self, output};
use super::resolve::invalid;
use super::sql::{Sql, join};
use super::{functions, mysql};
use crate::dialect::Dialect;
use crate::literal::{Literal, is_range};
use crate::model::{FieldView, Models};

/// Compiles expressions for a database.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compiler<'a> {
    pub(super) models: Models<'a>,
}

/// Why an expression has no SQL of its own.
#[derive(Clone, Debug)]
pub(super) enum Stop {
    /// It holds for no row (Django's `EmptyResultSet`).
    Empty,
    /// It holds for every row (Django's `FullResultSet`).
    Full,
    /// It is wrong.
    Error(ExpressionError),
}

impl Stop {
    pub(super) fn into_error(self) -> ExpressionError {
        match self {
            Self::Empty => ExpressionError::Constant { always: false },
            Self::Full => ExpressionError::Constant { always: true },
            Self::Error(error) => error,
        }
    }
}

impl<E: Into<ExpressionError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

pub(super) type Compiled = Result<Sql, Stop>;

impl Compiler<'_> {
    pub(super) fn dialect(self) -> Dialect {
        self.models.context.dialect
    }

    pub(super) fn django(self) -> DjangoVersion {
        self.models.context.django
    }

    /// Compiles the condition of a constraint or an index.
    pub(super) fn condition(self, tree: &Where) -> Compiled {
        self.where_node(tree)
    }

    /// Compiles an expression.
    pub(super) fn compile(self, node: &Node) -> Compiled {
        match node {
            Node::Column { target, .. } => Ok(Sql::new(self.dialect().quote_name(target.column_name()).to_string())),
            Node::Value { value, output } => self.value(value, output.as_ref()),
            Node::Param(value) => Ok(Sql::param(value.clone())),
            Node::JsonNull => {
                let literal = Literal::None.to_json(false)?;
                Ok(match self.dialect() {
                    Dialect::Postgres => Sql::param(Literal::Json(literal)),
                    Dialect::Sqlite => Sql::param(Literal::Text(literal)),
                    Dialect::MySql => Sql::with("JSON_EXTRACT(%s, '$')", vec![Literal::Text(literal)]),
                })
            }
            Node::Func(func) => functions::compile(self, func),
            Node::Combined(combined) => self.combined(combined),
            Node::Wrapper(inner, output) => {
                let sql = self.compile(inner)?;
                Ok(self.numeric(sql, Some(output)))
            }
            Node::Negated(inner) => self.negated(inner),
            Node::Case(case) => self.case(case),
            Node::Where(tree) => self.where_node(tree),
            Node::Lookup(lookup) => self.lookup(lookup),
            Node::Raw { sql, params, .. } => Ok(Sql::with(format!("({sql})"), params.clone())),
            Node::OrderBy(order) => self.order_by(order),
            Node::Key(key) => self.key(key),
            Node::SearchConfig(inner) => Ok(self.compile(inner)?.map(|text| format!("{text}::regconfig"))),
        }
    }

    /// On SQLite, decimals are cast so that they compare as numbers (`SQLiteNumericMixin`).
    pub(super) fn numeric(self, sql: Sql, output: Option<&FieldView>) -> Sql {
        if self.dialect() != Dialect::Sqlite || !output.is_some_and(|view| is_instance(view, Class::Decimal)) {
            return sql;
        }
        sql.map(|text| match self.django() {
            DjangoVersion::V42 => format!("CAST({text} AS NUMERIC)"),
            _ => format!("(CAST({text} AS NUMERIC))"),
        })
    }

    fn value(self, value: &Literal, given: Option<&FieldView>) -> Compiled {
        let node = Node::Value { value: value.clone(), output: given.cloned() };
        let output = output(&node);
        let prepared = match &output {
            Some(view) => self.models.prepare_value(view, value.clone())?,
            None => value.clone(),
        };
        let mut sql = match output.as_ref().map(|view| &view.field.kind) {
            Some(kind) if matches!(kind, FieldKind::Array { .. }) || is_range(kind) => {
                let view = output.as_ref().ok_or(Stop::Empty)?;
                let db_type = self.models.db_type(view)?.unwrap_or_default();
                Sql::with(format!("%s::{db_type}"), vec![prepared])
            }
            Some(FieldKind::Binary) if prepared != Literal::None && self.dialect() == Dialect::MySql => {
                Sql::with("_binary %s", vec![prepared])
            }
            Some(FieldKind::Binary) => Sql::param(prepared),
            _ if prepared == Literal::None => Sql::new("NULL"),
            _ => Sql::param(prepared),
        };
        let decimal = output.as_ref().is_some_and(|view| is_instance(view, Class::Decimal));
        if decimal && self.dialect() == Dialect::Sqlite {
            let exact = matches!(value, Literal::Decimal(_)) && self.django() >= DjangoVersion::V61;
            sql = if exact {
                sql.map(|text| format!("(CAST({text} AS REAL))"))
            } else {
                self.numeric(sql, output.as_ref())
            };
        }
        Ok(sql)
    }

    fn combined(self, combined: &Combined) -> Compiled {
        let (lhs, rhs) = (self.compile(&combined.lhs)?, self.compile(&combined.rhs)?);
        let own = output(&Node::Combined(Box::new(combined.clone())));
        let connector = combined.connector.as_str();
        let sqlite = self.dialect() == Dialect::Sqlite;
        match combined.flavour {
            Flavour::Temporal => return self.temporal_difference(&combined.lhs, lhs, rhs),
            Flavour::Duration if self.dialect() == Dialect::MySql => {
                let (lhs, rhs) = (mysql::interval(&combined.lhs, lhs), mysql::interval(&combined.rhs, rhs));
                return Ok(mysql::combine(connector, lhs, rhs));
            }
            Flavour::Duration if sqlite => {
                let (left, right) = (lhs.text.clone(), rhs.text.clone());
                let sql = join(vec![lhs, rhs], "");
                return Ok(sql.map(|_| format!("(django_format_dtdelta('{connector}', {left}, {right}))")));
            }
            _ => {}
        }
        if self.dialect() == Dialect::MySql {
            return Ok(mysql::combine(connector, lhs, rhs));
        }
        let (left, right) = (lhs.text.clone(), rhs.text.clone());
        let sql = join(vec![lhs, rhs], "").map(|_| match connector {
            "^" if sqlite => format!("(POWER({left},{right}))"),
            "#" if sqlite => format!("(BITXOR({left},{right}))"),
            _ => format!("({left} {connector} {right})"),
        });
        Ok(self.numeric(sql, own.as_ref()))
    }

    fn negated(self, inner: &Node) -> Compiled {
        let sql = match self.compile(inner) {
            Err(Stop::Empty) => {
                return self.compile(&Node::Value { value: Literal::Bool(true), output: None });
            }
            other => other?,
        };
        Ok(if self.supported_in_where(inner) {
            sql.map(|text| format!("NOT {text}"))
        } else {
            sql.map(|text| format!("CASE WHEN {text} = 0 THEN 1 ELSE 0 END"))
        })
    }

    fn case(self, case: &Case) -> Compiled {
        let mut parts = Vec::with_capacity(case.cases.len());
        let mut default = &case.default;
        for (condition, result) in &case.cases {
            match self.compile(condition) {
                Ok(condition) => {
                    let result = self.compile(result)?;
                    let (condition_text, result_text) = (condition.text.clone(), result.text.clone());
                    let sql = join(vec![condition, result], "");
                    parts.push(sql.map(|_| format!("WHEN {condition_text} THEN {result_text}")));
                }
                Err(Stop::Empty) => {}
                Err(Stop::Full) => {
                    default = result;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        if case.output.is_none() && output::is_mixed(&results(case)) {
            return Err(invalid("Case", "its results have different types; it needs an output_field".to_owned()).into());
        }
        let own = output(&Node::Case(Box::new(case.clone())));
        if parts.is_empty() {
            let sql = match (default, output(default)) {
                (Node::Value { .. }, Some(view)) if !case.cases.is_empty() && self.django() >= DjangoVersion::V60 => {
                    let cast = Func { output: Some(view), ..Func::new("Cast", vec![default.clone()]) };
                    self.compile(&Node::Func(Box::new(cast)))?
                }
                _ => self.compile(default)?,
            };
            return Ok(self.numeric(sql, own.as_ref()));
        }
        let default = self.compile(default)?;
        let default_text = default.text.clone();
        let cases = join(parts, " ");
        let cases_text = cases.text.clone();
        let mut sql = join(vec![cases, default], "").map(|_| format!("CASE {cases_text} ELSE {default_text} END"));
        if let Some(view) = &own
            && self.dialect() == Dialect::Postgres
            && matches!(
                view.field.kind,
                FieldKind::GenericIpAddress | FieldKind::IpAddress | FieldKind::Time | FieldKind::Uuid
            )
        {
            let db_type = self.models.db_type(view)?.unwrap_or_default();
            let bare = SmolStr::new(db_type.split('(').next().unwrap_or_default());
            sql = sql.map(|text| format!("CAST({text} AS {bare})"));
        }
        Ok(self.numeric(sql, own.as_ref()))
    }

    fn order_by(self, order: &OrderBy) -> Compiled {
        let direction = if order.descending { "DESC" } else { "ASC" };
        let nulls = match order.nulls {
            Some(Nulls::First) => " NULLS FIRST",
            Some(Nulls::Last) => " NULLS LAST",
            None => "",
        };
        let sql = self.compile(&order.node)?;
        if self.dialect() != Dialect::MySql {
            return Ok(sql.map(|text| format!("{text} {direction}{nulls}")));
        }
        // NULLs come first there, unless the order is descending.
        let test = match order.nulls {
            Some(Nulls::Last) if !order.descending => "IS NULL",
            Some(Nulls::First) if order.descending => "IS NOT NULL",
            _ => return Ok(sql.map(|text| format!("{text} {direction}"))),
        };
        let text = format!("{0} {test}, {0} {direction}", sql.text);
        Ok(Sql::with(text, [sql.params.clone(), sql.params].concat()))
    }
}

/// Returns all results of a case, the default as the last.
fn results(case: &Case) -> Vec<&Node> {
    case.cases.iter().map(|(_, result)| result).chain(std::iter::once(&case.default)).collect()
}

/// Returns whether an expression has a type of texts.
pub(super) fn is_text(node: &Node) -> bool {
    output(node).is_some_and(|view| matches!(class(&view), Class::Char | Class::Text))
}
