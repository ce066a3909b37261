//! What statements cost by the versions of servers that other tests do not have: what the manuals say.
//!
//! PostgreSQL 15 and MariaDB 10.11 are asked in the tests of `limosa-db`.

use limosa_model::django::DjangoVersion;
use limosa_sql::catalog::{Column, Constraint, Table};
use limosa_sql::dialect::Dialect::{self, MySql, Postgres, Sqlite};
use limosa_sql::dialect::{Context, Flavour};
use limosa_sql::effect::Work::{self, BuildIndex, Catalog, Rewrite, Rows, Scan};
use limosa_sql::effect::{Blocks, effects, impact, together};

/// A table `t` with columns and constraints of many kinds.
fn table(dialect: Dialect) -> Table {
    let mut table = Table::new("t");
    let text = if dialect == Postgres { "character varying(20)" } else { "varchar(20)" };
    table.columns = vec![
        Column { nullable: false, auto: true, ..Column::new("id", "bigint") },
        Column { nullable: false, ..Column::new("n", "int") },
        Column::new("i", "int"),
        Column::new("v", text),
        Column::new("e", "enum('a','b')"),
    ];
    table.constraints =
        vec![Constraint::primary_key("p", ["id"]), Constraint::index("t_i", ["i"]), Constraint::check("t_n", ["n"])];
    table
}

#[track_caller]
fn check(context: &Context, cases: &[(&str, Work, Blocks)]) {
    let table = table(context.dialect);
    for (sql, work, blocks) in cases {
        let impacts = effects(sql, context.dialect);
        let impacts = impacts.iter().map(|effect| {
            let own = effect.table().is_none_or(|name| name == "t").then_some(&table);
            impact(effect, own, context)
        });
        let found = together(impacts, context.dialect);
        assert_eq!((found.work, found.blocks()), (*work, *blocks), "{sql}: {found:?}");
        assert!(!found.why.is_empty(), "{sql}");
    }
}

fn server(dialect: Dialect, flavour: Flavour, server_version: (u32, u32, u32)) -> Context {
    Context { flavour, server_version, ..Context::new(dialect, DjangoVersion::V52) }
}

#[test]
fn mysql_by_version() {
    use Blocks::{Everything, Nothing, Writes};
    check(
        &server(MySql, Flavour::Plain, (8, 4, 0)),
        &[
            ("ALTER TABLE t ADD COLUMN a int", Catalog, Everything),
            ("ALTER TABLE t ADD COLUMN a int NOT NULL DEFAULT 1 FIRST", Catalog, Everything),
            ("ALTER TABLE t ADD COLUMN a int AS (n) VIRTUAL", Catalog, Everything),
            ("ALTER TABLE t ADD COLUMN a int AS (n) STORED", Rewrite, Writes),
            ("ALTER TABLE t ADD COLUMN a char(36) DEFAULT (uuid())", Rewrite, Writes),
            ("ALTER TABLE t ADD COLUMN a datetime DEFAULT (now())", Rewrite, Writes),
            ("ALTER TABLE t ADD COLUMN a datetime DEFAULT CURRENT_TIMESTAMP", Catalog, Everything),
            ("ALTER TABLE t ADD COLUMN a bigint REFERENCES o (id)", Catalog, Everything),
            ("ALTER TABLE t ADD COLUMN a bigint AUTO_INCREMENT UNIQUE", Rewrite, Writes),
            ("ALTER TABLE t DROP COLUMN v", Catalog, Everything),
            ("ALTER TABLE t DROP COLUMN i", Rewrite, Nothing),
            ("ALTER TABLE t RENAME COLUMN v TO w", Catalog, Everything),
            ("ALTER TABLE t ALTER COLUMN v SET DEFAULT 'a'", Catalog, Everything),
            ("ALTER TABLE t MODIFY v varchar(63)", Catalog, Everything),
            ("ALTER TABLE t MODIFY v varchar(64)", Rewrite, Writes),
            ("ALTER TABLE t MODIFY v varchar(20) NOT NULL", Rewrite, Nothing),
            ("ALTER TABLE t MODIFY i bigint", Rewrite, Writes),
            ("ALTER TABLE t MODIFY e enum('a', 'b', 'c')", Catalog, Everything),
            ("ALTER TABLE t MODIFY e enum('c', 'a', 'b')", Rewrite, Writes),
            ("ALTER TABLE t MODIFY i integer AFTER v", Rewrite, Nothing),
            ("CREATE INDEX x ON t (v)", BuildIndex, Nothing),
            ("CREATE INDEX x ON t (v) LOCK=SHARED", BuildIndex, Writes),
            ("CREATE INDEX x ON t (v) ALGORITHM=COPY", Rewrite, Writes),
            ("CREATE FULLTEXT INDEX x ON t (v)", BuildIndex, Writes),
            ("ALTER TABLE t ADD PRIMARY KEY (n)", Rewrite, Nothing),
            ("ALTER TABLE t DROP PRIMARY KEY", Rewrite, Writes),
            ("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (i) REFERENCES o (id)", Rewrite, Everything),
            ("ALTER TABLE t DROP FOREIGN KEY f", Catalog, Everything),
            ("ALTER TABLE t ADD CONSTRAINT c CHECK (n > 0)", Rewrite, Writes),
            ("ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4", Rewrite, Writes),
            ("ALTER TABLE t FORCE", Rewrite, Nothing),
            ("ALTER TABLE t FORCE, LOCK=EXCLUSIVE", Rewrite, Everything),
            ("UPDATE t SET i = 1", Rows, Nothing),
            ("RENAME TABLE t TO u", Catalog, Everything),
        ],
    );
    check(
        &server(MySql, Flavour::Plain, (8, 0, 20)),
        &[
            ("ALTER TABLE t ADD COLUMN a int", Catalog, Everything),
            ("ALTER TABLE t ADD COLUMN a int FIRST", Rewrite, Nothing),
            ("ALTER TABLE t DROP COLUMN v", Rewrite, Nothing),
        ],
    );
    check(&server(MySql, Flavour::Plain, (8, 0, 11)), &[("ALTER TABLE t ADD COLUMN a int", Rewrite, Nothing)]);
    check(
        &server(MySql, Flavour::MariaDb, (10, 3, 39)),
        &[
            ("ALTER TABLE t ADD COLUMN a int", Catalog, Everything),
            ("ALTER TABLE t ADD COLUMN a int AFTER n", Rewrite, Nothing),
            ("ALTER TABLE t DROP COLUMN v", Rewrite, Nothing),
            ("ALTER TABLE t MODIFY v varchar(64)", Rewrite, Writes),
        ],
    );
    check(
        &server(MySql, Flavour::MariaDb, (10, 11, 6)),
        &[
            ("ALTER TABLE t ADD COLUMN a double DEFAULT (rand())", Catalog, Everything),
            ("ALTER TABLE t ADD COLUMN a double DEFAULT (rand() + n)", Rewrite, Writes),
            ("ALTER TABLE t ADD COLUMN a char(36) DEFAULT (uuid())", Rewrite, Writes),
        ],
    );
}

