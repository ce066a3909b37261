//! What is wrong with a table of applied migrations as a table, and the statements that mend it.

use limosa_sql::dialect::Dialect;
use smol_str::SmolStr;

use super::{AppliedMigration, History};
use crate::connection::Connection;
use crate::error::DbError;

/// Where ids come from on PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbering {
    /// The sequence of the id, as the database writes its name; nothing when there is none.
    pub sequence: Option<SmolStr>,
    /// The id that the next row gets.
    pub next: i64,
}

impl History {
    /// Returns whether the table has a unique key on exactly the app and the name, in either order.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn has_unique_key(&self, connection: &Connection) -> Result<bool, DbError> {
        let table = self.literal(&self.table);
        let sql = match self.dialect {
            Dialect::Postgres => format!(
                "SELECT string_agg(a.attname, ',' ORDER BY a.attname) FROM pg_index i \
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) \
                 WHERE i.indrelid = to_regclass({}) AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL \
                 GROUP BY i.indexrelid",
                self.literal(&self.quote(&self.table))
            ),
            Dialect::MySql => format!(
                "SELECT GROUP_CONCAT(column_name ORDER BY column_name) FROM information_schema.statistics \
                 WHERE table_schema = DATABASE() AND table_name = {table} AND non_unique = 0 GROUP BY index_name"
            ),
            Dialect::Sqlite => format!(
                "SELECT (SELECT group_concat(name, ',') FROM (SELECT c.name FROM pragma_index_info(i.name) c ORDER BY c.name)) \
                 FROM pragma_index_list({table}) i WHERE i.\"unique\" AND NOT i.partial"
            ),
        };
        let rows = connection.query(&sql, &[]).await?;
        Ok(rows.iter().any(|row| row.get(0) == Some("app,name")))
    }

    /// Returns the statement that adds the unique key, and the one that takes it away.
    pub fn key_statements(&self) -> (String, String) {
        let (table, name) = (self.quote(&self.table), self.quote(&self.key_name()));
        let columns = format!("{}, {}", self.quote("app"), self.quote("name"));
        match self.dialect {
            Dialect::Sqlite => {
                (format!("CREATE UNIQUE INDEX {name} ON {table} ({columns})"), format!("DROP INDEX {name}"))
            }
            Dialect::Postgres => (
                format!("ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE ({columns})"),
                format!("ALTER TABLE {table} DROP CONSTRAINT {name}"),
            ),
            Dialect::MySql => (
                format!("ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE ({columns})"),
                format!("ALTER TABLE {table} DROP INDEX {name}"),
            ),
        }
    }

    /// Returns where the ids come from; nothing on databases that count with the rows themselves.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn numbering(&self, connection: &Connection) -> Result<Option<Numbering>, DbError> {
        if self.dialect != Dialect::Postgres {
            return Ok(None);
        }
        let table = self.literal(&self.quote(&self.table));
        // The sequence of an identity or serial column; else that of any other default.
        let sql = format!(
            "SELECT pg_get_serial_sequence({table}, 'id'), pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a \
             LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
             WHERE a.attrelid = to_regclass({table}) AND a.attname = 'id'"
        );
        let rows = connection.query(&sql, &[]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let named = |default: &str| default.split('\'').nth(1).map(SmolStr::from);
        let Some(sequence) = row.get(0).map(SmolStr::from).or_else(|| row.get(1).and_then(named)) else {
            // A default that is no sequence, such as one of a function, counts in a way of its own.
            return Ok(row.get(1).is_none().then_some(Numbering { sequence: None, next: 0 }));
        };
        let sql = format!("SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM {sequence}");
        let rows = connection.query(&sql, &[]).await?;
        let next = rows.first().map(|row| row.int(0)).transpose()?.flatten().unwrap_or_default();
        Ok(Some(Numbering { sequence: Some(sequence), next }))
    }

    /// Returns the statement that lets a sequence go on with a number.
    pub fn restart_statement(&self, sequence: &str, next: i64) -> String {
        format!("SELECT setval({}, {next}, false)", self.literal(sequence))
    }

    /// Returns the statement that gives ids again from a number on (PostgreSQL), and the one that undoes that.
    pub fn number_statements(&self, next: i64) -> (String, String) {
        let (table, id) = (self.quote(&self.table), self.quote("id"));
        (
            format!("ALTER TABLE {table} ALTER COLUMN {id} ADD GENERATED BY DEFAULT AS IDENTITY (START WITH {next})"),
            format!("ALTER TABLE {table} ALTER COLUMN {id} DROP IDENTITY"),
        )
    }

    /// Returns the statement that removes one row.
    pub fn delete_row_statement(&self, id: i64) -> String {
        format!("DELETE FROM {} WHERE {} = {id}", self.quote(&self.table), self.quote("id"))
    }

    /// Returns the statement that writes a row as it was.
    pub fn insert_row_statement(&self, row: &AppliedMigration) -> String {
        let columns = ["id", "app", "name", "applied"].map(|name| self.quote(name)).join(", ");
        let values = [&row.app, &row.name].map(|text| self.literal(text)).join(", ");
        format!(
            "INSERT INTO {} ({columns}) VALUES ({}, {values}, {})",
            self.quote(&self.table),
            row.id,
            self.literal(&row.applied)
        )
    }

    /// Returns the statement that gives the migration of a row another name.
    pub fn rename_row_statement(&self, id: i64, name: &str) -> String {
        let (table, column) = (self.quote(&self.table), self.quote("name"));
        format!("UPDATE {table} SET {column} = {} WHERE {} = {id}", self.literal(name), self.quote("id"))
    }
}
