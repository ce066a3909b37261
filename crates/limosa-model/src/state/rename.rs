//! Changes of the state that reach into other models: renamed models and fields.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{ProjectState, StateError};
use crate::field::{FieldKind, ManyToMany, Relation};
use crate::{Field, ModelId, Value};

impl ProjectState {
    /// Renames a model and points all relations to its new name.
    ///
    /// Source: Django `db/migrations/state.py`, `ProjectState.rename_model`. The bases of subclasses stay as they are.
    ///
    /// # Errors
    /// When there is no such model.
    pub fn rename_model(&mut self, app: &str, old_name: &str, new_name: &str) -> Result<(), StateError> {
        let old = ModelId::new(app, old_name);
        let mut renamed = self.model(&old)?.as_ref().clone();
        renamed.name = new_name.into();
        self.add_model(renamed);
        let reference: SmolStr = format!("{app}.{new_name}").into();
        let pointing: Vec<(ModelId, SmolStr, Field)> = self
            .models()
            .flat_map(|model| {
                let (reference, old) = (&reference, &old);
                model.fields.iter().filter_map(move |(name, field)| {
                    let changed = repointed(field, old, reference, &model.app, &model.name)?;
                    Some((model.id(), name.clone(), changed))
                })
            })
            .collect();
        for (model, name, field) in pointing {
            self.model_mut(&model)?.fields.insert(name, Arc::new(field));
        }
        if ModelId::new(app, new_name) != old {
            self.remove_model(&old)?;
        }
        Ok(())
    }

    /// Renames a field and every mention of it: options of its model, composite keys, and relations to it.
    ///
    /// Source: Django `db/migrations/state.py`, `ProjectState.rename_field`; the field goes to the end.
    ///
    /// # Errors
    /// When there is no such model or field.
    pub fn rename_field(&mut self, id: &ModelId, old_name: &str, new_name: &str) -> Result<(), StateError> {
        self.model(id)?.field(old_name)?;
        let model = self.model_mut(id)?;
        if let Some(field) = model.fields.shift_remove(old_name) {
            model.fields.insert(new_name.into(), field);
        }
        for field in model.fields.values_mut() {
            if let FieldKind::CompositePrimaryKey(names) = &field.kind
                && names.iter().any(|name| name == old_name)
            {
                let names: Vec<SmolStr> = names.iter().map(|name| renamed(name, old_name, new_name)).collect();
                let field = Arc::make_mut(field);
                field.kwargs.set("field_names", Value::Tuple(names.iter().cloned().map(Value::Str).collect()));
                field.kind = FieldKind::CompositePrimaryKey(names);
            }
        }
        for together in [&mut model.options.unique_together, &mut model.options.index_together] {
            for names in together.iter_mut() {
                for name in names.iter_mut() {
                    *name = renamed(name, old_name, new_name);
                }
            }
        }
        let pointing: Vec<(ModelId, SmolStr)> = self
            .references(id)
            .filter(|(_, _, field)| {
                field.foreign_key().is_some_and(|relation| relation.to_field.as_deref() == Some(old_name))
            })
            .map(|(model, name, _)| (model.id(), name.clone()))
            .collect();
        for (model, name) in pointing {
            if let Some(field) = self.model_mut(&model)?.fields.get_mut(&name) {
                let field = Arc::make_mut(field);
                field.kwargs.set("to_field", Value::from(new_name));
                if let FieldKind::ForeignKey(relation) | FieldKind::OneToOne(relation) = &mut field.kind {
                    relation.to_field = Some(new_name.into());
                }
            }
        }
        Ok(())
    }
}

fn renamed(name: &SmolStr, old_name: &str, new_name: &str) -> SmolStr {
    if name == old_name { new_name.into() } else { name.clone() }
}

/// Returns the field with its relation to `old` turned to `reference`, or nothing when it has none.
fn repointed(field: &Field, old: &ModelId, reference: &SmolStr, app: &str, model: &str) -> Option<Field> {
    let points = |to: &str| to != "self" && ModelId::resolve(to, app, model) == *old;
    let to = field.related_model().is_some_and(points);
    let through = field.many_to_many().and_then(|relation| relation.through.as_deref()).is_some_and(points);
    if !to && !through {
        return None;
    }
    let mut field = field.clone();
    let lower = reference
        .split_once('.')
        .map_or_else(|| reference.to_lowercase(), |(app, name)| format!("{app}.{}", name.to_lowercase()));
    let lower = Value::Str(lower.into());
    if to {
        field.kwargs.set("to", lower.clone());
        if let FieldKind::ForeignKey(Relation { to, .. })
        | FieldKind::OneToOne(Relation { to, .. })
        | FieldKind::ManyToMany(ManyToMany { to, .. }) = &mut field.kind
        {
            *to = reference.clone();
        }
    }
    if through {
        field.kwargs.set("through", lower);
        if let FieldKind::ManyToMany(ManyToMany { through, .. }) = &mut field.kind {
            *through = Some(reference.clone());
        }
    }
    Some(field)
}
