//! The settings of a Django project, read without Python.

mod database;
mod defaults;
mod read;
mod values;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use limosa_model::SmolStr;
use limosa_model::django::DjangoVersion;

pub use database::{Backend, Database};
pub use values::SettingValues;

pub(crate) use read::read;

/// The settings that decide about migrations.
#[derive(Clone, Debug)]
pub struct ProjectSettings {
    /// The settings module; nothing in a native project, and when the configuration describes the settings.
    pub module: Option<SmolStr>,
    /// The line of Django to behave as.
    pub django: DjangoVersion,
    /// The installed version of Django as it says itself, such as `6.1.3`.
    pub django_installed: Option<SmolStr>,
    /// `DEFAULT_AUTO_FIELD`.
    pub default_auto_field: SmolStr,
    /// `AUTH_USER_MODEL`.
    pub auth_user_model: SmolStr,
    /// Models that settings name and migrations refer to, by the setting's name; `AUTH_USER_MODEL` is one.
    pub swappable: BTreeMap<SmolStr, SmolStr>,
    /// `USE_TZ`.
    pub use_tz: bool,
    /// `TIME_ZONE`.
    pub time_zone: SmolStr,
    /// `SITE_ID`.
    pub site_id: Option<i64>,
    /// `DEFAULT_TABLESPACE`, when it is not empty.
    pub default_tablespace: Option<SmolStr>,
    /// `DEFAULT_INDEX_TABLESPACE`, when it is not empty.
    pub default_index_tablespace: Option<SmolStr>,
    /// `DATABASES` by their aliases.
    pub databases: IndexMap<SmolStr, Database>,
    /// Whether `DATABASE_ROUTERS` names any.
    pub routers: bool,
    /// `MIGRATION_MODULES` by label; `None` switches the app's migrations off.
    pub migration_modules: IndexMap<SmolStr, Option<SmolStr>>,
    /// All settings that are known, for what reads others.
    pub values: SettingValues,
}

impl ProjectSettings {
    /// Returns the settings of a project that says nothing.
    pub fn new(django: DjangoVersion) -> Self {
        Self {
            module: None,
            django,
            django_installed: None,
            default_auto_field: defaults::auto_field(django),
            auth_user_model: SmolStr::new_static("auth.User"),
            swappable: BTreeMap::new(),
            use_tz: defaults::use_tz(django),
            time_zone: SmolStr::new_static("America/Chicago"),
            site_id: None,
            default_tablespace: None,
            default_index_tablespace: None,
            databases: IndexMap::new(),
            routers: false,
            migration_modules: IndexMap::new(),
            values: SettingValues::default(),
        }
    }
}
