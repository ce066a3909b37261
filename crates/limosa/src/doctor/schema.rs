//! Drift: the schema that the recorded migrations make, compared with the one that the database holds.

mod code;
mod models;
mod own_sql;

use std::sync::Arc;

use limosa_db::{ConnectOptions, Connection, DatabaseUrl, introspect};
use limosa_engine::bridge::Portion;
use limosa_engine::runner::{Fake, Job, states_forwards};
use limosa_model::graph::Direction;
use limosa_model::{Migration, MigrationId, ProjectState};
use limosa_plan::steps::{self, Compiler, Skipped, Step};
use limosa_source::python::sent_sql;
use limosa_sql::catalog::{Aspect, Catalog, Constraint, Difference, DifferenceKind, differences};
use limosa_sql::dialect::Dialect;
use limosa_sql::split::split;

use super::Finding;
use crate::connected::Connected;
use crate::error::Error;
use crate::migrate;
use crate::situation::Situation;
use crate::workspace::Workspace;

/// What the recorded migrations make, and what of it cannot be told.
struct Expected {
    catalog: Catalog,
    /// What runs, in order.
    statements: Vec<Statement>,
    /// The migrations that hold code, whose effect on the schema is not known.
    code: Vec<Code>,
    /// The models after all of them.
    state: ProjectState,
}

/// A migration that holds code.
struct Code {
    migration: MigrationId,
    /// The SQL that its file sends by itself.
    sent: Vec<String>,
}

/// A statement of a recorded migration.
struct Statement {
    migration: MigrationId,
    sql: String,
    /// Whether the project wrote it, so that its effect is not known.
    is_own: bool,
}

/// Compares the tables that the recorded migrations make with those that are there.
///
/// Tables that no migration makes are left alone, and so are those that only the project's own SQL or code makes. Where code may be the
/// cause of a difference, what the models say is as good, and so is what SQL in the code's file does.
///
/// # Errors
/// When the database cannot be asked, or the steps of a recorded migration cannot be told.
pub async fn compare(workspace: &mut Workspace, connected: &Connected) -> Result<Vec<Finding>, Error> {
    let situation = Situation::read(workspace, &connected.connection, &connected.history, true).await?;
    let dialect = connected.context.dialect;
    let found = introspect::load(&connected.connection).await?;
    let mut expected = expected(workspace, connected, &situation, &found).await?;
    if dialect == Dialect::Sqlite {
        expected.catalog = made_in_memory(&expected.statements).await?;
    }
    let mut differences = differences(&expected.catalog, &found);
    if differences.iter().any(|difference| expected.is_in_doubt(dialect, difference)) {
        let models = of_models(connected, &expected.state).await?;
        let left = limosa_sql::catalog::differences(&models, &found);
        differences.retain(|difference| {
            let mut code = expected.code_beside(dialect, difference);
            !expected.is_in_doubt(dialect, difference)
                || !(agree(&models, &left, difference)
                    || code.any(|code| code::explains(&code.sent, dialect, difference)))
        });
    }
    Ok(differences.iter().map(|difference| finding(dialect, &expected, difference)).collect())
}

/// Returns whether the models say of what differs that it is right.
fn agree(models: &Catalog, left: &[Difference], difference: &Difference) -> bool {
    let knows = models.table(&difference.table).is_some() != (difference.kind == DifferenceKind::NoTable);
    knows && !left.iter().any(|other| other.is_about_the_same(difference))
}

/// Returns the tables that the models have, whatever made them.
async fn of_models(connected: &Connected, state: &ProjectState) -> Result<Catalog, Error> {
    let mut catalog = Catalog::new(connected.context.dialect);
    catalog.set_server_version(connected.connection.server_version());
    let statements = models::make(&connected.context, &mut catalog, state);
    if connected.context.dialect != Dialect::Sqlite {
        return Ok(catalog);
    }
    let statement = |sql| Statement { migration: MigrationId::new("", ""), sql, is_own: true };
    made_in_memory(&statements.into_iter().map(statement).collect::<Vec<_>>()).await
}

