use super::*;

#[track_caller]
fn check(dialect: Dialect, sql: &str, expected: &[&str]) {
    let found = split(sql, dialect);
    assert_eq!(found.iter().map(|statement| statement.text).collect::<Vec<_>>(), expected);
    for statement in found {
        assert_eq!(&sql[statement.range], statement.text);
    }
}

#[test]
fn drops_what_is_empty_and_keeps_comments() {
    for dialect in [Dialect::Postgres, Dialect::Sqlite, Dialect::MySql] {
        check(dialect, "", &[]);
        check(dialect, " ;; -- nothing;\n /* ; */ ;", &[]);
        check(
            dialect,
            "-- one;\nSELECT 1; SELECT /* ; */ 2 -- two;\n ;\nSELECT 'a;''b'",
            &["-- one;\nSELECT 1", "SELECT /* ; */ 2 -- two;", "SELECT 'a;''b'"],
        );
    }
}

#[test]
fn postgres_strings_and_comments() {
    let check = |sql, expected| check(Dialect::Postgres, sql, expected);
    check("DO $$ BEGIN a; END $$; SELECT 1", &["DO $$ BEGIN a; END $$", "SELECT 1"]);
    check("DO $a$ $$;$$ $a$; x", &["DO $a$ $$;$$ $a$", "x"]);
    check("SELECT a$b$;SELECT $1;SELECT c$b$", &["SELECT a$b$", "SELECT $1", "SELECT c$b$"]);
    check(r"SELECT E'\';', '\';SELECT 2", &[r"SELECT E'\';', '\'", "SELECT 2"]);
    check("/* a /* ; */ ; */ SELECT 1; x", &["/* a /* ; */ ; */ SELECT 1", "x"]);
    check("SELECT \"a;\"\"b\" ; y", &["SELECT \"a;\"\"b\"", "y"]);
    check("SELECT '\u{e9};\u{1f600}'; SELECT \u{e9}", &["SELECT '\u{e9};\u{1f600}'", "SELECT \u{e9}"]);
    check("SELECT 'open; x", &["SELECT 'open; x"]);
}

#[test]
fn postgres_bodies() {
    let check = |sql, expected| check(Dialect::Postgres, sql, expected);
    check(
        "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END; SELECT 3",
        &[
            "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END",
            "SELECT 3",
        ],
    );
    check(
        "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); x",
        &["CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)", "x"],
    );
    check("BEGIN; SELECT 1; END;", &["BEGIN", "SELECT 1", "END"]);
}

#[test]
fn sqlite_triggers_and_names() {
    let trigger =
        "CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = CASE WHEN 1 THEN 2 END; SELECT 1; END";
    let script = format!("{trigger}; SELECT 2;");
    check(Dialect::Sqlite, &script, &[trigger, "SELECT 2"]);
    check(
        Dialect::Sqlite,
        "SELECT [a;b], `c;d`; /* a /* ; */ SELECT 1; BEGIN; END",
        &["SELECT [a;b], `c;d`", "/* a /* ; */ SELECT 1", "BEGIN", "END"],
    );
}

#[test]
fn mysql_delimiters() {
    let check = |sql, expected| check(Dialect::MySql, sql, expected);
    check(
        "SELECT 1;\nDELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END$$\ndelimiter ;\nSELECT 'a\\';' # ;\n; SELECT 1--2;",
        &["SELECT 1", "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END", "SELECT 'a\\';' # ;", "SELECT 1--2"],
    );
    // The server runs what stands in these.
    check(
        "/*! SET @a = 1 */; /* note */; /*M!100100 SET @b = 2 */;",
        &["/*! SET @a = 1 */", "/*M!100100 SET @b = 2 */"],
    );
}

#[track_caller]
fn check_class(dialect: Dialect, sql: &str, control: Control, transaction: TransactionUse) {
    assert_eq!(classify(sql, dialect), Classification { control, transaction }, "{sql}");
}

#[test]
fn classifies() {
    use TransactionUse::{Allowed, Forbidden, ForbiddenBefore, Ignored};
    for (sql, transaction) in [
        ("CREATE INDEX CONCURRENTLY a ON b (c)", Forbidden),
        ("-- note\ncreate unique index concurrently if not exists a on b (c)", Forbidden),
        ("CREATE INDEX \"concurrently\" ON b (c)", Allowed),
        ("DROP INDEX CONCURRENTLY IF EXISTS a", Forbidden),
        ("VACUUM a", Forbidden),
        ("CREATE DATABASE a", Forbidden),
        ("ALTER TYPE a ADD VALUE 'b'", ForbiddenBefore(120_000)),
        ("ALTER TABLE a DETACH PARTITION b CONCURRENTLY", Forbidden),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY a", Allowed),
        ("CREATE TABLE a (b int)", Allowed),
    ] {
        check_class(Dialect::Postgres, sql, Control::None, transaction);
    }
    for (sql, control) in [
        ("begin", Control::Begin),
        ("START TRANSACTION", Control::Begin),
        ("COMMIT AND CHAIN", Control::Commit),
        ("END", Control::Commit),
        ("ROLLBACK TO SAVEPOINT a", Control::RollbackToSavepoint),
        ("ROLLBACK", Control::Rollback),
        ("RELEASE a", Control::Savepoint),
    ] {
        check_class(Dialect::Postgres, sql, control, Allowed);
    }
    check_class(Dialect::Sqlite, "PRAGMA foreign_keys = OFF", Control::None, Ignored);
    check_class(Dialect::Sqlite, "VACUUM", Control::None, Forbidden);
}
