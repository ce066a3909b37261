"""Compares what Limosa read with what Python holds, operation by operation, argument by argument.

Usage, in the folder of a project with ``corpus_settings.py``: ``truth.py BRIDGE describe RESULT`` writes what the bridge says about the
project; ``truth.py BRIDGE compare READING RESULT`` compares. READING holds migrations in the form in which the bridge encodes
values. Each operation in it is built anew by calling what its paths name; then both, the built
one and the one of the project's own migration, are deconstructed and compared.
"""

import importlib
import json
import os
import sys

# Calls that return something else each time.
VOLATILE = {"datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today", "django.utils.timezone.now", "uuid.uuid4"}


def connections(found=[]):
    """Returns connections by vendor that were never opened."""
    if not found:
        from django.db.utils import load_backend

        found.append([])
        options = dict.fromkeys(("NAME", "USER", "PASSWORD", "HOST", "PORT"), "corpus")
        options.update(OPTIONS={}, TIME_ZONE=None, CONN_MAX_AGE=0, AUTOCOMMIT=True)
        for vendor, engine in (("sqlite", "sqlite3"), ("postgresql", "postgresql")):
            try:
                backend = load_backend("django.db.backends." + engine)
            except Exception:
                continue
            found[0].append((vendor, backend.DatabaseWrapper(options, vendor)))
    return found[0]


class Unknown:
    """Stands for what was not read; equal to anything."""

    def __iter__(self):
        return iter(())


class Incomplete(Exception):
    """Something cannot be built because a part of it was not read."""


def main(bridge, task, *files):
    sys.path.insert(0, bridge)
    os.environ["DJANGO_SETTINGS_MODULE"] = "corpus_settings"
    from bridge.project import Project

    project = Project(os.getcwd(), [])
    project.set_up()
    from bridge.migrations import Migrations

    answer = {"describe": describe, "compare": compare}[task](project, Migrations(), *files[:-1])
    with open(files[-1], "w", encoding="utf-8") as file:
        json.dump(answer, file)


def describe(project, migrations):
    from bridge.describe import describe
    from bridge.encode import Encoder

    return describe(project, migrations, Encoder())


def compare(project, migrations, reading):
    with open(reading, encoding="utf-8") as file:
        read = json.load(file)
    comparison = Comparison(migrations)
    for migration in read["migrations"]:
        comparison.migration(migration)
    return comparison.answer


class Comparison:
    def __init__(self, migrations):
        self.migrations = migrations
        self.answer = {"operations": 0, "compared": 0, "values": 0, "columns": 0, "unknown": 0, "misread": [], "not_imported": [], "not_built": []}

    def migration(self, read):
        name = "%s.%s" % (read["app"], read["name"])
        try:
            actual = self.migrations.get(read["app"], read["name"])
        except Exception as error:
            self.answer["not_imported"].append("%s: %s: %s" % (name, type(error).__name__, error))
            return
        for attribute in ("dependencies", "run_before", "replaces"):
            value = [list(pair) for pair in getattr(actual, attribute)]
            self.part(name, attribute, read[attribute], value)
        self.part(name, "atomic", read["atomic"], bool(actual.atomic))
        self.part(name, "initial", read["initial"], actual.initial)
        for attribute, value in read["attributes"].items():
            self.part(name, attribute, value, getattr(type(actual), attribute, None))
        self.answer["operations"] += len(actual.operations)
        operations, columns = read["operations"], read["columns"]
        if not isinstance(operations, list):
            self.answer["unknown"] += 1
            return
        if len(operations) != len(actual.operations):
            self.misread(name, "operations", "%d operations" % len(operations), "%d operations" % len(actual.operations))
            return
        for position, (read, own) in enumerate(zip(operations, actual.operations)):
            self.operation(name, str(position), read, own)
        for column in columns:
            self.column(name, column, actual.operations[column["operation"]])

    def column(self, name, read, operation):
        """Compares what the class of a field was found to say about its column with what it says."""
        if hasattr(operation, "fields"):
            field = next((field for name, field in operation.fields if name == read["field"]), None)
        else:
            field = getattr(operation, "field", None)
        if field is None:
            return
        from bridge.fields import _attributes

        self.answer["columns"] += 1
        actual = _attributes(field)
        column = dict(read["column"])
        types = column.pop("types")
        for vendor, connection in connections():
            if vendor in types:
                column[vendor] = types[vendor]
                try:
                    actual[vendor] = {
                        "db_type": field.db_type(connection),
                        "collation": field.db_parameters(connection).get("collation"),
                    }
                except Exception:
                    del column[vendor]
        if all(column[vendor]["db_type"] is actual[vendor]["db_type"] is None for vendor in types if vendor in column):
            # Without a column the options decide about nothing.
            return
        for key, value in column.items():
            if value != actual[key]:
                self.misread(name, "%d.%s.%s" % (read["operation"], read["field"], key), value, actual[key])

    def part(self, name, place, read, value):
        """Compares a value that was read with one of Python's."""
        builder = Builder()
        try:
            built = builder.build(read)
        except Incomplete:
            self.answer["unknown"] += 1
            return
        self.compare(name, place, builder.encode(built), Builder().encode(value))

    def operation(self, name, place, read, actual):
        builder = Builder()
        try:
            built = builder.build(read)
        except Incomplete as reason:
            self.answer["unknown"] += 1
            if str(reason):
                self.answer["not_built"].append("%s %s: %s" % (name, place, reason))
            return
        self.answer["compared"] += 1
        self.compare(name, place, builder.encode(built), Builder().encode(actual))

    def compare(self, name, place, read, actual):
        if unknown(read):
            self.answer["unknown"] += 1
            return
        if isinstance(read, dict) and isinstance(actual, dict) and read.get("$") == actual.get("$"):
            if read.get("$") == "call":
                self.call(name, place, read, actual)
                return
            if read.get("$") == "dict":
                self.items(name, place, read["v"], actual["v"])
                return
        # No state, schema or file shows whether it was a list or a tuple.
        if sequence(read) is not None and sequence(actual) is not None:
            self.items(name, place, sequence(read), sequence(actual))
            return
        self.answer["values"] += 1
        if type(read) is not type(actual) or read != actual:
            self.misread(name, place, read, actual)

    def items(self, name, place, read, actual):
        if any(unknown(item) for item in read) and len(read) != len(actual):
            self.answer["unknown"] += 1
        elif len(read) != len(actual):
            self.misread(name, place, read, actual)
        for position, (one, other) in enumerate(zip(read, actual)):
            self.compare(name, "%s.%d" % (place, position), one, other)

    def call(self, name, place, read, actual):
        if read["path"] != actual["path"]:
            self.misread(name, place, read["path"], actual["path"])
            return
        self.items(name, place, read["args"], actual["args"])
        skipped = read.get("skipped", ())
        self.answer["unknown"] += len(skipped)
        for key in sorted((set(read["kwargs"]) | set(actual["kwargs"])) - set(skipped)):
            missing = {"$": "missing"}
            self.compare(name, "%s.%s" % (place, key), read["kwargs"].get(key, missing), actual["kwargs"].get(key, missing))

    def misread(self, name, place, read, actual):
        self.answer["misread"].append([name, place, json.dumps(read)[:300], json.dumps(actual)[:300]])


