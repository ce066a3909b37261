//! Indexes and constraints in TOML.

use limosa_model::value::Kwargs;
use limosa_model::{SmolStr, Value, suggest};
use toml::de::DeTable;

use super::reader::{Node, Reader};

const INDEX_KEYS: [&str; 15] = [
    "type",
    "name",
    "fields",
    "expressions",
    "condition",
    "include",
    "opclasses",
    "db_tablespace",
    "fillfactor",
    "fastupdate",
    "gin_pending_list_limit",
    "buffering",
    "pages_per_range",
    "autosummarize",
    "deduplicate_items",
];
const BLOOM_KEYS: [&str; 2] = ["length", "columns"];
const INDEXES: [&str; 8] =
    ["Index", "BTreeIndex", "BrinIndex", "GinIndex", "GistIndex", "HashIndex", "SpGistIndex", "BloomIndex"];

const CONSTRAINTS: [(&str, &[&str]); 3] = [
    ("CheckConstraint", &["type", "name", "condition", "violation_error_code", "violation_error_message"]),
    (
        "UniqueConstraint",
        &[
            "type",
            "name",
            "fields",
            "expressions",
            "condition",
            "deferrable",
            "include",
            "opclasses",
            "nulls_distinct",
            "violation_error_code",
            "violation_error_message",
        ],
    ),
    (
        "ExclusionConstraint",
        &[
            "type",
            "name",
            "expressions",
            "condition",
            "deferrable",
            "include",
            "index_type",
            "violation_error_code",
            "violation_error_message",
        ],
    ),
];

impl Reader<'_> {
    /// Reads an index: `{ name = "post_title_idx", fields = ["-title"] }`.
    pub(super) fn index(&mut self, node: &Node<'_>) -> Option<Value> {
        let table = self.table(node)?;
        let class = match table.get("type") {
            Some(class) => self.one_of(class, &INDEXES)?,
            None => "Index".into(),
        };
        self.check_keys(table, INDEX_KEYS.into_iter().chain(BLOOM_KEYS), "an index");
        let path = match class.as_str() {
            "Index" => "django.db.models.Index".to_owned(),
            other => format!("django.contrib.postgres.indexes.{other}"),
        };
        self.named_parts(&path, table, node, &class)
    }

    /// Reads a constraint: `{ type = "CheckConstraint", name = "price_ok", condition = { price__gte = 0 } }`.
    ///
    /// Without a type, `fields` or `expressions` make it a unique one, `condition` alone a check.
    pub(super) fn constraint(&mut self, node: &Node<'_>) -> Option<Value> {
        let table = self.table(node)?;
        let names: Vec<&str> = CONSTRAINTS.iter().map(|(name, _)| *name).collect();
        let class = match table.get("type") {
            Some(class) => self.one_of(class, &names)?,
            None if table.contains_key("fields") || table.contains_key("expressions") => "UniqueConstraint".into(),
            None => "CheckConstraint".into(),
        };
        let known = CONSTRAINTS.iter().find(|(name, _)| *name == class).map_or(&[][..], |(_, known)| known);
        self.check_keys(table, known.iter().copied(), &format!("a {class}"));
        let needed = match class.as_str() {
            "UniqueConstraint" => &["fields", "expressions"][..],
            "ExclusionConstraint" => &["expressions"][..],
            _ => &["condition"][..],
        };
        if !needed.iter().any(|key| table.contains_key(*key)) {
            let span = self.span(node);
            let message = format!(
                "the {class} has no {}",
                needed.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" or ")
            );
            self.error("missing-key", span, message, "here");
            return None;
        }
        let path = match class.as_str() {
            "ExclusionConstraint" => "django.contrib.postgres.constraints.ExclusionConstraint".to_owned(),
            other => format!("django.db.models.{other}"),
        };
        self.named_parts(&path, table, node, &class)
    }

    fn named_parts(&mut self, path: &str, table: &DeTable<'_>, node: &Node<'_>, class: &str) -> Option<Value> {
        if !table.contains_key("name") {
            let span = self.span(node);
            self.error_with_help(
                "missing-key",
                span,
                format!("the {class} has no `name`"),
                "give it a name of at most 30 characters".into(),
            );
            return None;
        }
        let mut args = Vec::new();
        let mut kwargs = Kwargs::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "type" => {}
                "expressions" if class == "ExclusionConstraint" => {
                    let items = self.items(value)?;
                    let pairs: Option<Vec<Value>> = items.iter().map(|item| self.exclusion(item)).collect();
                    kwargs.set("expressions", Value::List(pairs?));
                }
                "expressions" => {
                    for item in self.items(value)? {
                        args.push(self.expression(item)?);
                    }
                }
                "condition" => kwargs.set("condition", self.condition(value)?),
                key @ ("fields" | "include" | "opclasses" | "columns") => kwargs.set(key, self.texts(value)?),
                "deferrable" => {
                    let name = self.one_of(value, &["DEFERRED", "IMMEDIATE"])?;
                    kwargs.set("deferrable", Value::Reference(format!("django.db.models.Deferrable.{name}").into()));
                }
                key @ ("name" | "index_type" | "db_tablespace") => kwargs.set(key, Value::Str(self.text(value)?)),
                key => kwargs.set(key, self.plain(value)?),
            }
        }
        Some(Value::call(path, args, kwargs, Some(self.span(node))))
    }

    /// Reads a pair of an expression (or a field's name) and an operator.
    fn exclusion(&mut self, node: &Node<'_>) -> Option<Value> {
        let [expression, operator] = self.items(node)? else {
            return self.wrong(node, "a pair of an expression and an operator");
        };
        let expression = match expression.get_ref().as_str() {
            Some(field) => Value::from(field),
            None => self.expression(expression)?,
        };
        Some(Value::Tuple(vec![expression, Value::Str(self.text(operator)?)]))
    }

    pub(super) fn one_of(&mut self, node: &Node<'_>, known: &[&str]) -> Option<SmolStr> {
        let name = self.text(node)?;
        if known.contains(&name.as_str()) {
            return Some(name);
        }
        let span = self.span(node);
        self.error_with_help(
            "unknown-value",
            span,
            format!("`{name}` is not known here"),
            suggest::help(&name, known.iter().copied()),
        );
        None
    }
}
