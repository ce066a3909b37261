#!/usr/bin/env python3
"""The same two crashes, done to Limosa, Django, sqlx, refinery and dbmate; prints the table of docs/crashes.md.

    others.py --limosa PATH [--sqlx PATH] [--refinery PATH] [--dbmate PATH] [--databases postgres,mariadb]

Run it with an interpreter that has Django, psycopg and mysqlclient. PGHOST, PGPORT, PGUSER name a PostgreSQL server, ORACLE_MYSQL_HOST,
ORACLE_MYSQL_PORT, ORACLE_MYSQL_USER one of MariaDB; a database `crash_others` is made on each and dropped in the end.

A crash is real: another session holds a lock that a statement of the migration needs, the tool is killed (SIGKILL) while it waits for that
statement, then the lock is let go. The server finishes what it was told to do; nobody is there any more to note it.
"""
import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NAME = "crash_others"
FIRST = "CREATE TABLE first_things (id integer NOT NULL, kind integer NULL);"
# What each crash interrupts: the statement that waits is the last one, or the one in the middle.
SCRIPTS = {
    ("postgres", "a"): ["CREATE INDEX CONCURRENTLY first_kind ON first_things (kind);"],
    ("mariadb", "a"): ["ALTER TABLE first_things ADD COLUMN note varchar(20) NULL;"],
}
BETWEEN = [
    "CREATE TABLE second_things (id integer NOT NULL);",
    "UPDATE gate SET n = n + 1;",
    "CREATE TABLE third_things (id integer NOT NULL);",
]
FAILED = "marked as failed"
UNDO_ONE = {
    "postgres": ("the index", "DROP INDEX first_kind"),
    "mariadb": ("the column", "ALTER TABLE first_things DROP COLUMN note"),
}
INVALID = ("an INVALID index", "DROP INDEX first_kind")
CRASHES = {"a": "between the statement and the history's row", "b": "between two statements"}


class Postgres:
    name, title = "postgres", "PostgreSQL"

    def __init__(self):
        import psycopg

        self.connect_to = lambda name: psycopg.connect(
            host=os.environ["PGHOST"], port=os.environ["PGPORT"], user=os.environ["PGUSER"], dbname=name, autocommit=True
        )
        host = f"{os.environ['PGUSER']}@{os.environ['PGHOST']}:{os.environ['PGPORT']}"
        self.url = f"postgres://{host}/{NAME}"
        self.django = ("postgresql", os.environ["PGHOST"], os.environ["PGPORT"], os.environ["PGUSER"])

    def make(self):
        with self.connect_to("postgres") as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {NAME} TEMPLATE template0")

    def drop(self):
        with self.connect_to("postgres") as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")

    def rows(self, sql):
        with self.connect_to(NAME) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def hold(self, crash):
        connection = self.connect_to(NAME)
        connection.autocommit = False
        # A concurrent build waits for every transaction that has written to the table.
        connection.execute("INSERT INTO first_things (id) VALUES (1)" if crash == "a" else "SELECT n FROM gate FOR UPDATE")
        return connection

    def waits(self):
        sql = f"SELECT 1 FROM pg_stat_activity WHERE datname = '{NAME}' AND wait_event_type = 'Lock' AND backend_type = 'client backend'"
        return bool(self.rows(sql))

    def others(self):
        sql = f"SELECT 1 FROM pg_stat_activity WHERE datname = '{NAME}' AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        return bool(self.rows(sql))

    def left(self):
        tables = [row[0] for row in self.rows("SELECT relname FROM pg_class WHERE relname IN ('second_things', 'third_things') ORDER BY 1")]
        sql = "SELECT CASE WHEN indisvalid THEN 'the index' ELSE 'an INVALID index' END FROM pg_index WHERE indexrelid = to_regclass('first_kind')"
        return tables + [row[0] for row in self.rows(sql)]


