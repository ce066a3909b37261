//! DS011.

use limosa_sql::effect::Effect;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// SQL of the project names a table without its schema.
    ///
    /// Which table that is depends on the `search_path` of whoever runs it.
    ///
    /// # Example
    ///
    /// ```sql
    /// ALTER TABLE shop_order ADD COLUMN weight integer;
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql
    /// ALTER TABLE public.shop_order ADD COLUMN weight integer;
    /// ```
    "DS011" "table-without-schema",
    group: Design,
    level: Note,
    opt_in: true,
    databases: [Postgres],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if !subject.is_own_sql() {
        return;
    }
    let is_temporary = |effect: &Effect| matches!(effect, Effect::CreateTable { temporary: true, .. });
    let effects = subject.effects().map(|(effect, _)| effect).filter(|effect| !is_temporary(effect));
    let mut named: Vec<&str> = effects.filter_map(Effect::table).filter(|table| !table.contains('.')).collect();
    named.dedup();
    for table in named {
        findings
            .report(format!("`{table}` is named without a schema"))
            .help("write the schema before the name")
            .table(table);
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn as_it_should() {
        expect_everywhere(
            &CHECK,
            &[
                (r#"CREATE TABLE fresh (a int)"#, 1),
                (r#"ALTER TABLE shop_order ADD a int, ADD b int"#, 1),
                (r#"UPDATE shop_order SET number = 1"#, 1),
                (r#"CREATE TABLE public.fresh (a int)"#, 0),
                (r#"SELECT 1"#, 0),
                (r#"CREATE TEMP TABLE fresh (a int)"#, 0),
                (r#"migrations.AddField("order", "details", models.JSONField(null=True))"#, 0),
            ],
        );
    }
}
