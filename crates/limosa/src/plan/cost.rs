//! What the statements of a plan cost who works on the database meanwhile.

use std::collections::BTreeSet;

use limosa_check::Stats;
use limosa_check::stats::Estimate;
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::{Context, Dialect};
use limosa_sql::effect::{Blocks, Effect, Impact, Work, effects, impact_in, together};
use serde::Serialize;

/// What a statement costs who works on the database meanwhile.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cost {
    /// The locks that it takes on tables that the plan did not make.
    pub locks: Vec<PlanLock>,
    /// How much it does: `catalog`, `scan`, `build-index`, `rewrite` or `rows`.
    pub work: &'static str,
    /// Whether that is certain.
    pub certain: bool,
    /// Why, in one clause.
    pub because: String,
    /// How many rows the largest table holds that it works on, where that is known.
    pub rows: Option<u64>,
    /// About how long it takes, where that is known: the estimates are rough.
    pub seconds: Option<f64>,
}

/// A lock on a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanLock {
    /// The table; on SQLite the whole file is locked.
    pub table: String,
    /// The database's name for the lock.
    pub mode: &'static str,
    /// What it keeps others from: `nothing`, `writes` or `everything`.
    pub blocks: &'static str,
}

impl Cost {
    /// Returns a line for people; nothing for what costs nothing.
    pub fn line(&self) -> Option<String> {
        if self.locks.is_empty() && self.work == "catalog" {
            return None;
        }
        let lock = |lock: &PlanLock| {
            let blocks = match lock.blocks {
                "everything" => " (blocks reads and writes)",
                "writes" => " (blocks writes)",
                _ => "",
            };
            format!("{}: {}{blocks}", lock.table, lock.mode)
        };
        let locks = self.locks.iter().map(lock).collect::<Vec<_>>().join(", ");
        let doubt = if self.certain { "" } else { " (not certain)" };
        Some(match locks.as_str() {
            "" => format!("{}{doubt}", self.because),
            locks => format!("locks {locks}; {}{doubt}", self.because),
        })
    }
}

/// Follows a plan, to know which tables it made: nobody else uses those.
#[derive(Debug, Default)]
pub(super) struct Costs {
    stats: Stats,
    made: BTreeSet<String>,
    dropped: BTreeSet<String>,
}

impl Costs {
    /// Returns one that knows how much the tables hold.
    pub(super) fn new(stats: Stats) -> Self {
        Self { stats, ..Self::default() }
    }

    /// Returns what a statement costs; `tables` is what the database holds before the statement's migration.
    pub(super) fn of(&mut self, sql: &str, tables: &Catalog, context: &Context) -> Cost {
        let effects = effects(sql, context.dialect);
        let mut estimates = Vec::with_capacity(effects.len());
        let impacts = effects.iter().map(|effect| {
            let cost = self.on_tables_of_others(effect, impact_in(effect, tables, context));
            estimates.push(self.estimate(effect, &cost));
            self.follow(effect);
            cost
        });
        let impacts: Vec<Impact> = impacts.collect();
        let mut cost = Cost::from(together(impacts, context.dialect), context.dialect);
        // What is not known of one effect is not known of the whole.
        if let Some(known) = estimates.into_iter().collect::<Option<Vec<Estimate>>>() {
            cost.seconds = Some(known.iter().map(|estimate| estimate.seconds).sum());
            cost.rows = known.iter().map(|estimate| estimate.rows).max().filter(|rows| *rows > 0);
        }
        cost
    }

    /// Returns how long an effect takes, where that is known.
    fn estimate(&self, effect: &Effect, cost: &Impact) -> Option<Estimate> {
        let nothing = Estimate { rows: 0, seconds: 0.0 };
        match effect.table() {
            _ if cost.work == Work::Catalog => Some(nothing),
            Some(table) if self.made.contains(&key(table)) => Some(nothing),
            Some(table) => self.stats.estimate(table, cost.work),
            None => None,
        }
    }