class MariaDb:
    name, title = "mariadb", "MariaDB"

    def __init__(self):
        import MySQLdb

        host, self.port, user = (os.environ[f"ORACLE_MYSQL_{key}"] for key in ("HOST", "PORT", "USER"))
        # What the tools have in common is TCP.
        self.host = "127.0.0.1" if host.startswith("/") else host
        self.connect_to = lambda name: MySQLdb.connect(host=self.host, port=int(self.port), user=user, database=name, autocommit=True)
        self.url = f"mysql://{user}@{self.host}:{self.port}/{NAME}"
        self.django = ("mysql", self.host, self.port, user)

    def run(self, name, *statements):
        connection = self.connect_to(name)
        try:
            cursor = connection.cursor()
            for sql in statements:
                cursor.execute(sql)
            return cursor.fetchall()
        finally:
            connection.close()

    def make(self):
        self.run("mysql", f"DROP DATABASE IF EXISTS {NAME}", f"CREATE DATABASE {NAME} CHARACTER SET utf8mb4")

    def drop(self):
        self.run("mysql", f"DROP DATABASE IF EXISTS {NAME}")

    def rows(self, sql):
        return self.run(NAME, sql)

    def hold(self, crash):
        connection = self.connect_to(NAME)
        connection.autocommit(False)
        # Whoever has read a table in an open transaction holds up a change of its definition.
        connection.cursor().execute("SELECT * FROM first_things" if crash == "a" else "SELECT n FROM gate FOR UPDATE")
        return connection

    def waits(self):
        waiting = "SELECT 1 FROM information_schema.processlist WHERE db = %r AND state LIKE 'Waiting for table metadata lock'" % NAME
        locked = "SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE '%gate%'"
        return bool(self.run("mysql", waiting) or self.run("mysql", locked))

    def others(self):
        return bool(self.run("mysql", "SELECT 1 FROM information_schema.processlist WHERE db = %r" % NAME))

    def left(self):
        sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = %r AND table_name IN ('second_things', 'third_things') ORDER BY 1"
        tables = [row[0] for row in self.rows(sql % NAME)]
        sql = "SELECT 1 FROM information_schema.columns WHERE table_schema = %r AND column_name = 'note'"
        return tables + (["the column"] if self.rows(sql % NAME) else [])


class Tool:
    """One tool: `files` writes its migrations, `command` applies them, `record` notes the second one as applied, where that can be done."""

    def __init__(self, program, python):
        self.program, self.python = program, python

    def version(self):
        text = subprocess.run([*self.program, "--version"], capture_output=True, text=True).stdout.strip()
        return re.sub(r"^\S+ (version )?", "", text)

    def environment(self, database):
        return {}

    def write(self, folder, path, text):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


class Limosa(Tool):
    name, history = "Limosa", "SELECT name FROM limosa_migrations"

    def files(self, folder, number, statements, database):
        (folder / "limosa.toml").touch()
        after = "-- limosa: dependencies app.0001_m\n" if number > 1 else ""
        atomic = "-- limosa: atomic false\n" if number > 1 else ""
        self.write(folder, f"app/migrations/{number:04}_m.sql", after + atomic + "-- limosa: forwards\n" + "\n".join(statements) + "\n")

    def command(self, folder, database):
        return [*self.program, "--database-url", database.url, "migrate"]

    def record(self, folder, database):
        return [*self.program, "--database-url", database.url, "migrate", "--fake", "app", "0002_m"]


class Django(Tool):
    name, history = "Django", "SELECT name FROM django_migrations"

    def version(self):
        import django

        return django.get_version()

    def files(self, folder, number, statements, database):
        engine, host, port, user = database.django
        self.write(
            folder,
            "settings.py",
            f"SECRET_KEY = 'x'\nINSTALLED_APPS = ['app']\nDATABASES = {{'default': dict(ENGINE='django.db.backends.{engine}', "
            f"NAME={NAME!r}, HOST={host!r}, PORT={port!r}, USER={user!r})}}\n",
        )
        self.write(folder, "app/__init__.py", "")
        self.write(folder, "app/migrations/__init__.py", "")
        after = [("app", f"{number - 1:04}_m")] if number > 1 else []
        operations = ", ".join(f"migrations.RunSQL({sql!r})" for sql in statements)
        self.write(
            folder,
            f"app/migrations/{number:04}_m.py",
            f"from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    atomic = {number == 1}\n"
            f"    dependencies = {after}\n    operations = [{operations}]\n",
        )

    def environment(self, database):
        return {"DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": "."}

    def command(self, folder, database):
        return [self.python, "-m", "django", "migrate"]

    def record(self, folder, database):
        return [self.python, "-m", "django", "migrate", "--fake", "app", "0002_m"]


