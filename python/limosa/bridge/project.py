"""Sets the project up as ``manage.py migrate`` would, and records what its settings depend on."""

import importlib.machinery
import os
import sys
import sysconfig

from .databases import Databases
from .errors import BridgeError

OLDEST = (4, 2)

# Python's own files and the system's, which change with versions that are told of otherwise.
SYSTEM = tuple(
    os.path.join(path, "")
    for path in {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), "/proc", "/dev", "/sys"}
    if path
)


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


class Record:
    """Which environment variables and files were read while it was active."""

    def __init__(self, folder):
        self.folder = folder
        self.active = False
        self.variables = set()
        self.whole_environment = False
        self.opened = set()
        self.absent = set()
        self._hooked = False

    def __enter__(self):
        kind = type(os.environ)
        self._getitem, self._iter = kind.__getitem__, kind.__iter__
        kind.__getitem__ = lambda environ, key: self._read_variable(environ, key)
        kind.__iter__ = lambda environ: self._read_all(environ)
        if not self._hooked:
            sys.addaudithook(self._audit)
            self._hooked = True
        sys.meta_path.append(self)
        self.active = True

    def __exit__(self, *error):
        self.active = False
        sys.meta_path.remove(self)
        kind = type(os.environ)
        kind.__getitem__, kind.__iter__ = self._getitem, self._iter

    def _read_variable(self, environ, key):
        if isinstance(key, str) and environ is os.environ:
            self.variables.add(key)
        return self._getitem(environ, key)

    def _read_all(self, environ):
        if environ is os.environ:
            self.whole_environment = True
        return self._iter(environ)

    def _audit(self, event, arguments):
        if self.active and event == "open":
            path, mode = arguments[0], arguments[1]
            if isinstance(path, str) and (mode is None or not set(mode) & set("wax+")):
                self.opened.add(path)

    def find_spec(self, name, path=None, target=None):
        """Is the last to be asked for a module: nobody found it, so where it would have been is noted."""
        for folder in path if path is not None else sys.path:
            if isinstance(folder, str):
                place = os.path.join(folder, name.rpartition(".")[2])
                if self._is_ours(place):
                    self.absent.update((place + ".py", os.path.join(place, "__init__.py")))
        return None

    find_module = None

    def answer(self, more=()):
        """Returns what was read, with more files, as the engine compares it before it uses an answer again."""
        return {
            "files": sorted({*self.files(), *(os.path.abspath(name) for name in more)}),
            "absent": sorted(path for path in self.absent if not os.path.exists(path)),
            "environment": sorted(self.variables),
            "whole_environment": self.whole_environment,
        }

    def files(self):
        """Returns the files that were imported or read and belong neither to Python nor to an installed package."""
        names = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
        names |= self.opened
        return sorted(os.path.abspath(name) for name in names if isinstance(name, str) and self._is_code(name) and os.path.isfile(name))

    def _is_ours(self, path):
        path = os.path.abspath(path)
        inside = path.startswith(self.folder + os.sep) or os.path.realpath(path).startswith(self.folder + os.sep)
        return inside and self._is_code(path)

    def _is_code(self, path):
        path = os.path.abspath(path)
        if path.endswith(tuple(importlib.machinery.BYTECODE_SUFFIXES)) or path.startswith(SYSTEM):
            return False
        return not any(part in path.split(os.sep) for part in ("site-packages", "dist-packages", "__pycache__"))


def module_file(module):
    """Returns the file of a module by its name; nothing when it has none."""
    name = getattr(sys.modules.get(module), "__file__", None)
    return name if isinstance(name, str) and os.path.isfile(name) else None
