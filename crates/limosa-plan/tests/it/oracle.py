"""Answers graph questions as Django does: one JSON case a line in, one JSON answer a line out."""

import json
import sys
from types import SimpleNamespace

import django
from django.conf import settings
from django.core.management.base import CommandError
from django.db import migrations
from django.db.migrations import exceptions, executor, loader

HISTORY = []


class Recorder:
    """Keeps the history in memory, with duplicate rows as the table would have them."""

    def __init__(self, connection):
        pass

    def applied_migrations(self):
        return {key: True for key in HISTORY}

    def has_table(self):
        return True

    def ensure_schema(self):
        pass

    def record_applied(self, app, name):
        HISTORY.append((app, name))

    def record_unapplied(self, app, name):
        HISTORY[:] = [key for key in HISTORY if key != (app, name)]


class State:
    """Stands for a rendered project state."""

    def __init__(self):
        self.apps = True

    def clone(self):
        return State()


class Loader(loader.MigrationLoader):
    case = None

    def load_disk(self):
        self.migrated_apps = set(self.case["migrated"])
        self.unmigrated_apps = set(self.case["unmigrated"])
        self.disk_migrations = {}
        for row in self.case["migrations"]:
            migration = migrations.Migration(row["name"], row["app"])
            for attribute in ("dependencies", "run_before", "replaces"):
                setattr(migration, attribute, [tuple(key) for key in row[attribute]])
            self.disk_migrations[row["app"], row["name"]] = migration


class Executor(executor.MigrationExecutor):
    def _create_project_state(self, with_applied_migrations=False):
        return State()


def kind(error):
    text = str(error)
    for type_, name in [
        (exceptions.CircularDependencyError, "cycle"),
        (exceptions.NodeNotFoundError, "not found"),
        (exceptions.AmbiguityError, "ambiguous"),
        (CommandError, "cyclical squash"),
        (KeyError, "not found"),
    ]:
        if isinstance(error, type_):
            return name
    if isinstance(error, ValueError) and "unknown app" in text:
        return "unknown app"
    if isinstance(error, ValueError) and "no migrations" in text:
        return "no migrations"
    raise error


def attempt(answer):
    try:
        return {"ok": answer()}
    except Exception as error:
        key = error.args[0] if isinstance(error, KeyError) else None
        node = getattr(error, "node", key if isinstance(key, tuple) else ())
        return {"error": kind(error), "node": list(node)}


def load(case):
    Loader.case = case
    return Loader(object(), replace_migrations=case["replace"])


def inconsistency(graph_loader):
    try:
        graph_loader.check_consistent_history(SimpleNamespace(alias="default"))
    except exceptions.InconsistentMigrationHistory as error:
        words = str(error).split()
        return [words[1].split(".", 1), words[7].split(".", 1)]
    return None


def describe(graph_loader):
    graph = graph_loader.graph
    nodes = sorted(graph.nodes)
    return {
        "nodes": nodes,
        "parents": [sorted(p.key for p in graph.node_map[n].parents) for n in nodes],
        "roots": graph.root_nodes(),
        "leaves": graph.leaf_nodes(),
        "applied": sorted(graph_loader.applied_migrations),
        "conflicts": sorted(graph_loader.detect_conflicts().items()),
        "forwards": [graph.forwards_plan(n) for n in nodes],
        "backwards": [graph.backwards_plan(n) for n in nodes],
        "state": [graph._generate_plan([n], False) for n in nodes[:5]],
        "inconsistency": inconsistency(graph_loader),
    }


def resolve(graph_loader, app, prefix):
    migration = graph_loader.get_migration_by_prefix(app, prefix)
    target = (app, migration.name)
    if target not in graph_loader.graph.nodes and target in graph_loader.replacements:
        target = migration.replaces[-1]
    return target


def expand(graph_loader, target):
    if target[0] == "all":
        return graph_loader.graph.leaf_nodes()
    if target[0] == "app":
        return graph_loader.graph.leaf_nodes(target[1])
    if target[0] == "zero":
        return [(target[1], None)]
    return [(target[1], target[2])]


def migrate(targets):
    """Plans the way to the targets and pretends to go it."""
    order = []
    run = Executor.__new__(Executor)
    run.connection = object()
    run.loader = Loader(run.connection)
    run.recorder = Recorder(None)
    run.progress_callback = lambda action, migration=None, fake=False: (
        order.append(migration) if action.endswith("apply_start") else None
    )
    keys = [key for target in targets for key in expand(run.loader, target)]
    plan = run.migration_plan(keys)
    printed = [[m.app_label, m.name, backwards] for m, backwards in plan]
    try:
        run.migrate(keys, plan=plan, state=State(), fake=True)
    except exceptions.InvalidMigrationPlan:
        return {"printed": printed, "mixed": True}
    return {
        "printed": printed,
        "executed": [[m.app_label, m.name] for m in order],
        "history": list(HISTORY),
    }


def answer(case):
    HISTORY[:] = [tuple(key) for key in case["applied"]]
    graph = attempt(lambda: describe(load(case)))
    prefixes, runs = [], []
    if "ok" in graph:
        graph_loader = load(case)
        prefixes = [attempt(lambda: resolve(graph_loader, *p)) for p in case["prefixes"]]
    if "ok" in graph and case["replace"]:
        for targets in case["targets"]:
            runs.append(attempt(lambda: migrate(targets)))
            if "error" in runs[-1]:
                break
    return {"graph": graph, "prefixes": prefixes, "runs": runs}


def main():
    settings.configure()
    loader.MigrationRecorder = Recorder
    executor.MigrationRecorder = Recorder
    print(json.dumps("%d.%d" % django.VERSION[:2]), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


main()
