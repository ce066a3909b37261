//! DS013.

use limosa_sql::effect::{ConstraintKind, Effect, TableChange};
use limosa_sql::model::Models;

use super::type_name;
use crate::check::declare;
use crate::finding::Findings;
use crate::known;
use crate::subject::Subject;

declare! {
    /// A foreign key has another type than the key that it refers to.
    ///
    /// One day a value does not fit, and until then each comparison converts.
    ///
    /// # Example
    ///
    /// ```sql
    /// ALTER TABLE shop_order ADD COLUMN payer integer REFERENCES shop_customer (id);
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql
    /// ALTER TABLE shop_order ADD COLUMN payer bigint REFERENCES shop_customer (id);
    /// ```
    "DS013" "foreign-key-type-differs",
    group: Design,
    level: Warning,
    opt_in: true,
    databases: [Postgres],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(statement) = subject.statement.filter(|statement| statement.own) else { return };
    for (effect, _) in &statement.effects {
        let keys: Vec<(&str, &str, Option<String>, &str)> = match effect {
            Effect::CreateTable { table, columns, constraints, .. } => {
                let own = columns.iter().filter_map(|column| {
                    Some((
                        table.as_str(),
                        column.name.as_str(),
                        Some(column.data_type.clone()),
                        column.references.as_deref()?,
                    ))
                });
                let of_constraints = constraints.iter().filter_map(|kind| {
                    let (name, to_table) = single(kind)?;
                    let column = columns.iter().find(|column| column.name == name)?;
                    Some((table.as_str(), name, Some(column.data_type.clone()), to_table))
                });
                own.chain(of_constraints).collect()
            }
            Effect::AlterTable { table, change: TableChange::AddColumn(column) } => {
                let key = column
                    .references
                    .as_deref()
                    .map(|to| (table.as_str(), column.name.as_str(), Some(column.data_type.clone()), to));
                key.into_iter().collect()
            }
            Effect::AlterTable { table, change: TableChange::AddConstraint { kind, .. } } => single(kind)
                .map(|(name, to)| (table.as_str(), name, column_type(subject, table, Some(name)), to))
                .into_iter()
                .collect(),
            _ => continue,
        };
        for (table, column, data_type, to_table) in keys {
            // What names another column than the primary key is not known.
            let Some((data_type, target)) = data_type.zip(column_type(subject, to_table, None)) else { continue };
            if plain(&data_type) != plain(&target) && names_primary_key(subject, &statement.sql, to_table) {
                findings
                    .report(format!("`{table}.{column}` is `{data_type}`, and the key of `{to_table}` is `{target}`"))
                    .help(format!("give it the type `{target}`"))
                    .table(table);
            }
        }
    }
}

/// Returns column and table of a foreign key over one column.
fn single(kind: &ConstraintKind) -> Option<(&str, &str)> {
    match kind {
        ConstraintKind::ForeignKey { columns, to_table } if columns.len() == 1 => Some((columns.first()?, to_table)),
        _ => None,
    }
}

/// Returns the type of a column of a model's table, or of its primary key.
fn column_type(subject: &Subject<'_>, table: &str, column: Option<&str>) -> Option<String> {
    let state = &subject.operation?.before;
    let model = known::model(state, subject.context(), table)?;
    let view = match column {
        Some(column) => model.fields.iter().find(|view| view.column_name() == column)?,
        None => model.pk.as_ref()?,
    };
    Some(Models::new(state, subject.context()).db_type(view).ok()??.to_string())
}

/// Returns whether a statement refers to the primary key of a table: by its name, or by none.
fn names_primary_key(subject: &Subject<'_>, sql: &str, table: &str) -> bool {
    let sql = sql.to_lowercase().replace('"', "");
    let Some((_, rest)) = sql.split_once(&format!("references {}", table.to_lowercase())) else { return false };
    let Some(named) = rest.trim_start().strip_prefix('(').and_then(|rest| rest.split(')').next()) else { return true };
    let Some(state) = subject.operation.map(|operation| &operation.before) else { return false };
    let key = known::model(state, subject.context(), table).and_then(|model| model.pk);
    key.is_some_and(|key| key.column_name() == named.trim())
}

/// Returns a type as it is compared.
fn plain(data_type: &str) -> String {
    let name = type_name(data_type);
    match name.as_str() {
        "int" | "int4" | "serial" => "integer".into(),
        "int8" | "bigserial" => "bigint".into(),
        "int2" | "smallserial" => "smallint".into(),
        "character varying" => "varchar".into(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn as_it_should() {
        expect_everywhere(
            &CHECK,
            &[
                (r#"ALTER TABLE shop_order ADD CONSTRAINT k FOREIGN KEY (number) REFERENCES shop_customer"#, 1),
                (r#"CREATE TABLE fresh (a int4 REFERENCES shop_customer (id), b int8 REFERENCES shop_customer)"#, 1),
                (r#"CREATE TABLE fresh (a int, FOREIGN KEY (a) REFERENCES "shop_customer" ("id"))"#, 1),
                (r#"CREATE TABLE fresh (a text REFERENCES shop_customer (email))"#, 0),
                (r#"CREATE TABLE fresh (a int REFERENCES elsewhere (id))"#, 0),
            ],
        );
    }
}
