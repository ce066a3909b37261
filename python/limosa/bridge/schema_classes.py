"""Facts about indexes and constraints whose classes are not Django's own."""

from django.db.models import Index
from django.db.models.constraints import BaseConstraint

from .paths import canonical, is_django

# What a class may have of its own without any effect on a database.
HARMLESS = {
    "check",
    "check_supported",
    "clone",
    "deconstruct",
    "default_violation_error_message",
    "get_violation_error_message",
    "max_name_length",
    "non_db_attrs",
    "set_name_with_model",
    "validate",
    "violation_error_code",
    "violation_error_message",
    "__doc__",
    "__eq__",
    "__firstlineno__",
    "__hash__",
    "__init__",
    "__module__",
    "__new__",
    "__orig_bases__",
    "__qualname__",
    "__repr__",
    "__slots__",
    "__static_attributes__",
    "__weakref__",
    "__dict__",
    "__annotations__",
}
# What an index of PostgreSQL tells when it is asked.
ASKED = {"suffix", "get_with_params"}


def facts(value, encoder):
    """Returns what the engine cannot know from the path and the arguments; nothing for Django's own classes."""
    kind = type(value)
    if not isinstance(value, (Index, BaseConstraint)) or is_django(kind):
        return None
    base = next(ancestor for ancestor in kind.__mro__ if is_django(ancestor))
    method = getattr(value, "get_with_params", None)
    own = _overridden(kind, base) - HARMLESS - (ASKED if method else set())
    answer = {"name": value.name, "base": None, "code": bool(own)}
    try:
        _, args, kwargs = base.deconstruct(value)
        answer["base"] = encoder.call(canonical(base), args, kwargs)
        if method:
            answer["suffix"] = value.suffix
            answer["parameters"] = [str(parameter) for parameter in method()]
    except Exception:
        answer["code"] = True
    return answer


def _overridden(kind, base):
    """Returns the names that the classes before Django's own define and Django's class knows, too."""
    names = set()
    for ancestor in kind.__mro__:
        if ancestor is object or is_django(ancestor):
            continue
        names.update(name for name in vars(ancestor) if hasattr(base, name))
    return names
