//! The environment variables that are read, each with what it means.

/// A documented environment variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name.
    pub name: &'static str,
    /// What it sets, in one sentence.
    pub doc: &'static str,
}

/// The folder of the project, as `--project`.
pub const PROJECT: Variable =
    Variable { name: "LIMOSA_PROJECT", doc: "The folder of the project; the current folder when absent." };
/// The interpreter of the project, as `--python`.
pub const PYTHON: Variable =
    Variable { name: "LIMOSA_PYTHON", doc: "The Python interpreter in whose environment the project is installed." };
/// The settings module, as `--settings`; it goes before [`DJANGO_SETTINGS_MODULE`].
pub const SETTINGS: Variable = Variable {
    name: "LIMOSA_SETTINGS",
    doc: "The dotted name of the settings module; goes before DJANGO_SETTINGS_MODULE.",
};
/// Django's own name for the settings module.
pub const DJANGO_SETTINGS_MODULE: Variable =
    Variable { name: "DJANGO_SETTINGS_MODULE", doc: "The dotted name of the settings module, as Django reads it." };
/// The database, as `--database-url`; it goes before [`DATABASE_URL`].
pub const LIMOSA_DATABASE_URL: Variable =
    Variable { name: "LIMOSA_DATABASE_URL", doc: "The URL of the database; goes before DATABASE_URL." };
/// The usual name for the database; only a native project reads it.
pub const DATABASE_URL: Variable = Variable {
    name: "DATABASE_URL",
    doc: "The URL of the database of a native project; the settings of a Django project name their own.",
};
/// The line of Django to behave as.
pub const DJANGO: Variable = Variable {
    name: "LIMOSA_DJANGO",
    doc: "The line of Django to behave as, such as 5.2; the installed one when absent.",
};
/// Where answers of the project's Python are kept.
pub const CACHE_DIR: Variable =
    Variable { name: "LIMOSA_CACHE_DIR", doc: "The folder for cached answers; XDG_CACHE_HOME/limosa when absent." };
/// The user's folder for caches.
pub const XDG_CACHE_HOME: Variable =
    Variable { name: "XDG_CACHE_HOME", doc: "The user's folder for caches; HOME/.cache when absent." };
/// The user's folder.
pub const HOME: Variable = Variable { name: "HOME", doc: "The user's folder, in which .cache is looked for." };
/// The active virtual environment.
pub const VIRTUAL_ENV: Variable = Variable {
    name: "VIRTUAL_ENV",
    doc: "The active virtual environment, whose interpreter is used when none is named.",
};
/// Where Python looks for modules first.
pub const PYTHONPATH: Variable =
    Variable { name: "PYTHONPATH", doc: "Folders in which Python looks for modules before site-packages." };
/// Where `python3` is looked for.
pub const PATH: Variable =
    Variable { name: "PATH", doc: "Folders in which python3 is looked for, when no environment is found." };

/// Who is noted as having started a run.
pub const LIMOSA_USER: Variable = Variable {
    name: "LIMOSA_USER",
    doc: "Who is noted in the record as having started the run, such as the person behind a job; the system's user when absent.",
};
/// The system's user.
pub const USER: Variable = Variable { name: "USER", doc: "The system's user, noted in the record of runs." };
/// The system's user on Windows.
pub const USERNAME: Variable = Variable { name: "USERNAME", doc: "The same on Windows." };

/// All variables that are read, in the order in which they are documented.
pub const VARIABLES: [Variable; 16] = [
    PROJECT,
    PYTHON,
    SETTINGS,
    DJANGO_SETTINGS_MODULE,
    LIMOSA_DATABASE_URL,
    DATABASE_URL,
    DJANGO,
    CACHE_DIR,
    XDG_CACHE_HOME,
    HOME,
    VIRTUAL_ENV,
    PYTHONPATH,
    PATH,
    LIMOSA_USER,
    USER,
    USERNAME,
];
