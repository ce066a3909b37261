#!/usr/bin/env python3
"""Runs Django and Limosa from empty on two databases and compares everything that they leave and say.

    compare.py LIMOSA [PROJECT ...] [--keep]

For each project and database: the schema byte for byte, the history in order, content types, permissions, the number of
rows of every table, `showmigrations --plan` line for line, `sqlmigrate` of every migration statement for statement; then
the last app back to zero and up again, which must give the same schema.

Environment: LIMOSA_TEST_DJANGO, LIMOSA_TEST_DJANGO42, LIMOSA_TEST_DJANGO60, LIMOSA_TEST_DJANGO61, LIMOSA_TEST_REUSABLE
(interpreters with the packages installed);
PGHOST, PGPORT, PGUSER (a PostgreSQL server); ORACLE_MYSQL_HOST, ORACLE_MYSQL_PORT, ORACLE_MYSQL_USER (a MariaDB server). Exit code: 0 all equal, 1 something differs, 2 could not run.
"""
import difflib
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROJECTS = {
    "contrib-4.2": (HERE / "contrib", "oracle_settings", "LIMOSA_TEST_DJANGO42"),
    "contrib-5.2": (HERE / "contrib", "oracle_settings", "LIMOSA_TEST_DJANGO"),
    "contrib-6.0": (HERE / "contrib", "oracle_settings", "LIMOSA_TEST_DJANGO60"),
    "contrib-6.1": (HERE / "contrib", "oracle_settings", "LIMOSA_TEST_DJANGO61"),
    "shop": (ROOT / "examples" / "shop", "shop.settings", "LIMOSA_TEST_DJANGO"),
    "reusable": (HERE / "reusable", "oracle_settings", "LIMOSA_TEST_REUSABLE"),
}

# Runs in the project's interpreter: what Django says of every migration, and in which order it applies them.
ASK_DJANGO = """
import io, json, sys, django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
loader = MigrationLoader(connection)
sql = {}
for app, name in sorted(loader.disk_migrations):
    out = io.StringIO()
    try:
        call_command("sqlmigrate", app, name, stdout=out, stderr=io.StringIO(), no_color=True)
        sql[f"{app} {name}"] = out.getvalue()
    except Exception as error:
        sql[f"{app} {name}"] = None
plan = io.StringIO()
call_command("showmigrations", "--plan", stdout=plan, no_color=True)
json.dump({"sql": sql, "plan": plan.getvalue()}, sys.__stdout__)
"""


# Where each server is, in the environment, and what Django calls its kind.
SERVERS = {
    "postgres": ("PGHOST", "PGPORT", "PGUSER"),
    "mariadb": ("ORACLE_MYSQL_HOST", "ORACLE_MYSQL_PORT", "ORACLE_MYSQL_USER"),
}

# Django adds the members of `unique_together` in the order of a Python set, so MariaDB's order of keys is chance.
KEYS = re.compile(r"(?:^  (?:UNIQUE |FULLTEXT |SPATIAL )?KEY .*\n)+", re.M)

# Defaults that are the time of the call, and random ones, differ from call to call.
CHANCE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?|[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")


def run(command, env, cwd, **options):
    return subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)


