"""The commands by name."""

from functools import partial

from . import commands, routing
from .connection import Connection
from .describe import describe, unmigrated_models
from .encode import Encoder
from .export import Exporter
from .migrations import Migrations
from .record import module_file
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

        def recorded(command):
            """Adds to the answer of a command what it was read from."""

            def carry_out(**arguments):
                encoder.modules.clear()
                with project.record:
                    answer = command(**arguments)
                return dict(answer, read=project.record.answer(filter(None, map(module_file, encoder.modules))))

            return carry_out

        self.commands = {
            "describe": lambda: describe(project, migrations, encoder),
            "export": recorded(exporter.export),
            "state_deltas": recorded(runner.state_deltas),
            "connect": connection.connect,
            "disconnect": connection.disconnect,
            "begin": connection.begin,
            "begin_rows": connection.begin_rows,
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
            "enter": runner.enter,
            "run_python": runner.run_operation,
            "run_operation": runner.run_operation,
            "run_migration": runner.run_migration,
            "collect_sql": runner.collect_sql,
            "effective_default": runner.effective_default,
            "unmigrated_models": recorded(lambda: {"models": unmigrated_models(migrations, encoder)}),
            "routes": recorded(partial(routing.routes, runner)),
            "allowed_models": recorded(routing.allowed_models),
            "sync_apps": commands.sync_apps,
            "changed_apps": recorded(commands.changed_apps),
            "pre_migrate": signals.pre_migrate,
            "post_migrate": signals.post_migrate,
        }

    def close(self):
        """Closes the connection."""
        self.connection.disconnect()
