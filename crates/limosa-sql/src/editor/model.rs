//! A model or a field together with the state that gives it its meaning, as Django's rendered ones have.

use std::sync::Arc;

use limosa_model::{Field, ModelId, SmolStr, Value};

use super::EditorError;
use crate::catalog::Catalog;
use crate::model::{FieldView, ForeignKeyTarget, ModelView, Models, Related};
use crate::types::DbParameters;

/// A model in a state.
#[derive(Clone, Debug)]
pub struct ModelIn<'s> {
    /// The state.
    pub models: Models<'s>,
    /// The model.
    pub view: ModelView,
}

/// A field in a state.
#[derive(Clone, Debug)]
pub struct FieldIn<'s> {
    /// The state.
    pub models: Models<'s>,
    /// The field.
    pub view: FieldView,
}

impl<'s> ModelIn<'s> {
    /// Returns a model of a state.
    ///
    /// # Errors
    /// When there is no such model, or one that it inherits from is missing.
    pub fn get(models: Models<'s>, id: &ModelId) -> Result<Self, EditorError> {
        Ok(Self { models, view: models.model(id)? })
    }

    /// Returns the field of this name (or attribute), inherited ones among them.
    ///
    /// # Errors
    /// When there is none.
    pub fn field(&self, name: &str) -> Result<FieldIn<'s>, EditorError> {
        Ok(self.with(self.models.inherited_field(&self.view, name)?))
    }

    /// Returns the column of the field of this name.
    ///
    /// # Errors
    /// When there is no such field.
    pub fn column(&self, name: &str) -> Result<SmolStr, EditorError> {
        Ok(self.field(name)?.view.column.unwrap_or_default())
    }

    /// Returns the columns of fields.
    ///
    /// # Errors
    /// When there is no such field.
    pub fn columns(&self, names: &[SmolStr]) -> Result<Vec<SmolStr>, EditorError> {
        names.iter().map(|name| self.column(name)).collect()
    }

    /// Returns the own fields in order.
    pub fn fields(&self) -> impl Iterator<Item = FieldIn<'s>> + '_ {
        self.view.fields.iter().map(|view| self.with(view.clone()))
    }

    /// Returns the table.
    pub fn table(&self) -> &SmolStr {
        &self.view.table
    }

    /// Returns the automatic models in between of the own many-to-many fields, each with its field.
    ///
    /// # Errors
    /// When a model is missing.
    pub fn automatic_throughs(&self) -> Result<Vec<(FieldIn<'s>, ModelIn<'s>)>, EditorError> {
        let throughs = self.models.automatic_throughs(&self.view)?;
        let with = |(field, view)| (self.with(field), ModelIn { models: self.models, view });
        Ok(throughs.into_iter().map(with).collect())
    }

    /// Returns the names of the constraints and indexes that the model's options declare.
    pub fn declared_names(&self) -> (Vec<SmolStr>, Vec<SmolStr>) {
        let options = &self.view.state.options;
        (
            options.constraints.iter().map(|constraint| constraint.name.clone()).collect(),
            options.indexes.iter().map(|index| index.name.clone()).collect(),
        )
    }

    fn with(&self, view: FieldView) -> FieldIn<'s> {
        FieldIn { models: self.models, view }
    }
}

impl<'s> FieldIn<'s> {
    /// Returns what the project says about the field.
    pub fn field(&self) -> &Field {
        &self.view.field
    }

    /// Returns the column, or an empty name for a field without one.
    pub fn column(&self) -> &str {
        self.view.column_name()
    }

    /// Returns what it says about its column.
    ///
    /// # Errors
    /// When a model that it refers to is missing.
    pub fn parameters(&self) -> Result<DbParameters, EditorError> {
        Ok(self.models.db_parameters(&self.view)?)
    }

    /// Returns what stands at the end of its column's definition.
    pub fn type_suffix(&self) -> Option<&'static str> {
        self.models.db_type_suffix(self.field())
    }

    /// Returns whether it is a foreign key, a one-to-one or a many-to-many field.
    pub fn is_relation(&self) -> bool {
        self.field().related_model().is_some()
    }

    /// Returns whether it is a foreign key with a constraint in the database, or a many-to-many field with such (Django:
    /// `remote_field and db_constraint`).
    pub fn has_db_constraint(&self) -> bool {
        self.view.foreign_key().is_some_and(|relation| relation.db_constraint)
    }

    /// Returns what it points to, when it is a foreign key.
    ///
    /// # Errors
    /// When that is missing.
    pub fn target(&self) -> Result<ForeignKeyTarget, EditorError> {
        Ok(self.models.target(&self.view)?)
    }

    /// Returns the model that declares it.
    ///
    /// # Errors
    /// When it is missing.
    pub fn model(&self) -> Result<ModelIn<'s>, EditorError> {
        ModelIn::get(self.models, &self.view.model)
    }

    /// Returns the model in between of a many-to-many field, and whether it is automatic.
    ///
    /// # Errors
    /// When it is missing.
    pub fn through(&self) -> Result<Option<(ModelIn<'s>, bool)>, EditorError> {
        let Some(relation) = self.field().many_to_many() else { return Ok(None) };
        let model = self.model()?;
        let view = self.models.through(&model.view, &self.view)?;
        Ok(Some((ModelIn { models: self.models, view }, relation.through.is_none())))
    }

    /// Returns the automatic model in between of a many-to-many field.
    ///
    /// # Errors
    /// When a model is missing.
    pub fn automatic_through(&self) -> Result<Option<ModelIn<'s>>, EditorError> {
        match self.field().many_to_many() {
            Some(relation) if relation.through.is_none() => Ok(self.through()?.map(|(model, _)| model)),
            _ => Ok(None),
        }
    }

    /// Returns the two foreign keys in the model in between of a many-to-many field: to its own model and to the other.
    ///
    /// # Errors
    /// When a model is missing.
    pub fn through_fields(&self, through: &ModelIn<'s>) -> Result<(FieldIn<'s>, FieldIn<'s>), EditorError> {
        let model = self.model()?;
        let (own, other) = self.models.through_fields(&model.view, &self.view, &through.view)?;
        Ok((FieldIn { models: self.models, view: own }, FieldIn { models: self.models, view: other }))
    }

    /// Returns the field with another Python default, as `preserve_default=False` puts it there for one operation.
    #[must_use]
    pub fn with_default(&self, default: Option<&Value>) -> Self {
        let mut field = self.field().clone();
        field.default = default.cloned();
        match default {
            Some(value) => field.kwargs.set("default", value.clone()),
            None => _ = field.kwargs.remove("default"),
        }
        Self { models: self.models, view: FieldView { field: Arc::new(field), ..self.view.clone() } }
    }

    /// Returns the field under its model's name, for messages.
    pub fn label(&self) -> SmolStr {
        format!("{}.{}", self.view.model, self.view.name).into()
    }
}

/// Returns the other end of a relation as a model and a field of its state.
pub(crate) fn related_in<'s>(models: Models<'s>, related: Related) -> (ModelIn<'s>, FieldIn<'s>) {
    (ModelIn { models, view: related.model }, FieldIn { models, view: related.field })
}

/// Does nothing to the catalog.
pub(crate) fn unchanged(_: &mut Catalog) {}
