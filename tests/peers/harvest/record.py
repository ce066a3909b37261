"""Runs tests of Django's and notes every change of a schema that they make, as a migration.

    record.py TESTS_FOLDER KIND OUT.json LABEL ...

Django's own test runner runs the tests. Two things are watched: operations that change a database, with the state before them, and
calls of a schema editor outside of operations, which are told as the operations that a migration would hold. Each becomes a
situation: the text of a migration that makes the tables, and that of a migration with the operation.
"""
import json
import os
import re
import runpy
import sys
import unittest
import warnings
from pathlib import Path

SETTINGS = """
import os
kind = os.environ["PEERS_KIND"]
engine = {"sqlite": "sqlite3", "postgres": "postgresql", "mariadb": "mysql"}[kind]
place = {key: os.environ.get(f"PEERS_{key}", "") for key in ("HOST", "PORT", "USER")} if kind != "sqlite" else {}
DATABASES = {
    alias: {"ENGINE": f"django.db.backends.{engine}", **place, **({"NAME": f"limosa_peers_{alias}"} if kind != "sqlite" else {})}
    for alias in ("default", "other")
}
SECRET_KEY = "x" * 60
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
USE_TZ = False
"""

current = None
depth = 0
found = []
dropped = {}
chains = {}


def drop(why):
    if current:
        dropped.setdefault(current, why)


def note(app, before, operations):
    """Adds a situation: the models before, and the operations."""
    try:
        found.append({"test": current, "app": app, **texts(app, before, operations)})
    except Exception as error:
        drop(f"{type(error).__name__}: {error}".splitlines()[0][:160])


def texts(app, before, operations):
    """The text of the migrations: by app the one that makes its models, and the one with the operations."""
    apps = {}
    for (label, _), model in before.items():
        apps.setdefault(label, []).append(model)
    base = {label: text_of([creation(model) for model in ordered(models)], label) for label, models in apps.items()}
    base.setdefault(app, text_of([], app))
    return {"base": base, "operation": text_of(operations, app)}


def ordered(models):
    """Brings models behind those that they refer to, where that is possible."""
    by_name = {model.name_lower: model for model in models}
    result = []

    def visit(model):
        by_name.pop(model.name_lower)
        references = [base for base in model.bases if isinstance(base, str)]
        for field in model.fields.values():
            references += [getattr(field.remote_field, name, None) for name in ("model", "through")]
        for reference in references:
            name = str(reference).rpartition(".")[2].lower()
            if name in by_name:
                visit(by_name[name])
        result.append(model)

    for model in models:
        if model.name_lower in by_name:
            visit(model)
    return result


def creation(model):
    from django.db.migrations import CreateModel

    options = {key: value for key, value in model.options.items() if value or key not in ("indexes", "constraints")}
    fields = [(name, field.clone()) for name, field in model.fields.items()]
    return CreateModel(model.name, fields, options, model.bases, model.managers)


#: Names that are defined in tests and cannot be imported without them.
FOREIGN = re.compile(r"^(?:from|import) (?!django\b|datetime|decimal|uuid|schema\.fields|functools|operator|zoneinfo|re\b)", re.M)


def text_of(operations, app):
    from django.db.migrations import Migration
    from django.db.migrations.writer import MigrationWriter

    migration = type("Migration", (Migration,), {"operations": operations, "dependencies": []})("0001", app)
    text = MigrationWriter(migration, include_header=False).as_string()
    if foreign := FOREIGN.search(text):
        line = text[foreign.start():].splitlines()[0]
        raise ValueError(f"holds code of the tests ({line})")
    if "<locals>" in text:
        raise ValueError("holds code of the tests")
    return text


def watch_operations():
    from django.contrib.postgres import operations as postgres
    from django.db.migrations import operations
    from django.db.migrations.operations.base import Operation

    classes = [getattr(module, name) for module in (operations, postgres) for name in dir(module)]
    for cls in {cls for cls in classes if isinstance(cls, type) and issubclass(cls, Operation)}:
        for method in ("database_forwards", "database_backwards"):
            if method in vars(cls):
                setattr(cls, method, watched_operation(vars(cls)[method], method == "database_forwards"))


