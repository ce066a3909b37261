//! A native migration in TOML, from bytes to statements.
#![no_main]

use libfuzzer_sys::fuzz_target;
use limosa_fuzz::{id, source, write};
use limosa_source::convert::{NoKnowledge, operations};
use limosa_source::native::toml;
use limosa_source::sources::Sources;

fuzz_target!(|bytes: &[u8]| {
    let sources = Sources::default();
    let Some(source) = source(&sources, "app/migrations/0001_x.toml", bytes) else { return };
    let (file, _) = toml::read(&source, id());
    if let Some(Ok(operations)) = file.map(|file| operations(&file.operations, &NoKnowledge)) {
        write(operations);
    }
});
