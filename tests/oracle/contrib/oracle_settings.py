"""Django's own apps, those with models. The database comes from ORACLE_*."""
import os

SECRET_KEY = "x" * 60
USE_TZ = True
SITE_ID = 1
INSTALLED_APPS = [
    "django.contrib." + app
    for app in ("admin", "auth", "contenttypes", "sessions", "messages", "sites", "flatpages", "redirects")
]
ENGINE = {"sqlite": "sqlite3", "postgres": "postgresql", "mariadb": "mysql"}[os.environ.get("ORACLE_DB", "sqlite")]
DATABASES = {
    "default": {
        "ENGINE": f"django.db.backends.{ENGINE}",
        "NAME": os.environ.get("ORACLE_NAME", "db.sqlite3"),
        **({} if ENGINE == "sqlite3" else {k: os.environ.get(f"ORACLE_{k}", "") for k in ("HOST", "PORT", "USER")}),
    }
}
SILENCED_SYSTEM_CHECKS = ["admin.E403", "admin.E408", "admin.E409", "admin.E410"]
