"""Migrations of every kind that a crash can leave half-done. The database comes from ORACLE_*."""
import os

SECRET_KEY = "x" * 60
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ENGINE = {"sqlite": "sqlite3", "postgres": "postgresql", "mariadb": "mysql"}[os.environ.get("ORACLE_DB", "sqlite")]
INSTALLED_APPS = ["django.contrib.contenttypes", "library", "joined"]
if ENGINE == "postgresql":
    INSTALLED_APPS += ["django.contrib.postgres", "indexes"]
DATABASES = {
    "default": {
        "ENGINE": f"django.db.backends.{ENGINE}",
        "NAME": os.environ.get("ORACLE_NAME", "db.sqlite3"),
        **({} if ENGINE == "sqlite3" else {k: os.environ.get(f"ORACLE_{k}", "") for k in ("HOST", "PORT", "USER")}),
    }
}
