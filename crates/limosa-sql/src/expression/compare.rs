//! Comparisons in SQL.
//!
//! Source: Django `db/models/lookups.py` and `contrib/postgres/lookups.py`, with the operators of `db/backends/*/base.py`.

mod postgres;
mod text;

use limosa_model::django::DjangoVersion;
use limosa_model::field::FieldKind;

use super::compile::{Compiled, Compiler, Stop};
use super::error::ExpressionError;
use super::fields::{Class, is_instance};
use super::node::{Lookup, Node, Rhs, for_each_part};
use super::output::{is_conditional, output};
use super::resolve::invalid;
use super::sql::{Sql, join};
use crate::dialect::Dialect;
use crate::literal::{Literal, is_integer, is_range};
use crate::model::FieldView;

impl Compiler<'_> {
    pub(super) fn lookup(self, lookup: &Lookup) -> Compiled {
        let view = output(&lookup.lhs);
        match view.as_ref().map(|view| &view.field.kind) {
            Some(FieldKind::Json) => {
                if let Some(sql) = self.json_lookup(lookup) {
                    return sql;
                }
            }
            Some(FieldKind::Array { .. } | FieldKind::HStore) => {
                if let Some(sql) = self.container_lookup(lookup) {
                    return sql;
                }
            }
            Some(kind) if is_range(kind) || lookup.name == "contained_by" => {
                if let Some(sql) = self.range_lookup(lookup) {
                    return sql;
                }
            }
            _ => {}
        }
        match lookup.name.as_str() {
            "isnull" => self.is_null(lookup),
            "exact" | "gt" | "gte" | "lt" | "lte" => self.comparison(lookup),
            "in" => self.is_in(lookup),
            "range" => self.between(lookup),
            _ => self.pattern(lookup),
        }
    }

    fn is_null(self, lookup: &Lookup) -> Compiled {
        let Rhs::Value(Literal::Bool(null)) = lookup.rhs else {
            return Err(invalid("isnull", "the value is neither True nor False".into()).into());
        };
        if let Node::Value { value, .. } = &lookup.lhs {
            return Err(if (*value == Literal::None) == null { Stop::Full } else { Stop::Empty });
        }
        let sql = self.left(lookup)?;
        Ok(sql.map(|text| format!("{text} IS {}NULL", if null { "" } else { "NOT " })))
    }

    fn comparison(self, lookup: &Lookup) -> Compiled {
        if let (Rhs::Value(Literal::Bool(value)), "exact") = (&lookup.rhs, lookup.name.as_str())
            && is_conditional(&lookup.lhs)
            && self.supported_in_where(&lookup.lhs)
        {
            let sql = self.left(lookup)?;
            return Ok(if *value { sql } else { sql.map(|text| format!("NOT {text}")) });
        }
        if let Some(sql) = self.year_lookup(lookup) {
            return sql;
        }
        self.check_overflow(lookup)?;
        let operator = match lookup.name.as_str() {
            "exact" => "=",
            "gt" => ">",
            "gte" => ">=",
            "lt" => "<",
            _ => "<=",
        };
        let lhs = self.left(lookup)?;
        let rhs = self.right(lookup)?;
        Ok(join(vec![lhs, rhs], &format!(" {operator} ")))
    }

    /// An integer that the column cannot hold is decided without asking the database.
    fn check_overflow(self, lookup: &Lookup) -> Result<(), Stop> {
        let number = match &lookup.rhs {
            _ if self.django() < DjangoVersion::V52 => return Ok(()),
            Rhs::Value(Literal::Int(number)) => *number,
            Rhs::Value(Literal::Bool(value)) => i128::from(*value),
            _ => return Ok(()),
        };
        let Some(view) = output(&lookup.lhs).filter(|view| is_integer(&view.field.kind)) else { return Ok(()) };
        let (min, max) = integer_range(&view, self.dialect());
        if number < min {
            return Err(if matches!(lookup.name.as_str(), "gt" | "gte") { Stop::Full } else { Stop::Empty });
        }
        if number > max {
            return Err(if matches!(lookup.name.as_str(), "lt" | "lte") { Stop::Full } else { Stop::Empty });
        }
        Ok(())
    }

    fn is_in(self, lookup: &Lookup) -> Compiled {
        let lhs = self.left(lookup)?;
        let rhs = match &lookup.rhs {
            Rhs::Values(values) => {
                let mut seen: Vec<&Literal> = Vec::with_capacity(values.len());
                for value in values {
                    if *value != Literal::None && !seen.iter().any(|other| same(other, value)) {
                        seen.push(value);
                    }
                }
                if seen.is_empty() {
                    return Err(Stop::Empty);
                }
                let params = seen.into_iter().map(|value| self.prepared(&lookup.lhs, value.clone()));
                let params = params.collect::<Result<Vec<_>, _>>()?;
                Sql::with(format!("({})", vec!["%s"; params.len()].join(", ")), params)
            }
            Rhs::Nodes(nodes) => {
                let pieces = nodes.iter().map(|node| self.compile(node)).collect::<Result<Vec<_>, _>>()?;
                join(pieces, ", ").map(|text| format!("({text})"))
            }
            _ => self.right(lookup)?,
        };
        Ok(join(vec![lhs, rhs], " IN "))
    }

    fn between(self, lookup: &Lookup) -> Compiled {
        let lhs = self.left(lookup)?;
        let pieces = match &lookup.rhs {
            Rhs::Values(values) => {
                let piece = |value: &Literal| Ok(Sql::param(self.prepared(&lookup.lhs, value.clone())?));
                values.iter().map(piece).collect::<Result<Vec<_>, Stop>>()?
            }
            Rhs::Nodes(nodes) => nodes.iter().map(|node| self.compile(node)).collect::<Result<_, _>>()?,
            _ => Vec::new(),
        };
        let [first, second] =
            <[Sql; 2]>::try_from(pieces).map_err(|_| invalid("range", "the value is not a pair".into()))?;
        Ok(join(vec![lhs, join(vec![first, second], " AND ")], " BETWEEN "))
    }

    /// Compiles the left side, or another side that is a comparison itself.
    pub(super) fn side(self, node: &Node) -> Compiled {
        let sql = self.compile(&resolved_again(node))?;
        Ok(if matches!(node, Node::Lookup(_)) { sql.map(|text| format!("({text})")) } else { sql })
    }

    /// Compiles the left side of a comparison that casts it (`BuiltinLookup.process_lhs`).
    ///
    /// Source: Django `db/backends/*/operations.py`, `lookup_cast`.
    pub(super) fn left(self, lookup: &Lookup) -> Compiled {
        let sql = self.side(&lookup.lhs)?;
        let name = lookup.name.as_str();
        if self.dialect() == Dialect::MySql {
            let json = output(&lookup.lhs).is_some_and(|view| is_instance(&view, Class::Json));
            let unquoted = json && (self.models.context.is_mariadb() || text::is_textual(name));
            return Ok(if unquoted { sql.map(|text| format!("JSON_UNQUOTE({text})")) } else { sql });
        }
        Ok(sql)
    }

    /// Compiles the right side.
    pub(super) fn right(self, lookup: &Lookup) -> Compiled {
        match &lookup.rhs {
            Rhs::Value(value) => Ok(Sql::param(self.prepared(&lookup.lhs, value.clone())?)),
            Rhs::Values(values) => {
                let params = values.iter().map(|value| self.prepared(&lookup.lhs, value.clone()));
                Ok(Sql::param(Literal::List(params.collect::<Result<_, _>>()?)))
            }
            Rhs::Node(node) => {
                let sql = self.compile(node)?;
                let value = matches!(node, Node::Value { .. } | Node::JsonNull) && self.django() >= DjangoVersion::V52;
                let bare = value || sql.text.starts_with('(');
                Ok(if bare || sql.text.is_empty() { sql } else { sql.map(|text| format!("({text})")) })
            }
            Rhs::Nodes(nodes) => {
                let pieces = nodes.iter().map(|node| self.compile(node)).collect::<Result<Vec<_>, _>>()?;
                Ok(join(pieces, ", ").map(|text| format!("({text})")))
            }
        }
    }

    /// Prepares a value for the type of the left side.
    pub(super) fn prepared(self, lhs: &Node, value: Literal) -> Result<Literal, Stop> {
        Ok(match output(lhs) {
            Some(view) => self.models.prepare_database(&view, value)?,
            None => value,
        })
    }

    pub(super) fn not_supported(self, what: &str) -> Stop {
        let dialect = match self.dialect() {
            Dialect::Postgres => "PostgreSQL",
            Dialect::Sqlite => "SQLite",
            Dialect::MySql => "MySQL",
        };
        ExpressionError::NotSupported { dialect, what: what.to_owned() }.into()
    }

    /// Whether the year of a moment is asked for, which is written as a range of moments.
    fn year_lookup(self, lookup: &Lookup) -> Option<Compiled> {
        let Node::Func(func) = &lookup.lhs else { return None };
        let iso = match (func.class.as_str(), func.extra("kind")) {
            ("Extract", Some("year")) => false,
            ("Extract", Some("iso_year")) => true,
            _ => return None,
        };
        let Rhs::Value(Literal::Int(year)) = &lookup.rhs else { return None };
        let source = func.args.first()?;
        let view = output(source)?;
        let moment = is_instance(&view, Class::DateTime);
        Some((|| {
            let (start, end) = self.year_bounds(*year, iso, moment)?;
            let lhs = self.side(source)?;
            let rhs = match lookup.name.as_str() {
                "exact" => Sql::with("BETWEEN %s AND %s", vec![start, end]),
                "gt" => Sql::with("> %s", vec![end]),
                "gte" => Sql::with(">= %s", vec![start]),
                "lt" => Sql::with("< %s", vec![start]),
                _ => Sql::with("<= %s", vec![end]),
            };
            Ok(join(vec![lhs, rhs], " "))
        })())
    }
}

