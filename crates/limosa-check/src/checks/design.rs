//! Design; asked for by name.

use limosa_sql::effect::{ColumnDefinition, ConstraintKind, Effect, TableChange};

use crate::finding::Findings;
use crate::subject::Subject;

pub(super) mod char_type;
pub(super) mod domain_constraint;
pub(super) mod force_create;
pub(super) mod foreign_key_type_differs;
pub(super) mod foreign_key_without_index;
pub(super) mod hash_index;
pub(super) mod json_not_jsonb;
pub(super) mod name_too_long;
pub(super) mod not_repeatable;
pub(super) mod prefer_bigint;
pub(super) mod prefer_identity;
pub(super) mod prefer_text;
pub(super) mod prefer_timestamptz;
pub(super) mod small_primary_key;
pub(super) mod table_without_schema;
pub(super) mod wide_index;

/// Whole numbers of 32 bits or fewer.
const SMALL_INTEGERS: [&str; 10] =
    ["integer", "int", "int4", "smallint", "int2", "mediumint", "serial", "smallserial", "serial4", "serial2"];

/// A column that gets a type.
struct TypedColumn<'a> {
    effect: &'a Effect,
    table: &'a str,
    column: &'a str,
    /// As it is written.
    data_type: &'a str,
    /// In lower case, without a length.
    name: String,
    primary_key: bool,
    refers: bool,
}

impl TypedColumn<'_> {
    /// Reports that the column is of that type, and what speaks against it.
    fn report(&self, findings: &mut Findings<'_>, what: &str, help: &str) {
        let Self { effect, table, column, data_type, .. } = self;
        findings.about(effect, format!("`{table}.{column}` is `{data_type}`{what}")).help(help).table(table);
    }
}

/// Returns the columns that an operation makes, and those to which it gives another type.
fn typed_columns<'a>(subject: &Subject<'a>) -> Vec<TypedColumn<'a>> {
    let mut found = Vec::new();
    for effect in subject.meant() {
        let mut typed = |table: &'a str, column: &'a str, data_type: &'a str, primary_key: bool, refers: bool| {
            found.push(TypedColumn {
                effect,
                table,
                column,
                data_type,
                name: type_name(data_type),
                primary_key,
                refers,
            });
        };
        match effect {
            Effect::CreateTable { table, columns, constraints, temporary: false, .. } => {
                let key = |column: &ColumnDefinition| {
                    let names = |kind: &ConstraintKind| matches!(kind, ConstraintKind::PrimaryKey(key) if *key == [column.name.as_str()]);
                    column.primary_key || constraints.iter().any(names)
                };
                for column in columns {
                    typed(table, &column.name, &column.data_type, key(column), column.references.is_some());
                }
            }
            Effect::AlterTable { table, change: TableChange::AddColumn(column) } => {
                typed(table, &column.name, &column.data_type, column.primary_key, column.references.is_some());
            }
            Effect::AlterTable { table, change: TableChange::AlterType { column, to, .. } } => {
                typed(table, column, to, false, false);
            }
            Effect::AlterTable { table, change: TableChange::ModifyColumn { to, .. } } => {
                typed(table, &to.name, &to.data_type, to.primary_key, to.references.is_some());
            }
            _ => {}
        }
    }
    found
}

/// Returns the name of a type in lower case, without a length, the brackets of an array, its schema and what follows on MySQL.
fn type_name(data_type: &str) -> String {
    let mut name = String::new();
    let mut depth = 0_u32;
    // The name of the catalog may be quoted; `"char"` is another type than `char`.
    for letter in data_type.to_lowercase().replace("\"bpchar\"", "bpchar").chars() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => name.push(letter),
            _ => {}
        }
    }
    let words = name.strip_prefix("pg_catalog.").unwrap_or(&name).split_whitespace();
    let words = words.filter(|word| !["array", "unsigned", "zerofill", "auto_increment"].contains(word));
    words.collect::<Vec<_>>().join(" ")
}
