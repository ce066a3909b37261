"""Mayan EDMS with its own settings, over the database that the comparison names."""
import os

os.environ["MAYAN_MEDIA_ROOT"] = os.environ["ORACLE_DATA"]
os.environ["MAYAN_SECRET_KEY"] = "oracle"

from mayan.settings.production import *

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends." + {"sqlite": "sqlite3", "postgres": "postgresql", "mariadb": "mysql"}[os.environ["ORACLE_DB"]],
        "NAME": os.environ["ORACLE_NAME"],
        **{key: os.environ[f"ORACLE_{key}"] for key in ("HOST", "PORT", "USER") if os.environ["ORACLE_DB"] != "sqlite"},
    }
}
