"""Asks Django what it does to a database: run by the project's own interpreter.

    python oracle.py PROJECT_FOLDER sqlite|postgres|mariadb|mysql OUT.json [--backwards]

With `mysql` everything runs on MariaDB, and `sqlmigrate` is asked as if the server were MySQL.

The project is a folder with `project.json` (`settings`, and optionally `env`, `files`, `generate`). It is copied, an empty
database is made for it, and everything is migrated in one run, as the command does it. The answer, as JSON:

  context      what of the settings, the server and the version of Django decides about SQL
  migrations   every migration on disk with its operations, by "app.name"
  applied      in order: the migration, every statement that the schema editor executed with the operation that it
               belongs to, what `sqlmigrate` printed just before it (with --backwards also just after it, backwards), and
               the constraints of all tables after operations that run SQL or Python
  sqlmigrate   what it prints for every migration on the finished database
  constraints  what Django's introspection sees in the end, and the text of the schema
"""

import argparse, contextlib, datetime, decimal, enum, json, multiprocessing, os, re, shutil, string, subprocess, sys, tempfile, uuid
from pathlib import Path
from urllib.parse import urlsplit


# --- the project and its database ---------------------------------------------------------------------------------

SERVERS = {"sqlite": (), "postgres": (("PGHOST", "127.0.0.1"), ("PGPORT", "5432"), ("PGUSER", "postgres")),
           "mariadb": (("ORACLE_MYSQL_HOST", "127.0.0.1"), ("ORACLE_MYSQL_PORT", "3306"), ("ORACLE_MYSQL_USER", "root"))}


