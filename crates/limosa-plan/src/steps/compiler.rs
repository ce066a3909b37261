//! Goes through a migration operation by operation.

use std::collections::VecDeque;

use limosa_model::graph::Direction;
use limosa_model::operations::{OperationKind, PostgresOperation, RenameModel, RunPython, Sql};
use limosa_model::state::ProjectState;
use limosa_model::{Migration, Operation, Value};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::{Context, Dialect};
use limosa_sql::editor::{SchemaEditor, Waiting};
use limosa_sql::effect::effects;
use limosa_sql::operations;
use limosa_sql::statement::Foreign;

use super::atoms::{Atom, atoms, error};
use super::own_classes::{runs_whole, writes_own_sql};
use super::python::{UnknownDefault, unknown_default};
use super::sql_text;
use super::{Skipped, Step, StepError};

/// Goes through one migration operation by operation.
#[derive(Debug)]
pub struct Compiler<'a> {
    app: &'a str,
    direction: Direction,
    atoms: VecDeque<Atom<'a>>,
    after: ProjectState,
    editor: SchemaEditor<'a>,
    rename_content_types: bool,
    /// Whether the migration applies itself, which is not done yet.
    whole: bool,
    /// Whether its operations run inside a transaction.
    transaction: bool,
    skipped: Option<&'a Skipped>,
}

/// The steps of one operation, or of what was put off to the end of the migration.
#[derive(Clone, Debug)]
pub struct Compiled<'a> {
    /// The operation; `None` for what was put off.
    pub operation: Option<&'a Operation>,
    /// The index of the migration's operation that it belongs to; `None` for what was put off.
    pub index: Option<usize>,
    /// What runs, in order.
    pub steps: Vec<Step>,
    /// Of what was put off: for each step the number of the operation that it comes from, as [`atoms`] counts them; else nothing.
    pub owners: Vec<usize>,
}

impl Compiled<'_> {
    /// Describes the operation in Django's words.
    pub fn description(&self) -> String {
        match self.operation {
            Some(operation) => operation.describe(),
            None if self.runs_whole() => "The migration's own code".to_owned(),
            None => "Deferred statements".to_owned(),
        }
    }

    fn runs_whole(&self) -> bool {
        self.operation.is_none() && matches!(self.steps.as_slice(), [Step::Python { .. }])
    }

    /// Returns whether running it may change the schema in ways that the catalog does not show.
    pub fn is_opaque(&self) -> bool {
        self.runs_whole()
            || self.operation.is_some_and(|operation| match &operation.kind {
                OperationKind::RunPython(_) | OperationKind::RunRust(_) | OperationKind::Custom(_) => {
                    !self.steps.is_empty()
                }
                OperationKind::RunSql(_) => self.steps.iter().any(|step| match step {
                    Step::Sql(sql) => !sql_text::changes_only_rows(sql),
                    _ => true,
                }),
                _ => self.steps.iter().any(|step| matches!(step, Step::Python { .. })),
            })
    }
}

impl<'a> Compiler<'a> {
    /// Prepares to go through `migration`; `before` is the state before it in either direction.
    ///
    /// `rename_content_types` says whether the content types of renamed models follow.
    ///
    /// # Errors
    /// When an operation does not fit the state, or has no way back.
    pub fn new(
        context: &'a Context,
        catalog: &'a mut Catalog,
        migration: &'a Migration,
        before: &ProjectState,
        direction: Direction,
        rename_content_types: bool,
    ) -> Result<Self, StepError> {
        let (mut atoms, after) = atoms(migration, before, direction)?;
        let whole = runs_whole(context, migration, direction);
        if whole {
            atoms.clear();
        }
        let transaction = migration.atomic && context.can_rollback_ddl();
        let editor = SchemaEditor::new(context, catalog);
        let (app, atoms) = (migration.id.app.as_str(), atoms.into());
        Ok(Self { app, direction, atoms, after, editor, rename_content_types, whole, transaction, skipped: None })
    }

    /// Leaves out what routers keep from the database.
    #[must_use]
    pub fn without(mut self, skipped: &'a Skipped) -> Self {
        self.skipped = Some(skipped);
        self
    }

    /// Returns whether the next operation asks the catalog for names.
    pub fn needs_catalog(&self) -> bool {
        self.atoms.front().is_some_and(|atom| asks_catalog(&atom.operation.kind) && !self.skips(atom))
    }

    /// Returns the next operation and its place; nothing for a migration that applies itself, or after the last one.
    pub fn upcoming(&self) -> Option<(&'a Operation, String)> {
        let next = self.atoms.front().filter(|_| !self.whole)?;
        let path: Vec<String> = next.path.iter().map(ToString::to_string).collect();
        Some((next.operation, path.join(".")))
    }

