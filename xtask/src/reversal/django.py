"""Applies and undoes migrations as it is told, one line of JSON each, on a database beside that of the settings."""

import json
import os
import sys

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import django
from django.conf import settings

settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()

from django.core.management import call_command
from django.db import connection
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

connection.prepare_database()


class Steps:
    """One migration after another, without the states of all being made for each."""

    def __init__(self):
        self.executor = MigrationExecutor(connection)
        self.executor.recorder.ensure_schema()
        self.before = None
        self.state = self.executor._create_project_state(with_applied_migrations=True)

    def apply(self, *key):
        migration = self.executor.loader.graph.nodes[key]
        before = self.state
        before.apps
        self.state = self.executor.apply_migration(before.clone(), migration)
        self.before = before
        self.executor.check_replacements()

    def undo(self, *key):
        migration = self.executor.loader.graph.nodes[key]
        if self.before is None:
            MigrationExecutor(connection).migrate([], plan=[(migration, True)])
            self.state = MigrationExecutor(connection)._create_project_state(with_applied_migrations=True)
            return
        self.executor.unapply_migration(self.before, migration)
        self.state = self.before
        self.executor.check_replacements()


def migrate(*arguments):
    if arguments[1:] == ("zero",):
        # Django finds out on its way; here it looks before, so that both databases stay as they were.
        plan = MigrationExecutor(connection).migration_plan([(arguments[0], None)])
        if not all(operation.reversible for migration, _ in plan for operation in migration.operations):
            raise IrreversibleError
    call_command("migrate", *arguments, verbosity=0, interactive=False)


steps = None
for line in sys.stdin:
    command, *arguments = json.loads(line)
    answer = {"is": "done"}
    try:
        if command == "migrate":
            migrate(*arguments)
        else:
            steps = steps or Steps()
            getattr(steps, command)(*arguments)
    except (IrreversibleError, NotImplementedError):
        answer = {"is": "irreversible"}
    except Exception as error:
        answer = {"is": "failed", "error": "%s: %s" % (type(error).__name__, error)}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
