"""Facts about operations whose classes are not Django's own, and about the code of ``RunPython``."""

import dis
import inspect

from django.db import migrations
from django.db.migrations.operations.base import Operation

from .paths import canonical, is_django

# What a function that does nothing compiles to, in any version of Python.
NOTHING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST", "LOAD_CONST_IMMORTAL", "RETURN_GENERATOR"}
METHODS = ("state_forwards", "database_forwards", "database_backwards")


def deconstruct(operation):
    """Returns path, positional and keyword arguments."""
    _, args, kwargs = operation.deconstruct()
    return canonical(type(operation)), list(args), dict(kwargs)


def facts(operation, encoder):
    """Returns what the engine cannot know from the path and the arguments; empty when there is nothing."""
    answer = {}
    if isinstance(operation, migrations.RunPython):
        for name, code in (("code_doc", operation.code), ("reverse_code_doc", operation.reverse_code)):
            text = getattr(code, "__doc__", None)
            if code is not None and isinstance(text, str):
                answer[name] = text
    if not is_django(type(operation)):
        answer.update(_custom(operation, encoder))
    return answer


def _custom(operation, encoder):
    kind = type(operation)
    base = next(ancestor for ancestor in kind.__mro__ if is_django(ancestor))
    return {
        "mro": [canonical(ancestor) for ancestor in kind.__mro__ if issubclass(ancestor, Operation)],
        "base": canonical(base),
        "base_view": _base_view(operation, base, encoder),
        "overrides": [name for name in METHODS if getattr(kind, name) is not getattr(base, name)] + _told_otherwise(operation, base),
        "empty": [name for name in METHODS if _does_nothing(getattr(kind, name))],
        "describe": _text(operation.describe),
        "reversible": bool(operation.reversible),
        "reduces_to_sql": bool(operation.reduces_to_sql),
        "atomic": operation.atomic if operation.atomic is None else bool(operation.atomic),
        "elidable": bool(operation.elidable),
    }


def _base_view(operation, base, encoder):
    """Returns the operation as its nearest Django class deconstructs it."""
    if base is Operation:
        return None
    try:
        _, args, kwargs = base.deconstruct(operation)
        return encoder.call(canonical(base), args, kwargs)
    except Exception:
        return None


def _told_otherwise(operation, base):
    """Returns what the operation says of itself that its nearest Django class would not say of it."""
    answer = []
    if _text(operation.describe) != _text(lambda: base.describe(operation)):
        answer.append("describe")
    reversible = inspect.getattr_static(base, "reversible")
    if hasattr(reversible, "__get__"):
        reversible = reversible.__get__(operation, base)
    if bool(operation.reversible) != bool(reversible):
        answer.append("reversible")
    return answer


def _does_nothing(method):
    code = getattr(method, "__code__", None)
    return code is not None and {step.opname for step in dis.get_instructions(code)} <= NOTHING


def _text(ask):
    try:
        return str(ask())
    except Exception:
        return None