    /// Returns whether the migration applies itself, and has not done it yet.
    pub fn runs_whole(&self) -> bool {
        self.whole
    }

    /// Passes over the next operation, which an earlier run has done; [`Compiler::set_waiting`] says what waits after it.
    pub fn skip_operation(&mut self) {
        self.whole = false;
        self.atoms.pop_front();
        self.editor.next_operation();
    }

    /// Returns the default that only Python can compute, when the next operation needs one.
    pub fn unknown_default(&self) -> Option<UnknownDefault> {
        let next = self.atoms.front().filter(|atom| !self.skips(atom))?;
        unknown_default(self.editor.context(), self.app, next, self.direction)
    }

    /// Supplies a default that Python computed, prepared for the database.
    pub fn supply_default(&mut self, unknown: UnknownDefault, value: Value) {
        self.editor.supply_default(unknown.model, unknown.field, value);
    }

    /// Puts a fresh catalog in the place of the one that was planned with.
    pub fn set_catalog(&mut self, catalog: Catalog) {
        *self.editor.catalog_mut() = catalog;
    }

    /// Describes the statements that wait for the end of the migration, for Python's schema editor.
    pub fn waiting(&self) -> Vec<Foreign> {
        self.editor.waiting()
    }

    /// Takes back what waits after Python's schema editor went on for one operation.
    pub fn set_waiting(&mut self, waiting: impl IntoIterator<Item = Waiting>) {
        self.editor.set_waiting(waiting);
    }

    /// Returns the steps of the next operation; after the last one, those of what was put off; then nothing.
    ///
    /// # Errors
    /// When the SQL of the operation cannot be written.
    pub fn next_operation(&mut self) -> Result<Option<Compiled<'a>>, StepError> {
        if std::mem::take(&mut self.whole) {
            let steps = vec![Step::Python { path: Vec::new(), atomic: None, custom: true }];
            return Ok(Some(Compiled { operation: None, index: None, steps, owners: Vec::new() }));
        }
        let Some(atom) = self.atoms.pop_front() else { return Ok(None) };
        let steps = self.steps(&atom).map_err(|kind| error(atom.operation, kind))?;
        self.editor.next_operation();
        let index = atom.path.first().copied();
        Ok(Some(Compiled { operation: Some(atom.operation), index, steps, owners: Vec::new() }))
    }

    /// Returns what the operations do that were not come to yet.
    pub fn rest(&self) -> Vec<String> {
        self.atoms.iter().map(|atom| atom.operation.describe()).collect()
    }

    /// Returns the steps that were put off to the end of the migration, and the state that it leads to.
    ///
    /// # Errors
    /// When the SQL cannot be written.
    pub fn finish(self) -> (Compiled<'a>, ProjectState) {
        let owners = self.editor.waiting_operations();
        let steps = self.editor.finish().into_iter().map(Step::Sql).collect();
        (Compiled { operation: None, index: None, steps, owners }, self.after)
    }

    fn skips(&self, atom: &Atom<'_>) -> bool {
        self.skipped.is_some_and(|skipped| skipped.contains(&atom.path))
    }

    fn steps(&mut self, atom: &Atom<'a>) -> Result<Vec<Step>, super::StepErrorKind> {
        let backwards = self.direction == Direction::Backwards;
        if self.transaction && is_concurrent(&atom.operation.kind) {
            return Err(super::StepErrorKind::InTransaction);
        }
        let skips = self.skips(atom);
        if !skips && writes_own_sql(self.editor.context(), self.app, atom) {
            return Ok(vec![Step::Python { path: atom.path.clone(), atomic: None, custom: true }]);
        }
        match &atom.operation.kind {
            OperationKind::RunSql(_)
            | OperationKind::RunPython(_)
            | OperationKind::RunRust(_)
            | OperationKind::Custom(_)
                if skips =>
            {
                Ok(Vec::new())
            }
            OperationKind::RunSql(op) => {
                let sql = if backwards { op.reverse_sql.as_ref() } else { Some(&op.sql) };
                let statements = sql.map_or_else(
                    || Ok(Vec::new()),
                    |sql: &Sql| sql_text::statements(sql, self.editor.context(), false),
                )?;
                let dialect = self.editor.context().dialect;
                for effect in statements.iter().flat_map(|sql| effects(sql, dialect)) {
                    self.editor.catalog_mut().follow(&effect);
                }
                Ok(statements.into_iter().filter(|sql| !sql.trim().is_empty()).map(Step::Sql).collect())
            }
            OperationKind::RunPython(op) => {
                let code = if backwards { op.reverse_code.as_ref() } else { Some(&op.code) };
                let nothing = code.is_none_or(|code| RunPython::does_nothing(code, &atom.from));
                let step = Step::Python { path: atom.path.clone(), atomic: op.atomic, custom: false };
                Ok(if nothing { Vec::new() } else { vec![step] })
            }
            OperationKind::Custom(op) => {
                let step = Step::Python { path: atom.path.clone(), atomic: op.atomic.then_some(true), custom: true };
                Ok(if op.runs { vec![step] } else { Vec::new() })
            }
            OperationKind::RunRust(op) => {
                let function = if backwards { op.reverse_function.clone() } else { Some(op.function.clone()) };
                Ok(function.map(|function| Step::Rust { function }).into_iter().collect())
            }
            kind => {
                let run = if backwards { operations::backwards } else { operations::forwards };
                self.editor.set_routed_away(skips);
                run(&mut self.editor, self.app, atom.operation, &atom.from, &atom.to)?;
                let mut steps: Vec<Step> = self.editor.take_statements().into_iter().map(Step::Sql).collect();
                if let OperationKind::RenameModel(op) = kind
                    && self.rename_content_types
                    && atom.path.len() == 1
                {
                    steps.push(Step::Sql(rename_content_type(self.app, op, backwards, self.editor.context().dialect)));
                }
                Ok(steps)
            }
        }
    }
}

