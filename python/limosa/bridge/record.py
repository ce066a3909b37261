"""What an answer depends on: variables, files, folders and packages that were read, and what was not there."""

import importlib.machinery
import os
import shutil  # noqa: F401  (looks at `os.stat` once, when it is imported)
import sys
import sysconfig

# Python's own files and the system's, which change with versions that are told of otherwise.
SYSTEM = tuple(
    os.path.join(path, "")
    for path in {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), "/proc", "/dev", "/sys"}
    if path
)
INSTALLED = ("site-packages", "dist-packages")
# What Python itself reads from the environment, before anything could watch it.
OF_PYTHON = ("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONNOUSERSITE", "PYTHONSAFEPATH")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Record:
    """Which environment variables and files were read while it was active."""

    def __init__(self, folder):
        self.folder = folder
        self.active = False
        self.variables = set(OF_PYTHON)
        self.whole_environment = False
        self.opened = set()
        self.absent = set()
        self.present = set()
        self.listed = set()
        self._hooked = False

    def __enter__(self):
        kind = type(os.environ)
        self._getitem, self._iter, self._stat = kind.__getitem__, kind.__iter__, os.stat
        kind.__getitem__ = lambda environ, key: self._read_variable(environ, key)
        kind.__iter__ = lambda environ: self._read_all(environ)
        os.stat = lambda path, *args, **kwargs: self._look_at(path, *args, **kwargs)
        if not self._hooked:
            sys.addaudithook(self._audit)
            self._hooked = True
        sys.meta_path.append(self)
        self.active = True

    def __exit__(self, *error):
        self.active = False
        sys.meta_path.remove(self)
        kind = type(os.environ)
        kind.__getitem__, kind.__iter__, os.stat = self._getitem, self._iter, self._stat

    def _read_variable(self, environ, key):
        if isinstance(key, str) and environ is os.environ:
            self.variables.add(key)
        return self._getitem(environ, key)

    def _read_all(self, environ):
        if environ is os.environ:
            self.whole_environment = True
        return self._iter(environ)

    def _look_at(self, path, *args, **kwargs):
        """Whether something is there decides what a module does; ``os.path`` and ``pathlib`` ask here, imports do not."""
        try:
            answer = self._stat(path, *args, **kwargs)
        except OSError:
            self._note(self.absent, path)
            raise
        self._note(self.present, path)
        return answer

    def _audit(self, event, arguments):
        if not self.active:
            return
        if event == "open":
            path, mode, flags = arguments
            reads = not flags & WRITING if mode is None else not set(mode) & set("wax+")
            if reads:
                self._note(self.opened, path)
        elif event in ("os.listdir", "os.scandir") and not _is_import(sys._getframe(1)):
            self._note(self.listed, arguments[0])

    def _note(self, names, path):
        if isinstance(path, (str, os.PathLike)):
            path = os.fspath(path)
            if isinstance(path, str):
                names.add(os.path.abspath(path))

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
        files = {*self.files(), *(os.path.abspath(name) for name in more)}
        looked = {path for path in self.absent | self.opened if self._is_code(path)}
        return {
            "files": sorted(files),
            "absent": sorted(path for path in looked if not os.path.exists(path)),
            "present": sorted(path for path in self.present - files if self._is_ours(path) and os.path.exists(path)),
            "folders": sorted(path for path in self.listed if self._is_ours(path) and os.path.isdir(path)),
            "packages": [path for path in map(os.path.abspath, sys.path) if _holds_packages(path)],
            "programs": [sys.executable] if sys.executable else [],
            "environment": sorted(self.variables),
            "whole_environment": self.whole_environment,
        }

    def files(self):
        """Returns the files that were imported or read and belong neither to Python nor to an installed package."""
        names = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
        names |= self.opened
        # It says which packages an environment sees.
        names.add(os.path.join(sys.prefix, "pyvenv.cfg"))
        return sorted(os.path.abspath(name) for name in names if isinstance(name, str) and self._is_code(name) and os.path.isfile(name))

    def _is_ours(self, path):
        inside = (self.folder, self.folder + os.sep)
        return any(name == inside[0] or name.startswith(inside[1]) for name in (path, os.path.realpath(path))) and self._is_code(path)

    def _is_code(self, path):
        path = os.path.abspath(path)
        if path.endswith(tuple(importlib.machinery.BYTECODE_SUFFIXES)) or path.startswith(SYSTEM):
            return False
        return not any(part in path.split(os.sep) for part in (*INSTALLED, "__pycache__"))


def module_file(module):
    """Returns the file of a module by its name; nothing when it has none."""
    name = getattr(sys.modules.get(module), "__file__", None)
    return name if isinstance(name, str) and os.path.isfile(name) else None


def _holds_packages(path):
    return os.path.basename(path) in INSTALLED and os.path.isdir(path)


def _is_import(frame):
    """Whether a folder is listed by Python's import system, which looks for one name in it."""
    return frame.f_code.co_filename.startswith("<frozen importlib")
