//! Fields that no one declares: primary keys, links to parents and the ends of automatic models.

use std::sync::Arc;

use limosa_model::field::{FieldKind, OnDelete, Relation};
use limosa_model::value::{Call, Kwargs};
use limosa_model::{Field, ModelId, SmolStr, Value};
use smol_str::format_smolstr;

/// The field `id` of a model that declares no primary key.
pub(crate) fn implicit_id(class: &str) -> Arc<Field> {
    let arguments =
        [("verbose_name", Value::from("ID")), ("primary_key", Value::Bool(true)), ("auto_created", Value::Bool(true))];
    // A project's own class stores as a big one, unless the reader says otherwise.
    let field = simple_field(class, &arguments).or_else(|| simple_field("django.db.models.BigAutoField", &arguments));
    Arc::new(field.unwrap_or_else(|| bare_field(class)))
}

/// A field of one of Django's own classes.
pub(super) fn simple_field(class: &str, arguments: &[(&'static str, Value)]) -> Option<Field> {
    let kwargs: Kwargs = arguments.iter().map(|(name, value)| (SmolStr::new_static(name), value.clone())).collect();
    Field::from_call(&Call { callee: class.into(), args: Vec::new(), kwargs, span: None }).ok()
}

/// A foreign key's field as Django makes it up itself.
pub(super) fn relation_field(kind: fn(Relation) -> FieldKind, relation: Relation) -> Field {
    let class = match kind(relation.clone()) {
        FieldKind::OneToOne(_) => "django.db.models.OneToOneField",
        _ => "django.db.models.ForeignKey",
    };
    let mut field = bare_field(class);
    field.db_index = true;
    field.kwargs.set("to", Value::Str(relation.to.to_lowercase().into()));
    field.kwargs.set("on_delete", Value::Reference(SmolStr::new_static("django.db.models.deletion.CASCADE")));
    field.kind = kind(relation);
    field
}

/// The link of a child to its parent.
pub(super) fn parent_link_to(parent: &ModelId) -> Field {
    let relation = Relation {
        to: format_smolstr!("{parent}"),
        to_field: None,
        on_delete: OnDelete::Python(SmolStr::new_static("django.db.models.deletion.CASCADE")),
        db_constraint: true,
        parent_link: true,
        related_name: None,
        swappable: None,
    };
    let mut field = relation_field(FieldKind::OneToOne, relation);
    field.kwargs.set("auto_created", Value::Bool(true));
    field.kwargs.set("parent_link", Value::Bool(true));
    field
}

/// A field with no options at all.
fn bare_field(class: &str) -> Field {
    Field {
        class: class.into(),
        kind: FieldKind::BigAuto,
        kwargs: Kwargs::default(),
        null: false,
        blank: false,
        primary_key: false,
        declared_unique: false,
        db_index: false,
        max_length: None,
        db_column: None,
        default: None,
        db_default: None,
        db_comment: None,
        db_collation: None,
        db_tablespace: None,
        prepares_default: Default::default(),
        internal_type: None,
        custom: None,
        span: Default::default(),
    }
}
