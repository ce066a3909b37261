//! A project twice: Django migrates one copy, Limosa the other, and the databases are compared.

use std::path::Path;

use crate::database::Database;
use crate::program::{Running, Said};
use crate::project::Project;

/// The aliases of the databases in the settings of the twins.
pub(crate) const ALIASES: [&str; 2] = ["default", "other"];

/// Two copies of a project, each on databases of its own.
pub(crate) struct Twins {
    ours: Side,
    theirs: Side,
}

struct Side {
    project: Project,
    databases: Vec<Database>,
}

/// What both programs said.
pub(crate) struct Both {
    pub(crate) ours: Said,
    pub(crate) theirs: Said,
}

/// Runs a test on SQLite, MariaDB and PostgreSQL with Django 5.2, and on SQLite with 6.1, as far as they are there.
///
/// The files are added to a project whose settings list the apps `installed` beside `library` (see [`Project::django`]).
pub(crate) fn on_each(test: &str, installed: &[&str], files: &[(&str, &str)], body: impl Fn(&Twins)) {
    let Some(twins) = Twins::new(None, installed, files, |_| Some(Database::sqlite())) else { return };
    println!("Django 5.2 on SQLite");
    body(&twins);
    let mariadb = |name: &str| Database::mariadb(&format!("{test}_{name}"));
    if let Some(twins) = Twins::new(None, installed, files, mariadb) {
        println!("Django 5.2 on MariaDB");
        body(&twins);
    }
    let postgres = |name: &str| Database::postgres(&format!("{test}_{name}"));
    if let Some(twins) = Twins::new(None, installed, files, postgres) {
        println!("Django 5.2 on PostgreSQL");
        body(&twins);
    }
    if let Ok(python) = std::env::var("LIMOSA_TEST_DJANGO61")
        && let Some(twins) = Twins::new(Some(&python), installed, files, |_| Some(Database::sqlite()))
    {
        println!("Django 6.1 on SQLite");
        body(&twins);
    }
}

impl Twins {
    fn new(
        python: Option<&str>,
        installed: &[&str],
        files: &[(&str, &str)],
        database: impl Fn(&str) -> Option<Database>,
    ) -> Option<Self> {
        let side = |name: &str| {
            let mut project = Project::django(&[])?;
            if let Some(python) = python {
                project = project.with("LIMOSA_PYTHON", python);
            }
            project.write("settings.py", settings(installed));
            for (path, text) in files {
                project.write(path, text);
            }
            let mut databases = Vec::new();
            for alias in ALIASES {
                let database = database(&format!("{name}_{alias}"))?;
                project = project.on(&database).rename("TEST_NAME", &format!("TEST_NAME_{alias}"));
                databases.push(database);
            }
            project = project.without("DATABASE_URL");
            Some(Side { project, databases })
        };
        Some(Self { ours: side("ours")?, theirs: side("theirs")? })
    }

