use super::*;
use crate::catalog::Column;

/// Reads a definition and writes its constraints, one a line.
fn constraints(sql: &str) -> Vec<String> {
    let table = Table::from_sqlite_sql(sql).expect("a table");
    let line = |found: &Constraint| {
        let columns = found.columns.iter().flatten().map(SmolStr::as_str).collect::<Vec<_>>().join(",");
        let target = found.foreign_key.as_ref().map(|target| format!(" {}.{}", target.table, target.column));
        let flags = [(found.unique, "unique"), (found.check, "check"), (found.primary_key, "pk")];
        let flags = flags.iter().filter(|(set, _)| *set).map(|(_, name)| *name).collect::<Vec<_>>().join("+");
        format!(
            "{} ({columns}){}{}",
            found.name,
            if flags.is_empty() { String::new() } else { format!(" {flags}") },
            target.unwrap_or_default()
        )
    };
    table.constraints.iter().map(line).collect()
}

#[test]
fn names_what_has_no_name() {
    let sql = r#"CREATE TABLE "a" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "n" integer unsigned NULL CHECK ("n" >= 0),
        "e" varchar(254) NOT NULL UNIQUE, "j" text NOT NULL CHECK ((JSON_VALID("j") OR "j" IS NULL)),
        "b_id" bigint NOT NULL REFERENCES "b" ("id") DEFERRABLE INITIALLY DEFERRED, "c_id" bigint NULL REFERENCES "c" ("key"),
        CONSTRAINT "u" UNIQUE ("e", "n"), CONSTRAINT "positive" CHECK ("n" > 1 AND LENGTH("e") > "n"))"#;
    assert_eq!(
        constraints(sql),
        [
            "__unnamed_constraint_1__ (n) check",
            "__unnamed_constraint_2__ (e) unique",
            "__unnamed_constraint_3__ (j,j) check",
            "u (e,n) unique",
            "positive (n,e,n) check",
            "__primary__ (id) pk",
            "fk_0 (c_id) c.key",
            "fk_1 (b_id) b.id",
        ]
    );
}

#[test]
fn reads_columns() {
    let sql = r#"CREATE TABLE "a" ("x" varchar(20) COLLATE "nocase" DEFAULT 'q' NOT NULL, "y" decimal(5, 2) DEFAULT (CAST('0' AS NUMERIC)) NULL,
        "z" text GENERATED ALWAYS AS (UPPER("x")) STORED, PRIMARY KEY ("y", "x"))"#;
    let table = Table::from_sqlite_sql(sql).expect("a table");
    let line = |column: &Column| {
        format!(
            "{} {} {} {:?} {:?} {}",
            column.name, column.data_type, column.nullable, column.default, column.collation, column.generated
        )
    };
    let lines = table.columns.iter().map(line).collect::<Vec<_>>();
    assert_eq!(
        lines,
        [
            r#"x varchar(20) false Some("'q'") Some("nocase") false"#,
            r#"y decimal(5,2) true Some("CAST('0' AS NUMERIC)") None false"#,
            r#"z TEXT true None None true"#,
        ]
    );
    assert_eq!(constraints(sql), ["__primary__ (x,y) pk"]);
}

#[test]
fn orders_of_indexes() {
    use SortOrder::{Asc, Desc};
    assert_eq!(index_orders(r#"CREATE INDEX "i" ON "t" ("a", "b" DESC)"#), [Asc, Desc]);
    assert_eq!(index_orders(r#"CREATE INDEX "i" ON "t" ((LOWER("a")) DESC)"#), [Desc]);
    assert_eq!(index_orders("CREATE INDEX i ON t (a)"), []);
}
