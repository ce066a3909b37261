//! DS012.

use limosa_sql::effect::Effect;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// An index is asked for as a hash, and becomes a tree.
    ///
    /// InnoDB has no hash indexes that one can make; MySQL makes a B-tree without a word.
    ///
    /// # Example
    ///
    /// ```sql
    /// CREATE INDEX order_status_idx USING HASH ON shop_order (status);
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql
    /// CREATE INDEX order_status_idx ON shop_order (status);
    /// ```
    "DS012" "hash-index",
    group: Design,
    level: Note,
    opt_in: true,
    databases: [MySql],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (effect, _) in subject.effects() {
        if let Effect::CreateIndex { table, method: Some(method), .. } = effect
            && method == "hash"
        {
            findings
                .report(format!("the index of `{table}` is a tree, whatever it says"))
                .help("leave `USING HASH` out")
                .table(table);
        }
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
                (r#"CREATE INDEX i USING hash ON shop_order (status)"#, 1),
                (r#"CREATE INDEX i USING BTREE ON shop_order (status)"#, 0),
            ],
        );
    }
}
