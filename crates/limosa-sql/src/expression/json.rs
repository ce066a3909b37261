//! Keys and comparisons of JSON documents.
//!
//! Source: Django `db/models/fields/json.py`.

use limosa_model::SmolStr;
use limosa_model::django::DjangoVersion;

use super::compare::has_json_in;
use super::compile::{Compiled, Compiler, Stop};
use super::lookup::index_of;
use super::node::{Key, Lookup, Node, Rhs};
use super::output::output;
use super::resolve::invalid;
use super::sql::{Sql, join};
use crate::dialect::Dialect;
use crate::literal::{Literal, json_string};
use crate::model::FieldView;

/// What `JSON_EXTRACT` of SQLite does not give back as such.
const SPECIAL: [&str; 3] = ["false", "null", "true"];

impl Compiler<'_> {
    /// A key of a document (`KeyTransform`).
    pub(super) fn key(self, key: &Key) -> Compiled {
        let (document, keys) = unnested(key);
        let sql = self.compile(document)?;
        match self.dialect() {
            Dialect::Sqlite => return Ok(extract(sql, &self.path(&keys, true)?)),
            Dialect::MySql => {
                let path = Literal::Text(self.path(&keys, true)?.into());
                let bound = |view: &FieldView| !view.model.app.is_empty();
                let own = self.django() < DjangoVersion::V60 || output(&key.lhs).is_some_and(|view| bound(&view));
                let arrow = key.text && !self.models.context.is_mariadb() && own;
                let mut sql = sql.map(|text| match (key.text, arrow) {
                    (_, true) => format!("({text} ->> %s)"),
                    (true, false) => format!("JSON_UNQUOTE(JSON_EXTRACT({text}, %s))"),
                    (false, _) => format!("JSON_EXTRACT({text}, %s)"),
                });
                sql.params.push(path);
                return Ok(sql);
            }
            Dialect::Postgres => {}
        }
        let (one, nested) = if key.text { ("->>", "#>>") } else { ("->", "#>") };
        let (operator, param) = match keys.as_slice() {
            [name] => {
                let param = index_of(name).map_or_else(|| Literal::Text((*name).clone()), Literal::Int);
                (one, param)
            }
            keys => (nested, Literal::List(keys.iter().map(|key| Literal::Text((*key).clone())).collect())),
        };
        let mut sql = sql.map(|text| format!("({text} {operator} %s)"));
        sql.params.push(param);
        Ok(sql)
    }

    /// Comparisons that documents have of their own; nothing for the others.
    pub(super) fn json_lookup(self, lookup: &Lookup) -> Option<Compiled> {
        let name = lookup.name.as_str();
        let key = match &lookup.lhs {
            Node::Key(key) if !key.text => Some(key.as_ref()),
            _ => None,
        };
        match (name, key) {
            ("contains" | "contained_by", _) => Some(self.containment(lookup)),
            ("has_key" | "has_keys" | "has_any_keys", _) => Some(self.has_key(lookup)),
            ("isnull", Some(key)) if self.dialect() == Dialect::Sqlite => Some(self.key_is_null(lookup, key)),
            ("exact", _) => Some(self.document_exact(lookup, key.is_some())),
            ("iexact", Some(_)) if lookup.rhs == Rhs::Value(Literal::None) => {
                let exact = Lookup { name: SmolStr::new_static("exact"), ..lookup.clone() };
                Some(self.document_exact(&exact, true))
            }
            ("in", key) if key.is_some() || has_json_in(self.django()) => Some(self.document_in(lookup, key.is_some())),
            ("gt" | "gte" | "lt" | "lte", Some(_)) if self.dialect() != Dialect::Postgres => self.number(lookup),
            (
                "iexact" | "icontains" | "startswith" | "istartswith" | "endswith" | "iendswith" | "regex" | "iregex",
                Some(key),
            ) => {
                // Texts are compared with the key's value as a text.
                let text = Node::Key(Box::new(Key { text: true, ..key.clone() }));
                Some(self.lookup(&Lookup { lhs: text, ..lookup.clone() }))
            }
            _ => None,
        }
    }

    fn containment(self, lookup: &Lookup) -> Compiled {
        if self.dialect() == Dialect::MySql {
            let (lhs, rhs) = (self.side(&lookup.lhs)?, self.right(lookup)?);
            let sides = if lookup.name == "contains" { vec![lhs, rhs] } else { vec![rhs, lhs] };
            return Ok(join(sides, ", ").map(|text| format!("JSON_CONTAINS({text})")));
        }
        if self.dialect() == Dialect::Sqlite {
            return Err(self.not_supported(&format!("the lookup `{}`", lookup.name)));
        }
        let operator = if lookup.name == "contains" { " @> " } else { " <@ " };
        Ok(join(vec![self.side(&lookup.lhs)?, self.right(lookup)?], operator))
    }

    fn has_key(self, lookup: &Lookup) -> Compiled {
        let keys: Vec<Literal> = match &lookup.rhs {
            Rhs::Value(key) => vec![key.clone()],
            Rhs::Values(keys) => keys.clone(),
            _ => return Err(invalid(&lookup.name, "the key is not a literal".into()).into()),
        };
        if self.dialect() == Dialect::Postgres {
            let (operator, param) = match (lookup.name.as_str(), &lookup.rhs) {
                ("has_key", Rhs::Value(key)) => ("?", key.clone()),
                ("has_keys", _) => ("?&", Literal::List(keys)),
                _ => ("?|", Literal::List(keys)),
            };
            return Ok(join(vec![self.side(&lookup.lhs)?, Sql::param(param)], &format!(" {operator} ")));
        }
        let (document, path) = match &lookup.lhs {
            Node::Key(key) => {
                let (document, keys) = unnested(key);
                (document, self.path(&keys, true)?)
            }
            other => (other, "$".to_owned()),
        };
        let mut parts = Vec::with_capacity(keys.len());
        for key in keys {
            let key = key.to_text().ok_or_else(|| invalid(&lookup.name, "a key is not a text".into()))?;
            let mut sql = self.compile(document)?.map(|text| match self.dialect() {
                Dialect::MySql => format!("JSON_CONTAINS_PATH({text}, 'one', %s)"),
                _ => format!("JSON_TYPE({text}, %s) IS NOT NULL"),
            });
            sql.params.push(Literal::Text(format!("{path}.{}", json_string(&key)).into()));
            parts.push(sql);
        }
        Ok(match lookup.name.as_str() {
            "has_keys" => join(parts, " AND ").map(|text| format!("({text})")),
            "has_any_keys" => join(parts, " OR ").map(|text| format!("({text})")),
            _ => join(parts, ""),
        })
    }

    fn key_is_null(self, lookup: &Lookup, key: &Key) -> Compiled {
        let null = lookup.rhs == Rhs::Value(Literal::Bool(true));
        let (document, keys) = unnested(key);
        let mut sql = self
            .compile(document)?
            .map(|text| format!("JSON_TYPE({text}, %s) IS {}NULL", if null { "" } else { "NOT " }));
        sql.params.push(Literal::Text(self.path(&keys, true)?.into()));
        Ok(sql)
    }

    /// `None` means JSON's `null` here.
    fn document_exact(self, lookup: &Lookup, key: bool) -> Compiled {
        let lhs = self.left(lookup)?;
        let rhs = match &lookup.rhs {
            Rhs::Node(node @ Node::Key(_)) if self.dialect() != Dialect::MySql => self.compile(node)?,
            Rhs::Node(Node::Key(_)) if key => self.right(lookup)?,
            Rhs::Node(Node::JsonNull) => self.right(lookup)?,
            _ => {
                let sql = self.right(lookup)?;
                match self.dialect() {
                    Dialect::Sqlite if key => extracted(sql),
                    // Every parameter becomes a document, those of an expression too.
                    Dialect::MySql => sql.map(|text| text.replace("%s", "JSON_EXTRACT(%s, '$')")),
                    _ => sql,
                }
            }
        };
        Ok(join(vec![lhs, rhs], " = "))
    }

    fn document_in(self, lookup: &Lookup, key: bool) -> Compiled {
        let lhs = match self.dialect() {
            _ if key => self.left(lookup)?,
            Dialect::Sqlite => extract(self.side(&lookup.lhs)?, "$"),
            Dialect::Postgres => self.side(&lookup.lhs)?,
            Dialect::MySql => {
                let mut sql = self.side(&lookup.lhs)?.map(|text| self.unquoted(format!("JSON_EXTRACT({text}, %s)")));
                sql.params.push(Literal::Text(SmolStr::new_static("$")));
                sql
            }
        };
        let document = |sql: Sql| match self.dialect() {
            Dialect::Sqlite => extracted(sql),
            Dialect::MySql => sql.map(|text| self.unquoted(text.replace("%s", "JSON_EXTRACT(%s, '$')"))),
            Dialect::Postgres => sql,
        };
        let mut parts = Vec::new();
        match &lookup.rhs {
            Rhs::Values(values) => {
                let mut seen: Vec<&Literal> = Vec::new();
                for value in values {
                    if *value == Literal::None || seen.contains(&value) {
                        continue;
                    }
                    seen.push(value);
                    let sql = Sql::param(self.prepared(&lookup.lhs, value.clone())?);
                    parts.push(document(sql));
                }
            }
            Rhs::Nodes(nodes) => {
                for node in nodes {
                    let sql = self.compile(node)?;
                    let value = matches!(node, Node::Param(_))
                        || matches!(node, Node::Value { .. }) && self.django() >= DjangoVersion::V61;
                    parts.push(if value { document(sql) } else { sql.map(|text| self.unquoted(text.to_owned())) });
                }
            }
            _ => return Ok(join(vec![lhs, self.right(lookup)?], " IN ")),
        }
        if parts.is_empty() {
            return Err(Stop::Empty);
        }
        Ok(join(vec![lhs, join(parts, ", ").map(|text| format!("({text})"))], " IN "))
    }

    /// MariaDB compares what stands in documents as texts.
    fn unquoted(self, text: String) -> String {
        if self.models.context.is_mariadb() { format!("JSON_UNQUOTE({text})") } else { text }
    }

    /// Numbers are compared as numbers, not as documents.
    fn number(self, lookup: &Lookup) -> Option<Compiled> {
        let Rhs::Value(value) = &lookup.rhs else { return None };
        let operator = match lookup.name.as_str() {
            "gt" => " > ",
            "gte" => " >= ",
            "lt" => " < ",
            _ => " <= ",
        };
        Some(self.left(lookup).map(|lhs| join(vec![lhs, Sql::param(value.clone())], operator)))
    }

    /// The path to a key (`compile_json_path`).
    fn path(self, keys: &[&SmolStr], root: bool) -> Result<String, Stop> {
        let mut path = if root { "$".to_owned() } else { String::new() };
        for key in keys {
            match index_of(key) {
                Some(index) if index < 0 && self.django() >= DjangoVersion::V60 => {
                    path.push_str(&format!("[#{index}]"))
                }
                Some(index) => path.push_str(&format!("[{index}]")),
                None => {
                    path.push('.');
                    path.push_str(&json_string(key));
                }
            }
        }
        Ok(path)
    }
}