/// Returns all steps of a migration at once, as far as they can be told without running it.
///
/// A default that only Python can compute is shown by the name of its function.
///
/// # Errors
/// As [`Compiler::new`] and [`Compiler::next_operation`].
pub fn compile<'a>(mut compiler: Compiler<'a>) -> Result<(Vec<Compiled<'a>>, ProjectState), StepError> {
    let mut all = Vec::new();
    loop {
        if let Some(unknown) = compiler.unknown_default() {
            let shown = Value::Str(format!("<what {} returns>", unknown.function).into());
            compiler.supply_default(unknown, shown);
        }
        let Some(compiled) = compiler.next_operation()? else { break };
        all.push(compiled);
    }
    let (deferred, after) = compiler.finish();
    if !deferred.steps.is_empty() {
        all.push(deferred);
    }
    Ok((all, after))
}

/// The statement by which the content type of a renamed model follows, unless the new name has one already.
///
/// Source: Django `contrib/contenttypes/management/__init__.py`, `RenameContentType`.
fn rename_content_type(app: &str, op: &RenameModel, backwards: bool, dialect: Dialect) -> String {
    let (old, new) = (op.old_name.to_lowercase(), op.new_name.to_lowercase());
    let (old, new) = if backwards { (new, old) } else { (old, new) };
    // MySQL takes what is updated only from a table of its own.
    let other = match dialect {
        Dialect::MySql => "(SELECT app_label, model FROM django_content_type)",
        Dialect::Postgres | Dialect::Sqlite => "django_content_type",
    };
    format!(
        "UPDATE django_content_type SET model = '{new}' WHERE app_label = '{app}' AND model = '{old}' \
         AND NOT EXISTS (SELECT 1 FROM {other} AS other WHERE other.app_label = '{app}' AND other.model = '{new}')"
    )
}

/// Returns whether an operation refuses to run inside a transaction.
///
/// Source: Django `contrib/postgres/operations.py`, `NotInTransactionMixin`.
fn is_concurrent(kind: &OperationKind) -> bool {
    match kind {
        OperationKind::AddIndex(op) => op.concurrently,
        OperationKind::RemoveIndex(op) => op.concurrently,
        _ => false,
    }
}

/// Returns whether an operation looks up names of constraints and indexes, or whether something is there.
fn asks_catalog(kind: &OperationKind) -> bool {
    match kind {
        OperationKind::RenameModel(_)
        | OperationKind::AlterModelTable(_)
        | OperationKind::AlterUniqueTogether(_)
        | OperationKind::AlterIndexTogether(_)
        | OperationKind::AlterOrderWithRespectTo(_)
        | OperationKind::RemoveField(_)
        | OperationKind::AddField(_)
        | OperationKind::AlterField(_)
        | OperationKind::RenameField(_)
        | OperationKind::RenameIndex(_)
        | OperationKind::RemoveIndex(_)
        | OperationKind::RemoveConstraint(_)
        | OperationKind::DeleteModel(_)
        | OperationKind::CreateModel(_) => true,
        OperationKind::Postgres(op) => !matches!(op, PostgresOperation::ValidateConstraint { .. }),
        _ => false,
    }
}
