"""The commands by name."""

from functools import partial

from . import commands, routing
from .connection import Connection
from .describe import describe, unmigrated_models
from .encode import Encoder
from .export import Exporter
from .migrations import Migrations
from .signals import Signals
from .runner import Runner


class Tools:
    """Everything that needs a project that is set up."""

    def __init__(self, channel, project):
        encoder = Encoder()
        migrations = Migrations()
        connection = Connection(channel, encoder)
        exporter = Exporter(migrations, encoder)
        runner = Runner(migrations, connection, encoder)
        signals = Signals(migrations, runner)
        self.connection = connection
        self.commands = {
            "describe": lambda: describe(project, migrations, encoder),
            "export": exporter.export,
            "state_deltas": runner.state_deltas,
            "connect": connection.connect,
            "disconnect": connection.disconnect,
            "begin": connection.begin,
            "commit": connection.commit,
            "rollback": connection.rollback,
            "savepoint": connection.savepoint,
            "release": connection.release,
            "rollback_to_savepoint": connection.rollback_to_savepoint,
            "execute": connection.execute,
            "query": connection.query,
            "state": runner.set_state,
            "go_before": runner.go_before,
            "advance": runner.advance,
            "run_python": runner.run_operation,
            "run_operation": runner.run_operation,
            "run_migration": runner.run_migration,
            "collect_sql": runner.collect_sql,
            "effective_default": runner.effective_default,
            "unmigrated_models": lambda: {"models": unmigrated_models(migrations, encoder)},
            "routes": partial(routing.routes, runner),
            "allowed_models": routing.allowed_models,
            "sync_apps": commands.sync_apps,
            "changed_apps": commands.changed_apps,
            "pre_migrate": signals.pre_migrate,
            "post_migrate": signals.post_migrate,
        }

    def close(self):
        """Closes the connection."""
        self.connection.disconnect()
