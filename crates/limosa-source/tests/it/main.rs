//! Integration tests of the crate, in one binary.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cache;
mod config;
mod native;
mod native_errors;
mod project_answers;
mod project_apps;
mod project_broken;
mod project_django;
mod project_kind;
mod python_classes;
mod python_fields;
mod python_garbage;
mod python_limits;
mod python_migration;
mod python_support;
mod python_values;
mod support;