def watched_operation(method, forwards):
    def run(self, app_label, schema_editor, from_state, to_state):
        global depth
        if depth == 0 and forwards and current and from_state and not schema_editor.collect_sql:
            note(app_label, dict(from_state.models), [self])
        depth += 1
        try:
            return method(self, app_label, schema_editor, from_state, to_state)
        finally:
            depth -= 1

    return run


class Chain:
    """The tables that a test has made through a schema editor, as a state."""

    def __init__(self):
        from django.db.migrations.state import ProjectState

        self.state = ProjectState()

    def key(self, model):
        return model._meta.app_label, model._meta.model_name

    def ensure(self, model):
        """Adds a model with all that it refers to."""
        from django.db.migrations.state import ModelState

        if self.key(model) in self.state.models or model._meta.auto_created:
            return
        for parent in model.__mro__[1:]:
            if hasattr(parent, "_meta") and not parent._meta.abstract:
                self.ensure(parent)
        self.state.add_model(ModelState.from_model(model))
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
            if field.remote_field and isinstance(field.remote_field.model, type):
                self.ensure(field.remote_field.model)
                through = getattr(field.remote_field, "through", None)
                if isinstance(through, type) and not through._meta.auto_created:
                    self.ensure(through)

    def apply(self, model, operations):
        app = model._meta.app_label
        before = {key: value.clone() for key, value in self.state.models.items()}
        note(app, before, operations)
        for operation in operations:
            operation.state_forwards(app, self.state)


def named(field):
    copy = field.clone()
    copy.name = field.name
    return copy


def option(model, name, value):
    def change(chain):
        chain.state.models[chain.key(model)].options[name] = value

    return change


def create_model(chain, model):
    from django.db.migrations import CreateModel
    from django.db.migrations.state import ModelState

    if model._meta.auto_created or chain.key(model) in chain.state.models:
        return None
    chain.ensure(model)
    state = chain.state.models.pop(chain.key(model))
    chain.state.clear_delayed_apps_cache()
    chain.state._relations = None
    return [CreateModel(state.name, list(state.fields.items()), state.options, state.bases, state.managers)]


def delete_model(chain, model):
    from django.db.migrations import DeleteModel

    return [DeleteModel(model.__name__)] if chain.key(model) in chain.state.models else None


def add_field(chain, model, field):
    from django.db.migrations import AddField

    if isinstance(getattr(field.remote_field, "model", None), type):
        chain.ensure(field.remote_field.model)
    chain.state.models[chain.key(model)].fields.pop(field.name, None)
    return [AddField(model.__name__, field.name, named(field))]


def remove_field(chain, model, field):
    from django.db.migrations import RemoveField

    return [RemoveField(model.__name__, field.name)]


def alter_field(chain, model, old, new, strict=False):
    from django.db.migrations import AlterField, RenameField

    if isinstance(getattr(new.remote_field, "model", None), type):
        chain.ensure(new.remote_field.model)
    fields = chain.state.models[chain.key(model)].fields
    if old.name not in fields:
        raise ValueError(f"the field {old.name} is not in the state")
    operations = []
    if old.name != new.name:
        operations.append(RenameField(model.__name__, old.name, new.name))
    if old.deconstruct()[1:] != new.deconstruct()[1:] or not operations:
        operations.append(AlterField(model.__name__, new.name, named(new)))
    return operations


def alter_together(name):
    def change(chain, model, old, new):
        from django.db import migrations

        option(model, name, set(map(tuple, old)))(chain)
        operation = {"unique_together": migrations.AlterUniqueTogether, "index_together": migrations.AlterIndexTogether}[name]
        return [operation(model.__name__, [tuple(names) for names in new])]

    return change


def alter_db_table(chain, model, old, new):
    from django.db.migrations import AlterModelTable

    option(model, "db_table", old)(chain)
    return [AlterModelTable(model.__name__, new)]


def alter_db_table_comment(chain, model, old, new):
    from django.db.migrations import AlterModelTableComment

    option(model, "db_table_comment", old)(chain)
    return [AlterModelTableComment(model.__name__, new)]


def add_index(chain, model, index):
    from django.db.migrations import AddIndex

    if not index.name:
        index.set_name_with_model(model)
    forget(chain, model, "indexes", index.name)
    return [AddIndex(model.__name__, index)]


