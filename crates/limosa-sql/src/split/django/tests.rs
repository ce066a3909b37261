//! What `sqlparse` 0.6.1 gives for the same scripts: `[format(s, strip_comments=True) for s in split(script) if s]`.

use super::django_statements;

/// A script, and the statements that Django makes of it.
type Case = (&'static str, &'static [&'static str]);

const CASES: &[Case] = &[
    ("", &[]),
    ("  ;;  ", &[";", ";"]),
    ("-- only a comment", &[""]),
    ("SELECT 1", &["SELECT 1"]),
    ("SELECT 1; SELECT 2;", &["SELECT 1;", "SELECT 2;"]),
    (
        "\n    -- one\n    -- two\n    UPDATE a SET b = 1;\n    UPDATE a SET c = 2\n",
        &["    UPDATE a SET b = 1;", "UPDATE a SET c = 2"],
    ),
    (
        "INSERT INTO a VALUES ('x;y', 'it''s'); -- done\nDELETE FROM a;",
        &["INSERT INTO a VALUES ('x;y', 'it''s');", "DELETE FROM a;"],
    ),
    (
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = 1; DELETE FROM d; END; SELECT 1;",
        &["CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = 1; DELETE FROM d; END;", "SELECT 1;"],
    ),
    (
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = CASE WHEN 1 THEN 2 ELSE 3 END; END;\nDROP TABLE x;",
        &[
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = CASE WHEN 1 THEN 2 ELSE 3 END; END;",
            "DROP TABLE x;",
        ],
    ),
    ("BEGIN; UPDATE a SET b = 1; COMMIT;", &["BEGIN;", "UPDATE a SET b = 1;", "COMMIT;"]),
    (
        "BEGIN TRANSACTION; UPDATE a SET b = 1; END TRANSACTION;",
        &["BEGIN TRANSACTION;", "UPDATE a SET b = 1;", "END TRANSACTION;"],
    ),
    (
        "CREATE TABLE a (\n  b integer, -- the b\n  c text -- the c\n);\nCREATE INDEX i ON a (b);",
        &["CREATE TABLE a (\n  b integer,\n  c text\n);", "CREATE INDEX i ON a (b);"],
    ),
    ("SELECT a /* inner; */ FROM b WHERE c = 1 /* tail */ AND d = 2;", &["SELECT a   FROM b WHERE c = 1   AND d = 2;"]),
    ("SELECT (/* gone */ 1, 2 /* gone */);", &["SELECT ( 1, 2  );"]),
    ("SELECT a -- name\n  AS b FROM c;", &["SELECT a   AS b FROM c;"]),
    ("SELECT 5 -- five\n -- more\n + 6;", &["SELECT 5\n + 6;"]),
    ("SELECT '-- no comment', \"/* nor this */\" FROM a;", &["SELECT '-- no comment', \"/* nor this */\" FROM a;"]),
    ("/* head */\n\nSELECT 1   \n  FROM a  ;\n", &["SELECT 1\n  FROM a  ;"]),
    ("SELECT $$ a; b $$; SELECT $x$ ; $x$;", &["SELECT $$ a; b $$;", "SELECT $x$ ; $x$;"]),
    (
        "CREATE FUNCTION f() RETURNS int AS $$ BEGIN RETURN 1; END; $$ LANGUAGE plpgsql; SELECT f();",
        &["CREATE FUNCTION f() RETURNS int AS $$ BEGIN RETURN 1; END; $$ LANGUAGE plpgsql;", "SELECT f();"],
    ),
    (
        "CREATE OR REPLACE PROCEDURE p() BEGIN DECLARE x int; IF x THEN SET x = 1; END IF; END; SELECT 2;",
        &["CREATE OR REPLACE PROCEDURE p() BEGIN DECLARE x int; IF x THEN SET x = 1; END IF; END;", "SELECT 2;"],
    ),
    ("SELECT 1;\r\nSELECT 2;\r\n", &["SELECT 1;", "SELECT 2;"]),
    ("UPDATE a SET b = '--' WHERE c; # odd\nSELECT 1;", &["UPDATE a SET b = '--' WHERE c;", "SELECT 1;"]),
    ("SELECT /*+ hint */ 1 FROM a; SELECT 2 -- last", &["SELECT /*+ hint */ 1 FROM a;", "SELECT 2"]),
    ("SELECT 'open; SELECT 2;", &["SELECT 'open;", "SELECT 2;"]),
    ("SELECT 1 GO SELECT 2", &["SELECT 1 GO", "SELECT 2"]),
    (
        "PRAGMA foreign_keys=off;\nALTER TABLE a RENAME TO b;\nPRAGMA foreign_keys=on;",
        &["PRAGMA foreign_keys=off;", "ALTER TABLE a RENAME TO b;", "PRAGMA foreign_keys=on;"],
    ),
    ("SELECT 'a\\'; SELECT 'b';", &["SELECT 'a\\'; SELECT 'b';"]),
    ("SELECT [a;b], `c;d`; SELECT %s, %(n)s;", &["SELECT [a;b], `c;d`;", "SELECT %s, %(n)s;"]),
    ("SELECT a, -- first\n       -- second\n       b FROM c;", &["SELECT a,\n       b FROM c;"]),
];

#[test]
fn splits_as_sqlparse_does() {
    for (script, expected) in CASES {
        assert_eq!(django_statements(script), *expected, "{script}");
    }
}
