//! Whose rows a statement changes, as far as its words tell.

use super::scan::TokenKind;
use super::words::Words;
use crate::dialect::Dialect;

/// Whose rows a statement changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows {
    /// None: it changes the schema, a setting or nothing at all.
    None,
    /// Those of this table, without quotes and without its schema.
    Of(String),
    /// Nobody can tell: it calls a function, or holds a block of code.
    Unknown,
}

/// Words at the beginning of statements that leave rows alone.
const NO_ROWS: [&str; 24] = [
    "ABORT",
    "ALTER",
    "ANALYZE",
    "BEGIN",
    "CLUSTER",
    "COMMENT",
    "COMMIT",
    "CREATE",
    "DROP",
    "END",
    "GRANT",
    "LOCK",
    "OPTIMIZE",
    "PRAGMA",
    "REFRESH",
    "REINDEX",
    "RELEASE",
    "RENAME",
    "RESET",
    "REVOKE",
    "ROLLBACK",
    "SAVEPOINT",
    "SET",
    "VACUUM",
];

/// Returns whose rows a statement changes.
pub fn rows(sql: &str, dialect: Dialect) -> Rows {
    let words = Words::of(sql, dialect);
    let of = |at: Option<usize>| match at.and_then(|at| words.name(at).0) {
        Some(table) => Rows::Of(table.rsplit('.').next().unwrap_or(&table).to_owned()),
        None => Rows::Unknown,
    };
    match words.first().as_str() {
        "" => Rows::None,
        "INSERT" | "REPLACE" | "UPDATE" | "DELETE" => of(words.table_at()),
        "MERGE" => of(words.find(1, &["INTO"]).map(|at| at + 1)),
        "TRUNCATE" => of(Some(if words.is(1, &["TABLE"]) { 2 } else { 1 })),
        "SELECT" | "VALUES" if !words.calls() => Rows::None,
        word if NO_ROWS.contains(&word) => Rows::None,
        _ => Rows::Unknown,
    }
}

impl Words<'_> {
    /// Returns the first word in upper case.
    fn first(&self) -> String {
        self.tokens.first().map(|token| token.text.to_ascii_uppercase()).unwrap_or_default()
    }

    /// Returns whether a function may be called.
    fn calls(&self) -> bool {
        let is_name = |kind| matches!(kind, TokenKind::Word | TokenKind::Name);
        self.tokens.windows(2).any(|pair| is_name(pair[0].kind) && pair[1].kind == TokenKind::Open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_rows_change() {
        let of = |table: &str| Rows::Of(table.to_owned());
        for (sql, expected) in [
            ("INSERT INTO \"s\".\"a b\" (x) VALUES (1)", of("a b")),
            ("-- why\nupdate only a SET x = 1", of("a")),
            ("DELETE FROM a USING b", of("a")),
            ("TRUNCATE TABLE a", of("a")),
            ("TRUNCATE a", of("a")),
            ("MERGE INTO a USING b ON true", of("a")),
            ("WITH old AS (DELETE FROM b RETURNING x) INSERT INTO a SELECT x FROM old", Rows::Unknown),
            ("DO $$ BEGIN END $$", Rows::Unknown),
            ("SELECT fill()", Rows::Unknown),
            ("SELECT 1", Rows::None),
            ("CREATE INDEX i ON a (x)", Rows::None),
            ("ALTER TABLE a ADD x integer", Rows::None),
            ("-- nothing", Rows::None),
        ] {
            assert_eq!(rows(sql, Dialect::Postgres), expected, "{sql}");
        }
    }
}
