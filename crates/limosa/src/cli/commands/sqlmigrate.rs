//! `limosa sqlmigrate`: prints the SQL of one migration, as Django prints it.

use limosa_model::graph::Direction;

use crate::cli::args::{Format, SqlMigrateArgs};
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::error::Error;
use crate::sqlmigrate;

pub(super) async fn run(context: &mut CommandContext, args: &SqlMigrateArgs) -> Result<Exit, Error> {
    let mut workspace = context.workspace().await?;
    workspace.check_app(&args.app_label)?;
    let direction = if args.backwards { Direction::Backwards } else { Direction::Forwards };
    let connected = context.connect_if_present(&workspace).await?;
    let written = sqlmigrate::write(
        &mut workspace,
        connected.as_ref(),
        &context.alias,
        (&args.app_label, &args.migration_name),
        direction,
    )
    .await?;
    match context.printer.format {
        Format::Text if written.operations.is_empty() => context.printer.note("No operations found.\n"),
        Format::Text => context.printer.data(&written.text()),
        Format::Json => context.printer.json(&written.json()),
    }
    Ok(Exit::Done)
}
