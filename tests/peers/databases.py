"""Empty databases for both sides, and all that is in them afterwards, as lines to compare."""
import importlib.util
import os
import sqlite3

LOCATION = {"postgres": ("PGHOST", "PGPORT", "PGUSER"), "mariadb": ("ORACLE_MYSQL_HOST", "ORACLE_MYSQL_PORT", "ORACLE_MYSQL_USER")}
ENGINES = {"sqlite": "sqlite3", "postgres": "postgresql", "mariadb": "mysql"}


def available(kind):
    """Whether a server and its driver are there."""
    driver = {"sqlite": "sqlite3", "postgres": "psycopg", "mariadb": "MySQLdb"}[kind]
    return all(os.environ.get(name) for name in LOCATION.get(kind, ())) and importlib.util.find_spec(driver) is not None


class Database:
    """One alias of one side."""

    def __init__(self, kind, name, folder):
        self.kind, self.name, self.file = kind, name, folder / f"{name}.sqlite3"
        self.opened = None

    def settings(self):
        """The entry of `DATABASES`."""
        where = [os.environ.get(name, "") for name in LOCATION.get(self.kind, ())]
        place = dict(zip(("HOST", "PORT", "USER"), where))
        name = str(self.file) if self.kind == "sqlite" else self.name
        return {"ENGINE": f"django.db.backends.{ENGINES[self.kind]}", "NAME": name, **place}

    def create(self):
        """Makes it anew, empty."""
        self.close()
        if self.kind == "sqlite":
            self.file.unlink(missing_ok=True)
        elif self.kind == "postgres":
            self.server(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)', f'CREATE DATABASE "{self.name}" TEMPLATE template0')
        else:
            self.server(f"DROP DATABASE IF EXISTS `{self.name}`", f"CREATE DATABASE `{self.name}` CHARACTER SET utf8mb4")

    def drop(self):
        self.close()
        if self.kind == "postgres":
            self.server(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
        elif self.kind == "mariadb":
            self.server(f"DROP DATABASE IF EXISTS `{self.name}`")

    def server(self, *statements):
        connection = self.open("postgres" if self.kind == "postgres" else None)
        for statement in statements:
            connection.cursor().execute(statement)
        connection.close()

    def open(self, name):
        host, port, user = (os.environ[variable] for variable in LOCATION[self.kind])
        if self.kind == "postgres":
            import psycopg

            return psycopg.connect(host=host, port=port, user=user, dbname=name, autocommit=True)
        import MySQLdb

        place = {"unix_socket": host} if host.startswith("/") else {"host": host, "port": int(port)}
        connection = MySQLdb.connect(user=user, charset="utf8mb4", **place, **({"database": name} if name else {}))
        connection.autocommit(True)
        return connection

    def connection(self):
        if self.opened is None:
            if self.kind == "sqlite":
                self.opened = sqlite3.connect(self.file, isolation_level=None)
            else:
                self.opened = self.open(self.name)
        return self.opened

    def close(self):
        if self.opened is not None:
            self.opened.close()
            self.opened = None

    def exists(self):
        return self.kind != "sqlite" or self.file.exists()

    def rows(self, sql):
        cursor = self.connection().cursor()
        cursor.execute(sql)
        return as_rows(cursor.fetchall())

    def execute(self, sql):
        self.connection().cursor().execute(sql)

    def tables(self):
        if not self.exists():
            return []
        found = self.rows(TABLES[self.kind])
        return sorted(table for table in found if not table.startswith(("limosa_", "sqlite_")))

    def history(self):
        """The rows in order; a row that is there twice counts once, as our table has a unique key."""
        if "django_migrations" not in self.tables():
            return None
        return list(dict.fromkeys(self.rows("SELECT app, name FROM django_migrations ORDER BY id")))

    def schema(self, label=None, connection=None):
        """Everything but the history, in which our table has a unique key that Django's lacks; with a label only what holds it."""
        if not self.exists() and connection is None:
            return []
        rows = self.rows if connection is None else lambda sql: as_rows(connection.execute(sql))
        if self.kind == "mariadb":
            tables = [table for table in self.tables() if table != "django_migrations"]
            lines = [line for table in tables for line in rows(f"SHOW CREATE TABLE `{table}`")]
            return [line for line in lines if (label or "") in line]
        lines = [line for sql in SCHEMA[self.kind] for line in rows(sql)]
        return [line for line in lines if "django_migrations" not in line and "limosa_" not in line and (label or "") in line]

    def contents(self):
        """The rows of all tables."""
        quote = "`" if self.kind == "mariadb" else '"'
        lines = []
        for table in self.tables():
            if table != "django_migrations":
                lines += sorted(f"{table}: {row}" for row in self.rows(f"SELECT * FROM {quote}{table}{quote}"))
        return lines


def as_rows(rows):
    return ["\t".join("" if value is None else str(value) for value in row) for row in rows]


TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgres": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    "mariadb": "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()",
}
OURS = "WHERE relnamespace = 'public'::regnamespace"
SCHEMA = {
    "sqlite": ["SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_seq%' ORDER BY type, name"],
    "postgres": [
        f"SELECT relkind, relname, obj_description(oid, 'pg_class'), reloptions FROM pg_class {OURS} ORDER BY 1, 2",
        "SELECT attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, attcollation::regcollation, "
        "pg_get_expr(adbin, adrelid), col_description(attrelid, attnum) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid "
        f"LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum {OURS} AND relkind = 'r' AND NOT attisdropped AND attnum > 0 "
        "ORDER BY attrelid::regclass::text, attnum",
        "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE connamespace = 'public'::regnamespace "
        "AND contype IN ('c', 'f', 'p', 'u', 'x') ORDER BY conrelid::regclass::text, conname",
        f"SELECT pg_get_indexdef(indexrelid), indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid {OURS} ORDER BY relname",
        "SELECT seqrelid::regclass, format_type(seqtypid, NULL), seqstart, seqincrement FROM pg_sequence ORDER BY seqrelid::regclass::text",
        "SELECT extname FROM pg_extension ORDER BY 1",
        "SELECT collname, collprovider, collcollate, collisdeterministic FROM pg_collation WHERE collnamespace = 'public'::regnamespace ORDER BY 1",
    ],
}
