//! The bridge against real interpreters with a real Django, in projects made for the purpose.
//!
//! `LIMOSA_TEST_DJANGO` names the interpreter. Without it the tests are skipped, except on a CI machine.

mod connection;
mod database;
mod describe;
mod export;
mod failures;
mod project;
mod run;
