//! Which findings comments allow, and what is wrong with comments.

use super::*;
use crate::finding::Level;

const TEXT: &str = r#"
# limosa: ignore DL001 -- all of it is in the archive
class Migration(migrations.Migration):
    operations = [
        # limosa: ignore LK001 -- small
        # and more words
        migrations.AddIndex("a"),
        migrations.AddIndex("b"),  # limosa: ignore index-blocks-writes until 2026-01-31 -- later
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.AddIndex("c"),  # limosa: ignore LK, BC001
                migrations.AddIndex("d"),
            ],
        ),
    ]
"#;

fn range(of: &str) -> Range<usize> {
    let start = TEXT.find(of).expect("there");
    start..start + of.len()
}

fn separate() -> Range<usize> {
    let start = TEXT.find("migrations.Separate").expect("there");
    start..TEXT.find("),\n    ]").expect("there") + 1
}

fn finding(code: &'static str, at: Option<Range<usize>>) -> Finding {
    let check = checks::find(code).expect("a check");
    let span = at.map(|at| Span { source: SourceId(0), start: at.start as u32, end: at.end as u32 });
    let about =
        Finding::about(&MigrationId::new("shop", "0002_x"), check.code, check.name, Level::Error, String::new());
    Finding { span, ..about }
}

/// Returns the codes that stand and those that are allowed, on a day.
fn sifted(findings: Vec<Finding>, today: &str) -> (Vec<String>, Vec<String>) {
    let migration = MigrationId::new("shop", "0002_x");
    let names = [
        "migrations.AddIndex(\"a\")",
        "migrations.AddIndex(\"b\")",
        "migrations.AddIndex(\"c\")",
        "migrations.AddIndex(\"d\")",
    ];
    let mut operations: Vec<Range<usize>> = names.into_iter().map(range).collect();
    operations.push(separate());
    let file = File { migration: &migration, source: SourceId(0), text: TEXT, operations };
    let sifted = sift(&file, findings, &Rules { checks: checks::ALL, policies: &[] }, today);
    let codes = |findings: Vec<Finding>| findings.into_iter().map(|finding| finding.code.to_string()).collect();
    (codes(sifted.findings), codes(sifted.suppressed.into_iter().map(|one| one.finding).collect()))
}

#[test]
fn what_comments_allow() {
    let all = || {
        let at = |name: &str| finding("LK001", Some(range(&format!("migrations.AddIndex(\"{name}\")"))));
        vec![finding("DL001", Some(separate())), at("a"), at("b"), at("c"), at("d"), finding("LK001", None)]
    };
    // The one on "d" and the one about the migration stand; `BC001` is found nowhere, and that comment gives no reason.
    let (stand, allowed) = sifted(all(), "2026-01-31");
    assert_eq!(stand, ["LK001", "LK001", "SU001", "SU002"]);
    assert_eq!(allowed, ["DL001", "LK001", "LK001", "LK001"]);
    // A day later the one on "b" is over.
    let (stand, allowed) = sifted(all(), "2026-02-01");
    assert_eq!(stand, ["LK001", "LK001", "LK001", "SU003", "SU001", "SU002"]);
    assert_eq!(allowed, ["DL001", "LK001", "LK001"]);
}

#[test]
fn comments_are_read() {
    let read = |line: &str| {
        comments(line).pop().map(|comment| (comment.codes, comment.until, comment.reason, comment.whole_file))
    };
    let codes = |codes: &[&str]| codes.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(read("x = 1  # limosa: ignore LK001"), Some((codes(&["LK001"]), None, None, false)));
    assert_eq!(
        read("-- limosa: ignore-file LK001 DL until 2027-01-01 -- it -- is\n"),
        Some((codes(&["LK001", "DL"]), Some("2027-01-01".into()), Some("it -- is".into()), true))
    );
    assert_eq!(read("# limosa: ignored"), None);
    assert_eq!(read("-- limosa: forwards"), None);
    assert_eq!(read("print('limosa: ignore LK001')"), None);
}
