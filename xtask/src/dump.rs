//! What a database holds, as lines of text.

use std::collections::BTreeSet;

use anyhow::Result;
use limosa_db::{Connection, Row};
use limosa_sql::dialect::Dialect;

const SQLITE: &str = "SELECT type || ' ' || name || ' on ' || tbl_name || ': ' || coalesce(sql, '') FROM sqlite_master \
    WHERE tbl_name NOT LIKE 'limosa\\_%' ESCAPE '\\' AND tbl_name NOT IN ('django_migrations', 'sqlite_sequence')";

const POSTGRES: &str = "\
    WITH own AS (SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relname NOT LIKE 'limosa\\_%' \
        AND c.relname NOT LIKE 'django\\_migrations%') \
    SELECT 'column ' || c.relname || ' ' || row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) || ' ' || a.attname || ' ' || \
        format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || \
        coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') || ' ' || a.attidentity::text || a.attgenerated::text || ' ' || \
        a.attcollation::regcollation::text || coalesce(' -- ' || col_description(c.oid, a.attnum), '') \
        FROM own c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
        WHERE c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped \
    UNION ALL SELECT 'constraint ' || c.relname || ' ' || k.conname || ' ' || pg_get_constraintdef(k.oid) \
        FROM own c JOIN pg_constraint k ON k.conrelid = c.oid \
    UNION ALL SELECT 'index ' || pg_get_indexdef(i.indexrelid) || ' ' || i.indisvalid FROM own c JOIN pg_index i ON i.indrelid = c.oid \
    UNION ALL SELECT 'sequence ' || c.relname || ' ' || s.seqtypid::regtype || coalesce(' of ' || t.relname || '.' || a.attname, '') \
        FROM own c JOIN pg_sequence s ON s.seqrelid = c.oid \
        LEFT JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') \
        AND d.refclassid = 'pg_class'::regclass LEFT JOIN pg_class t ON t.oid = d.refobjid \
        LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid \
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(g.oid) || coalesce(' -- ' || obj_description(g.oid, 'pg_trigger'), '') \
        FROM own c JOIN pg_trigger g ON g.tgrelid = c.oid WHERE NOT g.tgisinternal \
    UNION ALL SELECT 'view ' || c.relname || ' ' || pg_get_viewdef(c.oid) FROM own c WHERE c.relkind IN ('v', 'm') \
    UNION ALL SELECT 'table ' || c.relname || coalesce(' -- ' || obj_description(c.oid, 'pg_class'), '') FROM own c \
        WHERE c.relkind IN ('r', 'p', 'f') \
    UNION ALL SELECT 'function ' || pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
        WHERE n.nspname = 'public' AND p.prokind <> 'a' \
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') \
    UNION ALL SELECT 'collation ' || collname || ' ' || collprovider::text || ' ' || collisdeterministic FROM pg_collation c \
        JOIN pg_namespace n ON n.oid = c.collnamespace WHERE n.nspname = 'public' \
    UNION ALL SELECT 'extension ' || extname FROM pg_extension";

/// What a database holds: schema, history, and the number of rows of each table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dump(BTreeSet<String>);

impl Dump {
    /// Reads the database; the history is the table of that name.
    pub(crate) async fn of(connection: &Connection, history: &str) -> Result<Self> {
        let mut lines: BTreeSet<String> = BTreeSet::new();
        let tables = match connection.dialect() {
            Dialect::Sqlite => {
                lines.extend(first(&connection.query(SQLITE, &[]).await?));
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sqlite_sequence'"
            }
            Dialect::Postgres => {
                lines.extend(first(&connection.query(POSTGRES, &[]).await?));
                "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace"
            }
            Dialect::MySql => {
                "SELECT table_name FROM information_schema.tables WHERE table_schema = database() AND table_type = 'BASE TABLE'"
            }
        };
        let tables = first(&connection.query(tables, &[]).await?);
        let tables: Vec<String> =
            tables.into_iter().filter(|table| !table.starts_with("limosa_") && table != "django_migrations").collect();
        let quote = if connection.dialect() == Dialect::MySql { '`' } else { '"' };
        if connection.dialect() == Dialect::MySql {
            for table in &tables {
                let rows = connection.query(&format!("SHOW CREATE TABLE {quote}{table}{quote}"), &[]).await?;
                let text = rows.first().map(|row| row.text(1).to_owned()).unwrap_or_default();
                // Columns have an order; the number that the next row would get is no part of the schema.
                lines.extend(text.lines().enumerate().map(|(number, line)| {
                    let place = if line.starts_with("  `") { number.to_string() } else { String::new() };
                    let words: Vec<&str> =
                        line.split(' ').filter(|word| !word.starts_with("AUTO_INCREMENT=")).collect();
                    format!("{table} {place}: {}", words.join(" ").trim_end_matches(','))
                }));
            }
        }
        // SQLite takes at most 500 parts.
        for tables in tables.chunks(200) {
            let counts: Vec<String> =
                tables.iter().map(|table| format!("SELECT '{table}', count(*) FROM {quote}{table}{quote}")).collect();
            let rows = connection.query(&counts.join(" UNION ALL "), &[]).await?;
            lines.extend(rows.iter().map(|row| format!("rows {} {}", row.text(0), row.text(1))));
        }
        let history = connection.query(&format!("SELECT app, name FROM {history}"), &[]).await?;
        lines.extend(history.iter().map(|row| format!("history {}.{}", row.text(0), row.text(1))));
        Ok(Self(lines))
    }

    /// Returns what is only in this one (`-`) and only in the other (`+`).
    pub(crate) fn difference(&self, other: &Self) -> String {
        let gone = self.0.difference(&other.0).map(|line| format!("  - {line}"));
        let new = other.0.difference(&self.0).map(|line| format!("  + {line}"));
        gone.chain(new).collect::<Vec<_>>().join("\n")
    }
}

fn first(rows: &[Row]) -> Vec<String> {
    rows.iter().map(|row| row.text(0).to_owned()).collect()
}
