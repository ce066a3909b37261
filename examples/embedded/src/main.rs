//! A program that carries its migrations and applies them when it starts.
//!
//! ```console
//! $ cargo run -p limosa-example-embedded -- sqlite:/tmp/blog.sqlite3
//! $ cargo run -p limosa-example-embedded -- postgres://user@host/db
//! $ cargo run -p limosa-example-embedded -- sqlite:/tmp/blog.sqlite3 examples/embedded/migrations  # from a folder
//! ```

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

mod slugs;

use std::error::Error;

use limosa::{Event, Project, Target};

/// The migrations, compiled in: the program needs no other file.
const MIGRATIONS: [(&str, &str); 4] = [
    ("blog/0001_initial.toml", include_str!("../migrations/blog/0001_initial.toml")),
    ("blog/0002_post_slug.toml", include_str!("../migrations/blog/0002_post_slug.toml")),
    ("blog/0003_post_slug_unique.toml", include_str!("../migrations/blog/0003_post_slug_unique.toml")),
    ("blog/0004_recent_posts.sql", include_str!("../migrations/blog/0004_recent_posts.sql")),
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let database_url = arguments.next().ok_or("usage: limosa-example-embedded DATABASE_URL [FOLDER]")?;
    let project = match arguments.next() {
        Some(folder) => Project::open(folder)?,
        None => Project::embedded(&MIGRATIONS),
    };
    let mut database = project
        .register("fill_slugs", |tx| Box::pin(slugs::fill(tx)))
        .on_event(|event| print(&event))
        .connect(&database_url)
        .await?;
    println!("{} migrations to apply", database.pending().await?.len());
    // When several programs start at once, one migrates and the others wait for it here.
    let report = database.migrate(Target::Latest).await?;
    println!("{} migrations applied", report.migrations.len());
    Ok(())
}

/// Shows what goes on; a server would log it.
fn print(event: &Event) {
    match event {
        Event::Waiting { holder, .. } => println!("waiting for {holder}"),
        Event::MigrationStarted { id, number, total, .. } => println!("{number}/{total} {id}"),
        Event::OperationStarted { description } => println!("    {description}"),
        _ => {}
    }
}
