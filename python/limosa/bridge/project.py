"""Sets the project up as ``manage.py migrate`` would, and records what its settings depend on."""

import os
import sys

from .databases import Databases
from .errors import BridgeError
from .record import Record

OLDEST = (4, 2)


def find_django():
    """Imports Django and returns its version."""
    try:
        import django
    except ImportError as error:
        raise BridgeError("django-missing", "cannot import Django with %s: %s" % (sys.executable, error))
    if django.VERSION[:2] < OLDEST:
        raise BridgeError("django-version", "Django %s is too old: 4.2 is the oldest that is supported" % django.get_version())
    return django.get_version()


class Project:
    """The project in whose folder the process was started."""

    def __init__(self, folder, python_path, databases=None):
        self.databases = Databases(databases)
        self.folder = os.path.realpath(folder)
        self.record = Record(self.folder)
        self.ready = False
        for path in [*reversed(python_path), folder]:
            path = os.path.abspath(path)
            sys.path[:] = [path, *(p for p in sys.path if p != path)]
        if "" in sys.path:
            sys.path.remove("")
        sys.argv = ["manage.py", "migrate"]

    def set_up(self):
        """Imports the settings and all apps; the first request does it."""
        if self.ready:
            return
        import django
        from django.conf import settings

        with self.record:
            try:
                settings.INSTALLED_APPS
            except BaseException as error:
                error.limosa_kind = "settings"
                raise
            self.databases.apply()
            try:
                django.setup()
                _import_management()
            except BaseException as error:
                error.limosa_kind = "apps"
                raise
        from django.utils import translation

        translation.deactivate_all()
        self.ready = True


def _import_management():
    """Imports the apps' ``management`` modules, which connect signal receivers."""
    from importlib import import_module

    from django.apps import apps
    from django.utils.module_loading import module_has_submodule

    for config in apps.get_app_configs():
        if module_has_submodule(config.module, "management"):
            import_module(".management", config.name)
