"""Answers how Django renders models: `models.py VENDOR`, with a description of every model on its standard output."""

import json
import random
import string

from django.db import connection, models
from django.db.migrations.state import ModelState, ProjectState
from encoding import encode

CASCADE = models.CASCADE


def model(app, name, fields, bases=(), **options):
    return ModelState(app, name, fields, options, bases or (models.Model,))


STATES = [
    model("shop", "Author", [("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=50))]),
    model("shop", "Book", [
        ("title", models.TextField()),
        ("author", models.ForeignKey("shop.Author", CASCADE, related_name="books")),
        ("editor", models.ForeignKey("Author", CASCADE, null=True, related_name="+")),
        ("previous", models.OneToOneField("self", CASCADE, null=True, db_column="prev")),
        ("tags", models.ManyToManyField("shop.Tag")),
        ("friends", models.ManyToManyField("self")),
        ("named", models.ManyToManyField("other.Author", related_name="%(app_label)s_%(class)s")),
        ("by_hand", models.ManyToManyField("shop.Tag", through="shop.Link", related_name="+")),
        ("elsewhere", models.ManyToManyField("shop.Author", db_table="elsewhere", db_constraint=False, related_name="+")),
    ], unique_together={("title", "author")}, order_with_respect_to="author"),
    model("shop", "Tag", [("slug", models.SlugField(primary_key=True))], db_table="tags", db_tablespace="fast"),
    model("shop", "Link", [
        ("id", models.BigAutoField(primary_key=True)),
        ("book", models.ForeignKey("shop.Book", CASCADE)),
        ("tag", models.ForeignKey("shop.Tag", CASCADE)),
    ]),
    model("shop", "Novel", [
        ("book_ptr", models.OneToOneField("shop.Book", CASCADE, auto_created=True, parent_link=True, primary_key=True)),
        ("pages", models.IntegerField()),
    ], ("shop.book",)),
    model("shop", "Crime", [("murders", models.IntegerField())], ("shop.novel",)),
    model("shop", "Linked", [("parent", models.OneToOneField("shop.Tag", CASCADE, parent_link=True)), ("x", models.IntegerField())], ("shop.tag",)),
    model("shop", "Favourite", [], ("shop.book",), proxy=True),
    model("shop", "Both", [
        ("author_ptr", models.OneToOneField("shop.Author", CASCADE, auto_created=True, parent_link=True, primary_key=True)),
        ("tag_ptr", models.OneToOneField("shop.Tag", CASCADE, auto_created=True, parent_link=True)),
        ("x", models.IntegerField()),
    ], ("shop.author", "shop.tag")),
    model("shop", "Review", [
        ("of", models.ForeignKey("shop.Favourite", CASCADE, related_query_name="reviewed")),
        ("crime", models.ForeignKey("shop.Crime", CASCADE, to_field=None)),
        ("tag", models.ForeignKey("shop.Linked", CASCADE)),
        ("by_number", models.ForeignKey("other.Author", CASCADE, to_field="number", null=True)),
        ("id", models.AutoField(auto_created=True, primary_key=True)),
    ], default_related_name="all_%(class)s"),
    model("other", "Author", [("number", models.PositiveIntegerField(unique=True)), ("up", models.ManyToManyField("self", symmetrical=False))]),
    model("other", "AVeryLongNameOfAModelThatDoesNotFitIntoTheNamesOfTables", [
        ("a_very_long_name_of_a_field_that_does_not_fit_into_names", models.ManyToManyField("other.Author")),
    ]),
    model("other", "Foreign", [("x", models.IntegerField())], managed=False, db_table='"schema"."table"'),
]


def name_of(view):
    return None if view is None else view.name


def described(rendered):
    options = rendered._meta
    fields = {}
    for field in options.local_fields:
        entry = {"attname": field.attname, "column": field.column, "type": field.db_parameters(connection)["type"]}
        entry["pk"] = field.primary_key
        if field.remote_field:
            entry["target"] = [field.remote_field.model._meta.label_lower, field.remote_field.model._meta.db_table, field.target_field.name]
        fields[field.name] = entry
    related = [
        [relation.name, relation.related_model._meta.label_lower, relation.field.name] for relation in options.related_objects
    ]
    many = {}
    for field in options.local_many_to_many:
        through = field.remote_field.through
        many[field.name] = {
            "auto": bool(through._meta.auto_created),
            "ends": [field.m2m_field_name(), field.m2m_reverse_field_name()],
            "columns": [field.m2m_column_name(), field.m2m_reverse_name()],
            "through": described(through) if through._meta.auto_created else through._meta.label_lower,
        }
    return {
        "table": options.db_table,
        "tablespace": options.db_tablespace,
        "order": list(fields),
        "fields": fields,
        "pk": name_of(options.pk),
        "parents": [[parent._meta.label_lower, name_of(link)] for parent, link in options.parents.items()],
        "managed": options.managed,
        "proxy": options.proxy,
        "related": related,
        "many": many,
        "unique_together": [list(names) for names in options.unique_together],
    }


def names():
    """Names of indexes and tables of all lengths."""
    chance = random.Random(7)
    word = lambda least, most: "".join(chance.choice(string.ascii_lowercase + "_é0") for _ in range(chance.randint(least, most)))  # noqa: E731
    editor = connection.schema_editor(collect_sql=True)
    from django.db.backends.utils import truncate_name

    for number in range(300):
        table = word(1, 70) if number % 10 else f'"{word(1, 10)}"."{word(1, 60)}"'
        columns = [word(1, 40) for _ in range(chance.randint(1, 4))]
        suffix = chance.choice(["", "_uniq", "_idx", "_like", "_fk_" + word(1, 60), "_check"])
        limit = chance.choice([None, 63, 30])
        yield {
            "table": table,
            "columns": columns,
            "suffix": suffix,
            "name": editor._create_index_name(table, columns, suffix),
            "limit": limit,
            "truncated": truncate_name(table, limit),
        }


def main():
    state = ProjectState()
    for model_state in STATES:
        state.add_model(model_state)
    apps = state.apps
    for model_state in STATES:
        line = {
            "app": model_state.app_label,
            "name": model_state.name,
            "fields": {name: encode(field) for name, field in model_state.fields.items()},
            "bases": [base for base in model_state.bases if isinstance(base, str)],
            "options": {
                name: encode(value)
                for name, value in model_state.options.items()
                if name not in {"indexes", "constraints", "unique_together"}
            },
            "unique_together": [list(names) for names in model_state.options.get("unique_together", [])],
            "described": described(apps.get_model(model_state.app_label, model_state.name)),
        }
        print(json.dumps(line))
    print(json.dumps({"names": list(names())}))


main()
