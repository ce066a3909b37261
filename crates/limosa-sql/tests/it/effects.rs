//! What statements do, read from their text.

use limosa_sql::dialect::Dialect::{self, MySql, Postgres, Sqlite};
use limosa_sql::effect::{ColumnDefinition, Effect, TableChange, effects};

#[track_caller]
fn check(cases: &[(Dialect, &str, &[&str])]) {
    for (dialect, sql, expected) in cases {
        let found = effects(sql, *dialect).iter().map(show).collect::<Vec<_>>();
        assert_eq!(found, *expected, "{sql}");
        // Whatever is cut off, something is said.
        for (end, _) in sql.char_indices().skip(1) {
            assert!(!effects(&format!("{}\n*/ x", &sql[..end]), *dialect).is_empty(), "{}", &sql[..end]);
        }
    }
}

/// Writes an effect in one line, without what is not there.
fn show(effect: &Effect) -> String {
    match effect {
        Effect::CreateTable { table, columns, constraints, temporary, if_not_exists, partition_of, from_query } => {
            let mut parts = columns.iter().map(show_column).collect::<Vec<_>>();
            parts.extend(constraints.iter().map(|constraint| format!("{constraint:?}")));
            parts.extend(partition_of.iter().map(|parent| format!("partition of {parent}")));
            let flags = flags(&[("temporary", *temporary), ("if-not-exists", *if_not_exists), ("query", *from_query)]);
            format!("create {table}{flags}: {}", parts.join(", "))
        }
        Effect::AlterTable { table, change } => format!("{table}: {}", show_change(change)),
        Effect::CreateIndex { table, name, columns, unique, concurrently, if_not_exists, method, partial, online } => {
            let columns = columns.iter().map(|column| column.as_deref().unwrap_or("?")).collect::<Vec<_>>().join(", ");
            let flags = flags(&[
                ("unique", *unique),
                ("concurrently", *concurrently),
                ("if-not-exists", *if_not_exists),
                ("partial", *partial),
            ]);
            let method = method.as_deref().map(|method| format!(" using {method}")).unwrap_or_default();
            let online = [&online.algorithm, &online.lock].into_iter().flatten().cloned().collect::<Vec<_>>().join("+");
            format!("index {}{flags} on {table}{method} ({columns}) {online}", name.as_deref().unwrap_or("?"))
                .trim()
                .into()
        }
        other => format!("{other:?}"),
    }
}

fn show_change(change: &TableChange) -> String {
    match change {
        TableChange::AddColumn(column) => format!("add {}", show_column(column)),
        TableChange::ModifyColumn { column, to } => format!("modify {column} to {}", show_column(to)),
        TableChange::AddConstraint { name, kind, not_valid, using_index } => {
            let flags = flags(&[("not-valid", *not_valid)]);
            let index = using_index.as_deref().map(|index| format!(" using {index}")).unwrap_or_default();
            format!("constraint {}{flags} {kind:?}{index}", name.as_deref().unwrap_or("?"))
        }
        other => format!("{other:?}"),
    }
}

fn show_column(column: &ColumnDefinition) -> String {
    let flags = flags(&[
        ("not-null", column.not_null),
        ("volatile", column.volatile_default),
        ("identity", column.identity),
        ("primary-key", column.primary_key),
        ("unique", column.unique),
        ("check", column.check),
        ("if-not-exists", column.if_not_exists),
        ("placed", column.placed),
    ]);
    let mut text = format!("{} [{}]{flags}", column.name, column.data_type);
    for (name, value) in [
        ("default", &column.default),
        ("references", &column.references),
        ("collate", &column.collation),
        ("charset", &column.charset),
    ] {
        text.extend(value.iter().map(|value| format!(" {name}={value}")));
    }
    text.extend(column.generated.map(|kept| format!(" {kept:?}")));
    text
}

fn flags(flags: &[(&str, bool)]) -> String {
    flags.iter().filter(|(_, set)| *set).map(|(name, _)| format!(" {name}")).collect()
}

