//! Comparisons that only PostgreSQL has: those of arrays, of `hstore` and of ranges.
//!
//! Source: Django `contrib/postgres/lookups.py`, `fields/array.py` and `fields/ranges.py`.

use limosa_model::field::FieldKind;

use super::super::compile::{Compiled, Compiler};
use super::super::node::{Lookup, Rhs};
use super::super::output::output;
use super::super::sql::{Sql, join};
use crate::dialect::Dialect;
use crate::literal::{Literal, is_integer, is_range};
use crate::model::FieldView;

impl Compiler<'_> {
    /// Comparisons of arrays and of `hstore`.
    pub(super) fn container_lookup(self, lookup: &Lookup) -> Option<Compiled> {
        let operator = match lookup.name.as_str() {
            "contains" => "@>",
            "contained_by" => "<@",
            "overlap" => "&&",
            "has_key" => "?",
            "has_keys" => "?&",
            "has_any_keys" => "?|",
            "exact" => "=",
            _ => return None,
        };
        let array = output(&lookup.lhs).filter(|view| matches!(view.field.kind, FieldKind::Array { .. }));
        if lookup.name == "exact" && array.is_none() {
            return None;
        }
        Some(self.postgres_operator(lookup, operator, array.as_ref()))
    }

    fn postgres_operator(self, lookup: &Lookup, operator: &str, cast: Option<&FieldView>) -> Compiled {
        if self.dialect() != Dialect::Postgres {
            return Err(self.not_supported(&format!("the lookup `{}`", lookup.name)));
        }
        let lhs = self.side(&lookup.lhs)?;
        let mut rhs = match (&lookup.rhs, lookup.name.as_str()) {
            (Rhs::Value(value), "has_key") => Sql::param(value.clone()),
            (Rhs::Values(values), _) => Sql::param(Literal::List(values.clone())),
            _ => self.right(lookup)?,
        };
        if let Some(view) = cast {
            let db_type = self.models.cast_db_type(view)?.unwrap_or_default();
            rhs = rhs.map(|text| format!("{text}::{db_type}"));
        }
        Ok(join(vec![lhs, rhs], &format!(" {operator} ")))
    }

    /// Comparisons of ranges, and of what may be in one.
    pub(super) fn range_lookup(self, lookup: &Lookup) -> Option<Compiled> {
        let view = output(&lookup.lhs)?;
        let operator = match lookup.name.as_str() {
            "contains" => "@>",
            "contained_by" => "<@",
            "overlap" => "&&",
            "fully_lt" => "<<",
            "fully_gt" => ">>",
            "not_lt" => "&>",
            "not_gt" => "&<",
            "adjacent_to" => "-|-",
            _ => return None,
        };
        if is_range(&view.field.kind) {
            let sql = self.postgres_operator(lookup, operator, None);
            let date = matches!(view.field.kind, FieldKind::DateRange | FieldKind::DateTimeRange);
            let value = match &lookup.rhs {
                Rhs::Node(node) => output(node).is_some_and(|other| other.field.kind != view.field.kind),
                _ => false,
            };
            if date && value && lookup.name == "contains" {
                let name = if view.field.kind == FieldKind::DateRange { "date" } else { "timestamp with time zone" };
                return Some(sql.map(|sql| sql.map(|text| format!("{text}::{name}"))));
            }
            return Some(sql);
        }
        let range = match &view.field.kind {
            FieldKind::BigInteger | FieldKind::BigAuto | FieldKind::PositiveBigInteger => "int8range",
            kind if is_integer(kind) => "int4range",
            FieldKind::Float | FieldKind::Decimal { .. } => "numrange",
            FieldKind::Date => "daterange",
            FieldKind::DateTime => "tstzrange",
            _ => return None,
        };
        Some((|| {
            let small = matches!(
                view.field.kind,
                FieldKind::SmallInteger | FieldKind::SmallAuto | FieldKind::PositiveSmallInteger
            );
            let lhs = self.side(&lookup.lhs)?.map(|text| match &view.field.kind {
                FieldKind::Float => format!("{text}::numeric"),
                _ if small => format!("{text}::integer"),
                _ => text.to_owned(),
            });
            let rhs = match &lookup.rhs {
                Rhs::Value(value) => Sql::param(value.clone()),
                _ => self.right(lookup)?,
            };
            Ok(join(vec![lhs, rhs.map(|text| format!("{text}::{range}"))], " <@ "))
        })())
    }
}
