"""What parts of Django's own ``migrate`` command do with the project's live models."""

import io

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections

from .migrations import whole


def sync_apps(labels, alias=DEFAULT_DB_ALIAS, verbosity=1):
    """Makes the tables that apps without migrations lack; returns what the command would print."""
    printed = io.StringIO()
    command = migrate.Command(stdout=printed, no_color=True)
    command.verbosity = verbosity
    command.sync_apps(connections[alias], labels)
    return {"text": printed.getvalue()}


def changed_apps():
    """Returns the labels of the apps whose models differ from what their migrations make of them."""
    from django.apps import apps
    from django.core.management import get_commands, load_command_class
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    owner = get_commands().get("migrate", "django.core")
    command = load_command_class(owner, "migrate") if isinstance(owner, str) else owner
    detector = getattr(command, "autodetector", MigrationAutodetector)
    loader = MigrationLoader(None)
    for migration in loader.disk_migrations.values():
        whole(migration)
    changes = detector(loader.project_state(), ProjectState.from_apps(apps)).changes(graph=loader.graph)
    return {"apps": sorted(changes)}