#[test]
fn columns() {
    check(&[
        (
            Postgres,
            "-- why\nalter table only \"S\".Shop add column if not exists Price numeric(10, 2) DEFAULT (1 + 2) NOT NULL /* x */",
            &["S.shop: add price [numeric(10, 2)] not-null if-not-exists default=(1 + 2)"],
        ),
        (
            Postgres,
            r#"ALTER TABLE "t" ADD COLUMN "a" timestamp(3) with time zone DEFAULT '2020-01-01'::timestamp with time zone NOT NULL, ADD "b" varchar(10) COLLATE "C" DEFAULT CASE WHEN a IS NULL THEN 'x' ELSE 'y' END UNIQUE"#,
            &[
                "t: add a [timestamp(3) with time zone] not-null default='2020-01-01'::timestamp with time zone",
                "t: add b [varchar(10)] unique default=CASE WHEN a IS NULL THEN 'x' ELSE 'y' END collate=C",
            ],
        ),
        (
            Postgres,
            r#"ALTER TABLE "t" ADD COLUMN "o_id" bigint NULL CONSTRAINT "c" REFERENCES "o"("id") ON DELETE SET DEFAULT DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS "c" IMMEDIATE"#,
            &["t: add o_id [bigint] references=o", r#"Other { verb: "set constraints" }"#],
        ),
        (
            Postgres,
            "ALTER TABLE t ADD a bigint GENERATED BY DEFAULT AS IDENTITY (START WITH 5) PRIMARY KEY, ADD b int GENERATED ALWAYS AS (a * 2) STORED, ADD c bigserial",
            &[
                "t: add a [bigint] identity primary-key",
                "t: add b [int] Stored",
                "t: add c [bigserial] not-null identity",
            ],
        ),
        (
            Postgres,
            "ALTER TABLE t ADD a int[] DEFAULT ARRAY[1, 2], ADD b uuid DEFAULT gen_random_uuid(), ADD c numeric DEFAULT 1::numeric(4, 2), ADD d date DEFAULT now(), ADD e int DEFAULT my.f(), ADD f text DEFAULT lower('A') CHECK (f <> '')",
            &[
                "t: add a [int[]] default=ARRAY[1, 2]",
                "t: add b [uuid] volatile default=gen_random_uuid()",
                "t: add c [numeric] default=1::numeric(4, 2)",
                "t: add d [date] default=now()",
                "t: add e [int] volatile default=my.f()",
                "t: add f [text] check default=lower('A')",
            ],
        ),
        (
            MySql,
            "ALTER TABLE `t` ADD (a int, b ENUM('x,y', 'z') CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL), ADD c datetime(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6) AFTER `b`, ADD COLUMN d int AS (a + 1) PERSISTENT COMMENT 'DEFAULT 1' FIRST",
            &[
                "t: add a [int]",
                "t: add b [ENUM('x,y', 'z')] not-null collate=utf8mb4_bin charset=utf8mb4",
                "t: add c [datetime(6)] placed default=CURRENT_TIMESTAMP(6)",
                "t: add d [int] placed Stored",
            ],
        ),
        (
            MySql,
            "ALTER TABLE t MODIFY `a` varchar(20) NULL, CHANGE COLUMN `b` `c` bigint UNSIGNED NOT NULL AUTO_INCREMENT, ALGORITHM=INPLACE, LOCK=NONE",
            &[
                "t: modify a to a [varchar(20)]",
                "t: modify b to c [bigint UNSIGNED] not-null identity",
                r#"t: Online(OnlineOptions { algorithm: Some("INPLACE"), lock: None })"#,
                r#"t: Online(OnlineOptions { algorithm: None, lock: Some("NONE") })"#,
            ],
        ),
        (
            Sqlite,
            "ALTER TABLE [t] ADD COLUMN `a b` varchar(3) NOT NULL DEFAULT 'x' COLLATE NOCASE",
            &["t: add a b [varchar(3)] not-null default='x' collate=NOCASE"],
        ),
    ]);
}

#[test]
fn actions() {
    check(&[
        (
            Postgres,
            r#"ALTER TABLE IF EXISTS t ALTER a SET DATA TYPE character varying(30) COLLATE "de" USING a::text, ALTER COLUMN b DROP NOT NULL, ALTER b SET NOT NULL, ALTER b SET DEFAULT f(1, 2), ALTER b DROP DEFAULT"#,
            &[
                r#"t: AlterType { column: "a", to: "character varying(30)", using: Expression, collation: Some("de") }"#,
                r#"t: DropNotNull { column: "b" }"#,
                r#"t: SetNotNull { column: "b" }"#,
                r#"t: SetDefault { column: "b", to: Some("f(1, 2)") }"#,
                r#"t: SetDefault { column: "b", to: None }"#,
            ],
        ),
        (
            Postgres,
            r#"ALTER TABLE t ALTER "a" TYPE text USING "a"::text, ALTER b TYPE varchar(9) USING CAST(b AS varchar(9)), ALTER c TYPE int USING d::int, ALTER e TYPE int USING e::int + 1"#,
            &[
                r#"t: AlterType { column: "a", to: "text", using: Cast, collation: None }"#,
                r#"t: AlterType { column: "b", to: "varchar(9)", using: Cast, collation: None }"#,
                r#"t: AlterType { column: "c", to: "int", using: Expression, collation: None }"#,
                r#"t: AlterType { column: "e", to: "int", using: Expression, collation: None }"#,
            ],
        ),
        (
            Postgres,
            "ALTER TABLE t DROP COLUMN IF EXISTS a CASCADE, DROP CONSTRAINT IF EXISTS c RESTRICT, VALIDATE CONSTRAINT d, RENAME COLUMN e TO f",
            &[
                r#"t: DropColumn { column: "a", cascade: true, if_exists: true }"#,
                r#"t: DropConstraint { name: Some("c"), cascade: false, if_exists: true }"#,
                r#"t: ValidateConstraint { name: "d" }"#,
                r#"t: RenameColumn { column: "e", to: "f" }"#,
            ],
        ),
        (Postgres, r#"ALTER TABLE t RENAME TO "U""#, &[r#"RenameTable { table: "t", to: "U" }"#]),
        (Sqlite, "alter table a rename b to c", &[r#"a: RenameColumn { column: "b", to: "c" }"#]),
        (
            Postgres,
            "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a, b) REFERENCES s.o (x, y) ON DELETE SET NULL (a) NOT VALID, ADD CHECK (a > 0), ADD CONSTRAINT u UNIQUE USING INDEX i, ADD CONSTRAINT n NOT NULL a NOT VALID, ADD NOT NULL b, ADD EXCLUDE USING gist (a WITH =), ALTER CONSTRAINT f NOT DEFERRABLE, RENAME CONSTRAINT f TO g",
            &[
                r#"t: constraint f not-valid ForeignKey { columns: ["a", "b"], to_table: "s.o" }"#,
                r#"t: constraint ? Check("a > 0")"#,
                "t: constraint u Unique([]) using i",
                r#"t: constraint n not-valid NotNull("a")"#,
                r#"t: constraint ? NotNull("b")"#,
                "t: constraint ? Exclusion",
                r#"t: AlterConstraint { name: "f", at_once: true }"#,
                r#"t: AlterConstraint { name: "f", at_once: false }"#,
            ],
        ),
        (
            Postgres,
            "ALTER TABLE t SET SCHEMA s; ALTER TABLE t SET UNLOGGED; ALTER TABLE t OWNER TO x; ALTER TABLE t ALTER a SET STATISTICS 5, ENABLE ROW LEVEL SECURITY; ALTER TABLE t ATTACH PARTITION p FOR VALUES IN (1); ALTER TABLE t DETACH PARTITION p CONCURRENTLY; ALTER TABLE t FROB x",
            &[
                r#"t: SetSchema { to: "s" }"#,
                r#"t: Rebuild { verb: "SET UNLOGGED" }"#,
                r#"t: Attribute { verb: "owner to" }"#,
                r#"t: Attribute { verb: "alter column set statistics" }"#,
                r#"t: Attribute { verb: "enable row" }"#,
                r#"t: AttachPartition { partition: "p" }"#,
                r#"t: DetachPartition { partition: "p", concurrently: true }"#,
                r#"t: Unknown { verb: "FROB X" }"#,
            ],
        ),
        (
            MySql,
            "ALTER TABLE t ADD UNIQUE KEY `u` (`a`(10), b DESC), ADD FULLTEXT INDEX f (c), ADD INDEX ((lower(a))), DROP FOREIGN KEY k, DROP PRIMARY KEY, DROP INDEX i, RENAME INDEX i TO j, ENGINE=InnoDB, CONVERT TO CHARACTER SET utf8mb4, COMMENT='x'",
            &[
                r#"t: constraint u Unique(["a", "b"])"#,
                r#"t: AddIndex { name: Some("f"), columns: [Some("c")], unique: false, method: Some("fulltext") }"#,
                "t: AddIndex { name: None, columns: [None], unique: false, method: None }",
                r#"t: DropConstraint { name: Some("k"), cascade: false, if_exists: false }"#,
                "t: DropConstraint { name: None, cascade: false, if_exists: false }",
                r#"t: DropIndex { name: "i" }"#,
                r#"t: RenameIndex { name: "i" }"#,
                r#"t: Rebuild { verb: "ENGINE" }"#,
                r#"t: Rebuild { verb: "CONVERT TO CHARACTER SET" }"#,
                r#"t: Attribute { verb: "comment" }"#,
            ],
        ),
        (
            MySql,
            "RENAME TABLE a TO b, `c` TO d.e",
            &[r#"RenameTable { table: "a", to: "b" }"#, r#"RenameTable { table: "c", to: "e" }"#],
        ),
    ]);
}

#[test]
fn tables_and_indexes() {
    check(&[
        (
            Postgres,
            r#"CREATE TABLE IF NOT EXISTS "a" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "b_id" bigint REFERENCES b, LIKE c INCLUDING ALL, CONSTRAINT u UNIQUE (id, b_id), CHECK (id > 0)) WITH (fillfactor = 70)"#,
            &[
                r#"create a if-not-exists: id [bigint] not-null identity primary-key, b_id [bigint] references=b, Unique(["id", "b_id"]), Check("id > 0")"#,
            ],
        ),
        (Postgres, "CREATE TEMP TABLE a AS SELECT 1", &["create a temporary query: "]),
        (Postgres, "SELECT x INTO a FROM b", &["create a query: "]),
        (Postgres, "CREATE TABLE p PARTITION OF m FOR VALUES FROM (1) TO (2)", &["create p: partition of m"]),
        (
            MySql,
            "CREATE TABLE `a` (`id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY, KEY `k` (`id`)) ENGINE=InnoDB",
            &["create a: id [integer] not-null identity primary-key"],
        ),
        (
            MySql,
            "CREATE OR REPLACE TABLE a LIKE b",
            &[r#"DropTable { table: "a", cascade: false, if_exists: true }"#, "create a: "],
        ),
        (
            Sqlite,
            r#"CREATE TABLE "new__a" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "x" text NULL CHECK ((JSON_VALID("x") OR "x" IS NULL)), "y")"#,
            &["create new__a: id [integer] not-null identity primary-key, x [text] check, y []"],
        ),
        (
            Postgres,
            r#"DROP TABLE IF EXISTS "a", s."b" CASCADE"#,
            &[
                r#"DropTable { table: "a", cascade: true, if_exists: true }"#,
                r#"DropTable { table: "s.b", cascade: true, if_exists: true }"#,
            ],
        ),
        (
            Postgres,
            r#"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "i" ON ONLY "t" USING gin ("a" gin_trgm_ops DESC NULLS LAST, lower("b"), (c || d)) INCLUDE (e) WHERE a > 0"#,
            &["index i unique concurrently if-not-exists partial on t using gin (a, ?, ?)"],
        ),
        (Postgres, "create index on t (a)", &["index ? on t (a)"]),
        (
            MySql,
            "CREATE FULLTEXT INDEX i ON t (`a`(5)) ALGORITHM = inplace LOCK=shared",
            &["index i on t using fulltext (a) INPLACE+SHARED"],
        ),
        (
            Postgres,
            "DROP INDEX CONCURRENTLY IF EXISTS a, s.b",
            &[
                r#"DropIndex { name: "a", table: None, concurrently: true, if_exists: true, online: OnlineOptions { algorithm: None, lock: None } }"#,
                r#"DropIndex { name: "s.b", table: None, concurrently: true, if_exists: true, online: OnlineOptions { algorithm: None, lock: None } }"#,
            ],
        ),
        (Postgres, "ALTER INDEX i RENAME TO j", &[r#"RenameIndex { name: "i" }"#]),
        (Postgres, "REINDEX (VERBOSE) TABLE CONCURRENTLY t", &[r#"Reindex { name: Some("t"), concurrently: true }"#]),
    ]);
}

#[test]
fn rows_and_queries() {
    check(&[
        (
            Sqlite,
            r#"INSERT INTO "new__a" ("id", "x") SELECT "id", coalesce("x", 1) FROM "a""#,
            &[r#"Rows { table: "new__a", change: Insert, bounded: false }"#],
        ),
        (
            Postgres,
            "insert into a (x) values ((select max(x) from b))",
            &[r#"Rows { table: "a", change: Insert, bounded: true }"#],
        ),
        (
            Postgres,
            "UPDATE ONLY a AS b SET x = (SELECT 1 FROM c WHERE true)",
            &[r#"Rows { table: "a", change: Update, bounded: false }"#],
        ),
        (Postgres, "UPDATE a SET x = 1 WHERE y IS NULL", &[r#"Rows { table: "a", change: Update, bounded: true }"#]),
        (Postgres, "DELETE FROM a WHERE 1 = 1", &[r#"Rows { table: "a", change: Delete, bounded: false }"#]),
        (
            MySql,
            "DELETE x, b FROM a AS x JOIN b USING (id) WHERE x.id > 1",
            &[
                r#"Rows { table: "a", change: Delete, bounded: true }"#,
                r#"Rows { table: "b", change: Delete, bounded: true }"#,
            ],
        ),
        (
            Postgres,
            "WITH o AS (DELETE FROM b RETURNING x), p AS (SELECT 1) INSERT INTO a SELECT x FROM o",
            &[
                r#"Rows { table: "b", change: Delete, bounded: false }"#,
                r#"Rows { table: "a", change: Insert, bounded: false }"#,
            ],
        ),
        (Postgres, "WITH p AS (SELECT 1) SELECT * FROM p", &[r#"Other { verb: "select" }"#]),
        (
            Postgres,
            "TRUNCATE a, ONLY b CASCADE",
            &[r#"Truncate { table: "a", cascade: true }"#, r#"Truncate { table: "b", cascade: true }"#],
        ),
        (
            Postgres,
            r#"SELECT setval(pg_get_serial_sequence('"a"','id'), coalesce(max("id"), 1)) FROM "a""#,
            &[r#"Other { verb: "select" }"#],
        ),
        (Postgres, "SELECT fill_it(1)", &[r#"Unknown { verb: "SELECT" }"#]),
        (
            Postgres,
            "EXPLAIN (ANALYZE, BUFFERS) DELETE FROM a",
            &[r#"Rows { table: "a", change: Delete, bounded: false }"#],
        ),
        (Postgres, "EXPLAIN DELETE FROM a", &[r#"Other { verb: "explain" }"#]),
        (Postgres, "DO $$ BEGIN DROP TABLE a; END $$", &[r#"Unknown { verb: "DO" }"#]),
        (MySql, "CALL p(1)", &[r#"Unknown { verb: "CALL P" }"#]),
        (Postgres, "", &[]),
        (Postgres, "gibberish", &[r#"Unknown { verb: "GIBBERISH" }"#]),
    ]);
}

#[test]
fn everything_else() {
    check(&[
        (Postgres, "set local Lock_Timeout TO '5s'", &[r#"Set { name: "lock_timeout", value: "5s", local: true }"#]),
        (
            Postgres,
            "SELECT set_config('lock_timeout', '5s', false)",
            &[r#"Set { name: "lock_timeout", value: "5s", local: false }"#],
        ),
        (
            MySql,
            "SET @@session.foreign_key_checks = 0, sql_mode='', @a := 1",
            &[
                r#"Set { name: "foreign_key_checks", value: "0", local: false }"#,
                r#"Set { name: "sql_mode", value: "", local: false }"#,
                r#"Set { name: "@a", value: "1", local: false }"#,
            ],
        ),
        (Sqlite, "PRAGMA foreign_keys = OFF", &[r#"Set { name: "foreign_keys", value: "OFF", local: false }"#]),
        (Sqlite, "PRAGMA table_info(a)", &[r#"Other { verb: "pragma" }"#]),
        (MySql, "/*!50000 DROP TABLE a */", &[r#"DropTable { table: "a", cascade: false, if_exists: false }"#]),
        (
            Postgres,
            "ALTER TYPE e ADD VALUE IF NOT EXISTS 'it''s' BEFORE 'x'",
            &[r#"AlterEnum { name: "e", change: AddValue { value: "it's", ordered: true, if_not_exists: true } }"#],
        ),
        (
            Postgres,
            "CREATE DOMAIN d AS text CHECK (value <> '')",
            &[r#"Domain { name: "d", create: true, constraint: true, not_valid: false }"#],
        ),
        (
            Postgres,
            "ALTER DOMAIN d ADD CHECK (value > 1) NOT VALID",
            &[r#"Domain { name: "d", create: false, constraint: true, not_valid: true }"#],
        ),
        (Postgres, "ALTER SCHEMA a RENAME TO b", &[r#"RenameSchema { name: "a", to: "b" }"#]),
        (
            Postgres,
            "ALTER FUNCTION f(int) SET SCHEMA s",
            &[r#"RenameObject { kind: "function", name: "f", to: "s.f" }"#],
        ),
        (
            Postgres,
            "ALTER MATERIALIZED VIEW v RENAME COLUMN a TO b",
            &[r#"RenameObject { kind: "column of materialized view", name: "v.a", to: "b" }"#],
        ),
        (Postgres, "ALTER FUNCTION f(int) OWNER TO app", &[r#"Other { verb: "alter function" }"#]),
        (
            Postgres,
            "ALTER TYPE address DROP ATTRIBUTE zip",
            &[
                r#"DropObject { kind: "attribute", name: "address.zip", table: None, cascade: false, if_exists: false }"#,
            ],
        ),
        (
            Postgres,
            "DROP MATERIALIZED VIEW IF EXISTS v CASCADE",
            &[r#"DropObject { kind: "materialized view", name: "v", table: None, cascade: true, if_exists: true }"#],
        ),
        (
            Postgres,
            "DROP TRIGGER g ON t",
            &[r#"DropObject { kind: "trigger", name: "g", table: Some("t"), cascade: false, if_exists: false }"#],
        ),
        (
            Postgres,
            "DROP FUNCTION f(int, text), g()",
            &[
                r#"DropObject { kind: "function", name: "f", table: None, cascade: false, if_exists: false }"#,
                r#"DropObject { kind: "function", name: "g", table: None, cascade: false, if_exists: false }"#,
            ],
        ),
        (
            Postgres,
            "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
            &[r#"t: Attribute { verb: "create trigger" }"#],
        ),
        (Postgres, "COMMENT ON COLUMN s.t.c IS 'x'", &[r#"s.t: Attribute { verb: "comment on" }"#]),
        (
            Postgres,
            "CREATE OR REPLACE FUNCTION f() RETURNS int AS $$ DROP TABLE a; $$ LANGUAGE sql",
            &[r#"Other { verb: "create function" }"#],
        ),
        (
            MySql,
            "CREATE ALGORITHM=MERGE DEFINER=`a`@`b` SQL SECURITY DEFINER VIEW v AS SELECT 1",
            &[r#"Other { verb: "create view" }"#],
        ),
        (Postgres, "CREATE EXTENSION IF NOT EXISTS postgis", &[r#"Other { verb: "create extension" }"#]),
        (
            Postgres,
            "LOCK TABLE a, b IN SHARE ROW EXCLUSIVE MODE NOWAIT",
            &[
                r#"LockTable { table: "a", mode: "SHARE ROW EXCLUSIVE" }"#,
                r#"LockTable { table: "b", mode: "SHARE ROW EXCLUSIVE" }"#,
            ],
        ),
        (
            MySql,
            "LOCK TABLES a READ, b WRITE",
            &[r#"LockTable { table: "a", mode: "READ" }"#, r#"LockTable { table: "b", mode: "WRITE" }"#],
        ),
        (Postgres, "VACUUM (FULL, ANALYZE) a", &[r#"Rebuild { table: Some("a"), verb: "VACUUM FULL" }"#]),
        (Postgres, "VACUUM a", &[r#"Other { verb: "vacuum" }"#]),
        (Sqlite, "VACUUM", &[r#"Rebuild { table: None, verb: "VACUUM" }"#]),
        (Postgres, "REFRESH MATERIALIZED VIEW CONCURRENTLY v", &[r#"RefreshView { name: "v", concurrently: true }"#]),
        (Postgres, "BEGIN", &["Transaction"]),
        (Sqlite, "SELECT AddGeometryColumn('t', 'g', 4326, 'POINT', 2, 1)", &["t: add g [POINT]"]),
    ]);
}

#[test]
fn deep_nesting_ends() {
    for (dialect, part) in
        [(Postgres, "("), (Postgres, "WITH a AS ("), (Postgres, "EXPLAIN ANALYZE "), (MySql, "SET STATEMENT a=1 FOR ")]
    {
        let sql = format!("{} SELECT 1", part.repeat(20_000));
        assert!(effects(&sql, dialect).iter().any(|effect| matches!(effect, Effect::Unknown { .. })), "{part}");
    }
}
