"""Evennia with its default settings."""
import os

from evennia.settings_default import *

SECRET_KEY = "oracle"
SERVERNAME = "oracle"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends." + {"sqlite": "sqlite3", "postgres": "postgresql", "mariadb": "mysql"}[os.environ["ORACLE_DB"]],
        "NAME": os.environ["ORACLE_NAME"],
        **{key: os.environ[f"ORACLE_{key}"] for key in ("HOST", "PORT", "USER") if os.environ["ORACLE_DB"] != "sqlite"},
    }
}
