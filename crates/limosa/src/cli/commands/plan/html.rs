//! A plan as one page for a browser, which needs nothing else: for a deploy pipeline to keep.

use std::fmt::Write as _;

use limosa_plan::branches::Unordered;

use crate::cli::markup::escape;
use crate::plan::{Cost, PlanHalf, PlanLock, PlanMigration, PlanOperation, PlanStep};

const STYLE: &str = include_str!("style.css");

/// What the page shows.
pub(super) struct Page<'a> {
    /// The alias of the database.
    pub(super) alias: &'a str,
    /// The migrations, in the order in which they run.
    pub(super) migrations: &'a [PlanMigration],
    /// The halves of the deploy.
    pub(super) halves: &'a [PlanHalf],
    /// The pairs of data migrations whose order nothing settles.
    pub(super) unordered: &'a [Unordered],
}

impl Page<'_> {
    /// Returns the page.
    pub(super) fn write(&self) -> String {
        let title = escape(&format!("Plan of the database {}", self.alias));
        let mut page = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        );
        if self.migrations.is_empty() {
            page.push_str("<p>Nothing to do.</p>\n");
        }
        for pair in self.unordered {
            let (first, second, tables) = (pair.first.to_string(), pair.second.to_string(), pair.tables.join(", "));
            _ = writeln!(
                page,
                "<p class=\"warn\">Nothing settles the order of {} and {}, which change the same rows: {}</p>",
                escape(&first),
                escape(&second),
                escape(&tables)
            );
        }
        for half in self.halves.iter().filter(|half| !half.migrations.is_empty()) {
            self.half(&mut page, half);
        }
        page.push_str("</body>\n</html>\n");
        page
    }

    fn half(&self, page: &mut String, half: &PlanHalf) {
        let title = match half.stage {
            "pre-deploy" => "Before the deploy: <code>limosa migrate --pre-deploy</code>",
            _ => "After the deploy: <code>limosa migrate --post-deploy</code>",
        };
        let seconds = half.seconds.map_or("not known".to_owned(), duration);
        let back = if half.reversible { "<span class=\"good\">yes</span>" } else { "<span class=\"bad\">no</span>" };
        let locks: Vec<String> = half.locks.iter().map(lock).collect();
        let locks = if locks.is_empty() { "none that block anybody".to_owned() } else { locks.join("<br>") };
        _ = writeln!(
            page,
            "<h2 id=\"{}\">{title}</h2>\n<table>\n<tr><th>migrations</th><td>{}</td></tr>\n<tr><th>steps</th><td>{}</td></tr>\n\
             <tr><th>takes</th><td>{seconds}</td></tr>\n<tr><th>locks</th><td>{locks}</td></tr>\n\
             <tr><th>can be unapplied</th><td>{back}</td></tr>\n</table>",
            half.stage,
            half.migrations.len(),
            half.steps
        );
        for migration in self.migrations {
            let name = format!("{}.{}", migration.app, migration.name);
            if half.migrations.contains(&name) {
                self::migration(page, migration, half.stage);
            }
        }
    }
}

fn migration(page: &mut String, migration: &PlanMigration, stage: &str) {
    let verb = if migration.backwards { "Unapply" } else { "Apply" };
    let transaction = if migration.transaction { "one transaction" } else { "no transaction" };
    let back = if migration.reversible { "" } else { " <span class=\"tag bad\">no way back</span>" };
    let part = if migration.stage == "mixed" { " <span class=\"tag\">a part of it</span>" } else { "" };
    _ = writeln!(
        page,
        "<h3>{verb} <code>{}.{}</code>{part}{back}</h3>\n<div class=\"dim\">{transaction}; {}: {}</div>",
        escape(&migration.app),
        escape(&migration.name),
        migration.stage,
        escape(&migration.stage_because)
    );
    for operation in migration.operations.iter().filter(|operation| operation.is_in(stage)) {
        self::operation(page, operation);
    }
}

fn operation(page: &mut String, operation: &PlanOperation) {
    let back = if operation.reversible { "" } else { " <span class=\"tag bad\">no way back</span>" };
    let place = operation.place.as_deref().map(|place| format!(" <span class=\"dim\">{}</span>", escape(place)));
    _ = writeln!(
        page,
        "<div class=\"operation\">{}{back}{}",
        escape(&operation.description),
        place.unwrap_or_default()
    );
    if operation.steps.is_empty() {
        page.push_str("<div class=\"dim\">nothing in the database</div>\n");
    }
    for step in &operation.steps {
        match step {
            PlanStep::Sql { sql, cost } => {
                _ = writeln!(page, "<pre>{}</pre>\n<div class=\"dim\">{}</div>", escape(sql.trim()), self::cost(cost));
            }
            PlanStep::Python => page.push_str("<div class=\"dim\">Python code of the project</div>\n"),
            PlanStep::Rust { function } => {
                _ = writeln!(page, "<div class=\"dim\">Rust function <code>{}</code></div>", escape(function));
            }
        }
    }
    page.push_str("</div>\n");
}

fn cost(cost: &Cost) -> String {
    let mut parts: Vec<String> = cost.locks.iter().map(lock).collect();
    parts.push(escape(&cost.because));
    if !cost.certain {
        parts.push("<span class=\"warn\">not certain</span>".to_owned());
    }
    if let Some(seconds) = cost.seconds.filter(|_| cost.work != "catalog") {
        let rows = cost.rows.map(|rows| format!(" for {rows} rows")).unwrap_or_default();
        parts.push(format!("{}{rows}", duration(seconds)));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("; ")
}

fn lock(lock: &PlanLock) -> String {
    let blocks = match lock.blocks {
        "everything" => " <span class=\"tag bad\">blocks reads and writes</span>",
        "writes" => " <span class=\"tag warn\">blocks writes</span>",
        _ => "",
    };
    format!("<code>{}</code> {}{blocks}", escape(&lock.table), escape(lock.mode))
}

/// Returns about how long something takes.
fn duration(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 0.1 => "less than 0.1 s".to_owned(),
        seconds if seconds < 120.0 => format!("about {seconds:.1} s"),
        seconds => format!("about {:.0} min", seconds / 60.0),
    }
}
