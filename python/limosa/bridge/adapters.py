"""What PostgreSQL's drivers wrap values in, as values that the engine knows.

The drivers are never imported here: a wrapper is known by its module, its class and what it holds.
"""

import json

from .paths import path_of

JSON = "psycopg.types.json.Jsonb"
RANGE = "psycopg.types.range.Range"


def prepared(value, encoder):
    """Returns the JSON of a value that a field prepared for a driver."""
    if isinstance(value, (list, tuple)):
        return [prepared(item, encoder) for item in value]
    kind = type(value)
    path = next((path_of(base) for base in kind.__mro__ if base.__module__.startswith(("psycopg", "ipaddress"))), "")
    name = path.rpartition(".")[2]
    if name in ("Json", "Jsonb"):
        held = value.obj if hasattr(value, "obj") else value.adapted
        return encoder.call(JSON, [(getattr(value, "dumps", None) or json.dumps)(held)])
    if name == "Binary":
        return encoder.value(bytes(value.obj if hasattr(value, "obj") else value.adapted))
    if name == "Inet":
        return encoder.call("ipaddress.ip_address", [str(value.addr)])
    if path.startswith("ipaddress."):
        return encoder.call("ipaddress.ip_address", [str(value)])
    if name.endswith("Range"):
        if value.isempty:
            return encoder.call(RANGE, kwargs={"empty": True})
        bounds = [prepared(value.lower, encoder), prepared(value.upper, encoder)]
        return dict(encoder.call(RANGE, kwargs={"bounds": value._bounds}), args=bounds)
    return encoder.value(value)
