"""Sends Django's signals before and after a run."""

import sys

from django.core.management.base import OutputWrapper
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal

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
        self._send(emit_pre_migrate_signal, alias, verbosity, interactive, plan, self.runner.state.apps)

    def post_migrate(self, alias="default", verbosity=1, interactive=True, plan=()):
        """Sends ``post_migrate`` with the current state, in which apps without migrations have their relations."""
        self.runner.advance([])
        self.runner._start()
        state = self.runner.state
        apps = LazyApps(state.real_apps, state.models, final=True)
        self._send(emit_post_migrate_signal, alias, verbosity, interactive, plan, apps)

    def _send(self, emit, alias, verbosity, interactive, plan, apps):
        plan = [(self.migrations.fresh(label, name), bool(backwards)) for label, name, backwards in plan]
        emit(verbosity, interactive, alias, stdout=OutputWrapper(sys.stdout), apps=apps, plan=plan)
