//! Migrations that are large, deep, endless or in strange bytes: read as Python reads them, or refused with the place.

use limosa_model::operations::OperationKind;

use super::python_support::Project;

/// Returns a migration with these lines before its class, and these operations.
fn migration(head: &str, operations: &str) -> String {
    format!(
        "from django.db import migrations, models\n{head}\nclass Migration(migrations.Migration):\n    operations = {operations}\n"
    )
}

/// Reads a migration and returns what it says: the statements of its operations, or its problems with their lines.
fn read(files: &[(&str, &str)], text: impl AsRef<[u8]>) -> Vec<String> {
    let project = Project::new(files);
    project.bytes(text.as_ref(), |context, raw, diagnostics| {
        let place = |span| context.sources.location(span).map_or(0, |location| location.line);
        let Some(raw) = raw else {
            let shown = diagnostics.iter().map(|diagnostic| {
                let line = diagnostic.labels.first().map_or(0, |(span, _)| place(*span));
                format!("{line}: {} {}", diagnostic.code, diagnostic.message)
            });
            return shown.collect();
        };
        match raw.migration(context) {
            Ok(migration) => {
                let shown = migration.operations.iter().map(|operation| match &operation.kind {
                    OperationKind::RunSql(run) => format!("{:?}", run.sql),
                    other => format!("{other:?}"),
                });
                shown.collect()
            }
            Err(problems) => {
                let line = |problem: &limosa_source::convert::Problem| problem.span.map_or(0, place);
                problems.iter().map(|problem| format!("{}: {}", line(problem), problem.reason)).collect()
            }
        }
    })
}

/// Reads a migration that must say one thing, which holds all of `parts`.
#[track_caller]
fn check(text: impl AsRef<[u8]>, parts: &[&str]) {
    let said = read(&[], text);
    let [one] = said.as_slice() else { panic!("{} things are said", said.len()) };
    for part in parts {
        assert!(one.contains(part), "{part} is not in: {}", one.chars().take(400).collect::<String>());
    }
}

#[test]
fn fourteen_megabytes() {
    let sql = format!("INSERT INTO shop_a VALUES ('{}')", "x".repeat(14 << 20));
    check(migration("", &format!("[migrations.RunSQL(\"{sql}\")]")), &[&sql]);
    let remarks = "# a remark of some length that belongs to nothing\n".repeat((14 << 20) / 50);
    check(migration(&remarks, "[migrations.RunSQL('SELECT 1')]"), &["SELECT 1"]);
    check(migration(&remarks, "[migrations.RunSQL('SELECT 1'"), &["syntax-error"]);
}

#[test]
fn without_an_end() {
    for (head, operations, line, reason) in [
        (
            "",
            "[migrations.RunSQL('SELECT %d' % i) for i in range(10 ** 9)]",
            "4: ",
            "loops over something that is not known",
        ),
        (
            "many = []\nfor i in range(10 ** 9):\n    many.append(migrations.RunSQL('SELECT 1'))",
            "many",
            "",
            "range(10 ** 9)",
        ),
        ("many = []\nwhile True:\n    many.append(migrations.RunSQL('SELECT 1'))", "many", "", "too many steps"),
        ("def f(n):\n    return f(n + 1)", "[migrations.RunSQL(f(1))]", "", ""),
        ("", "[migrations.RunSQL('x' * 10 ** 12)]", "4: ", "operation"),
        ("x = 'SELECT 1'\nfor i in range(60):\n    x = x + x", "[migrations.RunSQL(x)]", "", "computed"),
        ("x = ['SELECT 1']\nfor i in range(60):\n    x += x", "[migrations.RunSQL(x)]", "", "is not known"),
        ("", "[migrations.RunSQL(str(9 ** 9 ** 9))]", "4: ", ""),
    ] {
        check(migration(head, operations), &[line, reason]);
    }
}

