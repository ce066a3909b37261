"""The project's own database connection, driven by the engine: one transaction for its statements and Django's code."""

import base64
import contextlib

from django.db import connections, transaction

from . import waiting
from .errors import BridgeError

# The savepoint that tells whether a transaction was committed by a statement that does so by itself, and MySQL's error without it.
MARK, NO_SAVEPOINT = "limosa_rows", 1305


class Connection:
    """One of Django's connections, inside the context that Django's executor would make for a migration."""

    def __init__(self, channel, encoder):
        self.channel = channel
        self.encoder = encoder
        self.connection = None
        self.editor = None
        self.blocks = []
        # The transaction of a migration that changes nothing but rows, where one that changes the schema would have none.
        self.rows = None
        # The number of MySQL's session, for who stops its statement from another thread: the driver answers only one at a time.
        self.session = None

    def connect(self, alias="default"):
        """Connects to a database of the settings."""
        self.connection = connections[alias]
        self.connection.ensure_connection()
        self.connection.prepare_database()
        if self.connection.vendor == "mysql":
            self.session = self.connection.connection.thread_id()
        self.channel.cancel = self._cancel
        answer = {"vendor": self.connection.vendor, "alias": alias}
        if self.connection.vendor == "postgresql":
            answer["backend"] = self.query("SELECT pg_backend_pid()")["rows"][0][0]
        return answer

    def disconnect(self):
        """Closes the connection; what was not committed is gone."""
        self.channel.cancel = None
        if self.connection is not None:
            self.blocks, self.editor, self.rows = [], None, None
            self.connection.close()
            self.connection = self.session = None

    def begin(self, atomic=True):
        """Enters what Django enters for one migration: on SQLite without foreign keys, and in a transaction if atomic."""
        self._expect(self.editor is None, "a migration is already open")
        editor = self._open().schema_editor(atomic=atomic)
        editor.__enter__()
        self.editor = editor

    def begin_rows(self):
        """Enters a transaction for a migration that changes nothing but rows, where one that changes the schema has none."""
        self.begin(atomic=False)
        self.rows = transaction.atomic(self.connection.alias)
        self.rows.__enter__()
        self.execute("SAVEPOINT %s" % MARK)

    def commit(self):
        """Leaves the migration as Django does when it went well."""
        self._expect(self.editor is not None, "no migration is open")
        self._expect(not self.blocks, "a savepoint is still open")
        try:
            if self.rows is not None:
                rows, self.rows = self.rows, None
                rows.__exit__(None, None, None)
            self.editor.__exit__(None, None, None)
            self.editor = None
        except BaseException as error:
            self._leave(error)
            raise

    def rollback(self):
        """Leaves the migration and undoes what can be undone; returns whether code committed what was to be one transaction."""
        committed = self.rows is not None and not self._has_mark()
        if self.editor is not None:
            self._leave(transaction.TransactionManagementError("rolled back"))
        return {"committed": committed}

    def savepoint(self):
        """Enters an atomic block: a savepoint in a transaction, a transaction where there is none."""
        block = transaction.atomic(self._open().alias)
        block.__enter__()
        self.blocks.append(block)

    def release(self):
        """Leaves the innermost atomic block and keeps what was done in it."""
        self._expect(bool(self.blocks), "no savepoint is open")
        self.blocks.pop().__exit__(None, None, None)

    def rollback_to_savepoint(self):
        """Leaves the innermost atomic block and undoes what was done in it."""
        self._expect(bool(self.blocks), "no savepoint is open")
        error = transaction.TransactionManagementError("rolled back")
        self.blocks.pop().__exit__(type(error), error, None)

    def execute(self, sql, params=None):
        """Executes one statement; `params` fill ``%s``, and without them a ``%`` stands for itself."""
        with self._open().cursor() as cursor:
            cursor.execute(sql, _params(params))
            return {"rows_affected": cursor.rowcount}

    def mark(self, sql, params=None):
        """Executes a statement of the engine's that changes exactly one row, if there is one."""
        if sql is not None:
            changed = self.execute(sql, params)["rows_affected"]
            self._expect(changed == 1, "the work was taken over")

    def query(self, sql, params=None):
        """Executes one statement and returns its rows."""
        with self._open().cursor() as cursor:
            cursor.execute(sql, _params(params))
            names = [column[0] for column in cursor.description or ()]
            rows = cursor.fetchall() if cursor.description else []
        return {"columns": names, "rows": [[self.encoder.value(item) for item in row] for row in rows]}

    def flush_deferred(self):
        """Executes what Django's schema editor put off."""
        while self.editor.deferred_sql:
            self.editor.execute(self.editor.deferred_sql.pop(0), None)

    def set_waiting(self, statements):
        """Lets statements of the engine wait in Django's schema editor."""
        self.editor.deferred_sql = waiting.take(statements)

    def take_waiting(self):
        """Returns the statements that wait, and forgets them."""
        statements, self.editor.deferred_sql = self.editor.deferred_sql, []
        return waiting.give(statements)

    def _open(self):
        self._expect(self.connection is not None, "not connected")
        return self.connection

    def _expect(self, condition, message):
        if not condition:
            raise BridgeError("protocol", message)

    def _leave(self, error):
        editor, self.editor = self.editor, None
        while self.blocks:
            self.blocks.pop().__exit__(type(error), error, None)
        if self.rows is not None:
            rows, self.rows = self.rows, None
            rows.__exit__(type(error), error, None)
        try:
            if editor.atomic_migration and self.connection.in_atomic_block:
                editor.atomic.__exit__(type(error), error, None)
        finally:
            if self.connection.vendor == "sqlite" and self.connection.connection is not None:
                self.connection.enable_constraint_checking()

    def _has_mark(self):
        """Returns whether the transaction is the one that was begun: a savepoint does not outlive it."""
        try:
            with contextlib.closing(self.connection.connection.cursor()) as cursor:
                cursor.execute("ROLLBACK TO SAVEPOINT %s" % MARK)
        except Exception as error:
            return not error.args or error.args[0] != NO_SAVEPOINT
        return True

    def _cancel(self):
        """Stops the statement that is running; called from another thread."""
        raw = getattr(self.connection, "connection", None)
        if self.session is not None and self.connection.vendor == "mysql":
            # The client library has no way to stop a statement but to ask over another connection.
            other = self.connection.get_new_connection(self.connection.get_connection_params())
            try:
                other.query("KILL QUERY %d" % self.session)
            finally:
                other.close()
            return
        stop = getattr(raw, "cancel", None) or getattr(raw, "interrupt", None)
        if stop is not None:
            stop()


def _params(params):
    if params is None:
        return None
    return [base64.b64decode(value["v"]) if isinstance(value, dict) and value.get("$") == "bytes" else value for value in params]
