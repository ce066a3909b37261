//! The options of a model in TOML.

use limosa_model::Value;
use toml::de::DeTable;

use super::reader::{Node, Reader};

/// The options of Django's `Meta` (Django `db/models/options.py`, `DEFAULT_NAMES`).
const KEYS: [&str; 25] = [
    "abstract",
    "base_manager_name",
    "constraints",
    "db_table",
    "db_table_comment",
    "db_tablespace",
    "default_manager_name",
    "default_permissions",
    "default_related_name",
    "get_latest_by",
    "index_together",
    "indexes",
    "managed",
    "order_with_respect_to",
    "ordering",
    "permissions",
    "proxy",
    "required_db_features",
    "required_db_vendor",
    "select_on_save",
    "swappable",
    "unique_together",
    "verbose_name",
    "verbose_name_plural",
    "app_label",
];

/// Reads the options as a dictionary.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Value> {
    let table: &DeTable<'_> = reader.table(node)?;
    reader.check_keys(table, KEYS, "the options of a model");
    let mut pairs = Vec::with_capacity(table.len());
    let mut complete = true;
    for (key, value) in table {
        let key = key.get_ref().as_ref();
        match option(reader, key, value) {
            Some(value) => pairs.push((Value::from(key), value)),
            None => complete = false,
        }
    }
    complete.then_some(Value::Dict(pairs))
}

fn option(reader: &mut Reader<'_>, key: &str, node: &Node<'_>) -> Option<Value> {
    match key {
        "indexes" => {
            let items = reader.items(node)?;
            items.iter().map(|item| reader.index(item)).collect::<Option<_>>().map(Value::List)
        }
        "constraints" => {
            let items = reader.items(node)?;
            items.iter().map(|item| reader.constraint(item)).collect::<Option<_>>().map(Value::List)
        }
        "unique_together" | "index_together" => reader.together(node),
        "ordering" => {
            let items = reader.items(node)?;
            let item = |item: &Node<'_>| match item.get_ref().as_str() {
                Some(text) => Some(Value::from(text)),
                None => reader.expression(item),
            };
            items.iter().map(item).collect::<Option<_>>().map(Value::List)
        }
        // Pairs, as Django writes them.
        "permissions" => {
            let items = reader.items(node)?;
            let pair = |item: &Node<'_>| reader.texts(item)?.items().map(|pair| Value::Tuple(pair.to_vec()));
            items.iter().map(pair).collect::<Option<_>>().map(Value::List)
        }
        "default_permissions" | "get_latest_by" => reader.plain(node),
        "managed" | "proxy" | "abstract" | "select_on_save" => reader.bool(node).map(Value::Bool),
        "required_db_features" => reader.texts(node),
        _ => reader.text(node).map(Value::Str),
    }
}
