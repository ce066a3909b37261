"""Django's side of the benchmark; runs in the project's interpreter, with DJANGO_SETTINGS_MODULE and PYTHONPATH set.

    django_bench.py migrate FILE   applies everything and writes the statements that were executed to FILE, as a script
    django_bench.py read           reads the migrations, builds the graph, the full state and the plan

Each prints one JSON object: seconds, peak memory, and for `migrate` how many statements were kept and left out.

The script holds what a run has to execute: every statement but those that only look (SELECT, PRAGMA that answers), in the
transactions in which Django ran them, with the history row always in its migration's own. Parameters are written as literals by Django's own `last_executed_query`.
"""
import json
import re
import sys
import time

LOOKS = re.compile(r"\s*(SELECT|SHOW|EXPLAIN|PRAGMA\s+(?!foreign_key_check|foreign_keys\s*=|defer_foreign_keys\s*=))", re.I)
HISTORY = re.compile(r'INSERT INTO "django_migrations"')
FOREIGN_KEYS_ON = re.compile(r"PRAGMA foreign_keys = ON", re.I)
SETS = re.compile(r"\s*SELECT\s+(setval|set_config|pg_advisory)", re.I)


class Script:
    """Writes statements, each transaction as one; leaves out transactions in which nothing but looking happened."""

    def __init__(self, out):
        self.out, self.after = out, []
        self.wanted = self.open = False
        self.kept = self.looks = self.transactions = 0

    def begin(self):
        self.wanted = True

    def end(self, word):
        if self.open:
            self.after = [word]
        self.wanted = self.open = False

    def statement(self, sql):
        if sql.strip().rstrip(";").upper() == "BEGIN":
            return self.begin()
        if LOOKS.match(sql) and not SETS.match(sql):
            self.looks += 1
            return
        if self.after and FOREIGN_KEYS_ON.match(sql):
            self.kept += 1
            self.after.append(sql)
            return
        # Django writes some history rows on their own after the migration's transaction. In the script they are always in it.
        if self.wanted or not (self.after and HISTORY.match(sql)):
            self.flush()
        if self.wanted:
            self.wanted, self.open = False, True
            self.transactions += 1
            self.out.write("BEGIN;\n")
        self.kept += 1
        self.out.write(sql.strip().rstrip(";") + ";\n")

    def flush(self):
        for sql in self.after:
            self.out.write(sql + ";\n")
        self.after = []


def record(connection, script):
    """Tells the script of every statement and of where transactions begin and end."""

    def wrapper(execute, sql, params, many, context):
        if many:
            result = execute(sql, params, many, context)
            for row in params:
                script.statement(literal(context, sql, row))
            return result
        result = execute(sql, params, many, context)
        script.statement(literal(context, sql, params))
        return result

    def literal(context, sql, params):
        if not params:
            # Without parameters Django sends the text as it is.
            return str(sql)
        return connection.ops.last_executed_query(context["cursor"].cursor, sql, params)

    commit, rollback, set_autocommit = connection._commit, connection._rollback, connection._set_autocommit

    def recorded_commit():
        result = commit()
        script.end("COMMIT")
        return result

    def recorded_rollback():
        result = rollback()
        script.end("ROLLBACK")
        return result

    def recorded_set_autocommit(autocommit):
        result = set_autocommit(autocommit)
        if not autocommit:
            script.begin()
        return result

    connection._commit, connection._rollback = recorded_commit, recorded_rollback
    connection._set_autocommit = recorded_set_autocommit
    connection.execute_wrappers.append(wrapper)


def migrate(path):
    import django

    started = time.perf_counter()
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    with open(path, "w", encoding="utf-8") as out:
        if connection.vendor == "sqlite":
            out.write("PRAGMA foreign_keys = ON;\n")
        script = Script(out)
        record(connection, script)
        call_command("migrate", interactive=False, stdout=open("/dev/null", "w"))
        script.flush()
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "statements": script.kept, "looks": script.looks, "transactions": script.transactions}


def read():
    import django

    django.setup()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    connection.ensure_connection()
    started = time.perf_counter()
    executor = MigrationExecutor(connection)
    graph = time.perf_counter()
    executor.loader.project_state()
    state = time.perf_counter()
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    ended = time.perf_counter()
    return {
        "seconds": ended - started,
        "read_and_graph": graph - started,
        "state": state - graph,
        "plan": ended - state,
        "migrations": len(plan),
    }


def peak_kb():
    with open("/proc/self/status") as status:
        return next((int(line.split()[1]) for line in status if line.startswith("VmHWM:")), None)


if __name__ == "__main__":
    result = migrate(sys.argv[2]) if sys.argv[1] == "migrate" else read()
    result |= {"peak_kb": peak_kb(), "cpu_seconds": time.process_time()}
    print(json.dumps(result))