    /// Leaves out what is done to tables that nobody knows yet.
    fn on_tables_of_others(&self, effect: &Effect, mut cost: Impact) -> Impact {
        let is_new = |name: &str| self.made.contains(&key(name));
        cost.locks.retain(|lock| !is_new(&lock.table));
        if effect.table().is_some_and(is_new) && cost.work != Work::Rows {
            cost.work = Work::Catalog;
            "the table is new".clone_into(&mut cost.why);
            cost.known = true;
        }
        cost
    }

    fn follow(&mut self, effect: &Effect) {
        match effect {
            Effect::CreateTable { table, .. } => _ = self.made.insert(key(table)),
            Effect::DropTable { table, .. } if !self.made.remove(&key(table)) => _ = self.dropped.insert(key(table)),
            // SQLite's new table takes the place and the rows of the old one.
            Effect::RenameTable { table, to } if self.made.remove(&key(table)) && !self.dropped.remove(&key(to)) => {
                self.made.insert(key(to));
            }
            _ => {}
        }
    }
}

impl Cost {
    fn from(impact: Impact, dialect: Dialect) -> Self {
        let mut locks: Vec<PlanLock> = impact
            .locks
            .iter()
            .map(|lock| PlanLock {
                table: lock.table.to_string(),
                mode: lock.mode,
                blocks: match lock.blocks {
                    Blocks::Nothing => "nothing",
                    Blocks::Writes => "writes",
                    Blocks::Everything => "everything",
                },
            })
            .collect();
        if dialect == Dialect::Sqlite {
            locks.truncate(1);
        }
        let work = match impact.work {
            Work::Catalog => "catalog",
            Work::Scan => "scan",
            Work::BuildIndex => "build-index",
            Work::Rewrite => "rewrite",
            Work::Rows => "rows",
        };
        Self { locks, work, certain: impact.known, because: impact.why, rows: None, seconds: None }
    }
}

/// Returns a name without its schema.
fn plain(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// Returns a name as it is compared.
fn key(name: &str) -> String {
    plain(name).to_lowercase()
}

#[cfg(test)]
mod tests {
    use limosa_model::django::DjangoVersion;
    use limosa_sql::catalog::Table;

    use super::*;

    #[test]
    fn tables_of_the_plan_cost_nothing() {
        let context = Context::new(Dialect::Postgres, DjangoVersion::V52);
        let mut catalog = Catalog::new(Dialect::Postgres);
        catalog.create_table(Table::new("old"));
        let mut costs = Costs::default();
        for (sql, line) in [
            ("CREATE TABLE new (id bigint)", None),
            ("CREATE INDEX i ON new (id)", None),
            ("ALTER TABLE new ADD COLUMN x bigserial", None),
            (
                "ALTER TABLE new ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES old (id)",
                Some("locks old: SHARE ROW EXCLUSIVE (blocks writes); the table is new"),
            ),
            ("CREATE UNIQUE INDEX i ON old (id)", Some("locks old: SHARE (blocks writes); the index is built")),
            (
                "ALTER TABLE old DROP COLUMN x",
                Some("locks old: ACCESS EXCLUSIVE (blocks reads and writes); the column is hidden, its values stay"),
            ),
            ("SET lock_timeout = '1s'", None),
            ("DO $$ $$", Some("nobody knows what DO does (not certain)")),
        ] {
            assert_eq!(costs.of(sql, &catalog, &context).line().as_deref(), line, "{sql}");
        }
    }

    #[test]
    fn a_rebuilt_table_of_sqlite_is_not_new() {
        let context = Context::new(Dialect::Sqlite, DjangoVersion::V52);
        let mut costs = Costs::default();
        let catalog = Catalog::new(Dialect::Sqlite);
        let lines = [
            "CREATE TABLE new__t (id integer)",
            "INSERT INTO new__t SELECT id FROM t",
            "DROP TABLE t",
            "ALTER TABLE new__t RENAME TO t",
            "CREATE INDEX i ON t (id)",
        ]
        .map(|sql| costs.of(sql, &catalog, &context).line());
        let index = "locks t: EXCLUSIVE (blocks reads and writes); the index is built";
        assert_eq!(lines[0], None);
        assert_eq!(lines[1].as_deref(), Some("a query's rows are added"));
        assert_eq!(lines[4].as_deref(), Some(index));
    }
}
