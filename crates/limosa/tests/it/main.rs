//! The program as it is used: each test runs the binary on a project of its own.
//!
//! PostgreSQL's server is named by `LIMOSA_TEST_POSTGRES` and a Python with Django by `LIMOSA_TEST_DJANGO`; without them the tests
//! that need them say that they are skipped, and fail where `CI` is set.

#![expect(clippy::print_stdout, reason = "a test that does not run says so")]

mod database;
mod program;
mod project;
mod takeovers;
mod twins;

mod applications;
mod bad_arguments;
mod bad_databases;
mod bad_files;
mod bad_graphs;
mod bad_histories;
mod branches;
mod causes;
mod changed_models;
mod check;
mod check_reports;
mod checks;
mod checks_history;
mod ci;
mod concurrent_indexes;
mod doctor;
mod doctor_own;
mod failpoints;
mod failures;
mod fixes;
mod gate;
mod interrupts;
mod json;
mod migrate;
mod no_python;
mod own_backends;
mod own_classes;
mod own_fields;
mod own_migrations;
mod passwords;
mod places;
mod policies;
mod proxy;
mod prune;
mod python_operations;
mod quorum;
mod read_only;
mod rebase;
mod report;
mod resumed;
mod routers;
mod run_record;
mod runners;
mod showmigrations;
mod shown;
mod signals;
mod stages;
mod stages_documented;
mod stages_of_migrations;
mod stages_pending;
mod stages_pending_python;
mod unapplying;
mod unmigrated_apps;
mod written;
