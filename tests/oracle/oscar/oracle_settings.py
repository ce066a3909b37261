"""A shop of Oscar with all of its apps as they come."""
import os

from oscar.defaults import *

SECRET_KEY = "oracle"
USE_TZ = True
SITE_ID = 1
ROOT_URLCONF = "oracle_urls"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DASHBOARDS = ("", "reports", "users", "orders", "catalogue", "offers", "partners", "pages", "ranges", "reviews", "vouchers", "communications", "shipping")
APPS = {
    **{name: name.title() for name in ("analytics", "checkout", "address", "shipping", "catalogue")},
    "catalogue.reviews": "CatalogueReviews",
    **{name: name.title() for name in ("communication", "partner", "basket", "payment", "offer", "order", "customer", "search", "voucher", "wishlists")},
    **{f"dashboard.{name}".rstrip("."): f"{name.title()}Dashboard" for name in DASHBOARDS},
}
INSTALLED_APPS = [
    *(f"django.contrib.{app}" for app in ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles", "sites", "flatpages")),
    "oscar.config.Shop",
    *(f"oscar.apps.{path}.apps.{name}Config" for path, name in APPS.items()),
    "widget_tweaks",
    "haystack",
    "treebeard",
    "sorl.thumbnail",
    "django_tables2",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
PROCESSORS = ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {"context_processors": PROCESSORS}}]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends." + {"sqlite": "sqlite3", "postgres": "postgresql", "mariadb": "mysql"}[os.environ["ORACLE_DB"]],
        "NAME": os.environ["ORACLE_NAME"],
        **{key: os.environ[f"ORACLE_{key}"] for key in ("HOST", "PORT", "USER") if os.environ["ORACLE_DB"] != "sqlite"},
    }
}
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
STATIC_URL = "/static/"
MEDIA_ROOT = "media"
SILENCED_SYSTEM_CHECKS = ["urls.W005"]
