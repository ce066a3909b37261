//! A migration in Python, from bytes to statements.
#![no_main]

use libfuzzer_sys::fuzz_target;
use limosa_fuzz::{id, source, write};
use limosa_source::python::{Context, Modules, read_migration};
use limosa_source::sources::Sources;

fuzz_target!(|bytes: &[u8]| {
    let (sources, modules) = (Sources::default(), Modules::default());
    let Some(source) = source(&sources, "app/migrations/0001_x.py", bytes) else { return };
    let context = Context::new(&sources, &modules);
    let (raw, _) = read_migration(&context, &source, id(), "app.migrations.0001_x");
    if let Some(Ok(migration)) = raw.map(|raw| raw.migration(&context)) {
        write(migration.operations);
    }
});
