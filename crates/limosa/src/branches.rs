//! Branches that come together: data migrations whose order may matter, and whether two leaves may be applied in either order.

mod commute;
mod objects;

use std::collections::BTreeSet;
use std::sync::Arc;

use limosa_model::operations::{OperationKind, RunPython, RunSql, StateEffect};
use limosa_model::{Migration, MigrationId, ModelId, Operation, ProjectState, SmolStr, Value};
use limosa_plan::branches::{Touched, Unordered, unordered};
use limosa_source::python::named_models;
use limosa_sql::dialect::Context;
use limosa_sql::names::default_table;
use limosa_sql::split::{Rows, rows, split, subject};

pub use self::commute::{Objection, division, objections, objections_to_moving};
use crate::migrate::MigratePlan;
use crate::workspace::Workspace;

/// Returns the pairs of data migrations of a plan, and of what is applied, whose order nothing settles though it may matter.
///
/// `end` is the state after the plan: it tells the tables of models.
pub fn doubts(workspace: &Workspace, plan: &MigratePlan, end: &ProjectState, context: &Context) -> Vec<Unordered> {
    let judge = Judge { workspace, end, context };
    let changes_rows = |id: &MigrationId| {
        let migration = workspace.migration(id);
        migration.is_ok_and(|migration| migration.operations.iter().any(Operation::may_change_rows))
    };
    unordered(&plan.graph, &plan.executed, changes_rows, |id| judge.touched(id))
}

/// Tells whose rows migrations may change.
struct Judge<'a> {
    workspace: &'a Workspace,
    end: &'a ProjectState,
    context: &'a Context,
}

impl Judge<'_> {
    fn touched(&self, id: &MigrationId) -> Touched {
        let mut touched = Touched::default();
        if let Ok(migration) = self.workspace.migration(id) {
            for operation in &migration.operations {
                self.add(migration, operation, &mut touched);
            }
        }
        touched
    }

    fn add(&self, migration: &Migration, operation: &Operation, touched: &mut Touched) {
        match &operation.kind {
            OperationKind::RunSql(sql) => self.add_sql(sql, touched),
            OperationKind::RunPython(python) if RunPython::is_noop(&python.code) => {}
            OperationKind::RunPython(python) => self.add_python(migration, &python.code, touched),
            OperationKind::RunRust(_) => touched.unknown = true,
            OperationKind::Custom(custom) if custom.runs => match &custom.effect {
                StateEffect::Base(base) if base.may_change_rows() => self.add(migration, base, touched),
                _ => touched.unknown = true,
            },
            OperationKind::SeparateDatabaseAndState(both) => {
                both.database_operations.iter().for_each(|operation| self.add(migration, operation, touched));
            }
            _ => {}
        }
    }

    fn add_sql(&self, sql: &RunSql, touched: &mut Touched) {
        let dialect = self.context.dialect;
        for statement in sql.sql.texts().into_iter().flat_map(|script| split(script, dialect)) {
            match rows(statement.text, dialect) {
                Rows::None => {}
                Rows::Of(table) => _ = touched.tables.insert(table.to_lowercase().into()),
                Rows::Unknown => touched.unknown = true,
            }
        }
    }

    /// Adds the tables whose schema SQL of the project changes; a statement that does not say which one may change anything.
    fn add_schema(&self, operation: &Operation, touched: &mut Touched, tables: &mut BTreeSet<SmolStr>) {
        let dialect = self.context.dialect;
        let scripts = match &operation.kind {
            OperationKind::RunSql(sql) => sql.sql.texts(),
            OperationKind::SeparateDatabaseAndState(both) => {
                both.database_operations.iter().for_each(|operation| self.add_schema(operation, touched, tables));
                return;
            }
            _ => return,
        };
        for statement in scripts.into_iter().flat_map(|script| split(script, dialect)) {
            if rows(statement.text, dialect) != Rows::None {
                continue;
            }
            match subject(statement.text, dialect).table {
                Some(table) => _ = tables.insert(table.rsplit('.').next().unwrap_or(&table).to_lowercase().into()),
                None => touched.unknown = true,
            }
        }
    }

    /// Takes a function as touching the models that its file asks for; one of another file does not say.
    fn add_python(&self, migration: &Migration, code: &Value, touched: &mut Touched) {
        let own = match code {
            Value::Reference(path) => path.split('.').rev().nth(1) == Some(migration.id.name.as_str()),
            _ => true,
        };
        let source = migration.source.and_then(|source| self.workspace.sources().get(source));
        let Some(source) = source.filter(|_| own) else {
            touched.unknown = true;
            return;
        };
        let named = named_models(&source);
        touched.unknown |= named.unknown;
        let tables: BTreeSet<SmolStr> = named.models.iter().map(|model| self.table(model)).collect();
        touched.tables.extend(tables);
    }

    fn table(&self, id: &ModelId) -> SmolStr {
        let model = self.end.get(id).map(Arc::as_ref);
        let named = model.and_then(|model| model.options.db_table()).map(SmolStr::from);
        named.unwrap_or_else(|| default_table(&id.app, &id.name, None)).to_lowercase().into()
    }
}