/// Runs all recorded migrations over an empty catalog.
async fn expected(
    workspace: &mut Workspace,
    connected: &Connected,
    situation: &Situation,
    found: &Catalog,
) -> Result<Expected, Error> {
    let migrations: Vec<Arc<Migration>> = migrate::applied(workspace, &situation.graph, &situation.parts)?;
    let (befores, state) =
        states_forwards(workspace.base_state(), [], &migrations).map_err(|error| workspace.step_error(&error))?;
    let portions = migrate::applied_portions(workspace, &situation.graph, &situation.parts)?;
    let job = |((migration, before), portion): (_, Portion)| Job {
        migration,
        direction: Direction::Forwards,
        before,
        fake: Fake::No,
        python: false,
        skipped: Skipped::default(),
        undetected: Skipped::default(),
        records: Vec::new(),
        operations: portion.operations,
        is_part: false,
        statements: Vec::new(),
    };
    let mut jobs: Vec<Job> = migrations.into_iter().zip(befores).zip(portions).map(job).collect();
    workspace.route(&connected.alias, &connected.context, &[], &mut jobs).await?;
    let mut catalog = Catalog::new(connected.context.dialect);
    catalog.set_server_version(connected.connection.server_version());
    let mut expected = Expected { catalog, statements: Vec::new(), code: Vec::new(), state };
    for job in &jobs {
        add(&mut expected, found, workspace, connected, job).map_err(|error| workspace.step_error(&error))?;
    }
    Ok(expected)
}