#[test]
fn deeply_nested() {
    let many = 100_000;
    let deep = format!("[migrations.RunSQL({}'SELECT 1'{})]", "(".repeat(many), ")".repeat(many));
    check(migration("", &deep), &["4: nested-too-deeply"]);
    let lists = format!("[migrations.RunSQL({}'SELECT 1'{})]", "[".repeat(150), "]".repeat(150));
    assert_eq!(read(&[], migration("", &lists)).len(), 1);
    check(migration(&format!("x = {}1", "-".repeat(many)), "[]"), &["2: nested-too-deeply"]);
    check(migration(&format!("x = 1{}", " + 1".repeat(many)), "[]"), &["2: nested-too-deeply"]);
}

#[test]
fn encodings() {
    let text = |head: &[u8], letter: &[u8]| {
        let rest = migration("", "[migrations.RunSQL('*')]").into_bytes();
        let at = rest.iter().position(|byte| *byte == b'*').unwrap();
        [head, &rest[..at], letter, &rest[at + 1..]].concat()
    };
    check(text(b"", "ü".as_bytes()), &["\"ü\""]);
    check(text(b"\xEF\xBB\xBF", "ü".as_bytes()), &["\"ü\""]);
    check(text(b"# -*- coding: latin-1 -*-\n", b"\xfc"), &["\"ü\""]);
    check(text(b"#!/usr/bin/python\n# vim: set fileencoding=iso-8859-1 :\n", b"\xfc"), &["\"ü\""]);
    check(text(b"# -*- coding: UTF_8 -*-\n", "ü".as_bytes()), &["\"ü\""]);
    // Only a line after a comment or an empty line can name the encoding.
    check(text(b"import os\n# coding: latin-1\n", "ü".as_bytes()), &["\"ü\""]);
    check(text(b"\r\n# encoding coding: latin-1\r\n", b"\xfc"), &["\"ü\""]);
    for (head, letter, parts) in [
        (&b""[..], &b"\xfc"[..], ["4: not-text", "not UTF-8 text: invalid byte at offset"]),
        (b"# coding: cp1252\n", "ü".as_bytes(), ["1: not-text", "text in `cp1252`"]),
        (b"# coding: ascii\n", "ü".as_bytes(), ["1: not-text", "text in `ascii`"]),
        (b"", b"\0", ["4: syntax-error", "null byte"]),
        (b"\0\n", b"", ["1: syntax-error", "null byte"]),
    ] {
        check(text(head, letter), &parts);
    }
    let wide: Vec<u8> = migration("", "[]").encode_utf16().flat_map(u16::to_le_bytes).collect();
    check([&b"\xFF\xFE"[..], &wide].concat(), &["1: not-text"]);
}

#[test]
fn helpers_that_import_each_other() {
    let files = [
        ("shop/__init__.py", ""),
        ("shop/one.py", "A = 'SELECT 1'\nfrom .two import B\n"),
        ("shop/two.py", "from .one import A\nB = A + ';'\n"),
        ("shop/stars.py", "from .back import *\nC = 'SELECT 2'\n"),
        ("shop/back.py", "from .stars import *\nD = 'SELECT 3'\n"),
        ("shop/itself.py", "from .itself import E\nE = E\n"),
    ];
    let say = |import: &str, operations: &str| read(&files, migration(import, operations));
    assert_eq!(say("from shop.one import A, B", "[migrations.RunSQL(A), migrations.RunSQL(B)]").len(), 2);
    assert!(say("from shop.one import B", "[migrations.RunSQL(B)]")[0].contains("SELECT 1;"));
    assert!(say("from shop.stars import *", "[migrations.RunSQL(C)]")[0].contains("SELECT 2"));
    assert!(say("from shop.stars import *", "[migrations.RunSQL(D)]")[0].contains("SELECT 3"));
    assert_eq!(say("from shop.itself import E", "[migrations.RunSQL(E)]").len(), 1);
}
