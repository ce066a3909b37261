"""Python values as JSON that the engine reads back as its own values.

Null, booleans, numbers, texts and lists stand for themselves; everything else is ``{"$": kind, ...}``: ``bytes``,
``tuple``, ``set``, ``dict``, ``int`` and ``float`` (those that JSON cannot hold), ``call``, ``ref`` and ``opaque``.
"""

import base64
import dataclasses
import datetime
import decimal
import enum
import functools
import json
import math
import pathlib
import re
import types
import uuid

from django.db import models
from django.db.migrations.operations.base import Operation
from django.db.models.manager import BaseManager
from django.utils.functional import LazyObject, Promise, empty

from . import fields, operations, schema_classes
from .paths import canonical, path_of

SMALL = 2**63


class Encoder:
    """Encodes values; knows the project's databases, for the facts about fields of its own."""

    def __init__(self):
        self.columns = fields.Columns()
        # The modules of the classes whose facts were told.
        self.modules = set()

    def note(self, kind):
        """Notes the modules that a class comes from."""
        self.modules.update(ancestor.__module__ for ancestor in kind.__mro__)

    def value(self, value):
        """Returns the JSON of a value."""
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is str:
            return _text(value)
        if kind is int:
            return value if -SMALL <= value < SMALL else {"$": "int", "v": str(value)}
        if kind is float:
            return value if math.isfinite(value) else {"$": "float", "v": repr(value)}
        if kind is list:
            return [self.value(item) for item in value]
        return self._other(value)

    def call(self, path, args=(), kwargs=None):
        """Returns the JSON of a call."""
        return {
            "$": "call",
            "path": path,
            "args": [self.value(item) for item in args],
            "kwargs": {str(key): self.value(item) for key, item in (kwargs or {}).items()},
        }

    def attribute(self, value):
        """Returns the JSON of a class attribute: a member of an enumeration goes by its name, as it was written."""
        if isinstance(value, enum.Enum) and value.name is not None:
            return {"$": "ref", "path": "%s.%s" % (canonical(type(value)), value.name)}
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            parts = {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
            answer = self.call(canonical(type(value)))
            answer["kwargs"] = {name: self.attribute(part) for name, part in parts.items()}
            return answer
        return self.value(value)

    def _other(self, value):
        if isinstance(value, Promise):
            return _text(str(value))
        if isinstance(value, LazyObject):
            if value._wrapped is empty:
                value._setup()
            return self.value(value._wrapped)
        if isinstance(value, enum.Enum):
            return self.value(value.value)
        if isinstance(value, type):
            return {"$": "ref", "path": canonical(value)}
        for find in (self._collection, self._scalar, self._deconstructible, self._function):
            answer = find(value)
            if answer is not None:
                return answer
        return opaque(value, "is an instance of `%s`" % path_of(type(value)))

    def _collection(self, value):
        if isinstance(value, dict):
            return {"$": "dict", "v": [[self.value(key), self.value(item)] for key, item in value.items()]}
        if isinstance(value, tuple):
            return {"$": "tuple", "v": [self.value(item) for item in value]}
        if isinstance(value, (set, frozenset)):
            # A set has no order of its own that is the same in two runs.
            return {"$": "set", "v": sorted((self.value(item) for item in value), key=json.dumps)}
        if isinstance(value, (list, types.GeneratorType)) or type(value).__module__ == "django.utils.choices":
            return [self.value(item) for item in value]
        return None

    def _scalar(self, value):
        if isinstance(value, str):
            return _text(str.__str__(value))
        if isinstance(value, bool):
            return bool(value)
        if isinstance(value, int):
            return self.value(int(value))
        if isinstance(value, float):
            return self.value(float(value))
        if isinstance(value, (bytes, bytearray, memoryview)):
            return {"$": "bytes", "v": base64.b64encode(bytes(value)).decode("ascii")}
        if isinstance(value, decimal.Decimal):
            return self.call("decimal.Decimal", [str(value)])
        if isinstance(value, uuid.UUID):
            return self.call("uuid.UUID", [str(value)])
        if isinstance(value, datetime.timedelta):
            parts = {"days": value.days, "seconds": value.seconds, "microseconds": value.microseconds}
            parts = {name: number for name, number in parts.items() if number}
            return self.call("datetime.timedelta", [] if parts else [0], parts)
        if isinstance(value, datetime.datetime):
            return self._time("datetime.datetime", value, [value.year, value.month, value.day, value.hour, value.minute])
        if isinstance(value, datetime.date):
            return self.call("datetime.date", [value.year, value.month, value.day])
        if isinstance(value, datetime.time):
            return self._time("datetime.time", value, [value.hour, value.minute])
        if isinstance(value, datetime.tzinfo):
            return self._zone(value)
        if isinstance(value, pathlib.PurePath):
            return self.call("pathlib.%s" % type(value).__name__, [str(value)])
        if isinstance(value, re.Pattern):
            flags = value.flags & ~re.compile("").flags if isinstance(value.pattern, str) else value.flags
            return self.call("re.compile", [value.pattern] + ([int(flags)] if flags else []))
        if isinstance(value, range):
            return self.call("range", [value.start, value.stop] + ([value.step] if value.step != 1 else []))
        return None

    def _time(self, path, value, parts):
        if value.second or value.microsecond:
            parts.append(value.second)
        if value.microsecond:
            parts.append(value.microsecond)
        kwargs = {} if value.tzinfo is None else {"tzinfo": value.tzinfo}
        return self.call(path, parts, dict(kwargs, fold=1) if value.fold else kwargs)

    def _zone(self, zone):
        if zone is datetime.timezone.utc:
            return {"$": "ref", "path": "datetime.timezone.utc"}
        if isinstance(zone, datetime.timezone):
            return self.call("datetime.timezone", [zone.utcoffset(None)])
        key = getattr(zone, "key", None) or getattr(zone, "zone", None)
        if isinstance(key, str):
            return self.call(path_of(type(zone)), [key])
        return opaque(zone, "is a time zone without a name")

    def _deconstructible(self, value):
        if isinstance(value, models.Field):
            return self.field(value)
        if isinstance(value, Operation):
            return self.operation(value)
        if isinstance(value, BaseManager):
            as_manager, manager, queryset, args, kwargs = value.deconstruct()
            return self.call(queryset + ".as_manager" if as_manager else manager, args or (), kwargs)
        if not hasattr(value, "deconstruct") or isinstance(value, types.ModuleType):
            return None
        parts = value.deconstruct()
        if not isinstance(parts, tuple) or len(parts) != 3:
            return None
        answer = self.call(canonical(type(value), parts[0]), parts[1], parts[2])
        facts = schema_classes.facts(value, self)
        if facts:
            answer["schema_class"] = facts
        return answer

    def _function(self, value):
        if isinstance(value, functools.partial):
            return self.call("functools.partial", (value.func,) + value.args, value.keywords)
        if isinstance(value, types.ModuleType):
            return {"$": "ref", "path": value.__name__}
        if isinstance(value, types.MethodType):
            if isinstance(value.__self__, type):
                return {"$": "ref", "path": "%s.%s" % (canonical(value.__self__), value.__name__)}
            return opaque(value, "is a method of an instance")
        if type(value).__module__ == "django.db.models.deletion":
            return {"$": "ref", "path": "django.db.models.%s" % value.__name__}
        name = getattr(value, "__qualname__", None)
        if isinstance(value, (types.FunctionType, types.BuiltinFunctionType, functools._lru_cache_wrapper)) and name:
            if "<" in name:
                return opaque(value, "is a lambda or a function inside another", name)
            return {"$": "ref", "path": canonical(value)}
        return None

    def field(self, field):
        """Returns the JSON of a field, with facts about it when its class is not Django's own."""
        _, path, args, kwargs = field.deconstruct()
        answer = self.call(canonical(type(field), path), args, kwargs)
        if not fields.is_known(type(field)):
            self.note(type(field))
            answer["field"] = fields.facts(field, self.columns, self)
        return answer

    def operation(self, operation):
        """Returns the JSON of an operation, with facts about it when its class is not Django's own."""
        path, args, kwargs = operations.deconstruct(operation)
        answer = self.call(path, args, kwargs)
        facts = operations.facts(operation, self)
        if facts:
            self.note(type(operation))
            answer["operation"] = facts
        return answer


def opaque(value, reason, text=None):
    """Returns the JSON of something that cannot be encoded."""
    if text is None:
        try:
            text = re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))
        except Exception:
            text = "<%s>" % path_of(type(value))
    return {"$": "opaque", "text": text.encode("utf-8", "backslashreplace").decode(), "reason": reason}


def _text(text):
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return opaque(text, "is not valid Unicode", ascii(text))
    return text
