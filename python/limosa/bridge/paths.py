"""Dotted paths of classes and functions, the shortest public one for Django's own."""

import sys

# Where Django's own names are imported from in migrations, the first that has the name wins.
PUBLIC = (
    "django.db.migrations",
    "django.db.models",
    "django.db.models.functions",
    "django.contrib.postgres.aggregates",
    "django.contrib.postgres.constraints",
    "django.contrib.postgres.fields",
    "django.contrib.postgres.functions",
    "django.contrib.postgres.indexes",
    "django.contrib.postgres.operations",
    "django.contrib.postgres.search",
    "django.contrib.gis.db.models",
)


def path_of(thing):
    """Returns the module and the qualified name."""
    module = getattr(thing, "__module__", None)
    name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", "?")
    return name if module in (None, "builtins") else "%s.%s" % (module, name)


def canonical(thing, path=None):
    """Returns the path by which the engine knows it; `path` is what ``deconstruct()`` said, when it did."""
    module = getattr(thing, "__module__", None) or ""
    if not module.startswith("django."):
        return path or path_of(thing)
    if path is not None and not path.startswith("django."):
        return path
    name = thing.__qualname__
    head, _, rest = name.partition(".")
    owner = getattr(sys.modules.get(module), head, None)
    for public in PUBLIC:
        if module.startswith(public + ".") or module == public:
            if owner is not None and getattr(sys.modules.get(public), head, None) is owner:
                return "%s.%s" % (public, name)
    return path or "%s.%s" % (module, name)


def is_django(thing):
    """Returns whether a class or function is Django's own."""
    return (getattr(thing, "__module__", None) or "").startswith("django.")
