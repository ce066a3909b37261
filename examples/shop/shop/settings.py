"""Settings of the shop: SQLite beside the project, or what SHOP_* names."""
import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ.get("SHOP_SECRET_KEY", "only for the example")
DEBUG = False
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "catalog.apps.CatalogConfig",
    "orders",
]
ENGINES = {"postgres": "django.db.backends.postgresql", "mariadb": "django.db.backends.mysql"}
if os.environ.get("SHOP_DB") in ENGINES:
    DATABASES = {
        "default": {
            "ENGINE": ENGINES[os.environ["SHOP_DB"]],
            "NAME": os.environ.get("SHOP_NAME", "shop"),
            "HOST": os.environ.get("SHOP_HOST", ""),
            "PORT": os.environ.get("SHOP_PORT", ""),
            "USER": os.environ.get("SHOP_USER", ""),
            "PASSWORD": os.environ.get("SHOP_PASSWORD", ""),
        }
    }
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ.get("SHOP_NAME", BASE_DIR / "db.sqlite3"),
        }
    }