/// Returns the document of a key and all keys on the way to it.
fn unnested(key: &Key) -> (&Node, Vec<&SmolStr>) {
    let mut keys = vec![&key.name];
    let mut document = &key.lhs;
    while let Node::Key(outer) = document {
        keys.insert(0, &outer.name);
        document = &outer.lhs;
    }
    (document, keys)
}

/// Takes a value out of a document, on SQLite.
fn extract(sql: Sql, path: &str) -> Sql {
    let text = format!(
        "(CASE WHEN JSON_TYPE({0}, %s) IN ('null','false','true') THEN JSON_TYPE({0}, %s) ELSE JSON_EXTRACT({0}, %s) END)",
        sql.text
    );
    let mut params = Vec::new();
    for _ in 0..3 {
        params.extend(sql.params.iter().cloned());
        params.push(Literal::Text(path.into()));
    }
    Sql::with(text, params)
}

/// Takes the value out of each document that is a parameter, on SQLite.
fn extracted(sql: Sql) -> Sql {
    let mut params = sql.params.iter();
    let mut parts = sql.text.split("%s");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let special = params.next().and_then(Literal::as_text).is_some_and(|text| SPECIAL.contains(&text));
        text.push_str(if special { "%s" } else { "JSON_EXTRACT(%s, '$')" });
        text.push_str(part);
    }
    Sql::with(text, sql.params)
}
