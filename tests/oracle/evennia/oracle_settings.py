"""A new game of Evennia."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "game"))

from server.conf.settings import *

SECRET_KEY = "oracle"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends." + {"sqlite": "sqlite3", "postgres": "postgresql", "mariadb": "mysql"}[os.environ["ORACLE_DB"]],
        "NAME": os.environ["ORACLE_NAME"],
        **{key: os.environ[f"ORACLE_{key}"] for key in ("HOST", "PORT", "USER") if os.environ["ORACLE_DB"] != "sqlite"},
    }
}
