//! `limosa init`: writes limosa.toml for the project it stands in.

use limosa_source::config::{CONFIG_FILE, Env};
use limosa_source::project::{Kind, OpenError, Project};

use crate::cli::args::InitArgs;
use crate::cli::context::CommandContext;
use crate::cli::exit_code::Exit;
use crate::error::Error;

const NATIVE: &str = "\
# Where the database is; DATABASE_URL goes before it. Without either it is db.sqlite3 beside this file.
# database-url = \"postgres://localhost/name\"
";

pub(super) fn run(context: &mut CommandContext, args: &InitArgs) -> Result<Exit, Error> {
    let folder = context.options().project.clone().unwrap_or_else(|| ".".into());
    let path = folder.join(CONFIG_FILE);
    if path.exists() && !args.force {
        let message = format!("{} is there already", path.display());
        return Err(Error::Usage { message, help: "--force writes over it".into() });
    }
    let text = match Project::open(context.options(), &Env::process()) {
        Ok(project) if project.kind == Kind::Django => django(&project),
        Ok(_) | Err(OpenError::NoProject(_)) => NATIVE.to_owned(),
        Err(error) => return Err(error.into()),
    };
    std::fs::write(&path, text).map_err(Error::of_file(&path))?;
    context.printer.say(&format!("wrote {}\n", path.display()));
    Ok(Exit::Done)
}

fn django(project: &Project) -> String {
    let mut text =
        String::from("# What Limosa needs to know of this Django project; options and the environment go before it.\n");
    if let Some(settings) = &project.settings.module {
        text.push_str(&format!("settings = \"{settings}\"\n"));
    }
    let inside = project.interpreter.as_ref().and_then(|found| found.executable.strip_prefix(&project.root).ok());
    match inside {
        Some(python) => text.push_str(&format!("python = \"{}\"\n", python.display())),
        None => text.push_str("# python = \".venv/bin/python\"\n"),
    }
    text
}