/// Marks the conditions in the left side of a comparison, which Django resolves again when it compiles the comparison.
fn resolved_again(node: &Node) -> Node {
    let mut node = node.clone();
    mark_resolved(&mut node);
    node
}

fn mark_resolved(node: &mut Node) {
    if let Node::Where(tree) = node {
        tree.resolved = true;
        tree.children.iter_mut().for_each(mark_in_children);
    } else {
        for_each_part(node, &mut mark_resolved);
    }
}

/// Conditions in conditions are resolved, but only their sides count.
fn mark_in_children(node: &mut Node) {
    match node {
        Node::Where(tree) => tree.children.iter_mut().for_each(mark_in_children),
        other => for_each_part(other, &mut mark_resolved),
    }
}

/// Python's `==` between values that a set would hold only once.
fn same(one: &Literal, other: &Literal) -> bool {
    match (one, other) {
        (Literal::Bool(one), Literal::Int(other)) | (Literal::Int(other), Literal::Bool(one)) => {
            i128::from(*one) == *other
        }
        _ => one == other,
    }
}

/// Source: Django `db/backends/*/operations.py`, `integer_field_range`.
fn integer_range(view: &FieldView, dialect: Dialect) -> (i128, i128) {
    let small = (i128::from(i16::MIN), i128::from(i16::MAX));
    let normal = (i128::from(i32::MIN), i128::from(i32::MAX));
    let big = (i128::from(i64::MIN), i128::from(i64::MAX));
    let kind = &view.field.kind;
    let positive =
        matches!(kind, FieldKind::PositiveBigInteger | FieldKind::PositiveInteger | FieldKind::PositiveSmallInteger);
    let (min, max) = match kind {
        _ if dialect == Dialect::Sqlite => big,
        // They are unsigned there.
        FieldKind::PositiveSmallInteger if dialect == Dialect::MySql => (0, i128::from(u16::MAX)),
        FieldKind::PositiveInteger if dialect == Dialect::MySql => (0, i128::from(u32::MAX)),
        FieldKind::PositiveBigInteger if dialect == Dialect::MySql => (0, i128::from(u64::MAX)),
        FieldKind::SmallInteger | FieldKind::SmallAuto | FieldKind::PositiveSmallInteger => small,
        FieldKind::BigInteger | FieldKind::BigAuto | FieldKind::PositiveBigInteger => big,
        _ => normal,
    };
    (if positive { 0 } else { min }, max)
}

/// Whether a version of Django compares documents in a list as documents (`JSONIn`).
pub(super) fn has_json_in(django: DjangoVersion) -> bool {
    django >= DjangoVersion::V61
}
