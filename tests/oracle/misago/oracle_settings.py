"""Misago with the settings of the project that its package brings."""
import os

os.environ["MISAGO_PLUGINS"] = ""

from devproject.settings import *

SECRET_KEY = "oracle"
MISAGO_ADDRESS = "http://localhost/"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends." + {"sqlite": "sqlite3", "postgres": "postgresql", "mariadb": "mysql"}[os.environ["ORACLE_DB"]],
        "NAME": os.environ["ORACLE_NAME"],
        **{key: os.environ[f"ORACLE_{key}"] for key in ("HOST", "PORT", "USER") if os.environ["ORACLE_DB"] != "sqlite"},
    }
}
