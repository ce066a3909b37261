"""Exports migrations and models as values."""

from . import errors
from .migrations import pending, source

# What makes a migration run in a way of its own.
OWN_METHODS = ("apply", "unapply")
KNOWN = {"operations", "pending_operations", "dependencies", "run_before", "replaces", "initial", "atomic"}


class Exporter:
    """Answers what migrations say, whatever Python they are written in."""

    def __init__(self, migrations, encoder):
        self.migrations = migrations
        self.encoder = encoder

    def export(self, migrations=None):
        """Returns the named migrations, or all; one that cannot be imported does not hide the others."""
        if migrations is None:
            migrations = [(label, name) for label in self.migrations.packages() for name in self.migrations.names(label)]
        return {"migrations": [self._export(label, name) for label, name in migrations]}

    def _export(self, label, name):
        answer = {"app": label, "name": name}
        try:
            migration = self.migrations.get(label, name)
            self.encoder.note(type(migration))
            answer["file"] = source(migration)
            answer.update(self._parts(migration))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            answer["error"] = errors.describe(error, getattr(error, "limosa_kind", "migration"), answer.get("file"))
        return answer

    def _parts(self, migration):
        return {
            "dependencies": [list(key) for key in migration.dependencies],
            "run_before": [list(key) for key in migration.run_before],
            "replaces": [list(key) for key in migration.replaces],
            "initial": migration.initial,
            "atomic": bool(migration.atomic),
            "attributes": self._attributes(type(migration)),
            "pending": len(pending(migration)),
            "operations": [self.encoder.value(operation) for operation in migration.operations],
        }

    def _attributes(self, kind):
        from django.db.migrations import Migration

        answer = {}
        for ancestor in reversed(kind.__mro__):
            if ancestor is object or ancestor is Migration:
                continue
            for name, value in vars(ancestor).items():
                if name[0] == "_" or name in KNOWN or callable(value) or hasattr(type(value), "__get__"):
                    continue
                answer[name] = self.encoder.attribute(value)
        overridden = [name for name in OWN_METHODS if getattr(kind, name) is not getattr(Migration, name)]
        if overridden:
            answer["__overrides__"] = overridden
        return answer


def model_state(state, encoder):
    """Returns a model state as JSON: name, fields, options, bases, managers."""
    return {
        "app": state.app_label,
        "name": state.name,
        "fields": [[name, encoder.value(field)] for name, field in state.fields.items()],
        "options": {name: encoder.value(value) for name, value in state.options.items()},
        "bases": [encoder.value(base) for base in state.bases],
        "managers": [[name, encoder.value(manager)] for name, manager in state.managers],
    }