    /// Runs `limosa` on one copy and `manage.py` on the other, and compares all databases afterwards.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &str) -> Both {
        let both = self.only_run(arguments);
        for (index, alias) in ALIASES.iter().enumerate() {
            let (ours, theirs) = (self.ours.databases[index].content(), self.theirs.databases[index].content());
            if ours != theirs {
                let difference = difference(&format!("{alias} after `{arguments}`"), &ours, &theirs);
                panic!("{}\n--- Django\n{}\n{difference}", both.ours, both.theirs);
            }
        }
        both
    }

    /// Runs `limosa` once for all databases and `manage.py` once for each, and compares the databases.
    #[track_caller]
    pub(crate) fn run_on_all(&self, arguments: &str) -> Said {
        let ours = self.ours.project.run(&format!("{arguments} --all-databases"));
        for (index, alias) in ALIASES.iter().enumerate() {
            self.django(&format!("{arguments} --database {alias}")).ends(0);
            let (ours, theirs) = (self.ours.databases[index].content(), self.theirs.databases[index].content());
            assert!(ours == theirs, "{}", difference(alias, &ours, &theirs));
        }
        ours
    }

    /// Runs both without a look at the databases.
    #[track_caller]
    pub(crate) fn only_run(&self, arguments: &str) -> Both {
        Both { ours: self.ours.project.run(arguments), theirs: self.django(arguments) }
    }

    /// Runs `limosa migrate` on the databases that are Django's.
    #[track_caller]
    pub(crate) fn migrate_theirs(&self) -> Said {
        self.theirs.project.run("migrate").ends(0)
    }

    /// Runs different commands on both copies, without a look at the databases.
    #[track_caller]
    pub(crate) fn only_do(&self, ours: &str, theirs: &str) -> Both {
        Both { ours: self.ours.project.run(ours), theirs: self.django(theirs) }
    }

    /// Returns what is recorded in a database of both copies, ours first.
    pub(crate) fn histories(&self, alias: &str) -> [Vec<String>; 2] {
        let index = ALIASES.iter().position(|known| *known == alias).expect("an alias");
        [&self.ours, &self.theirs].map(|side| side.databases[index].history("django_migrations"))
    }

    /// Returns the files of a folder whose names hold a text, with their texts, ours first.
    pub(crate) fn list(&self, folder: &str, part: &str) -> [Vec<(String, String)>; 2] {
        let list = |side: &Side| {
            let entries = std::fs::read_dir(side.project.path(folder)).expect("a folder");
            let paths = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
            let named = paths.map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), path));
            let found = named.filter(|(name, _)| name.contains(part));
            found.map(|(name, path)| (name, std::fs::read_to_string(path).expect("a file"))).collect()
        };
        [list(&self.ours), list(&self.theirs)]
    }

    /// Writes a file into both copies.
    pub(crate) fn write(&self, path: &str, text: &str) {
        self.ours.project.write(path, text);
        self.theirs.project.write(path, text);
    }

    /// Returns the text of a file of both copies, ours first.
    #[track_caller]
    pub(crate) fn read(&self, path: &str) -> (String, String) {
        let text = |side: &Side| std::fs::read_to_string(side.project.path(path)).expect("a file");
        (text(&self.ours), text(&self.theirs))
    }

    /// Removes a file from both copies.
    pub(crate) fn remove(&self, path: &str) {
        for side in [&self.ours, &self.theirs] {
            std::fs::remove_file(side.project.path(path)).expect("remove a file");
        }
    }

    /// Runs a statement on a database of both copies.
    pub(crate) fn execute(&self, alias: &str, sql: &str) {
        let index = ALIASES.iter().position(|known| *known == alias).expect("an alias");
        self.ours.databases[index].execute(sql);
        self.theirs.databases[index].execute(sql);
    }

    fn django(&self, arguments: &str) -> Said {
        let project = &self.theirs.project;
        let python = project.variable("LIMOSA_PYTHON").expect("a Python");
        Running::start(&mut project.command_of(Path::new(&python), &format!("manage.py {arguments}"))).end()
    }
}

impl Both {
    /// Checks that both ended well.
    #[track_caller]
    pub(crate) fn end_well(self) -> Self {
        self.end(0, 0)
    }

    /// Checks both exit codes: ours, then Django's.
    #[track_caller]
    pub(crate) fn end(self, ours: i32, theirs: i32) -> Self {
        assert!(
            self.ours.status.code() == Some(ours) && self.theirs.status.code() == Some(theirs),
            "expected {ours} and {theirs}:\n{}\n--- Django\n{}",
            self.ours,
            self.theirs
        );
        self
    }

    /// Checks that both printed the same to stdout, apart from the name of the program.
    #[track_caller]
    pub(crate) fn print_the_same(self) -> Self {
        let theirs = self.theirs.stdout.replace("manage.py migrate", "limosa migrate").replace("\n\n", "\n");
        if self.ours.stdout != theirs {
            panic!("{}\n{}", self.ours, difference("stdout", &self.ours.stdout, &theirs));
        }
        self
    }
}

fn difference(what: &str, ours: &str, theirs: &str) -> String {
    let only = |text: &str, other: &str| {
        text.lines().filter(|line| !other.lines().any(|known| known == *line)).collect::<Vec<_>>().join("\n  ")
    };
    format!("{what} differs\n  only ours:\n  {}\n  only Django's:\n  {}\n", only(ours, theirs), only(theirs, ours))
}

fn settings(installed: &[&str]) -> String {
    let installed: String = installed.iter().map(|app| format!("\"{app}\", ")).collect();
    let database = |alias: &str| {
        format!(
            "    \"{alias}\": {{\n        \"ENGINE\": os.environ[\"TEST_ENGINE\"],\n        \
             \"NAME\": os.environ[\"TEST_NAME_{alias}\"],\n        \"HOST\": os.environ[\"TEST_HOST\"],\n        \
             \"PORT\": os.environ[\"TEST_PORT\"],\n        \"USER\": os.environ[\"TEST_USER\"],\n        \
             \"PASSWORD\": os.environ[\"TEST_PASSWORD\"],\n    }},\n"
        )
    };
    format!(
        "import os\nSECRET_KEY = \"x\"\nUSE_TZ = True\nDEFAULT_AUTO_FIELD = \"django.db.models.BigAutoField\"\n\
         INSTALLED_APPS = [{installed}\"library\"]\nDATABASES = {{\n{}}}\ntry:\n    from more_settings import *\n\
         except ImportError:\n    pass\n",
        ALIASES.map(database).concat()
    )
}
