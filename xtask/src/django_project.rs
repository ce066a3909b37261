//! What the Django projects that are written here have in common.

/// `manage.py`, as Django writes it.
pub(crate) const MANAGE: &str = "\
import os, sys

if __name__ == \"__main__\":
    os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"settings\")
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
";

const SETTINGS: &str = r#"import json
import os

SECRET_KEY = "x"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [APPS]
DATABASES = {
    "default": {
        "ENGINE": os.environ["PREFIX_ENGINE"],
        "NAME": os.environ["PREFIX_NAME"],
        "HOST": os.environ["PREFIX_HOST"],
        "PORT": os.environ["PREFIX_PORT"],
        "USER": os.environ["PREFIX_USER"],
        "OPTIONS": json.loads(os.environ.get("PREFIX_OPTIONS", "{}")),
    }
}
"#;

/// Returns `settings.py` with these apps, on the database that variables of a prefix name: `PREFIX_ENGINE`, `PREFIX_NAME` and so on.
pub(crate) fn settings(apps: &[&str], prefix: &str) -> String {
    let apps: Vec<String> = apps.iter().map(|app| format!("\"{app}\"")).collect();
    SETTINGS.replace("APPS]", &format!("{}]", apps.join(", "))).replace("PREFIX_", &format!("{prefix}_"))
}
