"""All the cases as apps. The database comes from ORACLE_* (see generate.py)."""
import os

from edge_apps import APPS

SECRET_KEY = "x" * 60
USE_TZ = True
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", *APPS]
if os.environ.get("ORACLE_DB") == "postgres":
    INSTALLED_APPS.append("django.contrib.postgres")
if "swap" in APPS:
    SWAP_MODEL = "swap.Other"
ENGINE = {"sqlite": "sqlite3", "postgres": "postgresql", "mariadb": "mysql"}[os.environ.get("ORACLE_DB", "sqlite")]
DATABASES = {"default": {"ENGINE": f"django.db.backends.{ENGINE}", "NAME": os.environ.get("ORACLE_NAME", "db.sqlite3"),
                         **({} if ENGINE == "sqlite3" else {k: os.environ.get(f"ORACLE_{k}", "") for k in ("HOST", "PORT", "USER")})}}
