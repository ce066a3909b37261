//! What a definition does to tables, one entry for each of its actions: so that a schema can be followed through SQL of a project.

mod reader;

use self::reader::Reader;
use super::scan::TokenKind;
use super::words::Words;
use crate::catalog::Constraint;
use crate::dialect::Dialect;

/// What is done to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alteration {
    /// The table, without its schema; `DROP INDEX` and `ALTER INDEX` of PostgreSQL do not name it.
    pub table: Option<String>,
    /// What is done.
    pub action: TableAction,
}

/// What is done to a table or to a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableAction {
    /// It is dropped.
    Drop,
    /// It gets this name.
    Rename(String),
    /// A column is added, or defined anew.
    PutColumn {
        /// Its name.
        name: String,
        /// Its type and what follows; where it is changed in part, that part.
        definition: String,
    },
    /// Whether a column may be null is set.
    SetNull {
        /// Its name.
        name: String,
        /// Whether it may.
        allowed: bool,
    },
    /// A column gets another name.
    RenameColumn(String, String),
    /// A column is dropped.
    DropColumn(String),
    /// A constraint or an index is added.
    PutConstraint {
        /// Its name, if it is given one.
        name: Option<String>,
        /// Its columns, when they are no expressions.
        columns: Option<Vec<String>>,
        /// Whether it is unique; `None` for what is no index.
        unique: Option<bool>,
    },
    /// A constraint or an index gets another name.
    RenameConstraint(String, String),
    /// A constraint or an index is dropped.
    DropConstraint(String),
    /// The primary key is dropped.
    DropPrimaryKey,
}

/// Returns what a statement does to tables, as far as its words tell; what makes a table is left out.
pub fn alterations(sql: &str, dialect: Dialect) -> Vec<Alteration> {
    let words = Words::of(sql, dialect);
    let reader = Reader { words: &words, dialect };
    reader.statement().unwrap_or_default()
}

impl TableAction {
    /// Returns the index that is added, when the words tell all of it.
    pub fn index(&self) -> Option<Constraint> {
        let Self::PutConstraint { name: Some(name), columns: Some(columns), unique: Some(unique) } = self else {
            return None;
        };
        let index = Constraint::index(name.as_str(), columns.iter().map(String::as_str));
        Some(Constraint { unique: *unique, ..index })
    }
}

impl Reader<'_, '_> {
    fn statement(&self) -> Option<Vec<Alteration>> {
        let words = self.words;
        let one = |table, action| Some(vec![Alteration { table, action }]);
        if words.is(0, &["CREATE"]) {
            return self.create_index();
        }
        if words.is(0, &["DROP", "TABLE"]) {
            let tables = self.listed(self.after_condition(2)).into_iter();
            return Some(tables.map(|name| Alteration { table: Some(name), action: TableAction::Drop }).collect());
        }
        if words.is(0, &["DROP", "INDEX"]) {
            let at = self.after_condition(if words.is(2, &["CONCURRENTLY"]) { 3 } else { 2 });
            let (name, next) = self.name(at)?;
            if words.is(next, &["ON"]) {
                return one(Some(self.name(next + 1)?.0), TableAction::DropConstraint(name));
            }
            let names = self.listed(at).into_iter();
            return Some(
                names.map(|name| Alteration { table: None, action: TableAction::DropConstraint(name) }).collect(),
            );
        }
        if words.is(0, &["RENAME", "TABLE"]) {
            return self.actions(2).map(|at| self.renamed_table(at)).collect();
        }
        if words.is(0, &["ALTER", "INDEX"]) {
            let (old, next) = self.name(self.after_condition(2))?;
            let to = words.is(next, &["RENAME", "TO"]).then_some(next + 2)?;
            return one(None, TableAction::RenameConstraint(old, self.name(to)?.0));
        }
        let at = self.after_condition(words.find(0, &["TABLE"]).filter(|at| (1..4).contains(at))? + 1);
        if !words.is(0, &["ALTER"]) {
            return None;
        }
        let (table, next) = self.name(if words.is(at, &["ONLY"]) { at + 1 } else { at })?;
        let done = self.actions(next).flat_map(|at| self.action(at).unwrap_or_default());
        Some(done.map(|action| Alteration { table: Some(table.clone()), action }).collect())
    }

    fn create_index(&self) -> Option<Vec<Alteration>> {
        let words = self.words;
        let index = words.find(1, &["INDEX"]).filter(|at| *at < 5)?;
        let at = self.after_condition(if words.is(index + 1, &["CONCURRENTLY"]) { index + 2 } else { index + 1 });
        let name = if words.is(at, &["ON"]) { None } else { Some(self.name(at)?.0) };
        let on = words.find(at, &["ON"])? + 1;
        let (table, next) = self.name(if words.is(on, &["ONLY"]) { on + 1 } else { on })?;
        let unique = Some(words.find(1, &["UNIQUE"]).is_some_and(|unique| unique < index));
        let action = TableAction::PutConstraint { name, columns: self.columns_from(next), unique };
        Some(vec![Alteration { table: Some(table), action }])
    }

    /// One action of `ALTER TABLE`.
    fn action(&self, at: usize) -> Option<Vec<TableAction>> {
        let words = self.words;
        let is = |word: &[&str]| words.is(at, word);
        let after_column = |at: usize| self.after_condition(if words.is(at, &["COLUMN"]) { at + 1 } else { at });
        if is(&["ADD"]) {
            return Some(vec![self.added(at + 1).or_else(|| self.put_column(after_column(at + 1)))?]);
        }
        if is(&["DROP"]) {
            return self.dropped(at + 1).map(|action| vec![action]);
        }
        if is(&["MODIFY"]) {
            return Some(vec![self.put_column(after_column(at + 1))?]);
        }
        if is(&["CHANGE"]) {
            let (old, next) = self.name(after_column(at + 1))?;
            let new = self.name(next)?.0;
            return Some(vec![TableAction::RenameColumn(old, new), self.put_column(next)?]);
        }
        if is(&["ALTER"]) {
            return self.altered(after_column(at + 1)).map(|action| vec![action]);
        }
        if is(&["RENAME"]) {
            return self.renamed(at + 1).map(|action| vec![action]);
        }
        None
    }

