//! Comparisons of texts with patterns.
//!
//! Source: Django `db/models/lookups.py`, `PatternLookup`, `IExact` and `Regex`.

use limosa_model::field::FieldKind;

use super::super::compile::{Compiled, Compiler, Stop};
use super::super::error::ExpressionError;
use super::super::fields::simple;
use super::super::node::{Func, Lookup, Node, Rhs};
use super::super::output::output;
use super::super::resolve::invalid;
use super::super::sql::{Sql, join};
use crate::dialect::Dialect;
use crate::literal::Literal;
use crate::model::FieldView;

impl Compiler<'_> {
    pub(super) fn pattern(self, lookup: &Lookup) -> Compiled {
        let name = lookup.name.as_str();
        if !is_textual(name) {
            return Err(ExpressionError::UnknownName { name: lookup.name.clone() }.into());
        }
        if let Some(lookup) = self.without_hyphens(lookup) {
            return self.pattern(&lookup);
        }
        let lhs = self.left(lookup)?;
        if self.dialect() == Dialect::MySql {
            return self.mysql_pattern(lookup, lhs);
        }
        let internal = output(&lookup.lhs).map(|view| self.models.internal_type(&view.field)).unwrap_or_default();
        let lhs = lhs.map(|text| self.cast_for(name, &internal, text));
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
            _ => self.column_pattern(name, text),
        });
        Ok(join(vec![lhs, rhs], " "))
    }

    /// Where UUIDs are texts, these have no hyphens (`UUIDTextMixin`).
    fn without_hyphens(self, lookup: &Lookup) -> Option<Lookup> {
        let uuid = output(&lookup.lhs).is_some_and(|view| view.field.kind == FieldKind::Uuid);
        if !uuid || self.models.context.has_native_uuid() || lookup.name.ends_with("regex") {
            return None;
        }
        let text = |text: &str| Node::Value { value: Literal::Text(text.into()), output: None };
        let value = match &lookup.rhs {
            Rhs::Value(value) => Node::Value { value: value.clone(), output: None },
            Rhs::Node(Node::Func(func)) if func.class == "Replace" => return None,
            Rhs::Node(node) => node.clone(),
            Rhs::Values(_) | Rhs::Nodes(_) => return None,
        };
        let replaced = Func { output: simple("CharField"), ..Func::new("Replace", vec![value, text("-"), text("")]) };
        Some(Lookup { rhs: Rhs::Node(Node::Func(Box::new(replaced))), ..lookup.clone() })
    }

    /// Source: Django `db/backends/mysql/base.py`, `operators` and `pattern_ops`; `operations.py`, `regex_lookup`.
    fn mysql_pattern(self, lookup: &Lookup, lhs: Sql) -> Compiled {
        let name = lookup.name.as_str();
        let simple = matches!(lookup.rhs, Rhs::Value(_));
        let rhs = match &lookup.rhs {
            Rhs::Value(value) => Sql::param(self.pattern_param(name, value)?),
            _ => self.right(lookup)?,
        };
        // Documents and their keys are compared as texts in lower case.
        let document = matches!(&lookup.lhs, Node::Key(_)) || output(&lookup.lhs).is_some_and(|view| is_json(&view));
        let lower = document && name.starts_with('i') && (name == "icontains" || matches!(&lookup.lhs, Node::Key(_)));
        let (lhs, rhs) = if lower {
            (lhs.map(|text| format!("LOWER({text})")), rhs.map(|text| format!("LOWER({text})")))
        } else {
            (lhs, rhs)
        };
        if matches!(name, "regex" | "iregex") {
            let (left, right) = (lhs.text.clone(), rhs.text.clone());
            return Ok(join(vec![lhs, rhs], "").map(|_| match (self.models.context.is_mariadb(), name) {
                (true, "regex") => format!("{left} REGEXP BINARY {right}"),
                (true, _) => format!("{left} REGEXP {right}"),
                (false, "regex") => format!("REGEXP_LIKE({left}, {right}, 'c')"),
                (false, _) => format!("REGEXP_LIKE({left}, {right}, 'i')"),
            }));
        }
        let binary = if name.starts_with('i') { "" } else { "BINARY " };
        let rhs = rhs.map(|text| {
            if simple || name == "iexact" {
                return format!("LIKE {binary}{text}");
            }
            let escaped = format!(r"REPLACE(REPLACE(REPLACE({text}, '\\', '\\\\'), '%%', '\%%'), '_', '\_')");
            let (before, after) = affixes(name);
            let (before, after) = (if before { "'%%', " } else { "" }, if after { ", '%%'" } else { "" });
            format!("LIKE {binary}CONCAT({before}{escaped}{after})")
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
        if matches!(name, "iexact" | "icontains" | "istartswith" | "iendswith") {
            format!("UPPER({text})")
        } else {
            text
        }
    }
}

pub(super) fn is_textual(name: &str) -> bool {
    matches!(
        name,
        "iexact"
            | "contains"
            | "icontains"
            | "startswith"
            | "istartswith"
            | "endswith"
            | "iendswith"
            | "regex"
            | "iregex"
    )
}

/// Whether something may stand before and behind the text that is looked for.
fn affixes(name: &str) -> (bool, bool) {
    (!name.contains("startswith"), !name.contains("endswith"))
}

fn is_json(view: &FieldView) -> bool {
    view.field.kind == FieldKind::Json
}

fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
