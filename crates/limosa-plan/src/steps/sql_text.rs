//! The SQL that a project wrote itself.

use limosa_model::Value;
use limosa_model::operations::Sql;
use limosa_sql::dialect::{Context, Dialect};
use limosa_sql::expression::ExpressionError;
use limosa_sql::literal::Literal;
use limosa_sql::split;

use super::StepErrorKind;

/// Returns the statements of a `RunSQL` as Django sends them, or as `sqlmigrate` prints them when they are only collected.
///
/// Source: Django `db/migrations/operations/special.py`, `RunSQL._run_sql`; `db/backends/*/operations.py`,
/// `prepare_sql_script`: PostgreSQL gets a script whole, the others statement by statement.
pub(super) fn statements(sql: &Sql, context: &Context, collecting: bool) -> Result<Vec<String>, StepErrorKind> {
    match sql {
        Sql::Script(script) if script.is_empty() => Ok(Vec::new()),
        Sql::Script(script) if context.dialect == Dialect::Postgres => Ok(vec![script.to_string()]),
        Sql::Script(script) => Ok(split::django_statements(script)),
        Sql::Statements(statements) => {
            let bound = statements.iter().map(|(sql, params)| match params {
                None => Ok(sql.to_string()),
                Some(params) => {
                    let write =
                        |value: &Literal| if collecting { value.quote(context) } else { value.executed(context) };
                    bind(sql, params, write).map_err(StepErrorKind::Parameters)
                }
            });
            bound.collect()
        }
    }
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

/// Puts parameters into a statement as literals: `%s` in order, `%(name)s` by name, `%%` for a percent sign.
fn bind(
    sql: &str,
    params: &Value,
    write: impl Fn(&Literal) -> Result<String, ExpressionError>,
) -> Result<String, String> {
    let mut bound = String::with_capacity(sql.len());
    let (mut rest, mut next) = (sql, 0);
    while let Some(percent) = rest.find('%') {
        bound.push_str(&rest[..percent]);
        rest = &rest[percent + 1..];
        let value = if let Some(tail) = rest.strip_prefix('%') {
            bound.push('%');
            rest = tail;
            continue;
        } else if let Some(tail) = rest.strip_prefix('s') {
            rest = tail;
            let value = params.items().and_then(|items| items.get(next));
            next += 1;
            value.ok_or_else(|| format!("there are fewer than {next}"))?
        } else if let Some((name, tail)) = rest.strip_prefix('(').and_then(|tail| tail.split_once(")s")) {
            rest = tail;
            let pair = params.pairs().and_then(|pairs| pairs.iter().find(|(key, _)| key.as_str() == Some(name)));
            pair.map(|(_, value)| value).ok_or_else(|| format!("`{name}` is missing"))?
        } else {
            return Err("`%` is followed by neither `s` nor `%`".into());
        };
        let literal = Literal::from_value(value).and_then(|literal| write(&literal));
        bound.push_str(&literal.map_err(|error| error.to_string())?);
    }
    bound.push_str(rest);
    match params.items() {
        Some(items) if items.len() > next => Err(format!("there are {} for {next} places", items.len())),
        _ => Ok(bound),
    }
}
