"""One version of the application under load: threads that insert, read, change and delete rows through Django's ORM.

It is told on stdin, line by line, which phase begins (`phase NAME careful|careless`) and to stop (`stop`). On stdout it says `ready`, then
`done NAME` when each thread has finished some rounds of a phase, and in the end what happened, as JSON.
"""

import datetime
import decimal
import json
import os
import sys
import threading
import time
from contextlib import contextmanager, nullcontext

answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

import django

django.setup()

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models, transaction
from django.db.models import Expression
from django.db.models.fields.generated import GeneratedField

FIRST, WORKERS, SLOTS, ROUNDS = (int(argument) for argument in sys.argv[1:5])

KINDS = {
    "missing": {"42703", "42P01", "3F000", 1054, 1146},
    "null": {"23502", 1048, 1364},
    "constraint": {"23505", "23503", "23514", "23P01", "23001", 1062, 1451, 1452, 4025},
    "lock": {"55P03", "57014", "40P01", 1205, 1969},
    # What reads a table and writes to it later in the transaction deadlocks with whoever wants to alter it in between. The manuals of
    # MariaDB and MySQL have applications repeat such transactions.
    "repeated": {1213},
    "type": {"42883", "42804", "22001", "22003", "22P02", "22007", "22008", 1406, 1264, 1265, 1292, 1366},
}


class Misread(Exception):
    """What was read is not what the model promises."""


class Refuted(Exception):
    """What was read is not what was written."""


def kind_of(error):
    """Returns what kind of failure an exception is."""
    if isinstance(error, Misread):
        return "null-read" if error.args[0].endswith("None") else "value"
    if not isinstance(error, DatabaseError):
        is_of_value = isinstance(error, (Refuted, TypeError, ValueError, AttributeError, ValidationError))
        return "value" if is_of_value else "other"
    cause = error.__cause__ or error
    code = getattr(cause, "sqlstate", None) or (cause.args[0] if cause.args else None)
    return next((kind for kind, codes in KINDS.items() if code in codes), "other")


class Shop:
    """The models, those that others refer to first, and what must be unique in each."""

    def __init__(self):
        waiting = list(apps.get_app_config("shop").get_models())
        self.models = []
        while waiting:
            ready = [model for model in waiting if not any(target in waiting for target in self.targets(model))]
            self.models += ready
            waiting = [model for model in waiting if model not in ready]

    @staticmethod
    def targets(model):
        fields = [*model._meta.concrete_fields, *model._meta.local_many_to_many]
        return {field.related_model for field in fields if field.is_relation} - {model, None}

    @staticmethod
    def unique(model):
        names = {name for names in model._meta.unique_together for name in names}
        for constraint in model._meta.constraints:
            names.update(getattr(constraint, "fields", ()))
        return names | {field.name for field in model._meta.fields if field.unique}