class Sqlx(Tool):
    name, history = "sqlx", "SELECT CASE WHEN success THEN 'm' ELSE 'marked as failed' END FROM _sqlx_migrations"

    def files(self, folder, number, statements, database):
        head = "-- no-transaction\n" if number > 1 else ""
        self.write(folder, f"migrations/{number:04}_m.sql", head + "\n".join(statements) + "\n")

    def command(self, folder, database):
        return [*self.program, "migrate", "run", "--database-url", database.url]

    def record(self, folder, database):
        return None


class Refinery(Tool):
    name, history = "refinery", "SELECT name FROM refinery_schema_history"

    # It runs every migration in a transaction, where no index can be built concurrently.
    def files(self, folder, number, statements, database):
        _, host, port, user = database.django
        statements = [sql.replace(" CONCURRENTLY", "") for sql in statements]
        kind = {"postgres": "Postgres", "mariadb": "Mysql"}[database.name]
        self.write(
            folder,
            "refinery.toml",
            f'[main]\ndb_type = "{kind}"\ndb_host = "{host}"\ndb_port = "{port}"\ndb_user = "{user}"\ndb_name = "{NAME}"\n',
        )
        self.write(folder, f"migrations/V{number}__m.sql", "\n".join(statements) + "\n")

    def command(self, folder, database):
        return [*self.program, "migrate", "-c", "refinery.toml", "-p", "migrations"]

    def record(self, folder, database):
        return [*self.command(folder, database), "-f"]


class Dbmate(Tool):
    name, history = "dbmate", "SELECT version FROM schema_migrations"

    def files(self, folder, number, statements, database):
        head = "-- migrate:up" + (" transaction:false" if number > 1 else "")
        self.write(folder, f"migrations/{number:014}_m.sql", head + "\n" + "\n".join(statements) + "\n-- migrate:down\n")

    def command(self, folder, database):
        url = database.url + ("?sslmode=disable" if database.name == "postgres" else "")
        return [*self.program, "--url", url, "--migrations-dir", "migrations", "--no-dump-schema", "up"]

    def record(self, folder, database):
        return "INSERT INTO schema_migrations (version) VALUES ('00000000000002')"


def until(condition, process=None, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"it ended: {process.stdout.read()}")
        if time.monotonic() > end:
            raise RuntimeError("it took too long")
        time.sleep(0.02)


