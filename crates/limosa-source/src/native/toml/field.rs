//! Fields in TOML: `{ type = "CharField", max_length = 80 }`.

use limosa_model::value::Kwargs;
use limosa_model::{SmolStr, Value, suggest};
use toml::de::DeValue;

use super::field_keys;
use super::reader::{Node, Reader};

const ON_DELETE: [&str; 9] = [
    "CASCADE",
    "PROTECT",
    "RESTRICT",
    "SET_NULL",
    "SET_DEFAULT",
    "DO_NOTHING",
    "DB_CASCADE",
    "DB_SET_NULL",
    "DB_SET_DEFAULT",
];

impl Reader<'_> {
    /// Reads a field as a call of its class.
    pub(super) fn field(&mut self, node: &Node<'_>) -> Option<Value> {
        let table = self.table(node)?;
        let Some(class_node) = table.get("type") else {
            let span = self.span(node);
            let help = "name the class of the field: { type = \"CharField\", max_length = 80 }";
            self.error_with_help("missing-key", span, "the field has no `type`".into(), help.into());
            return None;
        };
        let name = self.text(class_node)?;
        let Some(class) = field_keys::class_path(&name) else {
            let span = self.span(class_node);
            let help = suggest::help(&name, field_keys::class_names());
            self.error_with_help("unknown-field", span, format!("unknown field class `{name}`"), help);
            return None;
        };
        if let Some(known) = field_keys::keys(&name) {
            let what = format!("a field of type {name}");
            self.check_keys(table, known.iter().copied().chain(["type"]), &what);
        }
        let mut args = Vec::new();
        let mut kwargs = Kwargs::default();
        let mut complete = true;
        for (key, value) in table.iter().filter(|(key, _)| key.get_ref() != "type") {
            let key = key.get_ref().as_ref();
            if name == "CompositePrimaryKey" && key == "fields" {
                args = self.texts(value)?.items()?.to_vec();
                continue;
            }
            match self.field_argument(&name, key, value) {
                Some(value) => kwargs.set(key, value),
                None => complete = false,
            }
        }
        complete.then(|| Value::call(class, args, kwargs, Some(self.span(node))))
    }

    fn field_argument(&mut self, class: &str, key: &str, node: &Node<'_>) -> Option<Value> {
        match key {
            "on_delete" => self.on_delete(node),
            "default" if class == "JSONField" => self.plain(node),
            "default" => self.default(class, node),
            "db_default" => {
                let value = self.literal_or_expression(node)?;
                Some(if value.as_call().is_some() { value } else { typed(class, value) })
            }
            "expression" => self.expression(node),
            "output_field" | "base_field" => self.field(node),
            "choices" => self.choices(node),
            "through_fields" => self.texts(node),
            "null" | "blank" | "unique" | "primary_key" | "db_index" | "db_constraint" | "auto_now"
            | "auto_now_add" | "db_persist" | "parent_link" | "symmetrical" | "editable" => {
                self.bool(node).map(Value::Bool)
            }
            "to" | "through" | "to_field" | "db_column" | "db_comment" | "db_collation" | "db_tablespace"
            | "db_table" | "related_name" | "related_query_name" | "verbose_name" | "help_text" => {
                self.text(node).map(Value::Str)
            }
            "max_length" | "max_digits" | "decimal_places" | "size" => match node.get_ref() {
                DeValue::Integer(_) => self.plain(node),
                _ => self.wrong(node, "a whole number"),
            },
            _ => self.plain(node),
        }
    }

    fn on_delete(&mut self, node: &Node<'_>) -> Option<Value> {
        let name = self.text(node)?;
        if ON_DELETE.contains(&name.as_str()) {
            return Some(Value::Reference(format!("django.db.models.deletion.{name}").into()));
        }
        let span = self.span(node);
        self.error_with_help(
            "unknown-value",
            span,
            format!("unknown `on_delete`: `{name}`"),
            suggest::help(&name, ON_DELETE),
        );
        None
    }

    fn default(&mut self, class: &str, node: &Node<'_>) -> Option<Value> {
        if let DeValue::Table(_) = node.get_ref() {
            let span = self.span(node);
            let help = "a default that the database computes is `db_default`; a table is a default only of a JSONField";
            self.error_with_help("wrong-type", span, "a table is no default of this field".into(), help.into());
            return None;
        }
        self.plain(node).map(|value| typed(class, value))
    }

    /// Reads `[["a", "Label"], ...]` or `{ a = "Label" }`.
    fn choices(&mut self, node: &Node<'_>) -> Option<Value> {
        let value = self.plain(node)?;
        let pairs = match value {
            Value::Dict(pairs) => pairs.into_iter().map(|(value, label)| Value::Tuple(vec![value, label])).collect(),
            Value::List(items) => items
                .into_iter()
                .map(|item| match item {
                    Value::List(pair) => Value::Tuple(pair),
                    single => Value::Tuple(vec![single.clone(), single]),
                })
                .collect(),
            _ => return self.wrong(node, "a list or a table of choices"),
        };
        Some(Value::List(pairs))
    }
}

/// Gives a literal the type of its field, where TOML has none for it.
fn typed(class: &str, value: Value) -> Value {
    let call = |callee: &str, text: SmolStr| Value::call(callee, vec![Value::Str(text)], Kwargs::default(), None);
    match (class, value) {
        ("DecimalField", Value::Str(text)) => call("decimal.Decimal", text),
        ("DecimalField", Value::Int(number)) => call("decimal.Decimal", number.to_string().into()),
        ("DecimalField", Value::Float(number)) => call("decimal.Decimal", number.to_string().into()),
        ("UUIDField", Value::Str(text)) => call("uuid.UUID", text),
        (_, value) => value,
    }
}
