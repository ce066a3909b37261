//! What differs between the schema that there should be and the one that there is.

mod mysql;

use std::fmt;

use smol_str::SmolStr;

use super::{Catalog, Column, Constraint, Table, TableKind};
use crate::dialect::Dialect;

/// A difference in one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: SmolStr,
    /// What differs.
    pub kind: DifferenceKind,
}

/// What differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DifferenceKind {
    /// The table is not there.
    NoTable,
    /// A column is not there.
    NoColumn(SmolStr),
    /// A column is there that nobody knows.
    OtherColumn(SmolStr),
    /// A column is not as it should be.
    Column {
        /// The column.
        name: SmolStr,
        /// What of it differs.
        aspect: Aspect,
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A constraint or an index is not there.
    NoConstraint(Constraint),
    /// A constraint or an index is there that nobody knows.
    OtherConstraint(Constraint),
}

/// What of a column differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// The type.
    Type,
    /// Whether it may hold null.
    Null,
    /// Whether the database numbers it.
    Numbering,
    /// Whether it is generated from others.
    Generated,
    /// The collation.
    Collation,
    /// The comment.
    Comment,
}

/// Compares the tables that should be there with those that are; others that are there are left alone.
///
/// Columns are compared by name, in any order; constraints and indexes by what they do, not by their names. Defaults, the conditions of
/// partial indexes and the expressions of checks are not compared: databases write them anew.
pub fn differences(expected: &Catalog, found: &Catalog) -> Vec<Difference> {
    let mut differences = Vec::new();
    let dialect = expected.dialect();
    for table in expected.tables().filter(|table| table.kind == TableKind::Table) {
        let mut add = |kind| differences.push(Difference { table: table.name.clone(), kind });
        match counterpart(found, &table.name) {
            None => add(DifferenceKind::NoTable),
            Some(other) => {
                columns(dialect, table, other, &mut add);
                constraints(dialect, table, other, &mut add);
            }
        }
    }
    differences
}

/// Returns the table of a name; MySQL may keep names of tables in lower case.
fn counterpart<'c>(found: &'c Catalog, name: &str) -> Option<&'c Table> {
    found.table(name).or_else(|| match found.dialect() {
        Dialect::MySql => found.tables().find(|table| table.name.eq_ignore_ascii_case(name)),
        Dialect::Postgres | Dialect::Sqlite => None,
    })
}

fn columns(dialect: Dialect, expected: &Table, found: &Table, add: &mut impl FnMut(DifferenceKind)) {
    for column in &expected.columns {
        match found.column(&column.name) {
            None => add(DifferenceKind::NoColumn(column.name.clone())),
            Some(other) => aspects(dialect, column, other, add),
        }
    }
    for column in found.columns.iter().filter(|column| expected.column(&column.name).is_none()) {
        add(DifferenceKind::OtherColumn(column.name.clone()));
    }
}

fn aspects(dialect: Dialect, expected: &Column, found: &Column, add: &mut impl FnMut(DifferenceKind)) {
    let null = |column: &Column| if column.nullable { "null allowed" } else { "no null" }.to_owned();
    let yes = |value: bool| if value { "yes" } else { "no" }.to_owned();
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).unwrap_or("none").to_owned();
    let data_type = |column: &Column| match dialect {
        Dialect::MySql => mysql::data_type(column),
        Dialect::Postgres | Dialect::Sqlite => column.data_type.to_ascii_lowercase(),
    };
    let collations = match dialect {
        Dialect::MySql => (mysql::collation(expected, found), mysql::collation(found, expected)),
        Dialect::Postgres | Dialect::Sqlite => (expected.collation.as_deref(), found.collation.as_deref()),
    };
    let pairs = [
        (Aspect::Type, data_type(expected), data_type(found)),
        (Aspect::Null, null(expected), null(found)),
        (Aspect::Numbering, yes(expected.auto), yes(found.auto)),
        (Aspect::Generated, yes(expected.generated), yes(found.generated)),
        (Aspect::Collation, text(collations.0), text(collations.1)),
        (Aspect::Comment, text(expected.comment.as_deref()), text(found.comment.as_deref())),
    ];
    for (aspect, expected_value, found_value) in pairs {
        if expected_value != found_value {
            let name = expected.name.clone();
            add(DifferenceKind::Column { name, aspect, expected: expected_value, found: found_value });
        }
    }
}

fn constraints(dialect: Dialect, expected: &Table, found: &Table, add: &mut impl FnMut(DifferenceKind)) {
    // What the database made for a foreign key goes and comes with that.
    let is_own = |constraint: &&Constraint| match dialect {
        Dialect::MySql => mysql::is_own(constraint),
        Dialect::Postgres | Dialect::Sqlite => !constraint.generated && !constraint.inline,
    };
    let own = |table: &Table| -> Vec<Constraint> { table.constraints.iter().filter(is_own).cloned().collect() };
    let mut left = own(found);
    for constraint in own(expected) {
        let same = left
            .iter()
            .position(|other| other.name == constraint.name && does_the_same(&constraint, other))
            .or_else(|| left.iter().position(|other| does_the_same(&constraint, other)));
        match same {
            Some(index) => drop(left.swap_remove(index)),
            None => add(DifferenceKind::NoConstraint(constraint)),
        }
    }
    left.sort_by(|a, b| a.name.cmp(&b.name));
    left.into_iter().for_each(|constraint| add(DifferenceKind::OtherConstraint(constraint)));
}

