"""Sets Django up for the database named by the first argument (`mysql` is the MariaDB server, `mysql-8.4` the same one under a
wrong name, for what never reaches the server), and writes values as the readers of migrations understand them."""

import datetime
import decimal
import os
import sys
import types
import uuid
import warnings
import zoneinfo
from urllib.parse import urlsplit

import django
from django.conf import settings


def database(vendor):
    if vendor == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
    mysql = vendor.startswith("mysql")
    url = urlsplit(os.environ["LIMOSA_TEST_MARIADB" if mysql else "LIMOSA_TEST_POSTGRES"])
    return {
        "ENGINE": "django.db.backends.mysql" if mysql else "django.db.backends.postgresql",
        "NAME": url.path.lstrip("/"),
        "HOST": url.hostname,
        "PORT": url.port,
        "USER": url.username,
        "PASSWORD": url.password or "",
        "OPTIONS": {"charset": "utf8mb4"} if mysql else {},
    }


def pretend_mysql(version):
    """Makes Django take the server for MySQL of that version."""
    from django.db.backends.mysql.base import DatabaseWrapper

    DatabaseWrapper.mysql_server_data = {
        "version": version,
        "sql_mode": "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES",
        "default_storage_engine": "InnoDB",
        "sql_auto_is_null": False,
        "lower_case_table_names": False,
        "has_zoneinfo_database": True,
    }


vendor = sys.argv[1]
if vendor.startswith("mysql-"):
    pretend_mysql(vendor.removeprefix("mysql-") + ".0")
warnings.simplefilter("ignore")
settings.configure(
    DATABASES={"default": database(vendor)},
    INSTALLED_APPS=["django.contrib.postgres"] if vendor == "postgresql" else [],
    USE_TZ=True,
    TIME_ZONE="America/Chicago",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.db import models  # noqa: E402
from django.db.backends.postgresql.psycopg_any import NumericRange  # noqa: E402


def path_of(thing):
    return f"{thing.__module__}.{thing.__qualname__}"


def call(path, args=(), kwargs=None):
    for module in ("ranges", "citext", "array", "hstore"):
        path = path.replace(f"django.contrib.postgres.fields.{module}.", "django.contrib.postgres.fields.")
    kwargs = {name: encode(value) for name, value in (kwargs or {}).items()}
    return {"call": path, "args": [encode(value) for value in args], "kwargs": kwargs}


def encode(value):
    """Writes a value as the readers of migrations would understand it."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return {"int": str(value)}
    if isinstance(value, float):
        return {"float": repr(value)}
    if isinstance(value, bytes):
        return {"bytes": list(value)}
    if isinstance(value, list):
        return {"list": [encode(item) for item in value]}
    if isinstance(value, tuple):
        return {"tuple": [encode(item) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[encode(key), encode(item)] for key, item in value.items()]}
    if isinstance(value, decimal.Decimal):
        return call("decimal.Decimal", [str(value)])
    if isinstance(value, uuid.UUID):
        return call("uuid.UUID", [str(value)])
    if isinstance(value, datetime.timedelta):
        return call("datetime.timedelta", [], {"days": value.days, "seconds": value.seconds, "microseconds": value.microseconds})
    if isinstance(value, datetime.datetime):
        args = [value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond]
        return call("datetime.datetime", args, {"tzinfo": value.tzinfo} if value.tzinfo else {})
    if isinstance(value, datetime.date):
        return call("datetime.date", [value.year, value.month, value.day])
    if isinstance(value, datetime.time):
        return call("datetime.time", [value.hour, value.minute, value.second, value.microsecond])
    if value is datetime.timezone.utc:
        return {"ref": "datetime.timezone.utc"}
    if isinstance(value, zoneinfo.ZoneInfo):
        return call("zoneinfo.ZoneInfo", [], {"key": value.key})
    if isinstance(value, NumericRange):
        return call("psycopg.types.range.Range", [value.lower, value.upper, value._bounds])
    if isinstance(value, models.Field):
        _, path, args, kwargs = value.deconstruct()
        return call(path, args, kwargs)
    if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
        return {"ref": path_of(value)}
    if hasattr(value, "deconstruct"):
        path, args, kwargs = value.deconstruct()
        return call(path, args, kwargs)
    raise TypeError(f"no encoding for {value!r}")
