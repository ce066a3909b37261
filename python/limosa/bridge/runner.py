"""Runs the operations that only Python can run, with the state that Django would give them."""

import json
from contextlib import nullcontext

from django.db import connections, transaction

from .adapters import prepared
from .errors import BridgeError
from .export import model_state
from .migrations import source
from .registry import LazyProjectState


class Runner:
    """Keeps the project state in step with the run, without rendering models before they are needed."""

    def __init__(self, migrations, connection, encoder):
        self.migrations = migrations
        self.connection = connection
        self.encoder = encoder
        self.state = None
        # What is in the state, in order: app, name, and the places of the operations where it is not all of them.
        self.done = []
        # The migration that is partly in the state, of which of its operations it consists, and up to where they are in the state.
        self.current = None
        self.only = None
        self.position = 0
        # States from before migrations that are to be undone, by key.
        self.kept = {}

    # The state.

    def set_state(self, applied=(), keep=()):
        """Sets the state to that after these migrations, in this order; those before the ones in `keep` are kept.

        A migration is named by its app and its name, and by the places of its operations where it is not all of them.
        """
        applied, keep = [_portion(*key) for key in applied], {tuple(key) for key in keep}
        self.kept = {}
        if self.state is not None and self.done is not None:
            self._finish()
        seen = len(self.done or ())
        if self.state is None or keep or self.done is None or self.done != applied[:seen]:
            self.state, self.done, seen = LazyProjectState(real_apps=self.migrations.unmigrated()), [], 0
            self._leave()
        for key in applied[seen:]:
            if key[:2] in keep:
                self.kept[key[:2]] = self._copy()
            self.advance([key])

    def go_before(self, app, name):
        """Sets the state to the one that was kept from before a migration."""
        try:
            self.state = self.kept.pop((app, name))
        except KeyError:
            raise BridgeError("protocol", "the state before %s.%s was not kept" % (app, name))
        self._leave()
        self.done = None

    def advance(self, migrations):
        """Adds migrations to the state, after the rest of the one that is partly in it."""
        self._finish()
        for key in migrations:
            self.enter(*key)
            self._finish()

    def enter(self, app, name, operations=None):
        """Says of which of its operations the migration consists that comes next, where it is not all of them."""
        self._finish()
        self._enter(app, name)
        self.only = _portion(app, name, operations)[2]

    def _copy(self):
        copy = self.state.clone()
        copy.previous = None
        return copy

    def _start(self):
        if self.state is None:
            self.set_state()

    def _enter(self, label, name):
        self._start()
        if self.current is None or (self.current.app_label, self.current.name) != (label, name):
            migration = self.migrations.get(label, name)
            self._finish()
            self.current = migration

    def _leave(self):
        self.current, self.only, self.position = None, None, 0

    def _finish(self):
        if self.current is not None:
            self._go_to(len(self.current.operations))
            self._note(self.current)
            self._leave()

    def _note(self, migration):
        if self.done is not None:
            self.done.append((migration.app_label, migration.name, self.only))

    def _runs(self, place):
        return self.only is None or place in self.only

    def _go_to(self, position):
        while self.position < position:
            operation = self.current.operations[self.position]
            if self._runs(self.position):
                with _blame(self.current):
                    operation.state_forwards(self.current.app_label, self.state)
            self.position += 1

    # Operations.

    def run_operation(self, app, name, path, direction="forwards", atomic=None, waiting=None, marks=None):
        """Runs one operation on the open connection; `path` is its index, and inside another ``3.database_operations.0``.

        `waiting` are the engine's statements that wait for the end of the migration; what waits then is returned. `marks` are its
        statements for the journal, which share the operation's own transaction where it has one: one before the operation, one
        after it that takes what waits, and last the check of the lease.
        """
        connection = self.connection
        if connection.editor is None:
            raise BridgeError("protocol", "no migration is open")
        migration, operation, from_state, to_state = self._states(app, name, path, direction)
        with _blame(migration), self._block(migration, path, connection.editor, atomic):
            connection.set_waiting(waiting)
            before, after, fence = marks or (None, None, None)
            connection.mark(before)
            self._call(operation, migration, connection.editor, from_state, to_state, direction)
            waiting = connection.take_waiting()
            connection.mark(after, [json.dumps({"after": waiting})])
            connection.mark(fence)
        return {"waiting": waiting}

    def run_migration(self, app, name, direction="forwards"):
        """Runs a whole migration as Django does: its class or the schema editor has a way of its own."""
        connection = self.connection
        if connection.editor is None:
            raise BridgeError("protocol", "no migration is open")
        self._finish()
        self._start()
        migration = self.migrations.get(app, name)
        done, self.done = self.done, None
        with _blame(migration):
            state = self._copy()
            state.is_kept_by_copies = True
            if direction == "forwards":
                state = migration.apply(state, connection.editor)
                state.is_kept_by_copies, state.previous = False, None
                self.state, self.done = state, done
                self._note(migration)
            else:
                migration.unapply(state, connection.editor)
        connection.flush_deferred()

    def collect_sql(self, app, name, path, alias="default", direction="forwards"):
        """Returns the statements that an operation would execute; nothing for one that is not SQL."""
        migration, operation, from_state, to_state = self._states(app, name, path, direction)
        if not operation.reduces_to_sql:
            return {"sql": None, "deferred": []}
        with _blame(migration):
            with connections[alias].schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
                self._call(operation, migration, editor, from_state, to_state, direction)
                written = len(editor.collected_sql)
        sql = [str(statement) for statement in editor.collected_sql]
        return {"sql": sql[:written], "deferred": sql[written:]}

    def effective_default(self, app, name, path, alias="default", direction="forwards"):
        """Returns the value that an operation's field gives to the rows that are there, ready for the database."""
        migration, operation, _, state = self._states(app, name, path, direction)
        connection = connections[alias]
        with _blame(migration):
            model = state.apps.get_model(migration.app_label, operation.model_name)
            field = model._meta.get_field(operation.name)
            own = getattr(operation, "field", None)
            if own is not None and (direction == "forwards" or not operation.preserve_default):
                field.default = own.default
            return {"value": prepared(connection.SchemaEditorClass(connection).effective_default(field), self.encoder)}

    def _call(self, operation, migration, editor, from_state, to_state, direction):
        if direction == "forwards":
            operation.database_forwards(migration.app_label, editor, from_state, to_state)
        else:
            operation.database_backwards(migration.app_label, editor, from_state, to_state)

    def _block(self, migration, path, editor, atomic):
        """Returns the transaction that Django wraps around an operation; only around those of the migration itself."""
        operation = migration.operations[steps(path)[0]]
        if atomic is None:
            atomic = operation.atomic or (migration.atomic and operation.atomic is not False)
        if atomic and not editor.atomic_migration and self.connection.rows is None:
            return transaction.atomic(editor.connection.alias)
        return nullcontext()

    def _states(self, app, name, path, direction):
        """Returns the migration, the operation, and the states that Django hands to it."""
        self._enter(app, name)
        migration, where = self.current, steps(path)
        if self.position > where[0]:
            if direction == "forwards":
                raise BridgeError("protocol", "operation %s of %s.%s is already behind the state" % (path, app, name))
        if direction == "forwards":
            self._go_to(where[0])
            before = self.state
        else:
            # The state stays before the migration: all that is undone later needs a state from there.
            if self.position:
                raise BridgeError("protocol", "the state is inside %s.%s" % (app, name))
            earlier = [operation for place, operation in enumerate(migration.operations[: where[0]]) if self._runs(place)]
            before = self._replay(migration, earlier, self.state.clone())
            before.previous = None
        operation = migration.operations[where[0]]
        for kind, index in zip(where[1::2], where[2::2]):
            inner = getattr(operation, kind)
            before = self._replay(migration, inner[:index], before.clone() if before is self.state else before)
            operation = inner[index]
        if _keeps_state(operation):
            after = before
        else:
            after = self._replay(migration, [operation], before.clone())
        return (migration, operation) + ((before, after) if direction == "forwards" else (after, before))

    def _replay(self, migration, operations, state):
        with _blame(migration):
            for operation in operations:
                operation.state_forwards(migration.app_label, state)
        return state

    # What an operation does to the state.

    def state_deltas(self, operations, plan=None):
        """Returns for each operation (app, name, path) the models that it removes and those that it makes or changes."""
        from django.db.migrations.loader import MigrationLoader

        plan = plan or _full_plan(MigrationLoader(None, ignore_no_migrations=True))
        wanted = {}
        for app, name, path in operations:
            wanted.setdefault((app, name), []).append(path)
        answer = []
        self.set_state()
        for key in plan:
            key = tuple(key)
            for path in sorted(wanted.pop(key, ()), key=lambda path: steps(path)[0]):
                _, operation, before, after = self._states(key[0], key[1], path, "forwards")
                answer.append(dict(app=key[0], name=key[1], path=path, **self._delta(before, after)))
            self.advance([key] if self.current is None else [])
            if not wanted:
                break
        self.set_state()
        if wanted:
            raise BridgeError("migration", "not in the plan: %s" % ", ".join("%s.%s" % key for key in sorted(wanted)))
        return {"deltas": answer}

    def _delta(self, before, after):
        changed = [
            model_state(state, self.encoder)
            for key, state in after.models.items()
            if key not in before.models or not _same(before.models[key], state)
        ]
        return {"removed": [list(key) for key in before.models if key not in after.models], "changed": changed}


def steps(path):
    """Returns the parts of a path such as ``3.database_operations.0``."""
    return [int(part) if part.isdigit() else part for part in str(path).split(".")]


def _portion(app, name, operations=None):
    return app, name, None if operations is None else tuple(operations)


def _full_plan(loader):
    plan = []
    for leaf in loader.graph.leaf_nodes():
        plan.extend(key for key in loader.graph.forwards_plan(leaf) if key not in plan)
    return plan


def _keeps_state(operation):
    from django.db.migrations import RunPython

    return type(operation).state_forwards is RunPython.state_forwards


def _same(left, right):
    return (
        left.name == right.name
        and list(left.fields.items()) == list(right.fields.items())
        and all(left.fields[name] is field for name, field in right.fields.items())
        and left.options == right.options
        and left.bases == right.bases
        and left.managers == right.managers
    )


class _blame:
    """Notes on an error in which migration's file its line is to be looked for."""

    def __init__(self, migration):
        self.migration = migration

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is not None and not hasattr(error, "limosa_source"):
            try:
                error.limosa_source, error.limosa_kind = source(self.migration), "operation"
            except AttributeError:
                pass
        return False
