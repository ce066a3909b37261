//! Tests on real databases. The servers are named by `LIMOSA_TEST_POSTGRES` and `LIMOSA_TEST_MARIADB`; without them those tests say
//! that they are skipped, and fail where `CI` is set.

mod connection;
mod database;
mod functions;
mod history;
mod impact;
mod introspect;
mod journal;
mod lease;
mod lock;
mod quorum;
mod url;
