//! Which objects a statement makes, changes or drops that is not part of a transaction: where to look whether it happened.

use std::ops::Range;

use super::scan::TokenKind;
use super::words::Words;
use crate::dialect::Dialect;

/// What a statement changes, where that is not part of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it does.
    pub action: Action,
    /// What kind of objects.
    pub kind: ObjectKind,
    /// The objects as the statement names them; for a new name, the old one before it.
    pub names: Vec<String>,
    /// Where the table is named whose definition changes, in bytes.
    pub table: Option<Range<usize>>,
}

/// What is done to objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// They are made.
    Create,
    /// They are changed.
    Alter,
    /// They get new names.
    Rename,
    /// They are dropped.
    Drop,
}

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// A table or a view.
    Table,
    /// An index.
    Index,
    /// A trigger.
    Trigger,
    /// A procedure.
    Procedure,
    /// A function.
    Function,
}

/// Returns what a statement changes; nothing where its words do not tell, or where it is part of a transaction.
///
/// On PostgreSQL these are the concurrent builds of indexes, on MySQL and MariaDB all definitions.
pub fn change(sql: &str, dialect: Dialect) -> Option<Change> {
    let words = Words::of(sql, dialect);
    match dialect {
        Dialect::Postgres => words.concurrent_index(),
        Dialect::MySql => words.definition(),
        Dialect::Sqlite => None,
    }
}

