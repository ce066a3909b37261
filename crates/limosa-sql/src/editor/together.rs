//! `unique_together` and `index_together`.

use limosa_model::SmolStr;
use limosa_model::django::DjangoVersion;

use super::model::ModelIn;
use super::{EditorError, SchemaEditor, mysql, table};
use crate::catalog::ConstraintFilter;
use crate::dialect::Dialect;

type Together = [Vec<SmolStr>];

impl SchemaEditor<'_> {
    /// Changes which fields are unique together.
    ///
    /// Source: Django `db/backends/base/schema.py`, `alter_unique_together`.
    ///
    /// # Errors
    /// When the database has not exactly one such constraint.
    pub fn alter_unique_together(
        &mut self,
        model: &ModelIn<'_>,
        old: &Together,
        new: &Together,
    ) -> Result<(), EditorError> {
        for names in difference(old, new) {
            self.keep_foreign_key_index(model, names)?;
            self.delete_composed_unique(model, &model.columns(names)?)?;
        }
        for names in difference(new, old) {
            let statement = table::unique_together(model, model.columns(names)?);
            self.run(&statement);
        }
        Ok(())
    }

    /// Changes which fields have an index together.
    ///
    /// Source: Django `db/backends/base/schema.py`, `alter_index_together`.
    ///
    /// # Errors
    /// When the database has not exactly one such index.
    pub fn alter_index_together(
        &mut self,
        model: &ModelIn<'_>,
        old: &Together,
        new: &Together,
    ) -> Result<(), EditorError> {
        for names in difference(old, new) {
            self.keep_foreign_key_index(model, names)?;
            let columns = model.columns(names)?;
            let filter = ConstraintFilter { index: Some(true), unique: Some(false), ..ConstraintFilter::default() };
            let names = self.composed_names(model, &columns, filter);
            let name = only(model, names, columns)?;
            self.drop_index(model.table(), &name, false);
        }
        for names in difference(new, old) {
            let fields = names.iter().map(|name| model.field(name)).collect::<Result<Vec<_>, _>>()?;
            let statement = self.create_field_index(model, &fields, "_idx", Vec::new());
            self.run(&statement);
        }
        Ok(())
    }

    /// Source: Django `db/backends/mysql/schema.py`, `_delete_composed_index`.
    fn keep_foreign_key_index(&mut self, model: &ModelIn<'_>, names: &[SmolStr]) -> Result<(), EditorError> {
        if self.dialect() == Dialect::MySql {
            mysql::index::create_missing_foreign_key_index(self, model, names, &[])?;
        }
        Ok(())
    }

    /// Source: Django `db/backends/base/schema.py`, `_delete_composed_index`.
    fn delete_composed_unique(&mut self, model: &ModelIn<'_>, columns: &[SmolStr]) -> Result<(), EditorError> {
        let table = model.table();
        if self.context.django >= DjangoVersion::V61
            && let Some(waiting) = self.deferred.iter().position(|statement| statement.is_unique_over(table, columns))
        {
            self.deferred.remove(waiting);
            return Ok(());
        }
        let filter = ConstraintFilter { unique: Some(true), primary_key: Some(false), ..ConstraintFilter::default() };
        let mut names = self.composed_names(model, columns, filter);
        let default = self.dialect().index_name(table, columns, "_uniq");
        if names.contains(&default) {
            names = vec![default];
        }
        let name = only(model, names, columns.to_vec())?;
        self.delete_unique(table, &name);
        Ok(())
    }

    fn composed_names(&self, model: &ModelIn<'_>, columns: &[SmolStr], filter: ConstraintFilter<'_>) -> Vec<SmolStr> {
        let (mut declared, indexes) = model.declared_names();
        declared.extend(indexes);
        let exclude: Vec<&str> = declared.iter().map(SmolStr::as_str).collect();
        let columns: Vec<&str> = columns.iter().map(SmolStr::as_str).collect();
        self.constraint_names(model.table(), ConstraintFilter { columns: Some(&columns), exclude: &exclude, ..filter })
    }
}

fn difference<'t>(one: &'t Together, other: &'t Together) -> impl Iterator<Item = &'t Vec<SmolStr>> {
    one.iter()
        .enumerate()
        .filter(move |(position, names)| !other.contains(names) && !one[..*position].contains(names))
        .map(|(_, names)| names)
}

fn only(model: &ModelIn<'_>, names: Vec<SmolStr>, columns: Vec<SmolStr>) -> Result<SmolStr, EditorError> {
    match <[SmolStr; 1]>::try_from(names) {
        Ok([name]) => Ok(name),
        Err(names) => Err(EditorError::WrongNumber {
            count: names.len(),
            what: "constraints",
            table: model.table().clone(),
            columns,
        }),
    }
}
