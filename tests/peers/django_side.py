"""Django's answers: each command runs in a fresh copy of this process, which has imported Django already."""
import io
import os
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import django.core.management  # noqa: F401
import django.core.management.commands.migrate  # noqa: F401
import django.core.management.commands.showmigrations  # noqa: F401
import django.core.management.commands.sqlmigrate  # noqa: F401
import django.db.backends.sqlite3.base  # noqa: F401
import django.db.migrations.executor  # noqa: F401

from child import forked


@dataclass
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str
    #: The class of the exception that ended it, and its message.
    error: str | None = None
    message: str = ""


def run(project, environment, words):
    """Runs `manage.py WORDS`."""

    def command():
        django.core.management.execute_from_command_line(["manage.py", *words, "--traceback"])

    return forked(lambda: in_child(project, environment, command))


def call(project, environment, function):
    """Calls a function after `django.setup()`; what it returns is printed."""

    def command():
        import django

        django.setup()
        print(function())

    return forked(lambda: in_child(project, environment, command))


def in_child(project, environment, command):
    os.environ.update(environment, DJANGO_SETTINGS_MODULE="settings", NO_COLOR="1")
    os.chdir(project)
    sys.path[:0] = [str(project), *environment["PYTHONPATH"].split(os.pathsep)]
    sys.dont_write_bytecode = True
    out, err = io.StringIO(), io.StringIO()
    said = Said(0, "", "")
    with redirect_stdout(out), redirect_stderr(err):
        try:
            command()
        except SystemExit as end:
            said.code = end.code if isinstance(end.code, int) else 1
        except BaseException as error:
            said = Said(1, "", "", type(error).__name__, str(error))
            if os.environ.get("PEERS_TRACE"):
                traceback.print_exc()
    said.out, said.err = out.getvalue(), err.getvalue()
    return said
