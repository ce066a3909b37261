"""Django's own apps and nothing else."""
import os

SECRET_KEY = "oracle"
USE_TZ = True
SITE_ID = 1
INSTALLED_APPS = [
    f"django.contrib.{app}"
    for app in ("admin", "auth", "contenttypes", "sessions", "messages", "sites", "flatpages", "redirects")
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends." + {"sqlite": "sqlite3", "postgres": "postgresql", "mariadb": "mysql"}[os.environ["ORACLE_DB"]],
        "NAME": os.environ["ORACLE_NAME"],
        **{key: os.environ[f"ORACLE_{key}"] for key in ("HOST", "PORT", "USER") if os.environ["ORACLE_DB"] != "sqlite"},
    }
}
SILENCED_SYSTEM_CHECKS = ["admin.E403", "admin.E408", "admin.E409", "admin.E410"]