class Builder:
    """Builds what a reading says by calling what it names, and encodes it again."""

    def __init__(self):
        from bridge.encode import Encoder

        class Marking(Encoder):
            """Says of what was built without an argument that it was."""

            def value(self, value):
                if isinstance(value, Unknown):
                    return {"$": "unknown"}
                answer = super().value(value)
                if isinstance(answer, dict) and id(value) in skipped:
                    answer["skipped"] = skipped[id(value)]
                return answer

        skipped = self.skipped = {}
        self.kept = []
        self.encoder = Marking()

    def encode(self, value):
        return self.encoder.value(value)

    def build(self, read):
        if isinstance(read, list):
            return [self.build(item) for item in read]
        if not isinstance(read, dict):
            return read
        return getattr(self, "build_" + read["$"])(read)

    def build_opaque(self, read):
        return Unknown()

    def build_ref(self, read):
        return find(read["path"])

    def build_tuple(self, read):
        return tuple(self.build(item) for item in read["v"])

    def build_set(self, read):
        return set(self.build(item) for item in read["v"])

    def build_dict(self, read):
        return {self.build(key): self.build(value) for key, value in read["v"]}

    def build_bytes(self, read):
        return bytes(read["v"])

    def build_int(self, read):
        return int(read["v"])

    def build_float(self, read):
        return float(read["v"])

    def build_call(self, read):
        if read["path"] in VOLATILE:
            return Unknown()
        function = find(read["path"])
        args = [self.build(item) for item in read["args"]]
        kwargs = {key: self.build(value) for key, value in read["kwargs"].items()}
        skipped = [key for key, value in kwargs.items() if isinstance(value, Unknown)]
        given = {key: value for key, value in kwargs.items() if key not in skipped}
        try:
            built = function(*args, **given)
        except Exception as error:
            if skipped or contains_unknown(args) or contains_unknown(list(given.values())):
                raise Incomplete() from error
            raise Incomplete("%s: %s: %s" % (read["path"], type(error).__name__, error)) from error
        if skipped:
            self.kept.append(built)
            self.skipped[id(built)] = skipped
        return built


def find(path):
    """Returns what a dotted path names."""
    parts = path.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        try:
            for part in parts[end:]:
                found = getattr(found, part)
        except AttributeError as error:
            raise Incomplete("%s is not there" % path) from error
        return found
    import builtins

    if hasattr(builtins, path):
        return getattr(builtins, path)
    raise Incomplete("%s is not there" % path)


def unknown(encoded):
    return isinstance(encoded, dict) and encoded.get("$") == "unknown"


def contains_unknown(value):
    if isinstance(value, (list, tuple, set)):
        return any(contains_unknown(item) for item in value)
    if isinstance(value, dict):
        return any(contains_unknown(item) for item in value.values())
    return isinstance(value, Unknown)


def sequence(encoded):
    """Returns the items of a list, a tuple or a set."""
    if isinstance(encoded, dict) and encoded.get("$") in ("tuple", "set"):
        return encoded["v"]
    return encoded if isinstance(encoded, list) else None


if __name__ == "__main__":
    main(*sys.argv[1:])
