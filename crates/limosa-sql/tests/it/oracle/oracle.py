"""Answers what Django makes of the cases: `oracle.py VENDOR`, with one JSON object per case on its standard output."""

import datetime
import decimal
import json
import os
import sys
import types
import uuid
import warnings
import zoneinfo
from decimal import Decimal  # noqa: F401
from urllib.parse import urlsplit

import cases
import django
from django.conf import settings


def database(vendor):
    if vendor == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
    url = urlsplit(os.environ["LIMOSA_TEST_POSTGRES"])
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path.lstrip("/"),
        "HOST": url.hostname,
        "PORT": url.port,
        "USER": url.username,
        "PASSWORD": url.password or "",
    }


vendor = sys.argv[1]
warnings.simplefilter("ignore")
settings.configure(
    DATABASES={"default": database(vendor)},
    INSTALLED_APPS=["django.contrib.postgres"] if vendor == "postgresql" else [],
    USE_TZ=True,
    TIME_ZONE="America/Chicago",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.contrib.postgres.constraints import ExclusionConstraint  # noqa: E402
from django.contrib.postgres.fields import *  # noqa: E402,F401,F403
from django.contrib.postgres.functions import RandomUUID, TransactionNow  # noqa: E402,F401
from django.contrib.postgres.indexes import OpClass  # noqa: E402,F401
from django.contrib.postgres.search import SearchVector, SearchVectorField  # noqa: E402,F401
from django.db import connection, models  # noqa: E402
from django.db.models import *  # noqa: E402,F401,F403
from django.db.models.expressions import NegatedExpression, RawSQL  # noqa: E402,F401
from django.db.models.fields.json import KT  # noqa: E402,F401
from django.db.models.functions import *  # noqa: E402,F401,F403
from django.db.models.lookups import *  # noqa: E402,F401,F403
from django.db.backends.postgresql.psycopg_any import NumericRange  # noqa: E402,F401


def path_of(thing):
    return f"{thing.__module__}.{thing.__qualname__}"


def call(path, args=(), kwargs=None):
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


def evaluate(source):
    return eval(source, globals())


def build(name, sources):
    fields = {field: evaluate(source) for field, source in sources.items()}
    return type(name, (models.Model,), {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "t"}), **fields})


def other_field(source):
    """Returns a field, bound to a model of its own."""
    global counter
    counter += 1
    attributes = {"field": evaluate(source), "number": models.IntegerField(), "char": models.CharField(max_length=5)}
    attributes["data"] = models.JSONField(default=dict)
    if attributes["field"].is_relation:
        attributes["field"].remote_field.related_name = "+"
    meta = type("Meta", (), {"app_label": "t"})
    model = type(f"Extra{counter}", (models.Model,), {"__module__": __name__, "Meta": meta, **attributes})
    return model._meta.get_field("field")


counter = 0
Other = build("Other", cases.OTHER)
sources = dict(cases.MODEL)
if vendor == "postgresql":
    sources.update(cases.POSTGRES)
Model = build("Model", sources)


def inline(editor, sql, params):
    return sql % tuple(editor.quote_value(param) for param in params)


def condition(editor, source):
    check = models.CheckConstraint(**{CHECK: evaluate(source)}, name="c")
    return check._get_check_sql(Model, editor)


def index(editor, source):
    expressions = [
        models.F(item.removeprefix("-")).desc() if isinstance(item, str) and item.startswith("-") else item
        for item in evaluate(source)
    ]
    statement = models.Index(*expressions, name="i").create_sql(Model, editor)
    return {"sql": str(statement.parts["columns"]), "columns": statement.parts["columns"].columns}


def exclusion(editor, source):
    statement = ExclusionConstraint(name="x", expressions=evaluate(source)).constraint_sql(Model, editor)
    return str(statement.parts["expressions"])


def generated(editor, source):
    expression, output = evaluate(source)
    field = models.GeneratedField(expression=expression, output_field=output, db_persist=True)
    field.set_attributes_from_name("field")
    field.model = Model
    field._query = models.sql.Query(model=Model, alias_cols=False)
    return inline(editor, *field.generated_sql(connection))


def db_default(editor, source):
    field = other_field(source)
    sql, params = editor.db_default_sql(field)
    return inline(editor, sql, params) if params else sql


def default(editor, source):
    value = editor.effective_default(other_field(source))
    return None if value is None else editor.quote_value(value)


def types_of(editor, source):
    field = other_field(source)
    parameters = field.db_parameters(connection)
    related = None if field.many_to_many else field.rel_db_type(connection)
    cast = None if field.many_to_many else field.cast_db_type(connection)
    return {
        "type": parameters["type"],
        "check": parameters["check"],
        "collation": parameters.get("collation"),
        "suffix": field.db_type_suffix(connection),
        "related": related,
        "cast": cast,
    }


def subject(kind, source):
    if kind == "index":
        return encode([
            models.F(item.removeprefix("-")).desc() if isinstance(item, str) and item.startswith("-") else item
            for item in evaluate(source)
        ])
    return encode(evaluate(source))


CHECK = "condition" if django.VERSION >= (5, 1) else "check"
TOPICS = [
    ("condition", condition, cases.CONDITIONS, cases.POSTGRES_CONDITIONS),
    ("index", index, cases.INDEXES, cases.POSTGRES_INDEXES),
    ("exclusion", exclusion, [], cases.EXCLUSIONS),
    ("generated", generated, cases.GENERATED, []),
    ("db_default", db_default, cases.DB_DEFAULTS, cases.POSTGRES_DB_DEFAULTS),
    ("default", default, cases.DEFAULTS, cases.POSTGRES_DEFAULTS),
    ("type", types_of, [*cases.TYPES, *cases.MODEL.values()], list(cases.POSTGRES.values())),
]


def main():
    model = {name: encode(evaluate(source)) for name, source in sources.items()}
    other = {name: encode(evaluate(source)) for name, source in cases.OTHER.items()}
    version = ".".join(map(str, django.VERSION[:2]))
    server = connection.pg_version if vendor == "postgresql" else 0
    print(json.dumps({"version": version, "server": server, "model": model, "other": other}))
    editor = connection.schema_editor(collect_sql=True)
    with connection.cursor():
        pass
    for kind, answer, common, own in TOPICS:
        for source in [*common, *(own if vendor == "postgresql" else [])]:
            try:
                value = subject(kind, source)
            except Exception as error:
                print(json.dumps({"kind": kind, "source": source, "unencodable": f"{type(error).__name__}: {error}"}))
                continue
            line = {"kind": kind, "source": source, "value": value}
            try:
                line["answer"] = answer(editor, source)
            except Exception as error:
                line["error"] = f"{type(error).__name__}: {error}"
            print(json.dumps(line))


main()
