"""Sends Django's signals before and after a run."""

import sys

from django.core.management.base import OutputWrapper
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal

from .errors import BridgeError
from .paths import is_django, path_of
from .registry import LazyApps


class Signals:
    """Calls the receivers of the project and its packages with what Django would give them."""

    def __init__(self, migrations, runner):
        self.migrations = migrations
        self.runner = runner

    def pre_migrate(self, alias="default", verbosity=1, interactive=True, plan=()):
        """Sends ``pre_migrate`` with the current state."""
        self.runner.advance([])
        self.runner._start()
        plan = self._plan(plan)
        before = [(migration, backwards, list(migration.operations)) for migration, backwards in plan]
        self._send(emit_pre_migrate_signal, alias, verbosity, interactive, plan, self.runner.state.apps)
        _check_unchanged(before, plan)

    def post_migrate(self, alias="default", verbosity=1, interactive=True, plan=()):
        """Sends ``post_migrate`` with the current state, in which apps without migrations have their relations."""
        self.runner.advance([])
        self.runner._start()
        state = self.runner.state
        apps = LazyApps(state.real_apps, state.models, final=True)
        self._send(emit_post_migrate_signal, alias, verbosity, interactive, self._plan(plan), apps)

    def _plan(self, plan):
        return [(self._migration(*portion), bool(backwards)) for portion, backwards in plan]

    def _migration(self, label, name, operations=None):
        migration = self.migrations.fresh(label, name)
        if operations is not None:
            migration.operations = [migration.operations[place] for place in operations]
        return migration

    def _send(self, emit, alias, verbosity, interactive, plan, apps):
        emit(verbosity, interactive, alias, stdout=OutputWrapper(sys.stdout), apps=apps, plan=plan)


def _check_unchanged(before, plan):
    """Refuses a plan that a receiver has changed, other than as Django's own do, which the engine does itself."""
    if [entry[:2] for entry in before] != list(plan):
        raise BridgeError("receivers", "a receiver of pre_migrate changes the plan, which is not followed")
    for migration, _, operations in before:
        left = [operation for operation in operations if not any(operation is other for other in migration.operations)]
        added = [operation for operation in migration.operations if not any(operation is other for other in operations)]
        changed = left + [operation for operation in added if not is_django(type(operation))]
        if changed:
            raise BridgeError(
                "receivers",
                "a receiver of pre_migrate changes the operations of %s (%s), which is not followed"
                % (migration, ", ".join(path_of(type(operation)) for operation in changed)),
            )
