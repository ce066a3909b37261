"""Answers what Django makes of the cases: `oracle.py VENDOR`, with one JSON object per case on its standard output."""

import datetime  # noqa: F401
import json
import uuid  # noqa: F401
import zoneinfo  # noqa: F401
from decimal import Decimal  # noqa: F401

from cases import columns, conditions, indexes, model as sample
import django
from encoding import encode, vendor
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import *  # noqa: F401,F403
from django.contrib.postgres.functions import RandomUUID, TransactionNow  # noqa: F401
from django.contrib.postgres.indexes import OpClass  # noqa: F401
from django.contrib.postgres.search import SearchVector, SearchVectorField  # noqa: F401
from django.db import connection, models
from django.db.models import *  # noqa: F401,F403
from django.db.models.expressions import NegatedExpression, RawSQL  # noqa: F401
from django.db.models.fields.json import KT  # noqa: F401
from django.db.models.functions import *  # noqa: F401,F403
from django.db.models.lookups import *  # noqa: F401,F403
from django.db.backends.postgresql.psycopg_any import NumericRange  # noqa: F401


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
Other = build("Other", sample.OTHER)
sources = dict(sample.MODEL)
if vendor == "postgresql":
    sources.update(sample.POSTGRES)
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


def executed(editor, sql, params):
    """Returns the statement that the driver sends, beside the one that `sqlmigrate` shows; on MySQL they differ."""
    if not params:
        return sql
    shown = inline(editor, sql, params)
    if not vendor.startswith("mysql"):
        return shown
    literals = [connection.connection.literal(param).decode(errors="backslashreplace") for param in params]
    return {"executed": sql % tuple(literals), "shown": shown}


def db_default(editor, source):
    return executed(editor, *editor.db_default_sql(other_field(source)))


def default(editor, source):
    value = editor.effective_default(other_field(source))
    return None if value is None else executed(editor, "%s", [value])


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
    ("condition", condition, [*conditions.CONDITIONS, *conditions.combined()], conditions.POSTGRES_CONDITIONS),
    ("index", index, indexes.INDEXES, indexes.POSTGRES_INDEXES),
    ("exclusion", exclusion, [], indexes.EXCLUSIONS),
    ("generated", generated, columns.GENERATED, []),
    ("db_default", db_default, columns.DB_DEFAULTS, columns.POSTGRES_DB_DEFAULTS),
    ("default", default, columns.DEFAULTS, columns.POSTGRES_DEFAULTS),
    ("type", types_of, [*columns.TYPES, *sample.MODEL.values()], list(sample.POSTGRES.values())),
]


def main():
    model = {name: encode(evaluate(source)) for name, source in sources.items()}
    other = {name: encode(evaluate(source)) for name, source in sample.OTHER.items()}
    version = ".".join(map(str, django.VERSION[:2]))
    head = {"version": version, "server": 0, "model": model, "other": other}
    if vendor == "postgresql":
        head["server"] = connection.pg_version
    elif vendor.startswith("mysql"):
        major, minor, _ = connection.mysql_version
        head["server"] = major * 10_000 + minor
        head["mariadb"] = connection.mysql_is_mariadb
    print(json.dumps(head))
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