class Database:
    """One empty database, and what is in it afterwards."""

    def __init__(self, kind, name, folder):
        self.kind, self.name = kind, name
        self.file = folder / f"{name}.sqlite3"
        if kind == "postgres":
            for sql in (f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}" TEMPLATE template0'):
                self.client("psql", "-X", "-q", "-d", "postgres", "-c", sql)
        elif kind == "mariadb":
            for sql in (f"DROP DATABASE IF EXISTS `{name}`", f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4"):
                self.client("mariadb", *self.server(), "-e", sql)

    def client(self, *command):
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def server(self):
        host, port, user = (os.environ[key] for key in SERVERS["mariadb"])
        return ["--no-defaults", *(["-S", host] if host.startswith("/") else ["-h", host, "-P", port]), "-u", user]

    def quoted(self, name):
        return f"`{name}`" if self.kind == "mariadb" else f'"{name}"'

    def environment(self):
        name = self.name if self.kind in SERVERS else str(self.file)
        host, port, user = (os.environ.get(key, "") for key in SERVERS.get(self.kind, ("", "", "")))
        oracle = {"ORACLE_DB": self.kind, "ORACLE_NAME": name, "ORACLE_HOST": host, "ORACLE_PORT": port, "ORACLE_USER": user}
        shop = {key.replace("ORACLE", "SHOP"): value for key, value in oracle.items()}
        return oracle | shop

    def rows(self, sql):
        if self.kind == "postgres":
            return self.client("psql", "-X", "-q", "-At", "-F", "\t", "-d", self.name, "-c", sql).splitlines()
        if self.kind == "mariadb":
            return self.client("mariadb", *self.server(), "-N", "-B", self.name, "-e", sql).splitlines()
        with sqlite3.connect(self.file) as connection:
            return ["\t".join("" if v is None else str(v) for v in row) for row in connection.execute(sql)]

    def tables(self):
        sql = "select tablename from pg_tables where schemaname = 'public'"
        if self.kind == "mariadb":
            sql = "show tables"
        elif self.kind == "sqlite":
            sql = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
        return sorted(table for table in self.rows(sql) if not table.startswith("limosa_"))

    def count(self, table):
        return self.rows(f"select count(*) from {self.quoted(table)}")[0]

    def schema(self):
        """The schema without the history table, which has a unique key that Django's lacks."""
        if self.kind == "sqlite":
            return self.rows(
                "select type, name, tbl_name, sql from sqlite_master where tbl_name not like 'limosa_%' "
                "and tbl_name not in ('django_migrations', 'sqlite_sequence') order by type, name"
            )
        if self.kind == "mariadb":
            tables = [table for table in self.tables() if table != "django_migrations"]
            options = ("--no-data", "--skip-comments", "--routines", "--triggers")
            dump = self.client("mariadb-dump", *self.server(), *options, self.name, *tables) if tables else ""
            dump = re.sub(r" AUTO_INCREMENT=\d+", "", dump)
            lines = lambda keys: (line.rstrip(",") + "\n" for line in keys[0].splitlines())
            return KEYS.sub(lambda keys: "".join(sorted(lines(keys))), dump).splitlines()
        dump = self.client("pg_dump", "-s", "-O", "-x", "-T", "limosa_*", "-T", "django_migrations*", self.name)
        return [l for l in dump.splitlines() if l and not l.startswith(("--", "\\restrict", "\\unrestrict"))]

    def facts(self):
        tables = self.tables()
        # Up to Django 6.0 finished squashes are recorded in the order of a Python set.
        history = self.rows("select app, name from django_migrations order by id")
        facts = {
            "schema": self.schema(),
            "history": sorted(history),
            "history order": [row for row in history if "squashed" not in row],
            "rows": [f"{table}\t{self.count(table)}" for table in tables],
        }
        if "django_content_type" in tables:
            facts["content types"] = sorted(self.rows("select app_label, model from django_content_type"))
        if "auth_permission" in tables:
            facts["permissions"] = sorted(
                self.rows(
                    "select c.app_label, c.model, p.codename, p.name from auth_permission p "
                    "join django_content_type c on c.id = p.content_type_id"
                )
            )
        return facts


def compare(name, kind, limosa, folder):
    """Returns the differences by name."""
    project, settings, variable = PROJECTS[name]
    python = os.environ[variable]
    base = os.environ | {"DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"}
    label = name.replace("-", "_").replace(".", "")
    theirs = Database(kind, f"limosa_oracle_{label}_django", folder)
    ours = Database(kind, f"limosa_oracle_{label}_limosa", folder)
    command = [limosa, "--project", str(project), "--python", python, "--settings", settings]

    done = run([python, "-m", "django", "migrate", "--noinput", "-v0"], base | theirs.environment(), project)
    if done.returncode:
        raise SystemExit(f"compare: Django could not migrate {name} on {kind}:\n{done.stderr}")
    done = run([*command, "migrate", "--noinput"], base | ours.environment(), project)
    if done.returncode:
        return {"exit": [f"limosa exited with {done.returncode}", *done.stdout.splitlines()[-5:], *done.stderr.splitlines()]}

    differences = {}

    def check(what, expected, found):
        if expected != found:
            differences[what] = list(difflib.unified_diff(expected, found, "django", "limosa", lineterm="", n=1))

    expected, found = theirs.facts(), ours.facts()
    for what, value in expected.items():
        check(what, value, found.get(what, []))
    done = run([python, "-m", "django", "migrate", "--check"], base | ours.environment(), project)
    check("django migrate --check", [], done.stderr.splitlines() if done.returncode else [])
    again = run([*command, "migrate"], base | ours.environment(), project)
    check("nothing to do", ["  No migrations to apply."], again.stdout.splitlines()[-1:])

    asked = run([python, "-c", ASK_DJANGO], base | ours.environment(), project)
    if asked.returncode:
        raise SystemExit(f"compare: Django could not be asked about {name}:\n{asked.stderr}")
    answer = json.loads(asked.stdout)
    done = run([*command, "showmigrations", "--plan"], base | ours.environment(), project)
    check("showmigrations --plan", answer["plan"].splitlines(), done.stdout.splitlines())
    for migration, sql in answer["sql"].items():
        if sql is not None:
            done = run([*command, "sqlmigrate", *migration.split()], base | ours.environment(), project)
            found = done.stderr if done.returncode else done.stdout
            check(f"sqlmigrate {migration}", CHANCE.sub("…", sql).splitlines(), CHANCE.sub("…", found).splitlines())

    last = answer["plan"].splitlines()[-1].split()[-1].split(".")[0]
    for words in ([last, "zero"], []):
        done = run([*command, "migrate", *words], base | ours.environment(), project)
        if done.returncode:
            differences[" ".join(["migrate", *words])] = done.stderr.splitlines()
    check("schema after zero and up again", expected["schema"], ours.schema())
    return differences


def main():
    words = [word for word in sys.argv[1:] if word != "--keep"]
    if not words:
        sys.exit(__doc__)
    limosa, names = str(Path(words[0]).resolve()), words[1:] or list(PROJECTS)
    made = failed = 0
    with tempfile.TemporaryDirectory(prefix="limosa-oracle-") as folder:
        for name in names:
            if PROJECTS[name][2] not in os.environ:
                print(f"compare: {PROJECTS[name][2]} is not set: run ./test", file=sys.stderr)
                sys.exit(2)
            for kind in ("sqlite", "postgres", "mariadb"):
                differences = compare(name, kind, limosa, Path(folder))
                made += 1
                failed += bool(differences)
                print(f"{name:12} {kind:9} {'DIFFERS' if differences else 'equal'}", flush=True)
                for what, lines in differences.items():
                    print(f"  {what}:", *lines[:20], sep="\n    ")
    print(f"oracle: {made} comparisons with Django made")
    print(f"{made - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