fn does_the_same(one: &Constraint, other: &Constraint) -> bool {
    let same_columns = one.columns == other.columns
        // Databases report the columns of a check in an order of their own, or not at all.
        || (one.check && other.check && one.name == other.name);
    // On MySQL a foreign key may have its index under its own name.
    if one.foreign_key.is_some() {
        return same_columns && one.foreign_key == other.foreign_key;
    }
    same_columns
        && one.primary_key == other.primary_key
        && one.unique == other.unique
        && one.check == other.check
        && one.index == other.index
        && one.foreign_key == other.foreign_key
}

impl Difference {
    /// Returns whether two differences are about the same table, column, or constraint.
    pub fn is_about_the_same(&self, other: &Self) -> bool {
        use DifferenceKind as Kind;
        self.table == other.table
            && match (&self.kind, &other.kind) {
                (Kind::NoTable, Kind::NoTable) => true,
                (Kind::Column { name, aspect, .. }, Kind::Column { name: other, aspect: its, .. }) => {
                    name == other && aspect == its
                }
                (
                    Kind::NoColumn(name) | Kind::OtherColumn(name) | Kind::Column { name, .. },
                    Kind::NoColumn(other) | Kind::OtherColumn(other) | Kind::Column { name: other, .. },
                ) => name == other,
                (Kind::NoConstraint(one), Kind::NoConstraint(other))
                | (Kind::OtherConstraint(one), Kind::OtherConstraint(other)) => does_the_same(one, other),
                _ => false,
            }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = &self.table;
        match &self.kind {
            DifferenceKind::NoTable => write!(f, "table `{table}` is not there"),
            DifferenceKind::NoColumn(name) => write!(f, "column `{name}` of `{table}` is not there"),
            DifferenceKind::OtherColumn(name) => write!(f, "`{table}` has a column `{name}` that no migration makes"),
            DifferenceKind::Column { name, aspect, expected, found } => {
                let what = match aspect {
                    Aspect::Type => "type",
                    Aspect::Null => "null",
                    Aspect::Numbering => "numbering",
                    Aspect::Generated => "generation",
                    Aspect::Collation => "collation",
                    Aspect::Comment => "comment",
                };
                write!(f, "{what} of column `{name}` of `{table}` is {found}, not {expected}")
            }
            DifferenceKind::NoConstraint(constraint) => {
                write!(f, "{} of `{table}` is not there", described(constraint))
            }
            DifferenceKind::OtherConstraint(constraint) => {
                write!(f, "`{table}` has {} that no migration makes", described(constraint))
            }
        }
    }
}

fn described(constraint: &Constraint) -> String {
    let what = if constraint.primary_key {
        "primary key"
    } else if constraint.foreign_key.is_some() {
        "foreign key"
    } else if constraint.unique && constraint.index {
        "unique index"
    } else if constraint.unique {
        "unique constraint"
    } else if constraint.check {
        "check"
    } else if constraint.index {
        "index"
    } else {
        "constraint"
    };
    let columns: Vec<&str> = constraint.columns.iter().map(|column| column.as_deref().unwrap_or("…")).collect();
    format!("{what} `{}` on ({})", constraint.name, columns.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    fn catalog(tables: &[Table]) -> Catalog {
        let mut catalog = Catalog::new(Dialect::Postgres);
        tables.iter().for_each(|table| catalog.create_table(table.clone()));
        catalog
    }

    #[test]
    fn differences_in_words() {
        let table = || {
            let mut table = Table::new("post");
            table.columns = vec![Column::new("id", "bigint"), Column::new("title", "text")];
            table.constraints = vec![Constraint::primary_key("pk", ["id"]), Constraint::index("i", ["title"])];
            table
        };
        assert_eq!(differences(&catalog(&[table()]), &catalog(&[table(), Table::new("other")])), []);
        let mut changed = table();
        changed.columns[0].nullable = false;
        changed.columns[1] = Column::new("name", "TEXT");
        changed.constraints[0].name = "another_name".into();
        changed.constraints[1].columns = vec![Some("name".into())];
        let found = differences(&catalog(&[table(), Table::new("gone")]), &catalog(&[changed]));
        let words: Vec<String> = found.iter().map(ToString::to_string).collect();
        let expected = [
            "null of column `id` of `post` is no null, not null allowed",
            "column `title` of `post` is not there",
            "`post` has a column `name` that no migration makes",
            "index `i` on (title) of `post` is not there",
            "`post` has index `i` on (name) that no migration makes",
            "table `gone` is not there",
        ];
        assert_eq!(words, expected);
    }
}
