//! Indexes on PostgreSQL: access methods, and those for searches by prefix.

use limosa_model::index::Index;
use limosa_model::{SmolStr, Value};

use crate::editor::model::{FieldIn, ModelIn};
use crate::editor::{EditorError, SchemaEditor};
use crate::statement::Statement;

/// Collations that every database has.
const DETERMINISTIC: [&str; 4] = ["default", "C", "POSIX", "ucs_basic"];

/// Returns the SQL that drops an index.
pub(crate) fn delete_index(editor: &SchemaEditor<'_>, name: &str, concurrently: bool) -> String {
    let concurrently = if concurrently { "CONCURRENTLY " } else { "" };
    format!("DROP INDEX {concurrently}IF EXISTS {}", editor.quote(name))
}

/// Returns the statement that creates the second index of a text column, by which `LIKE 'prefix%'` finds rows.
///
/// Source: Django `db/backends/postgresql/schema.py`, `_create_like_index_sql`.
pub(crate) fn like_index(
    editor: &SchemaEditor<'_>,
    model: &ModelIn<'_>,
    field: &FieldIn<'_>,
) -> Result<Option<Statement>, EditorError> {
    if !field.field().db_index && !field.field().unique() {
        return Ok(None);
    }
    let Some(db_type) = field.parameters()?.db_type.filter(|db_type| !db_type.contains('[')) else { return Ok(None) };
    if let Some(collation) = collation(editor, field)?
        && !editor
            .catalog()
            .collation_is_deterministic(&collation)
            .unwrap_or(DETERMINISTIC.contains(&collation.as_str()))
    {
        return Ok(None);
    }
    let opclass = if db_type.starts_with("varchar") {
        "varchar_pattern_ops"
    } else if db_type.starts_with("text") {
        "text_pattern_ops"
    } else {
        return Ok(None);
    };
    let fields = std::slice::from_ref(field);
    Ok(Some(editor.create_field_index(model, fields, "_like", vec![SmolStr::new_static(opclass)])))
}

fn collation(editor: &SchemaEditor<'_>, field: &FieldIn<'_>) -> Result<Option<SmolStr>, EditorError> {
    let own = field.field().db_collation.clone();
    if own.is_some() || field.field().foreign_key().is_none() {
        return Ok(own);
    }
    if editor.context().django < limosa_model::django::DjangoVersion::V52 {
        return Ok(None);
    }
    Ok(field.target()?.field.field.db_collation.clone())
}

/// The access method of an index with its storage parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Method {
    name: Option<SmolStr>,
    parameters: Vec<String>,
}

/// What a storage parameter holds.
#[derive(Clone, Copy)]
enum Parameter {
    Number(&'static str),
    Switch(&'static str),
    /// The `columns` of a Bloom index: `col1`, `col2`, ….
    Columns,
}

impl Method {
    /// Returns the access method of an index by its class.
    ///
    /// Source: Django `contrib/postgres/indexes.py`, `suffix` and `get_with_params` of each class.
    ///
    /// # Errors
    /// When the class is one of the project's own.
    pub(crate) fn of(index: &Index) -> Result<Self, EditorError> {
        use Parameter::{Columns, Number, Switch};
        if let Some(own) = &index.own {
            if own.runs_code {
                return Err(EditorError::CustomClass { name: index.name.clone(), class: own.class.clone() });
            }
            // A class that is built on one for PostgreSQL says what it is.
            if let Some(name) = &own.access_method {
                let parameters = own.parameters.iter().map(SmolStr::to_string).collect();
                return Ok(Self { name: Some(name.clone()).filter(|name| !name.is_empty()), parameters });
            }
        }
        let class = index.class.rsplit('.').next().unwrap_or_default();
        let (name, parameters): (&'static str, &[Parameter]) = match class {
            "BloomIndex" => ("bloom", &[Number("length"), Columns]),
            "BrinIndex" => ("brin", &[Switch("autosummarize"), Number("pages_per_range")]),
            "BTreeIndex" => ("btree", &[Number("fillfactor"), Switch("deduplicate_items")]),
            "GinIndex" => ("gin", &[Number("gin_pending_list_limit"), Switch("fastupdate")]),
            "GistIndex" => ("gist", &[Switch("buffering"), Number("fillfactor")]),
            "HashIndex" => ("hash", &[Number("fillfactor")]),
            "SpGistIndex" => ("spgist", &[Number("fillfactor")]),
            "Index" => return Ok(Self::default()),
            _ => {
                return Err(EditorError::CustomClass { name: index.name.clone(), class: index.class.clone() });
            }
        };
        let parameters = parameters.iter().flat_map(|parameter| parameter.sql(index)).collect();
        Ok(Self { name: Some(SmolStr::new_static(name)), parameters })
    }

    /// Returns the access method's name, nothing for the database's own.
    pub(crate) fn name(&self) -> Option<SmolStr> {
        self.name.clone()
    }

    /// Returns the storage parameters with a leading space, empty when there are none.
    pub(crate) fn parameters(&self) -> String {
        if self.parameters.is_empty() { String::new() } else { format!(" WITH ({})", self.parameters.join(", ")) }
    }
}

impl Parameter {
    fn sql(self, index: &Index) -> Vec<String> {
        let argument = |name: &str| index.kwargs.get(name).filter(|value| **value != Value::None);
        match self {
            Self::Number(name) => {
                let number = argument(name).and_then(Value::as_int);
                number.map(|number| format!("{name} = {number}")).into_iter().collect()
            }
            Self::Switch(name) => {
                let on = argument(name).and_then(Value::truth);
                on.map(|on| format!("{name} = {}", if on { "on" } else { "off" })).into_iter().collect()
            }
            Self::Columns => {
                let columns = argument("columns").and_then(Value::items).unwrap_or_default();
                let bits = columns.iter().filter_map(Value::as_int).enumerate();
                bits.map(|(position, bits)| format!("col{} = {bits}", position + 1)).collect()
            }
        }
    }
}
