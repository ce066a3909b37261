//! MariaDB: the first algorithm, and with it the weakest lock, that the server accepts for a statement.

use std::fmt::Write as _;

use limosa_db::Connection;
use limosa_sql::effect::{Blocks, Work};

use super::{context, said};
use crate::database::TestDatabase;

const SETUP: [&str; 6] = [
    "DROP TABLE IF EXISTS t, o, w",
    "CREATE TABLE w (id bigint NOT NULL PRIMARY KEY, i int, m int, n int, v int AS (i + 1) VIRTUAL, INDEX w_m (m, n)) ENGINE=InnoDB",
    "CREATE TABLE o (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, k int UNIQUE, l int) ENGINE=InnoDB",
    "CREATE TABLE t (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, n int NOT NULL, i int, m int, u int UNSIGNED, \
     v varchar(20), v40 varchar(40), v3 varchar(20) CHARACTER SET utf8mb3, la varchar(100) CHARACTER SET latin1, \
     lb varchar(200) CHARACTER SET latin1, vb varbinary(20), vi varchar(20), vn varchar(20) NOT NULL DEFAULT '', c char(32), x text, \
     d decimal(8, 2), w datetime(6), e enum('a', 'b'), j longtext CHECK (json_valid(j)), b tinyint(1), o_id bigint, p_id bigint, \
     g geometry NOT NULL, \
     INDEX t_vi (vi), INDEX t_i (i), INDEX t_m (m, n), UNIQUE t_u (n), \
     CONSTRAINT t_fk FOREIGN KEY (p_id) REFERENCES o (id), CONSTRAINT t_ck CHECK (n > 0)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
    "INSERT INTO o (id, k) VALUES (1, 1)",
    "INSERT INTO t (n, i, m, v, c, x, o_id, p_id, g) VALUES (1, 1, 1, 'a', 'a', 'a', 1, 1, ST_GeomFromText('POINT(1 1)'))",
];

const STATEMENTS: [&str; 88] = [
    "ALTER TABLE t ADD COLUMN a int",
    "ALTER TABLE t ADD COLUMN a int DEFAULT 5 NOT NULL",
    "ALTER TABLE t ADD COLUMN a datetime DEFAULT CURRENT_TIMESTAMP",
    "ALTER TABLE t ADD COLUMN a longtext NOT NULL DEFAULT 'a'",
    "ALTER TABLE t ADD COLUMN a char(36) DEFAULT (uuid())",
    "ALTER TABLE t ADD COLUMN a datetime DEFAULT (now() + INTERVAL 1 DAY)",
    "ALTER TABLE t ADD COLUMN a longtext DEFAULT (json_object())",
    "ALTER TABLE t ADD COLUMN a int DEFAULT (n + 1)",
    "ALTER TABLE t ADD COLUMN a int DEFAULT (length(`x`))",
    "ALTER TABLE t ADD COLUMN a datetime DEFAULT (utc_timestamp())",
    "ALTER TABLE t ADD COLUMN a int UNIQUE",
    "ALTER TABLE t ADD COLUMN a int CHECK (a > 0)",
    "ALTER TABLE t ADD COLUMN a bigint NULL REFERENCES o (id)",
    "ALTER TABLE t ADD COLUMN a bigint NULL, ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o (id)",
    "ALTER TABLE t ADD COLUMN a int AS (n * 2) VIRTUAL",
    "ALTER TABLE t ADD COLUMN a int AS (n * 2) STORED",
    "ALTER TABLE t ADD COLUMN (a int, aa int)",
    "ALTER TABLE o ADD COLUMN a int AFTER id",
    "ALTER TABLE o ADD COLUMN a int FIRST",
    "ALTER TABLE t DROP COLUMN c",
    "ALTER TABLE w DROP COLUMN v",
    "ALTER TABLE t DROP COLUMN vi",
    "ALTER TABLE t DROP COLUMN m",
    "ALTER TABLE w DROP COLUMN m",
    "ALTER TABLE t DROP COLUMN j",
    "ALTER TABLE t DROP FOREIGN KEY t_fk, DROP COLUMN p_id",
    "ALTER TABLE t RENAME COLUMN c TO cc",
    "ALTER TABLE t RENAME COLUMN p_id TO q_id",
    "ALTER TABLE t CHANGE c cc char(32)",
    "ALTER TABLE t CHANGE i ii bigint",
    "ALTER TABLE t ALTER COLUMN c SET DEFAULT 'a'",
    "ALTER TABLE t ALTER COLUMN c DROP DEFAULT",
    "ALTER TABLE t MODIFY c char(32) NOT NULL",
    "ALTER TABLE t MODIFY v varchar(20) NOT NULL",
    "ALTER TABLE t MODIFY v varchar(30) NOT NULL",
    "ALTER TABLE t MODIFY vn varchar(20) NULL",
    "ALTER TABLE t MODIFY vn varchar(30) NOT NULL",
    "ALTER TABLE t MODIFY x longtext NOT NULL",
    "ALTER TABLE t MODIFY x text NOT NULL",
    "ALTER TABLE t MODIFY v varchar(40)",
    "ALTER TABLE t MODIFY v varchar(255)",
    "ALTER TABLE t MODIFY v varchar(10)",
    "ALTER TABLE t MODIFY v40 varchar(63)",
    "ALTER TABLE t MODIFY v40 varchar(64)",
    "ALTER TABLE t MODIFY la varchar(255) CHARACTER SET latin1",
    "ALTER TABLE t MODIFY la varchar(256) CHARACTER SET latin1",
    "ALTER TABLE t MODIFY lb varchar(255) CHARACTER SET latin1",
    "ALTER TABLE t MODIFY lb varchar(256) CHARACTER SET latin1",
    "ALTER TABLE t MODIFY la varchar(100) CHARACTER SET utf8mb4",
    "ALTER TABLE t MODIFY v3 varchar(20) CHARACTER SET utf8mb4",
    "ALTER TABLE t MODIFY v varchar(20) COLLATE utf8mb4_bin",
    "ALTER TABLE t MODIFY vi varchar(20) COLLATE utf8mb4_bin",
    "ALTER TABLE t MODIFY vi varchar(60)",
    "ALTER TABLE t MODIFY vb varbinary(40)",
    "ALTER TABLE t MODIFY vb varchar(20)",
    "ALTER TABLE t MODIFY v text",
    "ALTER TABLE t MODIFY c varchar(32)",
    "ALTER TABLE t MODIFY c char(40)",
    "ALTER TABLE t MODIFY i bigint",
    "ALTER TABLE t MODIFY i integer(5)",
    "ALTER TABLE t MODIFY i int UNSIGNED",
    "ALTER TABLE t MODIFY d numeric(10, 2)",
    "ALTER TABLE t MODIFY w datetime",
    "ALTER TABLE t MODIFY e enum('a', 'b', 'c')",
    "ALTER TABLE t MODIFY e enum('b', 'a')",
    "ALTER TABLE t MODIFY b bool",
    "ALTER TABLE t MODIFY j json",
    "ALTER TABLE t MODIFY c char(32) DEFAULT 'a' COMMENT 'a'",
    "ALTER TABLE o MODIFY l int FIRST",
    "ALTER TABLE o MODIFY id bigint NOT NULL",
    "ALTER TABLE t ADD INDEX a (c)",
    "CREATE INDEX a ON t (c)",
    "CREATE UNIQUE INDEX a ON t (c, v)",
    "ALTER TABLE t ADD CONSTRAINT a UNIQUE (c)",
    "CREATE FULLTEXT INDEX a ON t (x)",
    "CREATE SPATIAL INDEX a ON t (g)",
    "ALTER TABLE t DROP INDEX t_i",
    "ALTER TABLE t RENAME INDEX t_i TO a",
    "ALTER TABLE t ADD CONSTRAINT a FOREIGN KEY (o_id) REFERENCES o (id)",
    "ALTER TABLE t DROP FOREIGN KEY t_fk",
    "ALTER TABLE t ADD CONSTRAINT a CHECK (i > 0)",
    "ALTER TABLE t DROP CONSTRAINT t_ck",
    "ALTER TABLE t RENAME TO tt",
    "ALTER TABLE t FORCE",
    "ALTER TABLE t ENGINE=InnoDB",
    "ALTER TABLE t CONVERT TO CHARACTER SET latin1",
    "ALTER TABLE t DEFAULT CHARACTER SET latin1",
    "ALTER TABLE t COMMENT='a'",
];

