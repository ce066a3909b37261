//! Keeps one of the findings of which one in a migration is enough.

use std::collections::BTreeMap;

use limosa_model::MigrationId;
use smol_str::SmolStr;

use crate::finding::Finding;

/// Keeps of the findings of a migration the worst one of each kind of which one is enough, in the place of the first, and counts the others.
///
/// What comments and baselines allow must be taken out before, or one that may stay would hide others that may not.
pub fn gathered(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<(Finding, usize)> = Vec::with_capacity(findings.len());
    let mut first: BTreeMap<(MigrationId, SmolStr), usize> = BTreeMap::new();
    for finding in findings {
        let place = kept.len();
        let same = match finding.once {
            true => *first.entry((finding.migration.clone(), finding.code.clone())).or_insert(place),
            false => place,
        };
        match kept.get_mut(same) {
            Some((worst, more)) => {
                *more += 1;
                if finding.level > worst.level {
                    *worst = finding;
                }
            }
            None => kept.push((finding, 0)),
        }
    }
    let counted = |(mut finding, more): (Finding, usize)| {
        if more > 0 {
            finding.message += &format!(" (and {more} more like it)");
        }
        finding
    };
    kept.into_iter().map(counted).collect()
}

#[cfg(test)]
mod tests {
    use limosa_model::django::DjangoVersion;
    use limosa_sql::dialect::{Context, Dialect};

    use super::gathered;
    use crate::checks::find;
    use crate::finding::{Finding, Level};
    use crate::judge::judge;
    use crate::rules::Rules;
    use crate::stats::Stats;
    use crate::testing::with_plan;

    /// Returns what a check finds in two migrations, each of which builds indexes while it keeps everybody from the table.
    fn findings() -> Vec<Finding> {
        const MIGRATION: &str = "ALTER TABLE shop_order ADD COLUMN weight int; CREATE INDEX i ON shop_order (status); \
                                 CREATE INDEX j ON shop_order (number); CREATE INDEX k ON shop_order (total)";
        let context = Context::new(Dialect::Postgres, DjangoVersion::V52);
        let checks = [find("work-under-lock").expect("the check")];
        let rules = Rules { checks: &checks, policies: &[] };
        with_plan(&context, &Stats::default(), &format!("{MIGRATION}\n----\n{MIGRATION}"), |plan| judge(plan, &rules))
    }

    fn shown(findings: Vec<Finding>) -> Vec<(String, Level, bool)> {
        let shown = |finding: Finding| {
            let counts = finding.message.ends_with("(and 2 more like it)");
            (finding.migration.name.to_string(), finding.level, counts)
        };
        gathered(findings).into_iter().map(shown).collect()
    }

    #[test]
    fn one_of_a_migration_is_kept() {
        let all = findings();
        assert_eq!(all.len(), 6);
        let level = all[0].level;
        let expected = |level| vec![("0001_example".to_owned(), level, true), ("0002_example".to_owned(), level, true)];
        assert_eq!(shown(all.clone()), expected(level));
        let mut worse = all.clone();
        worse[1].level = Level::Error;
        assert_eq!(shown(worse), [expected(Level::Error)[0].clone(), expected(level)[1].clone()]);
        let mut several = all;
        several.iter_mut().for_each(|finding| finding.once = false);
        assert_eq!(gathered(several).len(), 6);
    }
}
