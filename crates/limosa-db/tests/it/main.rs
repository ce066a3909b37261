//! Tests on real databases. PostgreSQL's server is named by `LIMOSA_TEST_POSTGRES`; without it those tests say that they are
//! skipped, and fail where `CI` is set.

mod connection;
mod database;
mod functions;
mod history;
mod introspect;
mod lock;
mod url;
