"""Reusable apps from PyPI, together. The database comes from ORACLE_*."""
import os

SECRET_KEY = "x" * 60
USE_TZ = True
SITE_ID = 1
ROOT_URLCONF = "oracle_settings"
urlpatterns = []
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sites",
    "rest_framework",
    "rest_framework.authtoken",
    "knox",
    "oauth2_provider",
    "social_django",
    "reversion",
    "auditlog",
    "guardian",
    "axes",
    "waffle",
    "taggit",
    "easy_thumbnails",
    "filer",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
]
ENGINE = {"sqlite": "sqlite3", "postgres": "postgresql", "mariadb": "mysql"}[os.environ.get("ORACLE_DB", "sqlite")]
DATABASES = {
    "default": {
        "ENGINE": f"django.db.backends.{ENGINE}",
        "NAME": os.environ.get("ORACLE_NAME", "db.sqlite3"),
        **({} if ENGINE == "sqlite3" else {k: os.environ.get(f"ORACLE_{k}", "") for k in ("HOST", "PORT", "USER")}),
    }
}
SILENCED_SYSTEM_CHECKS = ["admin.E403", "admin.E408", "admin.E409", "admin.E410"]
