//! Relations between models.

use smol_str::SmolStr;

use crate::ModelId;

/// The relation of a foreign key or a one-to-one field.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// The other model as it was written: `app.Model`, `Model` or `self`.
    pub to: SmolStr,
    /// The field of the other model, when it is not the primary key.
    pub to_field: Option<SmolStr>,
    /// What happens to the row when the other one is deleted.
    pub on_delete: OnDelete,
    /// Whether there is a constraint in the database.
    pub db_constraint: bool,
    /// Whether it points to the parent in multi-table inheritance.
    pub parent_link: bool,
    /// The name of the way back; a trailing `+` hides it.
    pub related_name: Option<SmolStr>,
    /// The setting that names the other model, when it is swappable.
    pub swappable: Option<SmolStr>,
}

/// What happens to a row when the row that it refers to is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnDelete {
    /// Python takes care of it; the path of the function, such as `django.db.models.deletion.CASCADE`.
    Python(SmolStr),
    /// `ON DELETE CASCADE` (Django 6.1).
    DbCascade,
    /// `ON DELETE SET NULL` (Django 6.1).
    DbSetNull,
    /// `ON DELETE SET DEFAULT` (Django 6.1).
    DbSetDefault,
}

/// The relation of a many-to-many field.
#[derive(Clone, Debug, PartialEq)]
pub struct ManyToMany {
    /// The other model as it was written: `app.Model`, `Model` or `self`.
    pub to: SmolStr,
    /// The model in between as it was written, when it is not made automatically.
    pub through: Option<SmolStr>,
    /// The table in between, when its name does not follow from the model's.
    pub db_table: Option<SmolStr>,
    /// Whether there are constraints in the database.
    pub db_constraint: bool,
    /// The name of the way back; a trailing `+` hides it.
    pub related_name: Option<SmolStr>,
    /// The setting that names the other model, when it is swappable.
    pub swappable: Option<SmolStr>,
}

impl Relation {
    /// Returns the other model, for a field of `model` in `app`.
    pub fn target(&self, app: &str, model: &str) -> ModelId {
        ModelId::resolve(&self.to, app, model)
    }
}

impl ManyToMany {
    /// Returns the other model, for a field of `model` in `app`.
    pub fn target(&self, app: &str, model: &str) -> ModelId {
        ModelId::resolve(&self.to, app, model)
    }

    /// Returns the model in between, when it is not made automatically.
    pub fn through(&self, app: &str, model: &str) -> Option<ModelId> {
        self.through.as_deref().map(|through| ModelId::resolve(through, app, model))
    }
}
