//! What statements cost, asked of the servers: the locks that they take, whether they read, index or write every row.
//!
//! Each statement runs on tables with rows, and what the server did is compared with what [`impact_in`] says. Where that is not certain,
//! it may say too much.

mod mariadb;
mod postgres;

use limosa_db::{Connection, introspect};
use limosa_model::django::DjangoVersion;
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::Context;
use limosa_sql::effect::{Impact, effects, impact_in, together};

/// Returns what a statement is said to cost.
fn said(sql: &str, catalog: &Catalog, context: &Context) -> Impact {
    let impacts = effects(sql, context.dialect);
    let impacts = impacts.iter().map(|effect| impact_in(effect, catalog, context));
    together(impacts, context.dialect)
}

async fn context(connection: &Connection) -> (Catalog, Context) {
    let catalog = introspect::load(connection).await.expect("a catalog");
    let mut context = Context::new(connection.dialect(), DjangoVersion::V52);
    let version = connection.server_version();
    context.flavour = connection.flavour();
    context.server_version = match connection.dialect() {
        limosa_sql::dialect::Dialect::Postgres => (version / 10_000, version % 10_000, 0),
        _ => (version / 1_000_000, version / 1_000 % 1_000, version % 1_000),
    };
    (catalog, context)
}
