//! What the checks see: the migrations that will run, each operation between two states, each statement with what it does.

use limosa_model::code::CodeFacts;
use limosa_model::graph::Direction;
use limosa_model::operations::OperationKind;
use limosa_model::{Migration, MigrationId, Operation, ProjectState, Span, Stage, Value};
use limosa_plan::stage::{Half, Staged};
use limosa_plan::steps::{self, Atom, Compiled, Compiler, Skipped, Step, StepError};
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::Context;
use limosa_sql::effect::{Effect, Impact, effects, impact_in};
use limosa_sql::split::split;

use crate::history::History;
use crate::meaning;
use crate::stats::Stats;

/// What will run.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The database and its version.
    pub context: &'a Context,
    /// What is known of it.
    pub stats: &'a Stats,
    /// What is known of the graph.
    pub history: &'a History,
    /// The deploys, in order: what one makes is old for the next.
    pub deploys: Vec<Vec<PlannedMigration<'a>>>,
}

/// A migration of the plan.
#[derive(Debug)]
pub struct PlannedMigration<'a> {
    /// The migration.
    pub migration: &'a Migration,
    /// Whether it is applied or unapplied.
    pub direction: Direction,
    /// The state before it, in the direction of the run.
    pub before: ProjectState,
    /// The state after it.
    pub after: ProjectState,
    /// Whether its operations run inside one transaction, as far as the database can do that.
    pub transaction: bool,
    /// In which half of a deploy it runs, forwards; nothing where deploys are not divided.
    pub staged: Option<Staged>,
    /// Its operations in the order in which they run, nested ones included.
    pub operations: Vec<PlannedOperation<'a>>,
}

/// An operation of the plan.
#[derive(Debug)]
pub struct PlannedOperation<'a> {
    /// The operation; `None` for what its migration does of itself.
    pub operation: Option<&'a Operation>,
    /// Its place: the index among the migration's operations, then among those of the operation around it.
    pub path: Vec<usize>,
    /// The state that it starts from.
    pub before: ProjectState,
    /// The state that it leads to.
    pub after: ProjectState,
    /// What it means for the schema, whatever statements the database needs for it.
    pub meaning: Vec<Meant>,
    /// Its statements, with those that were put off to the end of the migration.
    pub statements: Vec<Statement>,
    /// Whether code of the project runs.
    pub code: bool,
    /// What the function does that it runs, when that could be read.
    pub function: Option<CodeFacts>,
    /// What the function does that takes it back, when that could be read.
    pub reverse_function: Option<CodeFacts>,
}

/// One thing that an operation means for the schema.
#[derive(Debug)]
pub struct Meant {
    /// What it is.
    pub effect: Effect,
    /// The statement of the project that says so, by its index; nothing for an operation of Django's.
    pub statement: Option<usize>,
}

/// A statement of the plan.
#[derive(Debug)]
pub struct Statement {
    /// The text.
    pub sql: String,
    /// Whether the project wrote it, and not the schema editor.
    pub own: bool,
    /// Whether it was put off to the end of the migration.
    pub deferred: bool,
    /// What it does, with what that costs.
    pub effects: Vec<(Effect, Impact)>,
}

impl PlannedMigration<'_> {
    /// Returns the key.
    pub fn id(&self) -> &MigrationId {
        &self.migration.id
    }

    /// Returns whether all of it runs after the deploy, when no code of before is left.
    pub fn is_post_deploy(&self) -> bool {
        let half = self.staged.as_ref().map(|staged| staged.half);
        match self.direction {
            Direction::Forwards => half == Some(Half::Of(Stage::PostDeploy)),
            Direction::Backwards => half == Some(Half::Of(Stage::PreDeploy)),
        }
    }

    /// Returns whether an operation of it runs after the deploy; those of one migration may run in both halves.
    pub fn runs_post_deploy(&self, operation: &PlannedOperation<'_>) -> bool {
        let Some(staged) = self.staged.as_ref().filter(|staged| staged.half == Half::Mixed) else {
            return self.is_post_deploy();
        };
        let own = operation.path.first().and_then(|place| staged.operations.get(*place));
        let after = if self.direction == Direction::Forwards { Stage::PostDeploy } else { Stage::PreDeploy };
        own.is_some_and(|own| own.stage == Some(after))
    }

    /// Takes over what functions do that operations run, as far as they can be read.
    pub fn read_code(&mut self, read: impl Fn(&Value) -> Option<CodeFacts>) {
        for operation in &mut self.operations {
            if let Some(OperationKind::RunPython(op)) = operation.operation.map(|operation| &operation.kind) {
                operation.function = read(&op.code);
                operation.reverse_function = op.reverse_code.as_ref().and_then(&read);
            }
        }
    }
}

