"""Nautobot with its own settings, over the database that the comparison names."""
import os

os.environ["NAUTOBOT_ROOT"] = os.environ["ORACLE_DATA"]

from nautobot.core.settings import *

SECRET_KEY = "oracle"
ALLOWED_HOSTS = ["*"]
INSTALLATION_METRICS_ENABLED = False
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends." + {"sqlite": "sqlite3", "postgres": "postgresql", "mariadb": "mysql"}[os.environ["ORACLE_DB"]],
        "NAME": os.environ["ORACLE_NAME"],
        **{key: os.environ[f"ORACLE_{key}"] for key in ("HOST", "PORT", "USER") if os.environ["ORACLE_DB"] != "sqlite"},
    }
}
