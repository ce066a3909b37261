"""Label Studio with its own settings, whose modules lie beside its package's code."""
import os
import sys
from importlib.util import find_spec

os.environ["LABEL_STUDIO_BASE_DATA_DIR"] = os.environ["ORACLE_DATA"]
os.environ["DJANGO_DB"] = {"sqlite": "sqlite", "postgres": "postgresql"}[os.environ["ORACLE_DB"]]
sys.path.insert(0, os.path.dirname(find_spec("label_studio").origin))

os.environ["DJANGO_SETTINGS_MODULE"] = "core.settings.label_studio"  # which is read while it is still being made

from core.settings.label_studio import *

os.environ["DJANGO_SETTINGS_MODULE"] = __name__

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends." + {"sqlite": "sqlite3", "postgres": "postgresql", "mariadb": "mysql"}[os.environ["ORACLE_DB"]],
        "NAME": os.environ["ORACLE_NAME"],
        **{key: os.environ[f"ORACLE_{key}"] for key in ("HOST", "PORT", "USER") if os.environ["ORACLE_DB"] != "sqlite"},
    }
}
