//! The default site.

use limosa_db::DbError;
use limosa_sql::dialect::Dialect;

use super::AfterRun;

/// Creates `example.com` when there is no site.
///
/// Source: Django `contrib/sites/management.py`, `create_default_site`.
pub(super) async fn create(run: &AfterRun<'_>) -> Result<(), DbError> {
    let id = run.site_id;
    // MySQL has no condition without a table before it.
    let from = if run.connection.dialect() == Dialect::MySql { " FROM DUAL" } else { "" };
    let insert = format!(
        "INSERT INTO django_site (id, domain, name) \
         SELECT {id}, 'example.com', 'example.com'{from} WHERE NOT EXISTS (SELECT 1 FROM django_site)"
    );
    if run.connection.execute(&insert).await? > 0 && run.connection.dialect() == Dialect::Postgres {
        let reset = "SELECT setval(pg_get_serial_sequence('django_site','id'), coalesce(max(id), 1), \
                     max(id) IS NOT null) FROM django_site";
        run.connection.query(reset, &[]).await?;
    }
    Ok(())
}
