//! The arguments of a field as Django's `deconstruct()` gives them: without those that equal their defaults.

use smol_str::SmolStr;

use super::FieldKind;
use crate::Value;
use crate::value::Kwargs;

/// Removes what equals its default and what the class leaves out.
///
/// Source: Django `db/models/fields/__init__.py`, `Field.deconstruct` and its overrides; `related.py`, `files.py`, `json.py`.
pub(super) fn normalize(base: &str, kind: &FieldKind, kwargs: Kwargs) -> Kwargs {
    let mut kwargs: Kwargs = kwargs
        .iter()
        .filter(|(name, value)| name.as_str() != "name" && !is_default(name, value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let is = |kwargs: &Kwargs, name: &str, number: i128| kwargs.get(name) == Some(&Value::Int(number));
    match base {
        "django.db.models.EmailField" if kwargs.get("max_length").is_none() => {
            kwargs.set("max_length", Value::Int(254))
        }
        "django.db.models.URLField" if is(&kwargs, "max_length", 200) => _ = kwargs.remove("max_length"),
        "django.db.models.FileField" | "django.db.models.ImageField" | "django.db.models.FilePathField"
            if is(&kwargs, "max_length", 100) =>
        {
            kwargs.remove("max_length");
        }
        "django.db.models.SlugField" => {
            if is(&kwargs, "max_length", 50) {
                kwargs.remove("max_length");
            }
            keep_only_false(&mut kwargs, "db_index");
        }
        "django.db.models.UUIDField" | "django.db.models.GenericIPAddressField" | "django.db.models.IPAddressField" => {
            kwargs.remove("max_length");
        }
        "django.db.models.NullBooleanField" => {
            kwargs.remove("null");
            kwargs.remove("blank");
        }
        "django.db.models.DateField" | "django.db.models.DateTimeField" | "django.db.models.TimeField"
            if ["auto_now", "auto_now_add"].iter().any(|name| kwargs.get(name) == Some(&Value::Bool(true))) =>
        {
            kwargs.remove("editable");
            kwargs.remove("blank");
        }
        _ => {}
    }
    match kind {
        FieldKind::Auto | FieldKind::BigAuto | FieldKind::SmallAuto => {
            kwargs.remove("blank");
            kwargs.set("primary_key", Value::Bool(true));
        }
        FieldKind::ForeignKey(_) | FieldKind::OneToOne(_) => {
            keep_only_false(&mut kwargs, "db_index");
            lower_reference(&mut kwargs, "to");
            if matches!(kind, FieldKind::OneToOne(_)) {
                kwargs.remove("unique");
            }
        }
        FieldKind::ManyToMany(_) => {
            lower_reference(&mut kwargs, "to");
            lower_reference(&mut kwargs, "through");
        }
        FieldKind::Spatial(spatial) => {
            kwargs.set("srid", Value::Int(spatial.srid));
            for (name, default) in [
                ("dim", Value::Int(2)),
                ("geography", Value::Bool(false)),
                ("spatial_index", Value::Bool(true)),
                ("tolerance", Value::Float(0.05)),
            ] {
                if kwargs.get(name) == Some(&default) {
                    kwargs.remove(name);
                }
            }
        }
        _ => {}
    }
    kwargs
}

fn is_default(name: &str, value: &Value) -> bool {
    match name {
        "primary_key" | "unique" | "blank" | "null" | "auto_created" | "auto_now" | "auto_now_add" | "parent_link"
        | "allow_unicode" | "unpack_ipv4" => *value == Value::Bool(false),
        "editable" | "serialize" | "db_constraint" => *value == Value::Bool(true),
        "verbose_name" | "max_length" | "unique_for_date" | "unique_for_month" | "unique_for_year" | "choices"
        | "db_column" | "db_comment" | "db_tablespace" | "db_collation" | "error_messages" | "related_name"
        | "related_query_name" | "through" | "db_table" | "to_field" | "encoder" | "decoder" | "max_digits"
        | "decimal_places" | "width_field" | "height_field" | "size" => *value == Value::None,
        "help_text" => matches!(value, Value::Str(text) if text.is_empty()),
        "validators" => value.items().is_some_and(<[Value]>::is_empty),
        "limit_choices_to" => value.pairs().is_some_and(<[(Value, Value)]>::is_empty) || *value == Value::None,
        "protocol" => value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("both")),
        "default" | "db_default" => matches!(value, Value::Reference(path) if path.ends_with(".NOT_PROVIDED")),
        // Fields whose index is on unless switched off put it back (`keep_only_false`).
        "db_index" => false,
        _ => false,
    }
}

/// For classes whose `db_index` is on unless switched off.
fn keep_only_false(kwargs: &mut Kwargs, name: &str) {
    if kwargs.get(name).is_some_and(|value| value.truth() != Some(false)) {
        kwargs.remove(name);
    }
}

/// Brings a reference to a model to lower case, as `label_lower` does.
fn lower_reference(kwargs: &mut Kwargs, name: &str) {
    if let Some(Value::Str(text)) = kwargs.get(name) {
        let lower = match text.split_once('.') {
            Some((app, model)) => SmolStr::from(format!("{app}.{}", model.to_lowercase())),
            None => SmolStr::from(text.to_lowercase()),
        };
        kwargs.set(name.to_owned(), Value::Str(lower));
    }
}
