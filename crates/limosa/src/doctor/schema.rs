//! Drift: the schema that the recorded migrations make, compared with the one that the database holds.

mod own_sql;

use std::sync::Arc;

use limosa_db::{ConnectOptions, Connection, DatabaseUrl, introspect};
use limosa_engine::runner::{Fake, Job, states_forwards};
use limosa_model::graph::Direction;
use limosa_model::{Migration, MigrationId};
use limosa_plan::steps::{self, Compiler, Skipped, Step};
use limosa_sql::catalog::{Aspect, Catalog, Constraint, Difference, DifferenceKind, differences};
use limosa_sql::dialect::Dialect;
use limosa_sql::split::split;

use super::Finding;
use crate::connected::Connected;
use crate::error::Error;
use crate::situation::Situation;
use crate::workspace::Workspace;

/// What the recorded migrations make, and what of it cannot be told.
struct Expected {
    catalog: Catalog,
    /// What runs, in order.
    statements: Vec<Statement>,
    /// The migrations that hold code, whose effect on the schema is not known.
    code: Vec<MigrationId>,
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
/// Tables that no migration makes are left alone, and so are those that only the project's own SQL or code makes.
///
/// # Errors
/// When the database cannot be asked, or the steps of a recorded migration cannot be told.
pub async fn compare(workspace: &mut Workspace, connected: &Connected) -> Result<Vec<Finding>, Error> {
    let situation = Situation::read(workspace, &connected.connection, &connected.history, true).await?;
    let dialect = connected.context.dialect;
    let mut expected = expected(workspace, connected, &situation).await?;
    if dialect == Dialect::Sqlite {
        expected.catalog = made_in_memory(&expected.statements).await?;
    }
    let found = introspect::load(&connected.connection).await?;
    let differences = differences(&expected.catalog, &found);
    Ok(differences.iter().map(|difference| finding(dialect, &expected, difference)).collect())
}

/// Runs all recorded migrations over an empty catalog.
async fn expected(workspace: &mut Workspace, connected: &Connected, situation: &Situation) -> Result<Expected, Error> {
    let recorded = situation.graph.applied_plan().into_iter();
    let migrations: Vec<Arc<Migration>> =
        recorded.map(|id| workspace.migration(id).cloned()).collect::<Result<_, Error>>()?;
    let (befores, _) =
        states_forwards(workspace.base_state(), [], &migrations).map_err(|error| workspace.step_error(&error))?;
    let job = |(migration, before)| Job {
        migration,
        direction: Direction::Forwards,
        before,
        fake: Fake::No,
        python: false,
        skipped: Skipped::default(),
        undetected: Skipped::default(),
        records: Vec::new(),
    };
    let mut jobs: Vec<Job> = migrations.into_iter().zip(befores).map(job).collect();
    workspace.route(&connected.alias, &connected.context, &[], &mut jobs).await?;
    let mut catalog = Catalog::new(connected.context.dialect);
    catalog.set_server_version(connected.connection.server_version());
    let mut expected = Expected { catalog, statements: Vec::new(), code: Vec::new() };
    for job in &jobs {
        add(&mut expected, connected, job).map_err(|error| workspace.step_error(&error))?;
    }
    Ok(expected)
}

fn add(expected: &mut Expected, connected: &Connected, job: &Job) -> Result<(), steps::StepError> {
    let (context, id) = (&connected.context, &job.migration.id);
    let compiler = Compiler::new(context, &mut expected.catalog, &job.migration, &job.before, job.direction, false)?;
    let compiled = match steps::compile(compiler.without(&job.skipped)) {
        Ok((compiled, _)) => compiled,
        // SQL or code of the project, which is not followed, made what this one changes: nothing more can be told of it.
        Err(error) if error.is_wrong_catalog() => {
            expected.code.push(id.clone());
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
        own_sql::follow(&mut expected.catalog, context.dialect, &statement.sql);
    }
    if holds_code {
        expected.code.push(id.clone());
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
    let names = |statement: &&Statement| statement.is_own && statement.sql.contains(difference.table.as_str());
    if let Some(statement) = expected.statements.iter().find(names) {
        finding.kind = "schema-unclear";
        finding.details.push(format!("SQL of {} names this table: it may be the cause", statement.migration));
    }
    let code = code_beside(dialect, expected, difference);
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

/// Returns the migrations with code of the app whose migration makes the table; all, when nobody can tell whose it is.
fn code_beside(dialect: Dialect, expected: &Expected, difference: &Difference) -> Vec<String> {
    let start = format!("CREATE TABLE {} ", dialect.quote_name(&difference.table));
    let maker = expected.statements.iter().find(|statement| statement.sql.starts_with(&start));
    let is_beside = |id: &&MigrationId| maker.is_none_or(|maker| maker.migration.app == id.app);
    expected.code.iter().filter(is_beside).map(ToString::to_string).collect()
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
