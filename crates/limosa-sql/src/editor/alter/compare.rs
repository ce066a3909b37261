//! Whether a field differs from another one for a database.

use limosa_model::django::DjangoVersion;
use limosa_model::field::{FieldKind, OnDelete};
use limosa_model::value::Kwargs;
use limosa_model::{ModelId, Value};
use smol_str::{SmolStr, format_smolstr};

use crate::dialect::Dialect;
use crate::editor::model::FieldIn;
use crate::editor::{EditorError, SchemaEditor, mysql};
use crate::model::FieldView;

/// Arguments of fields that do not reach the database (Django `db/models/fields/__init__.py`, `Field.non_db_attrs`).
const NOT_IN_DATABASE: [&str; 11] = [
    "blank",
    "choices",
    "db_column",
    "editable",
    "error_messages",
    "help_text",
    "limit_choices_to",
    "related_name",
    "related_query_name",
    "validators",
    "verbose_name",
];

impl SchemaEditor<'_> {
    /// Returns whether a field differs from another one for a database, apart from the arguments to ignore.
    ///
    /// Source: Django `db/backends/base/schema.py`, `_field_should_be_altered`.
    pub(crate) fn should_be_altered(
        &self,
        old: &FieldIn<'_>,
        new: &FieldIn<'_>,
        ignore: &[&str],
    ) -> Result<bool, EditorError> {
        let django = self.context.django;
        let (many_old, many_new) = (old.field().many_to_many().is_some(), new.field().many_to_many().is_some());
        // Django 4.2 and 5.2 count many-to-many fields among those with columns, named as the fields.
        let counts = |field: &FieldIn<'_>, many: bool| field.view.column.is_some() || many;
        if django >= DjangoVersion::V52 && !counts(old, many_old) && !counts(new, many_new) {
            return Ok(false);
        }
        let mut old_kwargs = self.database_arguments(old, ignore);
        let mut new_kwargs = self.database_arguments(new, ignore);
        if django >= DjangoVersion::V52 {
            if !many_new && old.is_relation() && new.is_relation() && self.same_target(old, new)? {
                old_kwargs.remove("to");
                new_kwargs.remove("to");
            }
            if old.field().db_default.is_some()
                && new.field().db_default.is_some()
                && self.db_default_sql(old)? == self.db_default_sql(new)?
            {
                old_kwargs.remove("db_default");
                new_kwargs.remove("db_default");
            }
        }
        let both_columns = old.view.column.is_some() && new.view.column.is_some();
        if both_columns && old.view.column != new.view.column || many_old && many_new && old.view.name != new.view.name
        {
            return Ok(true);
        }
        let differ = old.field().class != new.field().class || old_kwargs != new_kwargs;
        let comparable = |kwargs: &Kwargs| kwargs.iter().all(|(_, value)| has_equality(value));
        Ok(differ || holds_field(old) || holds_field(new) || !comparable(&old_kwargs) || !comparable(&new_kwargs))
    }

    fn database_arguments(&self, field: &FieldIn<'_>, ignore: &[&str]) -> Kwargs {
        let on_delete_in_database = self.context.django >= DjangoVersion::V61
            && field.view.foreign_key().is_some_and(|relation| !matches!(relation.on_delete, OnDelete::Python(_)));
        let kept = |name: &str| {
            !NOT_IN_DATABASE.contains(&name)
                && !ignore.contains(&name)
                && (name != "on_delete" || on_delete_in_database)
        };
        let kept = field.field().kwargs.iter().filter(|(name, _)| kept(name));
        let mut kwargs: Kwargs = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
        if names_primary_key(field) {
            kwargs.remove("to_field");
        }
        // A rendered relation names models in full, itself among them.
        for name in ["to", "through"] {
            if let Some(reference) = kwargs.get(name).and_then(Value::as_str) {
                let id = ModelId::resolve(reference, &field.view.model.app, &field.view.model.name);
                kwargs.set(name, Value::Str(format_smolstr!("{id}")));
            }
        }
        kwargs
    }

    fn same_target(&self, old: &FieldIn<'_>, new: &FieldIn<'_>) -> Result<bool, EditorError> {
        let table = |field: &FieldIn<'_>| -> Result<SmolStr, EditorError> {
            match field.field().foreign_key() {
                Some(_) => Ok(field.target()?.table),
                // The other end of a many-to-many field.
                None => {
                    let to = field.field().related_model().unwrap_or_default();
                    let id = ModelId::resolve(to, &field.view.model.app, &field.view.model.name);
                    Ok(field.models.model(&id)?.table)
                }
            }
        };
        Ok(table(old)? == table(new)?)
    }

    /// Returns the check that goes with a field's type in a form in which renamed columns compare equal.
    ///
    /// Source: Django `db/backends/base/schema.py`, `_field_db_check`.
    pub(super) fn comparable_check(&self, field: &FieldIn<'_>) -> Result<Option<String>, EditorError> {
        let named = self.dialect() == Dialect::MySql && !mysql::alter::ignores_names_in_checks(self);
        if self.context.django < DjangoVersion::V52 || named {
            return Ok(field.parameters()?.check);
        }
        let view = FieldView { column: Some(SmolStr::new_static("__column_name__")), ..field.view.clone() };
        Ok(field.models.db_check(&view))
    }
}

/// Returns whether one of the arguments is a field: Django compares those by when they were made, so that two never are equal.
fn holds_field(field: &FieldIn<'_>) -> bool {
    matches!(field.field().kind, FieldKind::Generated { .. } | FieldKind::Array { .. })
}

/// Returns whether Python compares a value by what it holds. Objects of other classes, such as a storage, never equal another one.
fn has_equality(value: &Value) -> bool {
    match value {
        Value::Call(call) => {
            let known =
                ["datetime.", "decimal.", "uuid.", "operator.", "django.db.models.", "django.contrib.postgres."];
            known.iter().any(|module| call.callee.starts_with(module))
        }
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => items.iter().all(has_equality),
        Value::Dict(pairs) => pairs.iter().all(|(_, value)| has_equality(value)),
        _ => true,
    }
}

/// Returns whether a foreign key names the field that it would point to anyway, which a rendered one does not repeat.
fn names_primary_key(field: &FieldIn<'_>) -> bool {
    let Some(relation) = field.view.foreign_key() else { return false };
    let target = relation.target(&field.view.model.app, &field.view.model.name);
    relation.to_field.is_some()
        && field.models.model(&target).is_ok_and(|model| model.pk.map(|pk| pk.name) == relation.to_field)
}