impl Words<'_> {
    /// `CREATE INDEX CONCURRENTLY` and `DROP INDEX CONCURRENTLY` of PostgreSQL.
    fn concurrent_index(&self) -> Option<Change> {
        let (action, at) = if self.is(0, &["CREATE", "INDEX", "CONCURRENTLY"]) {
            (Action::Create, 3)
        } else if self.is(0, &["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY"]) {
            (Action::Create, 4)
        } else if self.is(0, &["DROP", "INDEX", "CONCURRENTLY"]) {
            (Action::Drop, 3)
        } else {
            return None;
        };
        let kind = ObjectKind::Index;
        if action == Action::Drop {
            let names = self.listed(self.after_condition(at))?;
            return Some(Change { action, kind, names, table: None });
        }
        let at = self.after_condition(at);
        // Without a name of its own the server invents one.
        let (name, next) = self.raw(at).filter(|_| !self.is(at, &["ON"]))?;
        let on = next + usize::from(self.is(next, &["ON"])) + usize::from(self.is(next, &["ON", "ONLY"]));
        let (table, _) = self.raw(on).filter(|_| on > next)?;
        // An index lives in the schema of its table.
        let schema = table.rfind('.').map_or("", |dot| &table[..=dot]);
        let names = vec![format!("{schema}{name}")];
        Some(Change { action, kind, names, table: Some(self.range(on, table)) })
    }

    /// The definitions of MySQL and MariaDB.
    fn definition(&self) -> Option<Change> {
        let one = |action, kind, at: usize| {
            let (name, _) = self.raw(self.after_condition(at))?;
            let table = (kind == ObjectKind::Table).then(|| self.range(self.after_condition(at), name));
            Some(Change { action, kind, names: vec![name.to_owned()], table })
        };
        if self.is(0, &["CREATE", "TABLE"]) {
            return one(Action::Create, ObjectKind::Table, 2);
        }
        if self.is(0, &["RENAME", "TABLE"]) {
            return self.renamed(2);
        }
        if self.is(0, &["ALTER", "TABLE"]) {
            let change = one(Action::Alter, ObjectKind::Table, 2)?;
            return match self.find(3, &["RENAME"]) {
                Some(at) if !["COLUMN", "INDEX", "KEY"].iter().any(|word| self.is(at + 1, &[word])) => {
                    let to = at + 1 + usize::from(self.is(at + 1, &["TO"]) || self.is(at + 1, &["AS"]));
                    let names = vec![change.names.first()?.clone(), self.raw(to)?.0.to_owned()];
                    Some(Change { action: Action::Rename, names, table: None, ..change })
                }
                _ => Some(change),
            };
        }
        let word = |at: usize| self.tokens.get(at).map_or(String::new(), |token| token.text.to_ascii_uppercase());
        let kind = |at: usize| match word(at).as_str() {
            "VIEW" => Some(ObjectKind::Table),
            "TRIGGER" => Some(ObjectKind::Trigger),
            "PROCEDURE" => Some(ObjectKind::Procedure),
            "FUNCTION" => Some(ObjectKind::Function),
            _ => None,
        };
        match (word(0).as_str(), word(1).as_str()) {
            ("CREATE", "INDEX" | "UNIQUE" | "FULLTEXT" | "SPATIAL") => {
                one(Action::Alter, ObjectKind::Table, self.find(2, &["ON"])? + 1)
            }
            ("DROP", "INDEX") => one(Action::Alter, ObjectKind::Table, self.find(2, &["ON"])? + 1),
            ("DROP", "TABLE" | "VIEW") => {
                let names = self.listed(self.after_condition(2))?;
                Some(Change { action: Action::Drop, kind: ObjectKind::Table, names, table: None })
            }
            ("CREATE", _) => one(Action::Create, kind(1)?, 2).map(|change| Change { table: None, ..change }),
            ("DROP", _) => one(Action::Drop, kind(1)?, 2).map(|change| Change { table: None, ..change }),
            _ => None,
        }
    }

    /// The old and new names of `RENAME TABLE`.
    fn renamed(&self, mut at: usize) -> Option<Change> {
        let mut names = Vec::new();
        loop {
            let (old, to) = self.raw(at)?;
            let (new, next) = self.raw(to + 1).filter(|_| self.is(to, &["TO"]))?;
            names.extend([old.to_owned(), new.to_owned()]);
            if self.tokens.get(next).is_none_or(|token| token.text != ",") {
                break;
            }
            at = next + 1;
        }
        Some(Change { action: Action::Rename, kind: ObjectKind::Table, names, table: None })
    }

    /// Names between commas.
    fn listed(&self, mut at: usize) -> Option<Vec<String>> {
        let mut names = Vec::new();
        loop {
            let (name, next) = self.raw(at)?;
            names.push(name.to_owned());
            if self.tokens.get(next).is_none_or(|token| token.text != ",") {
                return Some(names);
            }
            at = next + 1;
        }
    }

    /// Returns the place after `IF EXISTS` or `IF NOT EXISTS`.
    fn after_condition(&self, at: usize) -> usize {
        if self.is(at, &["IF", "EXISTS"]) {
            at + 2
        } else if self.is(at, &["IF", "NOT", "EXISTS"]) {
            at + 3
        } else {
            at
        }
    }

    /// Returns a name as it is written, with its schema, and the place after it.
    fn raw(&self, at: usize) -> Option<(&str, usize)> {
        let is_name = |at: usize| matches!(self.kind(at), Some(TokenKind::Word | TokenKind::Name));
        if !is_name(at) {
            return None;
        }
        let dotted = self.tokens.get(at + 1).is_some_and(|token| token.text == ".") && is_name(at + 2);
        let last = if dotted { at + 2 } else { at };
        Some((&self.sql[self.tokens[at].range.start..self.tokens[last].range.end], last + 1))
    }

    fn range(&self, at: usize, name: &str) -> Range<usize> {
        let start = self.tokens[at].range.start;
        start..start + name.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes() {
        use Action::{Alter, Create, Drop, Rename};
        use Dialect::{MySql, Postgres, Sqlite};
        use ObjectKind::{Index, Table, Trigger};
        for (dialect, sql, expected, table) in [
            (
                Postgres,
                r#"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "i" ON "s"."t" ("a")"#,
                Some((Create, Index, vec![r#""s"."i""#])),
                Some(r#""s"."t""#),
            ),
            (Postgres, "create index concurrently i on only t (a)", Some((Create, Index, vec!["i"])), Some("t")),
            (Postgres, "CREATE INDEX CONCURRENTLY ON t (a)", None, None),
            (Postgres, "DROP INDEX CONCURRENTLY IF EXISTS a, s.b", Some((Drop, Index, vec!["a", "s.b"])), None),
            (Postgres, "CREATE TABLE t (a integer)", None, None),
            (MySql, "CREATE TABLE `a b` (a integer)", Some((Create, Table, vec!["`a b`"])), Some("`a b`")),
            (MySql, "CREATE TABLE IF NOT EXISTS d.t LIKE u", Some((Create, Table, vec!["d.t"])), Some("d.t")),
            (MySql, "CREATE TEMPORARY TABLE t (a integer)", None, None),
            (MySql, "ALTER TABLE `t` ADD COLUMN `to` integer", Some((Alter, Table, vec!["`t`"])), Some("`t`")),
            (MySql, "ALTER TABLE `t` RENAME COLUMN a TO b", Some((Alter, Table, vec!["`t`"])), Some("`t`")),
            (MySql, "ALTER TABLE `t` RENAME TO `u`", Some((Rename, Table, vec!["`t`", "`u`"])), None),
            (MySql, "RENAME TABLE a TO b, c TO d", Some((Rename, Table, vec!["a", "b", "c", "d"])), None),
            (MySql, "CREATE UNIQUE INDEX i ON t (a)", Some((Alter, Table, vec!["t"])), Some("t")),
            (MySql, "DROP INDEX i ON t", Some((Alter, Table, vec!["t"])), Some("t")),
            (MySql, "DROP TABLE IF EXISTS a, b CASCADE", Some((Drop, Table, vec!["a", "b"])), None),
            (MySql, "CREATE VIEW v AS SELECT 1", Some((Create, Table, vec!["v"])), None),
            (
                MySql,
                "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET a = 1",
                Some((Create, Trigger, vec!["g"])),
                None,
            ),
            (MySql, "INSERT INTO t VALUES (1)", None, None),
            (Sqlite, "DROP TABLE t", None, None),
        ] {
            let found = change(sql, dialect);
            let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
            let expected = expected.map(|(action, kind, list)| (action, kind, names(&list)));
            let named = found.as_ref().and_then(|change| change.table.clone()).map(|range| &sql[range]);
            assert_eq!(named, table, "{sql}");
            assert_eq!(found.map(|change| (change.action, change.kind, change.names)), expected, "{sql}");
        }
    }
}
