//! Comparisons in SQL.
//!
//! Source: Django `db/models/lookups.py` and `contrib/postgres/lookups.py`, with the operators of `db/backends/*/base.py`.

use limosa_model::django::DjangoVersion;
use limosa_model::field::FieldKind;

use super::compile::{Compiled, Compiler, Stop};
use super::error::ExpressionError;
use super::fields::{Class, is_instance};
use super::node::{Lookup, Node, Rhs};
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
        let sql = self.side(&lookup.lhs)?;
        Ok(sql.map(|text| format!("{text} IS {}NULL", if null { "" } else { "NOT " })))
    }

    fn comparison(self, lookup: &Lookup) -> Compiled {
        if let (Rhs::Value(Literal::Bool(value)), "exact") = (&lookup.rhs, lookup.name.as_str())
            && is_conditional(&lookup.lhs)
            && self.supported_in_where(&lookup.lhs)
        {
            let sql = self.side(&lookup.lhs)?;
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
        let lhs = self.side(&lookup.lhs)?;
        let rhs = self.right(lookup)?;
        Ok(join(vec![lhs, rhs], &format!(" {operator} ")))
    }

    /// An integer that the column cannot hold is decided without asking the database.
    fn check_overflow(self, lookup: &Lookup) -> Result<(), Stop> {
        let number = match &lookup.rhs {
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
        let lhs = self.side(&lookup.lhs)?;
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
        let lhs = self.side(&lookup.lhs)?;
        let pieces = match &lookup.rhs {
            Rhs::Values(values) => {
                let piece = |value: &Literal| Ok(Sql::param(self.prepared(&lookup.lhs, value.clone())?));
                values.iter().map(piece).collect::<Result<Vec<_>, Stop>>()?
            }
            Rhs::Nodes(nodes) => nodes.iter().map(|node| self.compile(node)).collect::<Result<_, _>>()?,
            _ => Vec::new(),
        };
        let [first, second] = <[Sql; 2]>::try_from(pieces)
            .map_err(|_| invalid("range", "the value is not a pair".into()))?;
        Ok(join(vec![lhs, join(vec![first, second], " AND ")], " BETWEEN "))
    }

    fn pattern(self, lookup: &Lookup) -> Compiled {
        let name = lookup.name.as_str();
        if !is_textual(name) {
            return Err(ExpressionError::UnknownName { name: lookup.name.clone() }.into());
        }
        let lhs = self.side(&lookup.lhs)?;
        let internal = output(&lookup.lhs).map(|view| self.models.internal_type(&view.field)).unwrap_or_default();
        let lhs = lhs.map(|text| self.cast_for(name, &internal, &text));
        let postgres = self.dialect() == Dialect::Postgres;
        let upper = postgres && name.starts_with('i') && name != "iregex";
        let simple = matches!(lookup.rhs, Rhs::Value(_));
        let rhs = match &lookup.rhs {
            Rhs::Value(value) => Sql::param(self.pattern_param(name, value)?),
            _ => self.right(lookup)?,
        };
        let escape = if postgres { "" } else { " ESCAPE '\\'" };
        let rhs = rhs.map(|text| match name {
            "regex" => format!("{} {text}", if postgres { "~" } else { "REGEXP" }),
            "iregex" if postgres => format!("~* {text}"),
            "iregex" => format!("REGEXP '(?i)' || {text}"),
            "iexact" if postgres => format!("= UPPER({text})"),
            "iexact" => format!("LIKE {text} ESCAPE '\\'"),
            _ if simple && upper => format!("LIKE UPPER({text}){escape}"),
            _ if simple => format!("LIKE {text}{escape}"),
            _ => self.column_pattern(name, &text),
        });
        Ok(join(vec![lhs, rhs], " "))
    }

    /// A pattern that is not known before: special characters are escaped by the database.
    fn column_pattern(self, name: &str, text: &str) -> String {
        let (pattern, escape) = match self.dialect() {
            Dialect::Postgres => {
                (format!(r"REPLACE(REPLACE(REPLACE({text}, E'\\', E'\\\\'), E'%%', E'\\%%'), E'_', E'\\_')"), "")
            }
            _ => (format!(r"REPLACE(REPLACE(REPLACE({text}, '\', '\\'), '%%', '\%%'), '_', '\_')"), r" ESCAPE '\'"),
        };
        let pattern = if name.starts_with('i') { format!("UPPER({pattern})") } else { pattern };
        let (before, after) = affixes(name);
        let before = if before { "'%%' || " } else { "" };
        let after = if after { " || '%%'" } else { "" };
        format!("LIKE {before}{pattern}{after}{escape}")
    }

    fn pattern_param(self, name: &str, value: &Literal) -> Result<Literal, Stop> {
        let text = value.to_text().ok_or_else(|| invalid(name, "the value is not a text".into()))?;
        Ok(match name {
            "regex" | "iregex" => value.clone(),
            "iexact" if self.dialect() == Dialect::Postgres => value.clone(),
            "iexact" => Literal::Text(escape_like(&text).into()),
            _ => {
                let (before, after) = affixes(name);
                let (before, after) = (if before { "%" } else { "" }, if after { "%" } else { "" });
                Literal::Text(format!("{before}{}{after}", escape_like(&text)).into())
            }
        })
    }

    /// Source: Django `db/backends/postgresql/operations.py`, `lookup_cast`.
    fn cast_for(self, name: &str, internal_type: &str, text: &str) -> String {
        if self.dialect() != Dialect::Postgres {
            return text.to_owned();
        }
        let text = match internal_type {
            "IPAddressField" | "GenericIPAddressField" => format!("HOST({text})"),
            "CICharField" | "CIEmailField" | "CITextField" => format!("{text}::citext"),
            _ => format!("{text}::text"),
        };
        if matches!(name, "iexact" | "icontains" | "istartswith" | "iendswith") { format!("UPPER({text})") } else { text }
    }

    /// Compiles the left side, or another side that is a comparison itself.
    pub(super) fn side(self, node: &Node) -> Compiled {
        let sql = self.compile(node)?;
        Ok(if matches!(node, Node::Lookup(_)) { sql.map(|text| format!("({text})")) } else { sql })
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
                let bare = matches!(node, Node::Value { .. } | Node::JsonNull) || sql.text.starts_with('(');
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

    /// Comparisons of arrays and of `hstore`.
    fn container_lookup(self, lookup: &Lookup) -> Option<Compiled> {
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
    fn range_lookup(self, lookup: &Lookup) -> Option<Compiled> {
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
            let value = matches!(&lookup.rhs, Rhs::Node(node) if !matches!(node, Node::Column { .. }));
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

fn is_textual(name: &str) -> bool {
    matches!(
        name,
        "iexact" | "contains" | "icontains" | "startswith" | "istartswith" | "endswith" | "iendswith" | "regex" | "iregex"
    )
}

/// Whether something may stand before and behind the text that is looked for.
fn affixes(name: &str) -> (bool, bool) {
    (!name.contains("startswith"), !name.contains("endswith"))
}

fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
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
