//! Django's defaults, for when its own `global_settings.py` cannot be read.

use indexmap::IndexMap;
use limosa_model::django::DjangoVersion;
use limosa_model::{SmolStr, Value};

/// Returns `DEFAULT_AUTO_FIELD`.
pub(super) fn auto_field(django: DjangoVersion) -> SmolStr {
    SmolStr::new_static(match django {
        DjangoVersion::V42 | DjangoVersion::V52 => "django.db.models.AutoField",
        DjangoVersion::V60 | DjangoVersion::V61 => "django.db.models.BigAutoField",
    })
}

/// Returns `USE_TZ`.
pub(super) fn use_tz(django: DjangoVersion) -> bool {
    django != DjangoVersion::V42
}

/// Returns the defaults that migrations are known to read.
pub(super) fn known(django: DjangoVersion) -> IndexMap<SmolStr, Value> {
    let texts = [
        ("AUTH_USER_MODEL", "auth.User"),
        ("TIME_ZONE", "America/Chicago"),
        ("LANGUAGE_CODE", "en-us"),
        ("DEFAULT_TABLESPACE", ""),
        ("DEFAULT_INDEX_TABLESPACE", ""),
        ("MEDIA_ROOT", ""),
        ("MEDIA_URL", ""),
    ];
    let mut defaults: IndexMap<SmolStr, Value> =
        texts.into_iter().map(|(name, text)| (name.into(), text.into())).collect();
    defaults.insert("DEFAULT_AUTO_FIELD".into(), Value::Str(auto_field(django)));
    defaults.insert("USE_TZ".into(), Value::Bool(use_tz(django)));
    defaults.insert("DATABASE_ROUTERS".into(), Value::List(Vec::new()));
    defaults.insert("MIGRATION_MODULES".into(), Value::Dict(Vec::new()));
    defaults.insert("INSTALLED_APPS".into(), Value::List(Vec::new()));
    defaults.insert("DATABASES".into(), Value::Dict(Vec::new()));
    defaults
}
