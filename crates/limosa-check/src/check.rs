//! What a check is.

use limosa_sql::dialect::Dialect;

use crate::finding::{Findings, Level};
use crate::fix::Fix;
use crate::subject::Subject;

/// A rule with a code. Its documentation is the doc comment of its declaration, which `limosa explain` shows.
#[derive(Debug)]
pub struct Check {
    /// The code, such as `LK001`: what suppressions, configuration and reports call it. It never means anything else.
    pub code: &'static str,
    /// The name in words, such as `index-blocks-writes`.
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// How bad a finding is where nothing is known of the table's size.
    pub level: Level,
    /// On which databases it can find something.
    pub databases: &'static [Dialect],
    /// Whether it runs without being asked for.
    pub default: bool,
    /// Whether what runs after the deploy is none of its business.
    pub before_deploy: bool,
    /// Whether only what runs after the deploy is its business.
    pub after_deploy: bool,
    /// What it looks at.
    pub look: Look,
    /// What `limosa check --fix` does about what it found.
    pub fix: Option<fn(&Subject<'_>) -> Vec<Fix>>,
    /// What, why, an example and what to do instead, in Markdown.
    pub documentation: &'static str,
}

/// What a check looks at. Each finding says where it is.
#[derive(Clone, Copy, Debug)]
pub enum Look {
    /// Each SQL statement of each migration, those of the project as well as those of the schema editor.
    Statement(fn(&Subject<'_>, &mut Findings<'_>)),
    /// Each operation that does something to the database, nested ones included.
    Operation(fn(&Subject<'_>, &mut Findings<'_>)),
    /// Each migration.
    Migration(fn(&Subject<'_>, &mut Findings<'_>)),
}

/// What a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Locks, scans and rewrites: who works on the database meanwhile.
    Locks,
    /// Data that is gone afterwards.
    DataLoss,
    /// The code that is running meanwhile.
    Compatibility,
    /// The way back.
    Reversal,
    /// Transactions.
    Transactions,
    /// Data migrations.
    DataMigrations,
    /// The history and the graph.
    History,
    /// Design; asked for by name.
    Design,
    /// Suppressions of other findings.
    Suppressions,
}

impl Group {
    /// All groups in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::Locks,
        Self::DataLoss,
        Self::Compatibility,
        Self::Reversal,
        Self::Transactions,
        Self::DataMigrations,
        Self::History,
        Self::Design,
        Self::Suppressions,
    ];

    /// Returns the letters with which the codes of the group begin.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Locks => "LK",
            Self::DataLoss => "DL",
            Self::Compatibility => "BC",
            Self::Reversal => "RV",
            Self::Transactions => "TX",
            Self::DataMigrations => "DM",
            Self::History => "HI",
            Self::Design => "DS",
            Self::Suppressions => "SU",
        }
    }

    /// Returns the heading for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Locks => "Locks",
            Self::DataLoss => "Data loss",
            Self::Compatibility => "The code that is running",
            Self::Reversal => "Reversal",
            Self::Transactions => "Transactions",
            Self::DataMigrations => "Data migrations",
            Self::History => "History and graph",
            Self::Design => "Design",
            Self::Suppressions => "Suppressions",
        }
    }
}

impl Check {
    /// Returns the first sentence of the documentation, without the full stop.
    pub fn summary(&self) -> &'static str {
        let first = self.documentation.trim().lines().next().unwrap_or_default();
        first.trim().trim_end_matches('.')
    }

    /// Returns the documentation as Markdown, without the space with which each line of a doc comment begins.
    pub fn markdown(&self) -> String {
        let lines = self.documentation.trim().lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Declares a check; its doc comment becomes its documentation.
///
/// One that is `opt_in` runs only when it is asked for. One that is `before_deploy` is about code that is gone when the second half of a deploy
/// runs, one that is `after_deploy` about what comes too late in that half. One with a `fix` says what `limosa check --fix` does.
macro_rules! declare {
    (@fix) => { None };
    (@fix $fix:expr) => { Some($fix) };
    (
        $(#[doc = $line:literal])*
        $code:literal $name:literal,
        group: $group:ident,
        level: $level:ident,
        $(opt_in: $opt_in:literal,)?
        $(before_deploy: $before_deploy:literal,)?
        $(after_deploy: $after_deploy:literal,)?
        databases: [$($database:ident),+],
        $look:ident: $function:expr,
        $(fix: $fix:expr,)?
    ) => {
        $(#[doc = $line])*
        pub(crate) static CHECK: $crate::check::Check = $crate::check::Check {
            code: $code,
            name: $name,
            group: $crate::check::Group::$group,
            level: $crate::finding::Level::$level,
            databases: &[$(limosa_sql::dialect::Dialect::$database),+],
            default: !(false $(|| $opt_in)?),
            before_deploy: false $(|| $before_deploy)?,
            after_deploy: false $(|| $after_deploy)?,
            look: $crate::check::Look::$look($function),
            fix: $crate::check::declare!(@fix $($fix)?),
            documentation: concat!($($line, "\n"),*),
        };
    };
}
pub(crate) use declare;