fn add(
    expected: &mut Expected,
    found: &Catalog,
    workspace: &Workspace,
    connected: &Connected,
    job: &Job,
) -> Result<(), steps::StepError> {
    let (context, id) = (&connected.context, &job.migration.id);
    let compiler = Compiler::new(context, &mut expected.catalog, &job.migration, &job.before, job.direction, false)?;
    let compiled = match steps::compile(compiler.without(&job.skipped)) {
        Ok((compiled, _)) => compiled,
        // SQL or code of the project, which is not followed, made what this one changes: nothing more can be told of it.
        Err(error) if error.is_wrong_catalog() => {
            expected.code.push(Code::of(workspace, &job.migration));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let mut holds_code = false;
    for compiled in compiled {
        let is_own = compiled.operation.is_some_and(own_sql::executes);
        for step in compiled.steps {
            match step {
                Step::Sql(sql) => expected.statements.push(Statement { migration: id.clone(), sql, is_own }),
                Step::Python { .. } | Step::Rust { .. } => holds_code = true,
            }
        }
    }
    for statement in expected.statements.iter().filter(|statement| statement.is_own && statement.migration == *id) {
        own_sql::follow(&mut expected.catalog, found, &statement.sql);
    }
    if holds_code {
        expected.code.push(Code::of(workspace, &job.migration));
    }
    Ok(())
}

/// Makes the schema in a database in memory, SQL of the project included: SQLite itself knows best what its statements make.
async fn made_in_memory(statements: &[Statement]) -> Result<Catalog, Error> {
    let url = DatabaseUrl::parse("sqlite::memory:")?;
    let connection = Connection::open(&url, &ConnectOptions::default()).await?;
    connection.execute("PRAGMA foreign_keys = OFF").await?;
    for statement in statements {
        for part in split(&statement.sql, Dialect::Sqlite) {
            match connection.execute(part.text).await {
                // Without the rows that are there it may have no meaning; what it names is doubtful anyway.
                Err(_) if statement.is_own => {}
                done => drop(done?),
            }
        }
    }
    Ok(introspect::load(&connection).await?)
}

fn finding(dialect: Dialect, expected: &Expected, difference: &Difference) -> Finding {
    let mut finding = Finding::new("schema-drift", difference.to_string());
    if let Some(statement) = expected.sql_about(difference) {
        finding.kind = "schema-unclear";
        finding.details.push(format!("SQL of {} names this table: it may be the cause", statement.migration));
    }
    let code: Vec<String> = expected.code_beside(dialect, difference).map(|code| code.migration.to_string()).collect();
    if !code.is_empty() {
        finding.kind = "schema-unclear";
        finding.details.push(format!("code of {} is not looked at: it may be the cause", code.join(", ")));
    }
    let start = if finding.kind == "schema-drift" {
        "what would mend it"
    } else {
        "what would mend it, if nothing of that is the cause"
    };
    finding.help = mending(dialect, expected, difference).map(|sql| format!("{start}: {sql}"));
    finding
}

impl Expected {
    /// Returns whether SQL that is not followed, or code, may be the cause of a difference.
    fn is_in_doubt(&self, dialect: Dialect, difference: &Difference) -> bool {
        let not_followed =
            |statement: &Statement| dialect != Dialect::Sqlite && !own_sql::is_followed(&statement.sql, dialect);
        let mut about = self.statements.iter().filter(|statement| statement.is_own_about(difference));
        about.any(not_followed) || self.code_beside(dialect, difference).next().is_some()
    }

    /// Returns the first statement of the project that names the table.
    fn sql_about(&self, difference: &Difference) -> Option<&Statement> {
        self.statements.iter().find(|statement| statement.is_own_about(difference))
    }

    /// Returns the migrations with code of the app whose migration makes the table; all, when nobody can tell whose it is.
    fn code_beside(&self, dialect: Dialect, difference: &Difference) -> impl Iterator<Item = &Code> {
        let start = format!("CREATE TABLE {} ", dialect.quote_name(&difference.table));
        let maker = self.statements.iter().find(|statement| statement.sql.starts_with(&start));
        self.code.iter().filter(move |code| maker.is_none_or(|maker| maker.migration.app == code.migration.app))
    }
}

impl Statement {
    fn is_own_about(&self, difference: &Difference) -> bool {
        self.is_own && self.sql.contains(difference.table.as_str())
    }
}

impl Code {
    fn of(workspace: &Workspace, migration: &Migration) -> Self {
        let source = migration.source.and_then(|source| workspace.sources().get(source));
        let sent = source.map_or_else(Vec::new, |source| sent_sql(&source));
        Self { migration: migration.id.clone(), sent }
    }
}

/// Returns the SQL that would mend a difference, where one statement can.
fn mending(dialect: Dialect, expected: &Expected, difference: &Difference) -> Option<String> {
    let quote = |name: &str| dialect.quote_name(name).to_string();
    let table = quote(&difference.table);
    match &difference.kind {
        DifferenceKind::NoTable => None,
        DifferenceKind::NoColumn(name) => {
            let column = expected.catalog.table(&difference.table)?.column(name)?;
            Some(format!("ALTER TABLE {table} ADD COLUMN {} {}", quote(name), column.data_type))
        }
        DifferenceKind::OtherColumn(name) => Some(format!("ALTER TABLE {table} DROP COLUMN {}", quote(name))),
        DifferenceKind::Column { name, aspect: Aspect::Null, .. } if dialect == Dialect::Postgres => {
            let column = expected.catalog.table(&difference.table)?.column(name)?;
            let action = if column.nullable { "DROP" } else { "SET" };
            Some(format!("ALTER TABLE {table} ALTER COLUMN {} {action} NOT NULL", quote(name)))
        }
        DifferenceKind::Column { name, aspect: Aspect::Type, .. } if dialect == Dialect::Postgres => {
            let column = expected.catalog.table(&difference.table)?.column(name)?;
            Some(format!("ALTER TABLE {table} ALTER COLUMN {} TYPE {}", quote(name), column.data_type))
        }
        DifferenceKind::Column { .. } => None,
        DifferenceKind::NoConstraint(constraint) => {
            let name = quote(&constraint.name);
            let makes = |sql: &&str| {
                let is_index = sql.starts_with("CREATE ") && sql.contains("INDEX");
                sql.contains(&name) && (is_index || sql.contains("ADD CONSTRAINT"))
            };
            let mut statements = expected.statements.iter().rev().map(|statement| statement.sql.as_str());
            statements.find(makes).map(|sql| sql.trim_end_matches(';').to_owned())
        }
        DifferenceKind::OtherConstraint(constraint) => drop_statement(dialect, &table, constraint),
    }
}

fn drop_statement(dialect: Dialect, table: &str, constraint: &Constraint) -> Option<String> {
    let name = dialect.quote_name(&constraint.name);
    let is_constraint =
        constraint.check || constraint.primary_key || constraint.foreign_key.is_some() || !constraint.index;
    match (is_constraint, dialect) {
        (true, Dialect::Sqlite) => None,
        (true, _) => Some(format!("ALTER TABLE {table} DROP CONSTRAINT {name}")),
        (false, Dialect::MySql) => Some(format!("DROP INDEX {name} ON {table}")),
        (false, _) => Some(format!("DROP INDEX {name}")),
    }
}
