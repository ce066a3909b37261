"""Errors as values: the type, the message, and the traceback without the frames that are not the user's."""

import os
import traceback

LIBRARY = os.path.dirname(os.__file__).replace("\\", "/") + "/"


class BridgeError(Exception):
    """An error that the bridge itself finds; ``kind`` is a stable name for it."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def describe(error, kind="error", source=None):
    """Returns what is known about an error; `source` is the file in which a line is looked for first."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not _is_bridge(f.filename)]
    shown = _trim(frames)
    place = _place(error, shown, source)
    text = "".join(traceback.format_list(shown)) if shown else ""
    answer = {
        "kind": getattr(error, "kind", None) if isinstance(error, BridgeError) else kind,
        "type": _type_name(type(error)),
        "message": _message(error),
        "traceback": ("Traceback (most recent call last):\n" + text if text else "")
        + "".join(traceback.format_exception_only(type(error), error)),
        "file": place[0],
        "line": place[1],
        "code": _code(error),
    }
    return {key: value for key, value in answer.items() if value is not None}


def _message(error):
    try:
        return str(error)
    except Exception:
        return "<no message: its __str__ failed>"


def _is_bridge(filename):
    return filename.startswith(("<limosa>", "<string>"))


def _is_framework(filename):
    """Returns whether a file is Django's or Python's own."""
    path = filename.replace("\\", "/")
    if "/site-packages/" in path or "/dist-packages/" in path:
        return "-packages/django/" in path
    return path.startswith("<frozen ") or path.startswith(LIBRARY)


def _trim(frames):
    for position, frame in enumerate(frames):
        if not _is_framework(frame.filename):
            return frames[position:]
    return frames


def _place(error, frames, source):
    if isinstance(error, SyntaxError) and error.filename:
        return error.filename, error.lineno
    if source is not None:
        source = os.path.realpath(source)
        for frame in reversed(frames):
            if os.path.realpath(frame.filename) == source:
                return frame.filename, frame.lineno
    for frame in reversed(frames):
        if not _is_framework(frame.filename):
            return frame.filename, frame.lineno
    return None, None


def _type_name(kind):
    return kind.__qualname__ if kind.__module__ == "builtins" else "%s.%s" % (kind.__module__, kind.__qualname__)


def _code(error):
    """Returns the code of the database behind an error: an SQLSTATE, MySQL's number, SQLite's extended result code."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        code = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or getattr(error, "sqlite_errorcode", None)
        if code is None and type(error).__module__.partition(".")[0] in ("MySQLdb", "pymysql") and error.args:
            code = error.args[0]
        if isinstance(code, (str, int)):
            return str(code)
        error = error.__cause__ or error.__context__
    return None
