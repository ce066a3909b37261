//! What the words of statements are taken for.

use super::*;

/// Writes alterations in few words.
fn shown(alteration: &Alteration) -> String {
    use TableAction as Is;
    let list = |columns: &Option<Vec<String>>| columns.as_ref().map_or("?".into(), |columns| columns.join("+"));
    let what = match &alteration.action {
        Is::Drop => "drop".into(),
        Is::Rename(new) => format!("-> {new}"),
        Is::PutColumn { name, definition } => format!("put {name}: {definition}"),
        Is::SetNull { name, allowed } => format!("null {name} {allowed}"),
        Is::RenameColumn(old, new) => format!("column {old} -> {new}"),
        Is::DropColumn(name) => format!("drop column {name}"),
        Is::PutConstraint { name, columns, unique } => {
            let unique = unique.map_or("key", |unique| if unique { "unique" } else { "index" });
            format!("{unique} {} {}", name.as_deref().unwrap_or("-"), list(columns))
        }
        Is::RenameConstraint(old, new) => format!("constraint {old} -> {new}"),
        Is::DropConstraint(name) => format!("drop constraint {name}"),
        Is::DropPrimaryKey => "drop primary key".into(),
    };
    format!("{}: {what}", alteration.table.as_deref().unwrap_or("-"))
}

#[test]
fn what_statements_do() {
    use Dialect::{MySql, Postgres};
    for (dialect, sql, expected) in [
        (Postgres, "ALTER TABLE Shop_a RENAME TO \"Shop_B\";", &["shop_a: -> Shop_B"][..]),
        (Postgres, "alter table if exists public.a\n  rename to b", &["a: -> b"]),
        (MySql, "ALTER TABLE `A` RENAME TO b", &["A: -> b"]),
        (MySql, "ALTER TABLE `A` RENAME b", &["A: -> b"]),
        (MySql, "RENAME TABLE a TO b, c TO d", &["a: -> b", "c: -> d"]),
        (Postgres, "ALTER TABLE a RENAME COLUMN b TO c", &["a: column b -> c"]),
        (Postgres, "ALTER TABLE a RENAME b TO \"C\"", &["a: column b -> C"]),
        (Postgres, "ALTER TABLE a RENAME CONSTRAINT b TO c", &["a: constraint b -> c"]),
        (Postgres, "ALTER INDEX a RENAME TO b", &["-: constraint a -> b"]),
        (MySql, "ALTER TABLE a RENAME KEY b TO c", &["a: constraint b -> c"]),
        (
            Postgres,
            "ALTER TABLE ONLY a ADD COLUMN IF NOT EXISTS B numeric(4, 2) NOT NULL, ADD key text, DROP c CASCADE",
            &["a: put b: numeric(4, 2) NOT NULL", "a: put key: text", "a: drop column c"],
        ),
        (
            Postgres,
            "ALTER TABLE a ALTER COLUMN b TYPE varchar(9) COLLATE \"C\", ALTER c SET NOT NULL, ALTER d SET DEFAULT 1",
            &["a: put b: TYPE varchar(9) COLLATE \"C\"", "a: null c false"],
        ),
        (Postgres, "ALTER TABLE a ADD CONSTRAINT u UNIQUE (B, \"C\")", &["a: unique u b+C"]),
        (Postgres, "ALTER TABLE a ADD CONSTRAINT e EXCLUDE USING gist (b WITH &&)", &["a: key e ?"]),
        (Postgres, "ALTER TABLE a ADD CHECK (b > 0)", &["a: key - ?"]),
        (Postgres, "ALTER TABLE a DROP CONSTRAINT IF EXISTS b CASCADE", &["a: drop constraint b"]),
        (
            Postgres,
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON s.a USING btree (b, c DESC)",
            &["a: unique i b+c"],
        ),
        (Postgres, "CREATE INDEX ON a (lower(b))", &["a: index - ?"]),
        (Postgres, "DROP INDEX CONCURRENTLY IF EXISTS s.a, b", &["-: drop constraint a", "-: drop constraint b"]),
        (Postgres, "DROP TABLE IF EXISTS a, \"B\" CASCADE", &["a: drop", "B: drop"]),
        (MySql, "ALTER TABLE `a`\n ADD FULLTEXT INDEX `f` (`b`, c(10))", &["a: index f ?"]),
        (
            MySql,
            "ALTER TABLE a ADD FULLTEXT (b), ADD UNIQUE KEY k (b), ADD INDEX (c)",
            &["a: index - b", "a: unique k b", "a: index - c"],
        ),
        (MySql, "ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES c (id)", &["a: key f b"]),
        (
            MySql,
            "ALTER TABLE a CHANGE b `to` int NULL, MODIFY COLUMN c text",
            &["a: column b -> to", "a: put to: int NULL", "a: put c: text"],
        ),
        (
            MySql,
            "ALTER TABLE a DROP INDEX b, DROP FOREIGN KEY c, DROP PRIMARY KEY, DROP COLUMN d, ENGINE=InnoDB",
            &["a: drop constraint b", "a: drop constraint c", "a: drop primary key", "a: drop column d"],
        ),
        (MySql, "CREATE SPATIAL INDEX i ON a (b)", &["a: index i b"]),
        (MySql, "DROP INDEX i ON a", &["a: drop constraint i"]),
        (MySql, "CREATE TABLE a (b int)", &[]),
        (Postgres, "UPDATE a SET b = 1", &[]),
        (Postgres, "ALTER TABLE", &[]),
    ] {
        let found: Vec<String> = alterations(sql, dialect).iter().map(shown).collect();
        assert_eq!(found, expected, "{sql}");
    }
}
