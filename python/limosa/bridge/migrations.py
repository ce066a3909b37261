"""Where the apps' migrations live, and the migrations themselves, without building Django's graph."""

from importlib import import_module

from .errors import BridgeError


class Migrations:
    """Finds migration packages as Django's ``MigrationLoader.load_disk`` does, and imports single migrations."""

    def __init__(self):
        self.loaded = {}
        self._packages = None

    def packages(self):
        """Returns, by app label, where the migrations are or why there are none."""
        if self._packages is None:
            from django.apps import apps

            self._packages = {config.label: _package(config) for config in apps.get_app_configs()}
        return self._packages

    def unmigrated(self):
        """Returns the labels of the apps without migrations."""
        return {label for label, package in self.packages().items() if package["missing"] is not None}

    def names(self, label):
        """Returns the names of an app's migrations in the order of the names."""
        import pkgutil

        package = self.packages()[label]
        if package["missing"] is not None:
            return []
        found = pkgutil.iter_modules(package["paths"])
        return sorted(name for _, name, is_package in found if not is_package and name[0] not in "_~")

    def get(self, label, name):
        """Returns the migration, imported once."""
        key = (label, name)
        if key not in self.loaded:
            self.loaded[key] = self._load(label, name)
        return self.loaded[key]

    def fresh(self, label, name):
        """Returns another instance of the migration, for those who change the list of its operations."""
        return whole(type(self.get(label, name))(name, label))

    def _load(self, label, name):
        package = self.packages().get(label)
        if package is None:
            raise BridgeError("migration", "no installed app has the label %r" % label)
        if package["missing"] is not None:
            raise BridgeError("migration", "app %r has no migrations" % label)
        try:
            module = import_module("%s.%s" % (package["module"], name))
        except BaseException as error:
            error.limosa_kind = "migration"
            raise
        if not hasattr(module, "Migration"):
            raise BridgeError("migration", "migration %s in app %s has no Migration class" % (name, label))
        return whole(module.Migration(name, label))


def pending(migration):
    """Returns the operations that wait for the end of a deploy: Django knows nothing of them."""
    return list(getattr(migration, "pending_operations", None) or ())


def whole(migration):
    """Puts the operations that wait behind the others, where they stand for the engine."""
    migration.operations = [*migration.operations, *pending(migration)]
    return migration


def source(migration):
    """Returns the file of a migration."""
    import sys

    module = sys.modules.get(type(migration).__module__)
    return getattr(module, "__file__", None)


def _package(config):
    from django.conf import settings

    explicit = config.label in settings.MIGRATION_MODULES
    name = settings.MIGRATION_MODULES[config.label] if explicit else "%s.migrations" % config.name
    answer = {"module": name, "explicit": explicit, "paths": [], "missing": None, "error": None}
    if name is None:
        return dict(answer, missing="disabled")
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        # An import that fails inside the package is the user's mistake; no package at all is not.
        if explicit or "migrations" not in (error.name or "").split("."):
            from . import errors

            error.limosa_kind = "migration"
            return dict(answer, missing="error", error=errors.describe(error, "migration"))
        return dict(answer, missing="none")
    if not hasattr(module, "__path__"):
        return dict(answer, missing="module")
    if getattr(module, "__file__", None) is None and not isinstance(module.__path__, list):
        return dict(answer, missing="namespace", paths=list(module.__path__))
    return dict(answer, paths=list(module.__path__))
