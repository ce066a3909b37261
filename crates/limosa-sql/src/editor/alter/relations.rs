//! The foreign keys that point to an altered field.

use limosa_model::django::DjangoVersion;

use crate::editor::model::{FieldIn, ModelIn, related_in};
use crate::editor::{EditorError, SchemaEditor};
use crate::model::Related;

/// A foreign key that points to an altered field, before and after.
#[derive(Debug)]
pub(crate) struct RelatedPair<'s> {
    /// The model that declares it, as it is after.
    pub(crate) model: ModelIn<'s>,
    /// The foreign key as it was.
    pub(crate) old: FieldIn<'s>,
    /// The foreign key as it becomes.
    pub(crate) new: FieldIn<'s>,
}

/// How long a chain of foreign keys to foreign keys may be.
const MAX_DEPTH: usize = 64;

impl SchemaEditor<'_> {
    /// Returns the foreign keys that point to an altered field, those that point to them next to each.
    ///
    /// Source: Django `db/backends/base/schema.py`, `_related_non_m2m_objects`.
    pub(crate) fn related_pairs<'s>(
        &self,
        old: &FieldIn<'s>,
        new: &FieldIn<'s>,
    ) -> Result<Vec<RelatedPair<'s>>, EditorError> {
        let mut pairs = Vec::new();
        self.collect_pairs(old, new, 0, &mut pairs)?;
        Ok(pairs)
    }

    fn collect_pairs<'s>(
        &self,
        old: &FieldIn<'s>,
        new: &FieldIn<'s>,
        depth: usize,
        pairs: &mut Vec<RelatedPair<'s>>,
    ) -> Result<(), EditorError> {
        if depth > MAX_DEPTH {
            return Ok(());
        }
        let (olds, news) = (self.relevant_relations(old)?, self.relevant_relations(new)?);
        for (old_related, new_related) in olds.into_iter().zip(news) {
            let (_, old_field) = related_in(old.models, old_related);
            let (model, new_field) = related_in(new.models, new_related);
            pairs.push(RelatedPair { model, old: old_field.clone(), new: new_field.clone() });
            self.collect_pairs(&old_field, &new_field, depth + 1, pairs)?;
        }
        Ok(())
    }

    /// Source: Django `db/backends/base/schema.py`, `_all_related_fields` and `_is_relevant_relation`.
    fn relevant_relations(&self, field: &FieldIn<'_>) -> Result<Vec<Related>, EditorError> {
        // The models in between that Django makes up have nothing that points to them.
        let Ok(model) = field.model() else { return Ok(Vec::new()) };
        let mut related = field.models.related(&model.view)?;
        related.sort_by(|one, other| one.name.cmp(&other.name));
        related.retain(|related| {
            let Some(relation) = related.field.foreign_key() else { return false };
            match relation.to_field.as_deref() {
                None => field.field().primary_key,
                Some(name) => {
                    name == field.view.name || self.context.django >= DjangoVersion::V61 && name == field.view.attname()
                }
            }
        });
        Ok(related)
    }
}
