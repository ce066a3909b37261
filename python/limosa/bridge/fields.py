"""Facts about fields whose classes are not Django's own: what they are built on and what column they make."""

from django.db import connections, models

from .paths import canonical, is_django

# Arguments that say nothing about a column and may be long.
TALK = ("choices", "validators", "error_messages", "help_text", "verbose_name", "upload_to", "storage")

# The methods by which a field class decides about its column.
SCHEMA_METHODS = (
    "db_type",
    "rel_db_type",
    "cast_db_type",
    "db_type_parameters",
    "db_type_suffix",
    "db_parameters",
    "db_check",
    "get_internal_type",
    "get_attname",
    "get_attname_column",
    "contribute_to_class",
    "get_db_prep_save",
    "get_db_prep_value",
    "get_prep_value",
    "get_default",
    "_get_default",
    "pre_save",
    "deconstruct",
    "clone",
)


class Columns:
    """The project's databases, one per vendor, without connecting to any."""

    def __init__(self):
        self._connections = None

    def connections(self):
        """Returns one connection per vendor, by vendor."""
        if self._connections is None:
            self._connections = {}
            for alias in connections:
                try:
                    connection = connections[alias]
                    vendor = connection.vendor
                except Exception:
                    continue
                self._connections.setdefault(vendor, connection)
        return self._connections


def is_known(kind):
    """Returns whether the engine knows the class by its path."""
    return is_django(kind) and kind.__name__ not in ("BaseSpatialField", "ExtentField")


def facts(field, columns, encoder):
    """Returns what the engine needs to treat the field as a built-in one or as a column of some type."""
    kind = type(field)
    base = next(ancestor for ancestor in kind.__mro__ if is_known(ancestor))
    name, column = _column(field)
    return {
        "mro": [canonical(ancestor) for ancestor in kind.__mro__ if issubclass(ancestor, models.Field)],
        "base": canonical(base),
        "base_view": _base_view(field, base, encoder),
        "overrides": [method for method in SCHEMA_METHODS if _overrides(kind, base, method)],
        "internal_type": _try(field.get_internal_type),
        "attributes": _attributes(field),
        "column": column,
        "attname": name,
        "is_relation": bool(field.is_relation),
        "many_to_many": bool(field.many_to_many),
        "one_to_one": bool(field.one_to_one),
        "many_to_one": bool(field.many_to_one),
        "description": _try(lambda: str(field.description)),
        "columns": {vendor: _types(field, connection, encoder) for vendor, connection in columns.connections().items()},
    }


def _overrides(kind, base, method):
    return getattr(kind, method, None) is not getattr(base, method, None)


def _base_view(field, base, encoder):
    """Returns the field as its nearest Django class deconstructs it."""
    try:
        _, _, args, kwargs = base.deconstruct(field)
        return encoder.call(canonical(base), args, {name: value for name, value in kwargs.items() if name not in TALK})
    except Exception:
        return None


def _attributes(field):
    """Returns the options that decide about a column, whatever the class's constructor calls them."""
    return {
        "null": bool(field.null),
        "blank": bool(field.blank),
        "primary_key": bool(field.primary_key),
        "unique": bool(field._unique),
        "db_index": bool(field.db_index),
        "max_length": field.max_length if isinstance(field.max_length, int) else None,
        "db_column": field.db_column,
        "db_comment": getattr(field, "db_comment", None),
        "db_collation": getattr(field, "db_collation", None),
        "db_tablespace": field._db_tablespace,
        "empty_strings_allowed": bool(field.empty_strings_allowed),
    }


def _column(field):
    """Returns attribute and column of a field that is called ``{}``; no column when it makes none."""
    try:
        clone = field.clone()
        clone.set_attributes_from_name("limosa")
    except Exception:
        return None, None
    own = clone.db_column or "limosa"
    column = clone.column
    if getattr(clone, "many_to_many", False):
        column = None
    return (
        None if clone.attname is None else clone.attname.replace("limosa", "{}"),
        None if column is None else ("{}" if column == own else column.replace("limosa", "{}")),
    )


def _types(field, connection, encoder):
    """Returns what the class's own methods say about its column; what a method cannot say unbound is an error text."""
    answer, errors = {}, {}
    questions = {
        "db_type": lambda: field.db_type(connection),
        "rel_db_type": lambda: field.rel_db_type(connection),
        "cast_db_type": lambda: field.cast_db_type(connection),
        "db_check": lambda: field.db_check(connection),
        "db_type_suffix": lambda: field.db_type_suffix(connection),
        "collation": lambda: field.db_parameters(connection).get("collation"),
        "null": lambda: encoder.value(field.get_db_prep_save(None, connection)),
    }
    if field.many_to_one or field.one_to_one:
        # A relation has the type of what it points to, which is not known here, unless its class says otherwise.
        if not any(_overrides(type(field), models.ForeignKey, name) for name in ("db_type", "db_parameters")):
            return answer
    if field.has_default() and not callable(field.default):
        questions["default"] = lambda: encoder.value(field.get_db_prep_save(field.get_default(), connection))
    for name, ask in questions.items():
        try:
            answer[name] = ask()
        except Exception as error:
            errors[name] = "%s: %s" % (type(error).__name__, error)
    if errors:
        answer["errors"] = errors
    return answer


def _try(ask):
    try:
        return ask()
    except Exception:
        return None
