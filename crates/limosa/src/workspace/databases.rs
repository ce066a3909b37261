//! The databases of a project: those of its settings, those of the configuration, and the one that a URL names.

use limosa_db::{DatabaseUrl, DjangoDatabase};
use limosa_model::SmolStr;
use limosa_source::config::{Origin, Secret, Sourced};
use limosa_source::project::{Database, Kind};

use super::Workspace;
use crate::error::Error;

impl Workspace {
    /// Returns the database of an alias.
    ///
    /// # Errors
    /// When there is none, or it is not understood.
    pub fn database_url(&self, alias: &str) -> Result<DatabaseUrl, Error> {
        let root = self.project.root.as_path();
        if let Some(url) = self.url_override(alias) {
            return Ok(DatabaseUrl::parse(url)?.below(root));
        }
        if self.project.kind == Kind::Native {
            return if alias == "default" {
                Ok(DatabaseUrl::sqlite(root.join("db.sqlite3")))
            } else {
                Err(self.no_database(alias))
            };
        }
        let database = self.project.settings.databases.get(alias).ok_or_else(|| self.no_database(alias))?;
        Ok(DatabaseUrl::from_django(&django(database))?.below(root))
    }

    /// Returns whether the settings name a backend of `django.contrib.gis` for a database; nothing when they name none at all.
    pub fn is_spatial(&self, alias: &str) -> Option<bool> {
        let engine = &self.project.settings.databases.get(alias)?.engine;
        Some(engine.contains(".gis.") || engine.ends_with(".postgis") || engine.ends_with(".spatialite"))
    }

    /// Returns whether the backend of a database has a schema editor of its own.
    pub fn has_own_editor(&self, alias: &str) -> bool {
        let database = self.project.settings.databases.get(alias);
        database.and_then(|database| database.backend).is_some_and(|backend| backend.own_editor)
    }

    /// Returns the aliases of all databases, in order.
    ///
    /// # Errors
    /// When a URL takes the place of one of them, or there is none.
    pub fn all_databases(&self) -> Result<Vec<SmolStr>, Error> {
        if self.project.config.database_url.as_ref().is_some_and(is_option) {
            return Err(Error::Usage {
                message: "--all-databases does not go together with one database's URL".into(),
                help: "leave --database-url out, or --all-databases".into(),
            });
        }
        let usable = |alias: &&SmolStr| {
            let settings = self.project.settings.databases.get(alias.as_str());
            let is_copy = settings.is_some_and(|database| database.engine.is_empty() || database.mirror.is_some());
            !is_copy || self.url_override(alias).is_some()
        };
        Ok(self.aliases().iter().filter(usable).cloned().collect())
    }

    /// Returns the aliases of all databases: those of the settings first, then those of the configuration.
    fn aliases(&self) -> Vec<SmolStr> {
        let mut aliases: Vec<SmolStr> = self.project.settings.databases.keys().cloned().collect();
        let native = self.project.kind == Kind::Native || aliases.is_empty();
        let default = native.then(|| SmolStr::new_static("default"));
        for alias in default.iter().chain(self.project.config.databases.keys()) {
            if !aliases.contains(alias) {
                aliases.push(alias.clone());
            }
        }
        aliases
    }

    /// Returns the URL that takes the place of the settings: for a Django project only one that is meant for Limosa.
    ///
    /// One that is not given as an option is that of the database `default`; the configuration can name others.
    pub fn url_override(&self, alias: &str) -> Option<&str> {
        let shared = |url: &&Sourced<Secret>| {
            self.project.kind == Kind::Django && url.origin == Origin::Environment("DATABASE_URL")
        };
        let one = self.project.config.database_url.as_ref().filter(|url| !shared(url));
        let one = one.filter(|url| is_option(url) || alias == "default");
        one.or_else(|| self.project.config.databases.get(alias)).map(|url| url.value.expose())
    }

    fn no_database(&self, alias: &str) -> Error {
        let known = self.aliases().iter().map(ToString::to_string).collect();
        Error::NoDatabase { alias: alias.to_owned(), known }
    }
}

fn is_option(url: &Sourced<Secret>) -> bool {
    matches!(url.origin, Origin::Option(_))
}

fn django(database: &Database) -> DjangoDatabase {
    // What another backend is built on decides about the connection.
    let engine = database.backend.and_then(|backend| match backend.vendor {
        "postgresql" => Some("django.db.backends.postgresql"),
        "sqlite" => Some("django.db.backends.sqlite3"),
        "mysql" => Some("django.db.backends.mysql"),
        _ => None,
    });
    DjangoDatabase {
        engine: engine.unwrap_or(&database.engine).to_owned(),
        name: database.name.clone(),
        user: database.user.clone(),
        password: database.password.expose().to_owned(),
        host: database.host.clone(),
        port: database.port.clone(),
        options: database.options.clone(),
    }
}