class Database:
    def __init__(self, kind, name, data):
        self.fake, self.kind = kind == "mysql", "mariadb" if kind == "mysql" else kind
        self.name = name
        server = urlsplit(os.environ.get("LIMOSA_TEST_MARIADB", ""))
        if self.kind == "mariadb" and server.hostname:
            for key, part in (("HOST", server.hostname), ("PORT", server.port or 3306), ("USER", server.username or "root")):
                os.environ.setdefault(f"ORACLE_MYSQL_{key}", str(part))
        self.host, self.port, self.user = [os.environ.get(k, d) for k, d in SERVERS[self.kind]] or ["", "", ""]
        self.file = str(Path(data) / "oracle.sqlite3")

    def variables(self):
        return {"ORACLE_DB": self.kind, "ORACLE_NAME": self.file if self.kind == "sqlite" else self.name,
                "BACKEND": {"sqlite": "sqlite3", "postgres": "postgresql", "mariadb": "mysql"}[self.kind],
                "ORACLE_HOST": self.host, "ORACLE_PORT": self.port, "ORACLE_USER": self.user}

    def mysql(self, program, *words):
        at = ["-S", self.host] if self.host.startswith("/") else ["-h", self.host, "-P", self.port]
        return subprocess.run([program, *at, "-u", self.user, *words], check=True, capture_output=True, text=True).stdout

    def psql(self, sql):
        subprocess.run(["psql", "-h", self.host, "-p", self.port, "-U", self.user, "-X", "-q", "-d", "postgres", "-c", sql], check=True)

    def create(self):
        if self.kind == "postgres":
            self.psql(f'DROP DATABASE IF EXISTS "{self.name}"')
            self.psql(f'CREATE DATABASE "{self.name}" TEMPLATE template0')
        elif self.kind == "mariadb":
            self.mysql("mysql", "-e", f"DROP DATABASE IF EXISTS `{self.name}`; CREATE DATABASE `{self.name}` CHARACTER SET utf8mb4")

    def drop(self):
        if self.kind == "postgres":
            self.psql(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
        elif self.kind == "mariadb":
            self.mysql("mysql", "-e", f"DROP DATABASE IF EXISTS `{self.name}`")

    def schema(self):
        if self.kind == "mariadb":
            return self.mysql("mysqldump", "--no-data", "--skip-comments", self.name).splitlines()
        if self.kind == "postgres":
            command = ["pg_dump", "-h", self.host, "-p", self.port, "-U", self.user, "-s", "-O", "-x", self.name]
            text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            return [line for line in text.splitlines() if line and not line.startswith(("--", "\\restrict", "\\unrestrict"))]
        import sqlite3
        with contextlib.closing(sqlite3.connect(self.file)) as connection:
            return [" | ".join(map(str, row)) for row in connection.execute("select type, name, tbl_name, sql from sqlite_master order by type, name")]


def prepare(folder, kind, work):
    """Copies the project, as the acceptance's judge does it."""
    project = json.loads((folder / "project.json").read_text())
    data = work / "project"
    shutil.copytree(folder, data)
    database = Database(kind, f"limosa_testkit_{folder.name}_{os.getpid()}".replace("-", "_"), data)
    python = Path(sys.executable)
    variables = database.variables() | {"PYTHON": str(python), "BIN": str(python.parent), "ORACLE_DATA": str(data)}
    os.environ.update(database.variables())
    for command in project.get("generate", []):
        subprocess.run([string.Template(word).safe_substitute(variables) for word in command], cwd=data, check=True)
    for name, text in project.get("files", {}).items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(string.Template(text).safe_substitute(variables))
    extra = {key: string.Template(value).safe_substitute(variables) for key, value in project.get("env", {}).items()}
    os.environ.update(variables | extra | {"DJANGO_SETTINGS_MODULE": project["settings"]})
    os.chdir(data)
    sys.path.insert(0, str(data))
    return database


# --- values -------------------------------------------------------------------------------------------------------

def tagged(tag, **parts):
    return {"$": tag, **parts}


def call(path, args=(), kwargs=None):
    return tagged("call", path=path, args=[value(v) for v in args], kwargs=[[k, value(v)] for k, v in (kwargs or {}).items()])


def path_of(thing):
    return f"{thing.__module__}.{thing.__qualname__}"


def value(v):
    """A value as it stands in a migration file."""
    from django.db.migrations.serializer import serializer_factory
    from django.db.models import Choices, Deferrable, Q
    from django.utils.functional import Promise, LazyObject

    if isinstance(v, Promise):
        v = str(v)
    if isinstance(v, LazyObject):
        v._setup() if v._wrapped is None else None
        v = v._wrapped
    if isinstance(v, Choices):
        v = v.value
    if v is None or isinstance(v, (bool, float)):
        return v if not isinstance(v, float) or v == v and abs(v) != float("inf") else call("float", [str(v)])
    if isinstance(v, Deferrable):
        return tagged("reference", path=f"django.db.models.Deferrable.{v.name}")
    if isinstance(v, enum.Enum):
        return tagged("reference", path=f"{path_of(type(v))}.{v.name}")
    if isinstance(v, int):
        return tagged("int", text=str(v))
    if isinstance(v, str):
        return str(v)
    if isinstance(v, (bytes, bytearray, memoryview)):
        return tagged("bytes", hex=bytes(v).hex())
    if isinstance(v, list):
        return [value(item) for item in v]
    if isinstance(v, tuple):
        return tagged("tuple", items=[value(item) for item in v])
    if isinstance(v, (set, frozenset)):
        return tagged("set", items=[value(item) for item in v])
    if isinstance(v, dict):
        return tagged("dict", items=[[value(k), value(item)] for k, item in v.items()])
    if isinstance(v, decimal.Decimal):
        return call("decimal.Decimal", [str(v)])
    if isinstance(v, uuid.UUID):
        return call("uuid.UUID", [str(v)])
    if isinstance(v, datetime.timedelta):
        parts = {"days": v.days, "seconds": v.seconds, "microseconds": v.microseconds}
        return call("datetime.timedelta", (), {k: n for k, n in parts.items() if n})
    if isinstance(v, datetime.timezone):
        return tagged("reference", path="datetime.timezone.utc") if v == datetime.timezone.utc else tagged("opaque", text=repr(v))
    if isinstance(v, datetime.datetime):
        zone = {"tzinfo": v.tzinfo} if v.tzinfo else {}
        return call("datetime.datetime", [v.year, v.month, v.day, v.hour, v.minute, v.second, v.microsecond], zone)
    if isinstance(v, datetime.date):
        return call("datetime.date", [v.year, v.month, v.day])
    if isinstance(v, datetime.time):
        return call("datetime.time", [v.hour, v.minute, v.second, v.microsecond])
    if isinstance(v, Q) or hasattr(v, "deconstruct") and not isinstance(v, type):
        deconstructed = v.deconstruct()
        path, args, kwargs = deconstructed[-3:]
        return call(path, args, kwargs)
    if isinstance(v, type) or callable(v) and hasattr(v, "__qualname__"):
        return tagged("reference", path=path_of(v))
    try:
        text = serializer_factory(v).serialize()[0]
        return tagged("reference", path=text) if re.fullmatch(r"[A-Za-z_][\w.]*", text) else tagged("opaque", text=text)
    except Exception:
        return tagged("opaque", text=repr(v))


def field(f, connection):
    """A field: its deconstruction, Django's own class that it derives from, and its column where its own code decides."""
    from django.db.models import NOT_PROVIDED
    _, path, args, kwargs = f.deconstruct()
    result = {"call": call(path, args, kwargs), "base": None, "custom": None, "internal": f.get_internal_type() if f.is_relation else None}
    own = lambda c: c.__module__.startswith("django.") and c.__module__.split(".")[1] in ("db", "contrib")
    if own(type(f)):
        return result
    foreign = []
    for cls in type(f).__mro__:
        if own(cls) and cls.__module__ not in ("django.db.models.query_utils",) and not cls.__name__.endswith("Mixin"):
            deconstructed = path_of(cls)
            for long, short in (("django.db.models.fields.related.", "django.db.models."), ("django.db.models.fields.files.", "django.db.models."),
                                ("django.db.models.fields.json.", "django.db.models."), ("django.db.models.fields.generated.", "django.db.models."),
                                ("django.db.models.fields.", "django.db.models.")):
                if deconstructed.startswith(long):
                    deconstructed = short + deconstructed[len(long):]
                    break
            else:
                head, _, name = deconstructed.rpartition(".")
                if head.startswith("django.contrib.postgres.fields."):
                    deconstructed = f"django.contrib.postgres.fields.{name}"
            # Fields with a model in between that are no ManyToManyField, such as tags.
            result["base"] = "django.db.models.ManyToManyField" if cls.__name__ == "RelatedField" and f.many_to_many else deconstructed
            break
        foreign.append(cls)
    from django.db import models
    internal = f.get_internal_type()
    if not f.is_relation and isinstance(getattr(models, internal or "", None), type):
        result["base"] = f"django.db.models.{internal}"
    result["attributes"] = {name: getattr(f, attribute) for name, attribute in (
        ("null", "null"), ("blank", "blank"), ("primary_key", "primary_key"), ("unique", "_unique"), ("db_index", "db_index"),
        ("max_length", "max_length"), ("db_column", "db_column"))}
    methods = {"db_type", "db_parameters", "rel_db_type", "db_check", "get_internal_type", "cast_db_type"}
    if any(methods & set(vars(cls)) for cls in foreign) and not f.is_relation:
        bound = f.clone()
        bound.set_attributes_from_name("limosa")
        params = bound.db_parameters(connection)
        check = params["check"]
        result["custom"] = {"type": params["type"], "rel": bound.rel_db_type(connection) if params["type"] else None,
                            "check": check.replace(connection.ops.quote_name(bound.column), "%(column)s") if check else None}
    return result


def operation(op, connection):
    """An operation with what its attributes hold."""
    from django.db import migrations
    from django.contrib.postgres import operations as pg
    o = lambda item: operation(item, connection)
    name = type(op).__name__
    result = {"op": name, "class": path_of(type(op)), "describe": op.describe(), "reversible": op.reversible}
    known = {"name", "old_name", "new_name", "model_name", "preserve_default", "old_fields", "table", "table_comment"}
    result |= {k: value(v) for k, v in vars(op).items() if k in known}
    base = next((c.__name__ for c in type(op).__mro__ if c.__module__.startswith(("django.db.migrations", "django.contrib.postgres"))), None)
    result["base"] = base
    if isinstance(op, migrations.CreateModel):
        result |= {"fields": [[n, field(f, connection)] for n, f in op.fields], "options": value(op.options),
                   "bases": [{"model": b} if isinstance(b, str) else {"class": path_of(b)} for b in op.bases]}
    elif isinstance(op, (migrations.AddField, migrations.AlterField)):
        result["field"] = field(op.field, connection)
    elif isinstance(op, migrations.AlterModelOptions):
        result["options"] = value(op.options)
    elif isinstance(op, (migrations.AlterUniqueTogether, migrations.AlterIndexTogether)):
        result["together"] = value([list(names) for names in op.option_value or []])
    elif isinstance(op, migrations.AlterOrderWithRespectTo):
        result["order_with_respect_to"] = value(op.order_with_respect_to)
    elif isinstance(op, migrations.AddIndex):
        result["index"] = index(op.index)
    elif isinstance(op, (migrations.AddConstraint, getattr(migrations, "AlterConstraint", migrations.AddConstraint))):
        result["constraint"] = index(op.constraint)
    elif isinstance(op, migrations.SeparateDatabaseAndState):
        result |= {"database": [o(item) for item in op.database_operations], "state": [o(item) for item in op.state_operations]}
    elif isinstance(op, migrations.RunSQL):
        result["state"] = [o(item) for item in op.state_operations or []]
        result |= {"sql": value(op.sql), "reverse_sql": value(op.reverse_sql)}
    elif isinstance(op, (pg.CreateCollation, pg.RemoveCollation)):
        result |= {"locale": op.locale, "provider": op.provider, "deterministic": op.deterministic}
    return result


def index(thing):
    path, args, kwargs = thing.deconstruct()
    return call(path, args, kwargs)


# --- what is executed ---------------------------------------------------------------------------------------------

class Recorder:
    """Notes every statement that a schema editor executes, with the place of the operation that it belongs to."""

    DDL = re.compile(r"\b(create|alter|drop|rename)\b", re.I)

    def __init__(self, connection):
        from django.db.backends.base.schema import BaseDatabaseSchemaEditor
        self.connection, self.statements, self.place, self.snapshots, self.defaults = connection, [], [], [], {}
        recorder, execute = self, BaseDatabaseSchemaEditor.execute

        def recording(editor, sql, params=()):
            if not editor.collect_sql:
                text = str(sql)
                if params is not None and connection.vendor == "sqlite":
                    values = iter(params)
                    text = re.sub(r"(?<!%)%s", lambda _: str(editor.quote_value(next(values))), text).replace("%%", "%")
                elif params is not None and connection.vendor == "mysql":
                    connection.ensure_connection()
                    text = (text % tuple(connection.connection.literal(v).decode() for v in params))
                recorder.statements.append([".".join(map(str, recorder.place)), text])
            return execute(editor, sql, params)

        BaseDatabaseSchemaEditor.execute = recording
        effective_default = BaseDatabaseSchemaEditor.effective_default

        def noting(editor, field):
            if not editor.collect_sql and callable(field.default):
                recorder.defaults[".".join(map(str, recorder.place))] = value(field.get_default())
            return effective_default(editor, field)

        BaseDatabaseSchemaEditor.effective_default = noting

    def watch(self, operations, path=()):
        """Makes operations say where they are."""
        from django.db import migrations
        for position, op in enumerate(operations):
            place = (*path, position)
            opaque = isinstance(op, (migrations.RunSQL, migrations.RunPython)) or not type(op).__module__.startswith("django.")
            for name in ("database_forwards", "database_backwards"):
                setattr(op, name, self.placed(getattr(op, name), place, opaque))
            self.watch(getattr(op, "database_operations", []), place)

    def placed(self, method, place, opaque):
        def run(*args, **kwargs):
            before, self.place = self.place, place
            count = len(self.statements)
            queries = []
            def wrapper(execute, sql, params, many, context):
                queries.append(str(sql))
                return execute(sql, params, many, context)
            try:
                with self.connection.execute_wrapper(wrapper) if opaque else contextlib.nullcontext():
                    return method(*args, **kwargs)
            finally:
                self.place = before
                if opaque and any(self.DDL.search(q) and not q.lstrip().lower().startswith(("select", "insert", "update", "delete", "savepoint", "release")) for q in queries):
                    self.snapshots.append([".".join(map(str, place)), constraints(self.connection)])
        return run


def constraints(connection):
    result = {}
    with connection.cursor() as cursor:
        for info in connection.introspection.get_table_list(cursor):
            if info.type != "t":
                continue
            try:
                found = connection.introspection.get_constraints(cursor, info.name)
                columns = [c.name for c in connection.introspection.get_table_description(cursor, info.name)]
            except IndexError:  # Django stumbles over some defaults on SQLite.
                result[info.name] = None
            else:
                result[info.name] = {"columns": columns, "constraints": [[name, {k: v for k, v in c.items() if k not in ("options",)}] for name, c in found.items()]}
    return result


def pretend(connection):
    """Makes Django take the server for MySQL; what is there is still read as MariaDB tells it."""
    introspection = connection.introspection
    read = introspection.get_constraints

    def get_constraints(cursor, table):
        connection.mysql_is_mariadb = True
        try:
            return read(cursor, table)
        finally:
            connection.mysql_is_mariadb = False

    introspection.get_constraints = get_constraints
    connection.mysql_is_mariadb, connection.mysql_version, connection.mysql_server_info = False, (8, 4, 3), "8.4.3"
    for thing, names in ((connection, ("data_types", "data_type_check_constraints")), (connection.features, tuple(vars(connection.features)))):
        for name in names:
            if name != "connection":
                vars(thing).pop(name, None)


class Zygote:
    """A process that has read the migrations and built no state yet; every question is answered by a fresh copy of it.

    Django's states change the fields of the operations that they are made from, so that a second answer of one process could differ.
    """

    loader, fake = None, False

    def __init__(self, loader, fake):
        Zygote.loader, Zygote.fake = loader, fake
        context = multiprocessing.get_context("fork")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=self.serve, args=(theirs,), daemon=True)
        self.process.start()

    def ask(self, key, backwards=False):
        self.pipe.send((key, backwards))
        return self.pipe.recv()

    def close(self):
        self.pipe.send(None)
        self.process.join()

    @staticmethod
    def serve(pipe):
        while (question := pipe.recv()) is not None:
            child = os.fork()
            if not child:
                try:
                    answer = Zygote.answer(*question)
                    pipe.send(json.loads(json.dumps(answer, default=str)))
                except BaseException as error:
                    pipe.send({"error": f"{type(error).__name__}: {error}"})
                finally:
                    os._exit(0)
            os.waitpid(child, 0)

    @staticmethod
    def answer(key, backwards):
        from django.db import connection
        loader = Zygote.loader
        loader.connection = connection
        if Zygote.fake:
            pretend(connection)
        result = {"before": [".".join(k) for k in loader.graph.forwards_plan(key) if k != key]}
        try:
            result["sql"] = loader.collect_sql([(loader.graph.nodes[key], backwards)])
        except Exception as error:
            result["error"] = f"{type(error).__name__}: {error}"
        finally:
            connection.close()
        return result


