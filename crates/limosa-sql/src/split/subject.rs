//! What a statement that changes a schema is about, as far as its words tell.

use super::scan::TokenKind;
use super::words::Words;
use crate::dialect::Dialect;

/// What a statement is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The table that it changes, without quotes and with its schema, if it names one.
    pub table: Option<String>,
    /// What it demands of the rows that are there.
    pub demand: Option<Demand>,
}

/// What a statement demands of the rows of its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// No two rows have the same values in these columns.
    Unique(Vec<String>),
    /// The column's values are there in a column of another table.
    Reference {
        /// The column that refers.
        column: String,
        /// The table that is referred to.
        to_table: String,
        /// The column that is referred to.
        to_column: String,
    },
    /// The column has a value.
    NotNull(String),
    /// The condition, as it is written, holds.
    Check(String),
}

/// Returns what a statement is about: the table of `ALTER TABLE`, `CREATE INDEX`, `INSERT`, `UPDATE` or `DELETE`, and what a
/// constraint that it adds demands.
///
/// Columns of an index that are expressions are left alone: then nothing is said about what it demands.
pub fn subject(sql: &str, dialect: Dialect) -> Subject {
    let words = Words::of(sql, dialect);
    let Some(at) = words.table_at() else { return Subject::default() };
    let (table, next) = words.name(at);
    Subject { demand: table.as_ref().and_then(|_| words.demand(next)), table }
}

impl Words<'_> {
    /// Returns where the name of the table begins.
    pub(super) fn table_at(&self) -> Option<usize> {
        let at = if self.is(0, &["ALTER", "TABLE"]) {
            2
        } else if self.is(0, &["INSERT"]) || self.is(0, &["REPLACE"]) {
            self.find(1, &["INTO"])? + 1
        } else if self.is(0, &["DELETE", "FROM"]) {
            2
        } else if self.is(0, &["UPDATE"]) {
            1
        } else if self.is(0, &["CREATE"]) && self.find(1, &["INDEX"]).is_some_and(|index| index < 4) {
            self.find(2, &["ON"])? + 1
        } else {
            return None;
        };
        let at = if self.is(at, &["IF", "EXISTS"]) { at + 2 } else { at };
        Some(if self.is(at, &["ONLY"]) { at + 1 } else { at })
    }

    fn demand(&self, from: usize) -> Option<Demand> {
        if self.is(0, &["CREATE", "UNIQUE"]) {
            let open = (from..self.tokens.len()).find(|at| self.kind(*at) == Some(TokenKind::Open))?;
            // A partial index demands something of some rows only.
            return self.names(open).filter(|_| self.find(open, &["WHERE"]).is_none()).map(Demand::Unique);
        }
        if !self.is(0, &["ALTER", "TABLE"]) {
            return None;
        }
        if let Some(at) = self.find(from, &["FOREIGN", "KEY"]) {
            let [column] = <[String; 1]>::try_from(self.names(at + 2)?).ok()?;
            let (to_table, next) = self.name(self.find(at, &["REFERENCES"])? + 1);
            let [to_column] = <[String; 1]>::try_from(self.names(next)?).ok()?;
            return Some(Demand::Reference { column, to_table: to_table?, to_column });
        }
        if let Some(at) = self.find(from, &["UNIQUE"]) {
            return self.names(at + 1).map(Demand::Unique);
        }
        if let Some(at) = self.find(from, &["CHECK"]) {
            return self.inside(at + 1).map(|condition| Demand::Check(condition.to_owned()));
        }
        if self.is(from, &["ALTER", "COLUMN"]) && self.find(from, &["SET", "NOT", "NULL"]).is_some() {
            return self.part(from + 2).map(Demand::NotNull);
        }
        if self.is(from, &["MODIFY"]) && self.find(from, &["NOT", "NULL"]).is_some() {
            let at = if self.is(from + 1, &["COLUMN"]) { from + 2 } else { from + 1 };
            return self.part(at).map(Demand::NotNull);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_demands() {
        use Dialect::{MySql, Postgres, Sqlite};
        let unique = |columns: &[&str]| Some(Demand::Unique(columns.iter().map(ToString::to_string).collect()));
        let reference = Some(Demand::Reference { column: "b_id".into(), to_table: "b".into(), to_column: "id".into() });
        for (dialect, sql, table, demand) in [
            (Postgres, r#"ALTER TABLE "a" ADD CONSTRAINT "u" UNIQUE ("x", "y y")"#, Some("a"), unique(&["x", "y y"])),
            (Postgres, r#"ALTER TABLE "s"."a" ADD CONSTRAINT "u" UNIQUE (x)"#, Some("s.a"), unique(&["x"])),
            (
                Postgres,
                r#"CREATE UNIQUE INDEX CONCURRENTLY "i" ON "a" USING btree ("x" text_ops, "y" DESC)"#,
                Some("a"),
                unique(&["x", "y"]),
            ),
            (Postgres, r#"CREATE UNIQUE INDEX "i" ON "a" (lower("x"))"#, Some("a"), None),
            (Postgres, r#"CREATE UNIQUE INDEX "i" ON "a" ("x") WHERE "y""#, Some("a"), None),
            (
                Postgres,
                r#"ALTER TABLE "a" ALTER COLUMN "x" SET NOT NULL"#,
                Some("a"),
                Some(Demand::NotNull("x".into())),
            ),
            (
                Postgres,
                r#"ALTER TABLE "a" ADD CONSTRAINT "c" CHECK (("x" > 0 AND "y" = ')'))"#,
                Some("a"),
                Some(Demand::Check(r#"("x" > 0 AND "y" = ')')"#.into())),
            ),
            (
                Postgres,
                r#"ALTER TABLE "a" ADD CONSTRAINT "f" FOREIGN KEY ("b_id") REFERENCES "b" ("id") DEFERRABLE"#,
                Some("a"),
                reference.clone(),
            ),
            (
                MySql,
                "ALTER TABLE `a` ADD CONSTRAINT `f` FOREIGN KEY (`b_id`) REFERENCES `b` (`id`)",
                Some("a"),
                reference,
            ),
            (MySql, "ALTER TABLE `a` MODIFY `x` integer NOT NULL", Some("a"), Some(Demand::NotNull("x".into()))),
            (MySql, "ALTER TABLE `a` MODIFY `x` integer NULL", Some("a"), None),
            (MySql, "ALTER TABLE `a``b` ADD UNIQUE (x)", Some("a`b"), unique(&["x"])),
            (Sqlite, r#"INSERT INTO "new__a" ("x") SELECT "x" FROM "a""#, Some("new__a"), None),
            (Sqlite, "update a set x = 1", Some("a"), None),
            (Sqlite, "DELETE FROM a", Some("a"), None),
            (Sqlite, "DROP TABLE a", None, None),
            (Sqlite, "CREATE UNIQUE INDEX i ON", None, None),
        ] {
            let expected = Subject { table: table.map(str::to_owned), demand };
            assert_eq!(subject(sql, dialect), expected, "{sql}");
        }
    }
}