def run(command, folder, environment):
    return subprocess.run(command, cwd=folder, env=environment, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def state(tool, database):
    try:
        history = [str(row[0]) for row in database.rows(tool.history)]
    except Exception as error:
        history = [f"no history: {error}"]
    return {"left": database.left(), "history": history, "updates": database.rows("SELECT n FROM gate")[0][0]}


def crash(tool, database, kind):
    """Does one crash and returns what was there before and after the next run, and what that said."""
    statements = SCRIPTS[database.name, kind] if kind == "a" else BETWEEN
    database.make()
    database.rows("CREATE TABLE gate (n integer NOT NULL)")
    database.rows("INSERT INTO gate VALUES (0)")
    folder = Path(tempfile.mkdtemp(prefix="limosa-crashes-"))
    environment = {**os.environ, "RUST_BACKTRACE": "0", **tool.environment(database)}
    for variable in ("DATABASE_URL", "LIMOSA_FAILPOINT"):
        environment.pop(variable, None)
    try:
        tool.files(folder, 1, [FIRST], database)
        first = run(tool.command(folder, database), folder, environment)
        if first.returncode != 0:
            raise RuntimeError(f"the first migration failed: {first.stdout}")
        tool.files(folder, 2, statements, database)
        holder = database.hold(kind)
        process = subprocess.Popen(
            tool.command(folder, database), cwd=folder, env=environment, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )
        until(database.waits, process)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        holder.rollback()
        holder.close()
        until(lambda: not database.others())
        after = state(tool, database)
        again = run(tool.command(folder, database), folder, environment)
        end, person = state(tool, database), "nothing"
        if again.returncode != 0 or not is_whole(database, kind, end):
            person = mend(tool, database, kind, end, folder, environment)
            last = run(tool.command(folder, database), folder, environment)
            if last.returncode != 0 or not is_whole(database, kind, state(tool, database)):
                person += f" (and still: {told(last.stdout)})"
        return {"after": after, "code": again.returncode, "said": again.stdout, "person": person}
    finally:
        shutil.rmtree(folder)


def is_whole(database, kind, found):
    """Whether everything of the migration is there, once, and both migrations are recorded."""
    things, updates = ([UNDO_ONE[database.name][0]], 0) if kind == "a" else (["second_things", "third_things"], 1)
    return found["left"] == things and found["updates"] == updates and len(found["history"]) == 2 and FAILED not in found["history"]


def mend(tool, database, kind, found, folder, environment):
    """Does what a person would do, and returns it in words."""
    everything = found["left"] if kind == "a" else found["left"][1:]
    record = tool.record(folder, database) if everything else None
    if isinstance(record, str):
        database.rows(record)
        return f"see that all of it took effect; `{record}`"
    if record:
        run(record, folder, environment)
        words = record[record.index("migrate") :]
        return f"see that all of it took effect; `{' '.join(words)}`"
    undo = [f"DROP TABLE {name}" for name in found["left"] if name.endswith("_things")]
    undo += [sql for name, sql in [UNDO_ONE[database.name], INVALID] if name in found["left"]]
    undo += ["UPDATE gate SET n = n - 1"] * found["updates"]
    if FAILED in found["history"]:
        undo.append("DELETE FROM _sqlx_migrations WHERE NOT success")
    for sql in undo:
        database.rows(sql)
    return "find out what took effect, undo it by hand (`" + "; ".join(undo) + "`), run again"


def shown(found):
    left = list(found["left"]) + (["the update"] if found["updates"] else [])
    note = "; a history row marked as failed" if FAILED in found["history"] else ""
    return (", ".join(left) or "nothing") + note


def told(text):
    """The line of an output that says what is wrong."""
    lines = [line.strip() for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()]
    lines = [line for line in lines if "rror" in line or "dirty" in line] or lines
    return (lines[-1] if lines else "").replace("|", "\\|")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("limosa", "sqlx", "refinery", "dbmate"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--databases", default="postgres,mariadb")
    args = parser.parse_args()
    program = lambda name: [str(Path(getattr(args, name)).resolve())]
    tools = [Limosa(program("limosa"), sys.executable)] if args.limosa else []
    tools.append(Django(None, sys.executable))
    tools += [kind(program(kind.__name__.lower()), sys.executable) for kind in (Sqlx, Refinery, Dbmate) if getattr(args, kind.__name__.lower())]
    print("| tool | database | killed | left behind | the next run | what a person has to do |")
    print("|---|---|---|---|---|---|")
    for tool in tools:
        for database in (Postgres(), MariaDb()):
            if database.name not in args.databases.split(","):
                continue
            for kind, title in CRASHES.items():
                cells = [f"{tool.name} {tool.version()}", database.title, title]
                try:
                    result = crash(tool, database, kind)
                    says = "exits with 0" if result["code"] == 0 else f"exits with {result['code']}: {told(result['said'])}"
                    cells += [shown(result["after"]), says, result["person"]]
                except RuntimeError as error:
                    cells += [f"could not be done: {error}", "", ""]
                print("| " + " | ".join(" ".join(cell.split()) for cell in cells) + " |", flush=True)
                database.drop()


if __name__ == "__main__":
    main()
