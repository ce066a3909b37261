//! The SQL that a project wrote itself.

use limosa_model::operations::Sql;
use limosa_sql::dialect::{Context, Dialect};
use limosa_sql::split;

use super::{Step, StepErrorKind};

/// Returns the statements of a `RunSQL` as Django sends them.
///
/// Source: Django `db/migrations/operations/special.py`, `RunSQL._run_sql`; `db/backends/*/operations.py`,
/// `prepare_sql_script`: PostgreSQL gets a script whole, the others statement by statement.
pub(super) fn steps(sql: &Sql, context: &Context) -> Result<Vec<Step>, StepErrorKind> {
    let statements = match sql {
        Sql::Script(script) if script.is_empty() => Vec::new(),
        Sql::Script(script) if context.dialect == Dialect::Postgres => vec![script.to_string()],
        Sql::Script(script) => split::django_statements(script),
        Sql::Statements(statements) => {
            let bound = statements.iter().map(|(sql, params)| match params {
                None => Ok(sql.to_string()),
                Some(params) => limosa_sql::literal::interpolate(sql, params, context)
                    .map_err(|error| StepErrorKind::Parameters(error.to_string())),
            });
            bound.collect::<Result<_, _>>()?
        }
    };
    Ok(statements.into_iter().map(Step::Sql).collect())
}

/// Returns whether a script certainly leaves the schema as it is: its statements only read or change rows.
pub(super) fn changes_only_rows(script: &str) -> bool {
    const ROWS: [&str; 4] = ["INSERT", "UPDATE", "DELETE", "SET"];
    script.split(';').all(|statement| {
        let statement = statement.trim_start();
        let word: String = statement.chars().take_while(char::is_ascii_alphabetic).collect();
        statement.is_empty() || ROWS.contains(&word.to_ascii_uppercase().as_str())
    })
}
