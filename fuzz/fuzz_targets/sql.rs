//! A native migration in SQL, and the splitting of scripts for each database.
#![no_main]

use libfuzzer_sys::fuzz_target;
use limosa_fuzz::{id, source};
use limosa_source::native::sql;
use limosa_source::sources::Sources;
use limosa_sql::dialect::Dialect;
use limosa_sql::split::{classify, django_statements, split};

fuzz_target!(|bytes: &[u8]| {
    let sources = Sources::default();
    let Some(source) = source(&sources, "app/migrations/0001_x.sql", bytes) else { return };
    let _ = sql::read(&source, id());
    for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql] {
        let mut end = 0;
        for statement in split(&source.text, dialect) {
            // What is between statements is no statement, and none is told twice.
            assert!(end <= statement.range.start && statement.range.end <= source.text.len());
            assert_eq!(&source.text[statement.range.clone()], statement.text);
            end = statement.range.end;
            classify(statement.text, dialect);
        }
    }
    django_statements(&source.text);
});
