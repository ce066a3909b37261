//! The role may not do it.

use limosa_sql::dialect::Dialect;

use super::{Entry, Explanation, Refusal, literal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "permission",
    title: "the role may not do it",
    postgres: &["42501"],
    mysql: &["1044", "1142", "1143", "1227", "1370", "1410"],
    sqlite: &[],
    explain,
};

fn explain(refusal: &Refusal<'_>) -> Option<Explanation> {
    let message = &refusal.error.message;
    if message.contains("extension") {
        return Some(plain(
            "only a privileged role may create this extension",
            "let such a role run the `CREATE EXTENSION` once; the migration then finds it there",
        ));
    }
    let explanation = plain(
        "the table belongs to another role, or the role lacks the right: often it was made by another user, such as by a restored dump",
        "run migrations with one role only, the owner of the tables; or give the role the right",
    );
    let query = match refusal.dialect {
        Dialect::Postgres => refusal.table().map(|table| {
            format!(
                "SELECT c.relname AS \"table\", c.relowner::regrole::text AS owner, current_user AS role FROM pg_class c \
                 WHERE c.oid = to_regclass({})",
                literal(&table)
            )
        }),
        _ => Some("SHOW GRANTS".to_owned()),
    };
    Some(Explanation { query, ..explanation })
}
