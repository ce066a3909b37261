"""Fields of django.contrib.gis on PostGIS, and on MariaDB. The database comes from ORACLE_*."""
import os

SECRET_KEY = "x" * 60
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.gis", "shapes"]
POSTGIS = os.environ.get("ORACLE_DB", "postgres") == "postgres"
if POSTGIS:
    INSTALLED_APPS.append("shapes_postgis")
ENGINE = {"postgres": "postgis", "mariadb": "mysql"}[os.environ.get("ORACLE_DB", "postgres")]
DATABASES = {"default": {"ENGINE": f"django.contrib.gis.db.backends.{ENGINE}", "NAME": os.environ.get("ORACLE_NAME", "x"),
                         **{k: os.environ.get(f"ORACLE_{k}", "") for k in ("HOST", "PORT", "USER", "PASSWORD")}}}