class Worker(threading.Thread):
    def __init__(self, load, index):
        super().__init__(daemon=True)
        self.load, self.index = load, index
        self.number = 0
        self.sql = None

    def run(self):
        with connection.execute_wrapper(self.measure):
            while not self.load.stopped:
                phase, careless = self.load.phase, self.load.careless
                self.careless = careless
                self.number += 1
                self.round()
                self.load.finished(phase)
        connection.close()

    def measure(self, execute, sql, params, many, context):
        self.sql = sql
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.load.query(time.perf_counter() - begun, sql)

    @contextmanager
    def step(self, name):
        """Takes note of a failure; what comes after it goes on, unless a transaction is lost."""
        self.sql = None
        try:
            yield
        except Exception as error:
            if connection.in_atomic_block:
                error.step = name
                raise
            self.load.failure(kind_of(error), name, self.sql, error)

    def round(self):
        made = []
        is_transaction = self.number % 2 == 0
        try:
            with transaction.atomic() if is_transaction else nullcontext():
                for model in self.load.shop.models:
                    with self.step(f"insert {model.__name__}"):
                        instance = self.instance(model, made)
                        if instance is not None:
                            instance.save(force_insert=True)
                            made.append(instance)
                            self.use(instance, made, not is_transaction)
        except Exception as error:
            self.load.failure(kind_of(error), getattr(error, "step", "commit"), self.sql, error)
            return
        if self.number % 3 == 0:
            self.leave(made)
        else:
            for instance in made if self.number % 3 == 1 else reversed(made):
                with self.step(f"delete {type(instance).__name__}"):
                    instance.delete()
        with self.step("delete rows of others"):
            customers = apps.get_model("shop", "Customer").objects
            for customer in customers.filter(name=f"left-{self.index}")[:2]:
                customer.delete()

    def leave(self, made):
        """Leaves rows to a worker that deletes them, of either version."""
        customers = [instance for instance in made if type(instance).__name__ == "Customer"]
        with self.step("update Customer"):
            for customer in customers:
                customer.name = f"left-{(self.index + self.number // 3) % SLOTS}"
                customer.save()

    def instance(self, model, made):
        """Returns a new row, or nothing when what it refers to could not be made."""
        unique = self.load.shop.unique(model)
        values = {}
        for field in model._meta.concrete_fields:
            if field.primary_key and not field.is_relation or isinstance(field, GeneratedField):
                continue
            if field.is_relation:
                target = next((other for other in made if isinstance(other, field.related_model)), None)
                if target is None and not field.null:
                    return None
                values[field.name] = target
            elif not (self.leaves_out(field) and field.name not in unique):
                values[field.name] = self.value(field, self.careless and field.name not in unique)
        instance = model(**values)
        try:
            instance.validate_constraints()
        except Exception:
            for field in model._meta.concrete_fields:
                if field.name in values and not field.is_relation:
                    setattr(instance, field.name, self.value(field, False))
        return instance

    def leaves_out(self, field):
        return (field.has_default() or field.has_db_default()) and self.number % 4 < 2

    def value(self, field, careless):
        number = self.number
        if careless and field.null and number % 2:
            return None
        if isinstance(field, models.TextField):
            return "a long text " * 20 if careless else self.token()
        if isinstance(field, models.CharField):
            if field.name == "name":
                return "live"
            return "x" * min(field.max_length, 200) if careless else self.token()[: field.max_length]
        if isinstance(field, models.DecimalField):
            step = decimal.Decimal(1).scaleb(-field.decimal_places)
            return decimal.Decimal(10) ** (field.max_digits - field.decimal_places) - step if careless else decimal.Decimal(5)
        if isinstance(field, models.IntegerField):
            low, high = connection.ops.integer_field_range(field.get_internal_type())
            return (low if number % 4 == 0 else high) if careless else number % 100
        if isinstance(field, models.BooleanField):
            return number % 2 == 0
        if isinstance(field, models.DateTimeField):
            return datetime.datetime.now(datetime.timezone.utc)
        if isinstance(field, models.DateField):
            return datetime.date.today()
        raise NotImplementedError(f"a value for {field!r}")

    def token(self):
        return f"{self.index}-{self.number}"

    def use(self, instance, made, by_fields):
        """Reads and changes a row, by each of its fields unless that makes a transaction long."""
        model = type(instance)
        name = model.__name__
        rows = model._default_manager.filter(pk=instance.pk)
        with self.step(f"read {name}"):
            self.compare(instance, rows.get())
        with self.step(f"read other rows of {name}"):
            for other in model._default_manager.order_by("-pk")[:3]:
                self.look(other)
        for field in model._meta.concrete_fields if by_fields else ():
            value = getattr(instance, field.attname)
            with self.step(f"filter {name}.{field.name}"):
                found = [] if isinstance(value, Expression) else rows.filter(**{field.name: value})
                if not isinstance(value, Expression) and value is not None and len(found) != 1:
                    raise Refuted(f"{name}.{field.name} = {value!r} was not found")
                list(model._default_manager.filter(pk__lte=20).order_by(field.name)[:5])
            if field.is_relation:
                with self.step(f"join {name}.{field.name}"):
                    list(rows.select_related(field.name))
                    list(rows.filter(**{f"{field.name}__pk": value}))
        with self.step(f"update {name}"):
            again = self.instance(model, made)
            for field in model._meta.concrete_fields:
                if not field.primary_key and not field.is_relation and not isinstance(field, GeneratedField):
                    if field.name not in self.load.shop.unique(model):
                        value = getattr(again, field.attname)
                        if not isinstance(value, Expression):
                            setattr(instance, field.attname, value)
            instance.save()
        for field in model._meta.local_many_to_many:
            others = [other for other in made if isinstance(other, field.related_model)]
            with self.step(f"add to {name}.{field.name}"):
                getattr(instance, field.name).add(*others)
                if len(getattr(instance, field.name).all()) != len(others):
                    raise Refuted(f"{name}.{field.name} does not hold what was added")

    def compare(self, written, read):
        self.look(read)
        for field in read._meta.concrete_fields:
            expected, value = getattr(written, field.attname), getattr(read, field.attname)
            if not isinstance(expected, Expression) and expected != value:
                raise Refuted(f"{field}: wrote {expected!r:.60}, read {value!r:.60}")

    def look(self, row):
        """Makes sure that the values are such as the fields promise."""
        for field in row._meta.concrete_fields:
            value = getattr(row, field.attname)
            if value is None and not field.null:
                raise Misread(f"{field} is None")
            if value is not None and not field.is_relation and type(field.to_python(value)) is not type(value):
                raise Misread(f"{field} is a {type(value).__name__}")


class Load:
    def __init__(self):
        self.shop = Shop()
        self.lock = threading.Lock()
        self.stopped = False
        self.careless = False
        self.phase = None
        self.phases = {}
        self.left = {}

    def begin(self, phase, careless):
        with self.lock:
            self.phases[phase] = {"queries": 0, "repeated": 0, "longest": 0.0, "longest_sql": None, "failures": {}}
            self.left = {index: ROUNDS for index in range(WORKERS)}
            self.phase, self.careless = phase, careless

    def query(self, seconds, sql):
        with self.lock:
            phase = self.phases[self.phase]
            phase["queries"] += 1
            if seconds > phase["longest"]:
                phase["longest"], phase["longest_sql"] = seconds, sql

    def failure(self, kind, step, sql, error):
        message = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        with self.lock:
            if kind == "repeated":
                self.phases[self.phase]["repeated"] += 1
                return
            failures = self.phases[self.phase]["failures"]
            failure = {"kind": kind, "step": step, "sql": sql, "error": message, "count": 0}
            failures.setdefault((kind, step, sql), failure)["count"] += 1

    def finished(self, phase):
        """Takes note of a round that began in a phase."""
        with self.lock:
            index = int(threading.current_thread().name)
            if phase != self.phase or index not in self.left:
                return
            self.left[index] -= 1
            if self.left[index] <= 0:
                del self.left[index]
                if not self.left:
                    print("done", phase, file=answers)


load = Load()
workers = [Worker(load, FIRST + index) for index in range(WORKERS)]
for index, worker in enumerate(workers):
    worker.name = str(index)
print("ready", file=answers)
for line in sys.stdin:
    words = line.split()
    if words[0] == "stop":
        break
    load.begin(words[1], words[2] == "careless")
    if not workers[0].is_alive():
        for worker in workers:
            worker.start()
load.stopped = True
for worker in workers:
    worker.join()
for phase in load.phases.values():
    phase["failures"] = list(phase["failures"].values())
print(json.dumps(load.phases), file=answers)