impl PlannedOperation<'_> {
    /// Describes it in Django's words.
    pub fn describe(&self) -> String {
        self.operation.map_or_else(|| "The migration's own code".to_owned(), Operation::describe)
    }

    /// Returns what it means for the schema, one thing after the other.
    pub fn meant(&self) -> impl DoubleEndedIterator<Item = &Effect> {
        self.meaning.iter().map(|meant| &meant.effect)
    }

    /// Returns whether it is SQL of the project.
    pub fn is_own_sql(&self) -> bool {
        self.operation.is_some_and(|operation| matches!(operation.kind, OperationKind::RunSql(_)))
    }

    /// Returns where it was written.
    pub fn span(&self) -> Option<Span> {
        self.operation.and_then(|operation| operation.span.0)
    }
}

impl<'a> PlannedMigration<'a> {
    /// Compiles a migration over a catalog, which follows; routers keep what is `skipped` from the database.
    ///
    /// # Errors
    /// When an operation does not fit the state, or its SQL cannot be written.
    pub fn new(
        context: &'a Context,
        catalog: &mut Catalog,
        migration: &'a Migration,
        before: &ProjectState,
        direction: Direction,
        skipped: &Skipped,
    ) -> Result<Self, StepError> {
        let (atoms, after) = steps::atoms(migration, before, direction)?;
        let tables = catalog.clone();
        let compiler = Compiler::new(context, catalog, migration, before, direction, false)?.without(skipped);
        let (compiled, _) = steps::compile(compiler)?;
        let mut planned = Self {
            migration,
            direction,
            before: before.clone(),
            after,
            transaction: migration.atomic && context.can_rollback_ddl(),
            staged: None,
            operations: Vec::with_capacity(atoms.len()),
        };
        let reader = Reader { app: &migration.id.app, context, tables: &tables, skipped };
        let mut atoms = atoms.into_iter();
        for compiled in compiled {
            match (compiled.operation, compiled.index) {
                (Some(_), _) => planned.operations.extend(atoms.next().map(|atom| reader.operation(atom, &compiled))),
                (None, _) => planned.own_code_or_deferred(&reader, &compiled),
            }
        }
        Ok(planned)
    }

    /// Adds what belongs to no operation: statements that were put off go to the operation that made them.
    fn own_code_or_deferred(&mut self, reader: &Reader<'_>, compiled: &Compiled<'_>) {
        for (step, owner) in compiled.steps.iter().zip(&compiled.owners) {
            if let Some(operation) = self.operations.get_mut(*owner) {
                operation.statements.extend(reader.statements(step, false, true));
            }
        }
        if compiled.owners.is_empty() {
            self.operations.push(PlannedOperation {
                operation: None,
                path: Vec::new(),
                before: self.before.clone(),
                after: self.after.clone(),
                meaning: Vec::new(),
                statements: Vec::new(),
                code: true,
                function: None,
                reverse_function: None,
            });
        }
    }
}

/// Reads statements.
struct Reader<'a> {
    app: &'a str,
    context: &'a Context,
    /// What the database holds before the migration.
    tables: &'a Catalog,
    /// What routers keep from the database.
    skipped: &'a Skipped,
}

impl Reader<'_> {
    fn operation<'m>(&self, atom: Atom<'m>, compiled: &Compiled<'_>) -> PlannedOperation<'m> {
        let own = matches!(atom.operation.kind, OperationKind::RunSql(_));
        let statements: Vec<Statement> =
            compiled.steps.iter().flat_map(|step| self.statements(step, own, false)).collect();
        let meaning = if self.skipped.contains(&atom.path) {
            Vec::new()
        } else if own {
            meaning::of_script(&statements)
        } else {
            meaning::of_states(self.app, atom.operation, &atom.from, &atom.to, self.context)
        };
        PlannedOperation {
            operation: Some(atom.operation),
            path: atom.path,
            before: atom.from,
            after: atom.to,
            meaning,
            statements,
            code: compiled.steps.iter().any(|step| !matches!(step, Step::Sql(_))),
            function: None,
            reverse_function: None,
        }
    }

    fn statements(&self, step: &Step, own: bool, deferred: bool) -> Vec<Statement> {
        let Step::Sql(sql) = step else { return Vec::new() };
        let statements = split(sql, self.context.dialect).into_iter();
        statements.map(|statement| self.statement(statement.text, own, deferred)).collect()
    }

    fn statement(&self, sql: &str, own: bool, deferred: bool) -> Statement {
        let effects = effects(sql, self.context.dialect).into_iter().map(|effect| {
            let cost = impact_in(&effect, self.tables, self.context);
            (effect, cost)
        });
        Statement { sql: sql.to_owned(), own, deferred, effects: effects.collect() }
    }
}