    /// A constraint or an index that is added, not a column.
    fn added(&self, at: usize) -> Option<TableAction> {
        let words = self.words;
        let mut at = at;
        let mut name = None;
        let is_named = words.is(at, &["CONSTRAINT"]);
        if is_named {
            at = self.after_condition(at + 1);
            if !KEYS.iter().any(|key| words.is(at, key)) {
                let (found, next) = self.name(at)?;
                (name, at) = (Some(found), next);
            }
        }
        let mysql = self.dialect == Dialect::MySql;
        let key = KEYS.iter().find(|key| words.is(at, key)).copied();
        let index = INDEXES.iter().find(|word| mysql && words.is(at, &[word]));
        let unique = match (key, index) {
            (Some(["UNIQUE"]), _) => Some(true),
            (None, Some(_)) => Some(false),
            (Some(_), _) => None,
            (None, None) if is_named => None,
            (None, None) => return None,
        };
        at += key.map_or(1, <[&str]>::len);
        while ["INDEX", "KEY"].iter().any(|word| mysql && words.is(at, &[word])) {
            at += 1;
        }
        at = self.after_condition(at);
        if mysql && words.kind(at) != Some(TokenKind::Open) && !words.is(at, &["USING"]) {
            name = name.or_else(|| self.name(at).map(|found| found.0));
        }
        let columns = if matches!(key, Some(["CHECK" | "EXCLUDE"])) { None } else { self.columns_from(at) };
        Some(TableAction::PutConstraint { name, columns, unique })
    }

    fn dropped(&self, at: usize) -> Option<TableAction> {
        let words = self.words;
        if words.is(at, &["PRIMARY", "KEY"]) {
            return Some(TableAction::DropPrimaryKey);
        }
        let mysql = self.dialect == Dialect::MySql;
        let named = |skip: usize| Some(TableAction::DropConstraint(self.name(self.after_condition(at + skip))?.0));
        if words.is(at, &["FOREIGN", "KEY"]) {
            return named(2);
        }
        if words.is(at, &["CONSTRAINT"]) || mysql && ["INDEX", "KEY", "CHECK"].iter().any(|word| words.is(at, &[word]))
        {
            return named(1);
        }
        let column = self.after_condition(if words.is(at, &["COLUMN"]) { at + 1 } else { at });
        Some(TableAction::DropColumn(self.name(column)?.0))
    }

    fn altered(&self, at: usize) -> Option<TableAction> {
        let words = self.words;
        let (name, next) = self.name(at)?;
        if words.is(next, &["SET", "NOT", "NULL"]) || words.is(next, &["DROP", "NOT", "NULL"]) {
            return Some(TableAction::SetNull { name, allowed: words.is(next, &["DROP"]) });
        }
        let changes_type = words.is(next, &["TYPE"]) || words.is(next, &["SET", "DATA", "TYPE"]);
        let numbers = words.find(next, &["IDENTITY"]).is_some_and(|found| found < next + 8);
        let generates = words.is(next, &["DROP", "EXPRESSION"]);
        (changes_type || numbers || generates)
            .then(|| TableAction::PutColumn { name, definition: self.text_from(next) })
    }

    fn renamed(&self, at: usize) -> Option<TableAction> {
        let words = self.words;
        let pair = |skip: usize| {
            let (old, to) = self.name(at + skip)?;
            let (new, _) = self.name(to + 1).filter(|_| words.is(to, &["TO"]))?;
            Some((old, new))
        };
        if words.is(at, &["TO"]) || words.is(at, &["AS"]) {
            return Some(TableAction::Rename(self.name(at + 1)?.0));
        }
        let is_index = ["INDEX", "KEY", "CONSTRAINT"].iter().any(|word| words.is(at, &[word]));
        if let Some((old, new)) = pair(1).filter(|_| is_index) {
            return Some(TableAction::RenameConstraint(old, new));
        }
        let column = pair(1).filter(|_| words.is(at, &["COLUMN"])).or_else(|| pair(0));
        match column {
            Some((old, new)) => Some(TableAction::RenameColumn(old, new)),
            // MySQL needs no `TO`.
            None => Some(TableAction::Rename(self.name(at)?.0)),
        }
    }

    fn renamed_table(&self, at: usize) -> Option<Alteration> {
        let (old, to) = self.name(at)?;
        let (new, _) = self.name(to + 1).filter(|_| self.words.is(to, &["TO"]))?;
        Some(Alteration { table: Some(old), action: TableAction::Rename(new) })
    }

    fn put_column(&self, at: usize) -> Option<TableAction> {
        let (name, next) = self.name(at)?;
        Some(TableAction::PutColumn { name, definition: self.text_from(next) })
    }
}

/// How constraints begin.
const KEYS: [&[&str]; 5] = [&["PRIMARY", "KEY"], &["FOREIGN", "KEY"], &["UNIQUE"], &["CHECK"], &["EXCLUDE"]];

/// How indexes of MySQL begin.
const INDEXES: [&str; 4] = ["INDEX", "KEY", "FULLTEXT", "SPATIAL"];

#[cfg(test)]
mod tests;