#[test]
fn postgres_by_version() {
    use Blocks::{Everything, Nothing, Writes};
    check(
        &server(Postgres, Flavour::Plain, (10, 0, 0)),
        &[
            ("ALTER TABLE t ADD COLUMN a integer DEFAULT 1", Rewrite, Everything),
            ("ALTER TABLE t ADD COLUMN a integer", Catalog, Everything),
            ("ALTER INDEX t_i RENAME TO t_j", Catalog, Everything),
        ],
    );
    check(
        &server(Postgres, Flavour::Plain, (18, 0, 0)),
        &[
            ("ALTER TABLE t ADD COLUMN a integer GENERATED ALWAYS AS (n) VIRTUAL", Catalog, Everything),
            ("ALTER TABLE t ADD CONSTRAINT x NOT NULL i NOT VALID", Catalog, Everything),
            ("ALTER TABLE t ADD CONSTRAINT x NOT NULL i", Scan, Everything),
            ("ALTER TABLE t VALIDATE CONSTRAINT x", Scan, Nothing),
            ("ALTER TABLE t DETACH PARTITION q CONCURRENTLY", Catalog, Everything),
            ("ALTER TABLE t ATTACH PARTITION q DEFAULT", Scan, Everything),
            ("CREATE INDEX CONCURRENTLY x ON t (i)", BuildIndex, Nothing),
            ("CREATE INDEX x ON t (i)", BuildIndex, Writes),
            ("REFRESH MATERIALIZED VIEW CONCURRENTLY m", Rows, Writes),
            ("VACUUM FULL t", Rewrite, Everything),
            ("DO $$ BEGIN END $$", Rows, Nothing),
        ],
    );
}

#[test]
fn sqlite() {
    use Blocks::{Everything, Writes};
    check(
        &server(Sqlite, Flavour::Plain, (3, 45, 0)),
        &[
            ("ALTER TABLE t ADD COLUMN a integer", Catalog, Everything),
            ("ALTER TABLE t ADD COLUMN a integer CHECK (a > 0)", Scan, Everything),
            ("ALTER TABLE t DROP COLUMN v", Rewrite, Everything),
            ("ALTER TABLE t RENAME COLUMN v TO w", Catalog, Everything),
            ("CREATE INDEX x ON t (v)", BuildIndex, Everything),
            ("INSERT INTO new__t SELECT * FROM t", Rows, Writes),
            ("DROP TABLE t", Catalog, Everything),
        ],
    );
}

#[test]
fn what_is_not_known_is_said() {
    let context = server(Postgres, Flavour::Plain, (15, 0, 0));
    for (sql, known) in [
        ("ALTER TABLE t ALTER COLUMN v TYPE text", false),
        ("ALTER TABLE t ALTER COLUMN v TYPE text USING f(v)", false),
        ("ALTER TABLE t FROB x", false),
        ("DO $$ BEGIN END $$", false),
        ("ALTER TABLE t ADD COLUMN a integer", true),
    ] {
        let found = effects(sql, Postgres).iter().map(|effect| impact(effect, None, &context)).collect::<Vec<_>>();
        assert_eq!(found.iter().all(|impact| impact.known), known, "{sql}: {found:?}");
    }
}