def main():
    import faulthandler, signal
    faulthandler.register(signal.SIGUSR1)
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("kind", choices=["sqlite", "postgres", "mariadb", "mysql"])
    parser.add_argument("out", type=Path)
    parser.add_argument("--backwards", action="store_true")
    args = parser.parse_args()
    args.out = args.out.resolve()
    with tempfile.TemporaryDirectory(prefix="limosa-oracle-") as work:
        database = prepare(args.folder.resolve(), args.kind, Path(work))
        database.create()
        try:
            answer = ask(database, args.backwards)
        finally:
            database.drop()
    temporary = args.out.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(answer))
    temporary.replace(args.out)


def ask(database, backwards):
    import warnings
    warnings.simplefilter("ignore")
    import django
    django.setup()
    from django.apps import apps
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.migration import Migration

    disk = MigrationLoader(None, ignore_no_migrations=True)
    connection.close()
    zygote = Zygote(MigrationLoader(None, ignore_no_migrations=True, replace_migrations=False), database.fake)
    recorder = Recorder(connection)
    answer = {"applied": [], "migrations": {}}
    for key, migration in disk.disk_migrations.items():
        answer["migrations"][".".join(key)] = {
            "operations": [operation(op, connection) for op in migration.operations], "atomic": migration.atomic,
            "custom": type(migration).apply is not Migration.apply,
            "dependencies": [list(k) for k in migration.dependencies], "replaces": [list(k) for k in migration.replaces]}
        recorder.watch(migration.operations)
    state_questions = {}

    def progress(action, migration=None, fake=False):
        if action == "apply_start":
            key = (migration.app_label, migration.name)
            connection.close()
            state_questions["current"] = zygote.ask(key)
            recorder.statements, recorder.snapshots, recorder.defaults = [], [], {}
        elif action == "apply_success":
            key = (migration.app_label, migration.name)
            entry = {"id": ".".join(key), "executed": recorder.statements, "sqlmigrate": state_questions["current"], "snapshots": recorder.snapshots, "defaults": recorder.defaults}
            if database.fake or any(not type(op).__module__.startswith("django.") for op in migration.operations):
                recorder.snapshots.append(["", constraints(connection)])
            if backwards:
                connection.close()
                entry["backwards"] = zygote.ask(key, True)
            answer["applied"].append(entry)

    executor = MigrationExecutor(connection, progress)
    targets = executor.loader.graph.leaf_nodes()
    state = executor._create_project_state(with_applied_migrations=True)
    state.apps
    executor.migrate(targets, executor.migration_plan(targets), state=state.clone())
    answer["constraints"] = constraints(connection)
    if connection.vendor == "sqlite":
        version = list(connection.Database.sqlite_version_info)
    elif connection.vendor == "mysql":
        version = [8, 4, 3] if database.fake else list(connection.mysql_version)
    else:
        version = [connection.pg_version // 10000, connection.pg_version % 10000]
    options = (op.options for m in disk.disk_migrations.values() for op in m.operations if hasattr(op, "options"))
    swappable = {o["swappable"] for o in options if "swappable" in o}
    answer["context"] = {
        "vendor": connection.vendor, "django": django.get_version(), "server_version": version, "use_tz": settings.USE_TZ, "time_zone": settings.TIME_ZONE,
        "default_auto_field": settings.DEFAULT_AUTO_FIELD, "tablespace": settings.DEFAULT_TABLESPACE, "index_tablespace": settings.DEFAULT_INDEX_TABLESPACE,
        "swapped": {m._meta.swappable: str(getattr(settings, m._meta.swappable, None) or m._meta.label) for m in apps.get_models(include_swapped=True) if m._meta.swappable}
        | {name: str(getattr(settings, name)) for name in swappable if hasattr(settings, name)},
        "mariadb": connection.vendor == "mysql" and not database.fake,
        "unmigrated": sorted(disk.unmigrated_apps)}
    connection.close()
    answer["sqlmigrate"] = {".".join(key): zygote.ask(key) for key in disk.disk_migrations}
    zygote.close()
    answer["schema"] = database.schema()
    return answer


if __name__ == "__main__":
    main()