#[tokio::test]
async fn statements_cost_what_is_said() {
    let Some(database) = TestDatabase::mariadb("impact").await else { return };
    let connection = database.connect().await;
    connection.batch(&SETUP).await.expect("tables");
    let (catalog, context) = context(&connection).await;
    let mut wrong = String::new();
    for sql in STATEMENTS {
        let said = said(sql, &catalog, &context);
        let Some((algorithm, lock)) = measure(&connection, sql).await else {
            _ = writeln!(wrong, "{sql}: refused");
            continue;
        };
        let work = match algorithm {
            "INSTANT" => Work::Catalog,
            "NOCOPY" if sql.contains("DROP ") => Work::Catalog,
            "NOCOPY" => Work::BuildIndex,
            "INPLACE" if sql.contains("FULLTEXT") => Work::BuildIndex,
            _ => Work::Rewrite,
        };
        // What takes a moment keeps all away for that moment, whatever lock is asked for.
        let blocks = match (work, lock) {
            (Work::Catalog, _) | (_, "EXCLUSIVE") => Blocks::Everything,
            (_, "SHARED") => Blocks::Writes,
            _ => Blocks::Nothing,
        };
        let own = said.locks.first().map_or(Blocks::Nothing, |lock| lock.blocks);
        let same = said.work == work && own == blocks;
        let less = !said.known && said.work >= work;
        if !(same || less) {
            _ = writeln!(wrong, "{sql}\n  said {:?} ({own:?}, {}), found {algorithm} {lock}", said.work, said.why);
        }
    }
    connection.close().await;
    database.remove().await;
    assert!(wrong.is_empty(), "{wrong}");
}

/// Returns the first algorithm and lock with which a statement runs.
async fn measure(connection: &Connection, sql: &str) -> Option<(&'static str, &'static str)> {
    let comma = if sql.starts_with("ALTER") { "," } else { "" };
    for algorithm in ["INSTANT", "NOCOPY", "INPLACE", "COPY"] {
        for lock in ["NONE", "SHARED", "EXCLUSIVE"] {
            let sql = format!("{sql}{comma} ALGORITHM={algorithm}{comma} LOCK={lock}");
            if connection.execute(&sql).await.is_ok() {
                connection.execute("DROP TABLE IF EXISTS tt").await.expect("drop");
                connection.batch(&SETUP).await.expect("tables");
                return Some((algorithm, lock));
            }
        }
    }
    None
}