def remove_index(chain, model, index):
    from django.db.migrations import RemoveIndex

    remember(chain, model, "indexes", index)
    return [RemoveIndex(model.__name__, index.name)]


def rename_index(chain, model, old, new):
    from django.db.migrations import RenameIndex

    remember(chain, model, "indexes", old)
    return [RenameIndex(model.__name__, new_name=new.name, old_name=old.name)]


def add_constraint(chain, model, constraint):
    from django.db.migrations import AddConstraint

    forget(chain, model, "constraints", constraint.name)
    return [AddConstraint(model.__name__, constraint)]


def remove_constraint(chain, model, constraint):
    from django.db.migrations import RemoveConstraint

    remember(chain, model, "constraints", constraint)
    return [RemoveConstraint(model.__name__, constraint.name)]


def forget(chain, model, kind, name):
    options = chain.state.models[chain.key(model)].options
    options[kind] = [item for item in options[kind] if item.name != name]


def remember(chain, model, kind, item):
    options = chain.state.models[chain.key(model)].options
    if all(known.name != item.name for known in options[kind]):
        options[kind] = [*options[kind], item]


CALLS = {
    "create_model": create_model, "delete_model": delete_model, "add_field": add_field, "remove_field": remove_field, "alter_field": alter_field,
    "alter_unique_together": alter_together("unique_together"), "alter_index_together": alter_together("index_together"),
    "alter_db_table": alter_db_table, "alter_db_table_comment": alter_db_table_comment, "add_index": add_index, "remove_index": remove_index,
    "rename_index": rename_index, "add_constraint": add_constraint, "remove_constraint": remove_constraint,
}


def watch_editors():
    from django.db import connections

    for connection in connections.all():
        base = connection.SchemaEditorClass
        watched = {name: watched_call(getattr(base, name), make) for name, make in CALLS.items()}
        type(connection).SchemaEditorClass = type(base.__name__, (base,), watched)
        break


def watched_call(method, make):
    def run(self, model, *args, **kwargs):
        global depth
        if depth == 0 and current and not self.collect_sql:
            note_call(make, model, args, kwargs)
        depth += 1
        try:
            return method(self, model, *args, **kwargs)
        finally:
            depth -= 1

    return run


def note_call(make, model, args, kwargs):
    chain = chains.setdefault(current, Chain())
    try:
        if make is not create_model:
            chain.ensure(model)
        operations = make(chain, model, *args, **kwargs)
        if operations:
            chain.apply(model, operations)
    except Exception as error:
        drop(f"{type(error).__name__}: {error}".splitlines()[0][:160])


def watch_tests():
    run = unittest.TestCase.run

    def watched(self, result=None):
        global current
        method = getattr(type(self), self._testMethodName, None)
        owner = next((cls for cls in type(self).__mro__ if self._testMethodName in vars(cls)), type(self))
        current = f"{owner.__module__}.{type(self).__name__}.{self._testMethodName}" if method else None
        try:
            return run(self, result)
        finally:
            current = None

    unittest.TestCase.run = watched


def main():
    tests, kind, out, labels = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4:]
    os.environ["PEERS_KIND"] = kind
    (out.parent / "peers_record_settings.py").write_text(SETTINGS)
    os.chdir(tests)
    sys.path[:0] = [str(tests), str(out.parent)]
    watch_tests()
    from django.test import runner

    setup = runner.DiscoverRunner.setup_databases

    def then_watch(self, **kwargs):
        result = setup(self, **kwargs)
        watch_operations()
        watch_editors()
        return result

    runner.DiscoverRunner.setup_databases = then_watch
    sys.argv = ["runtests.py", "--settings=peers_record_settings", "--parallel=1", "--noinput", "-v0", *labels]
    warnings.simplefilter("ignore")
    try:
        runpy.run_path(str(tests / "runtests.py"), run_name="__main__")
    except SystemExit:
        pass
    temporary = out.with_suffix(".part")
    temporary.write_text(json.dumps({"situations": found, "dropped": dropped}))
    temporary.replace(out)


if __name__ == "__main__":
    main()
