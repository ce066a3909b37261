"""Statements that wait for the end of a migration, handed to Django's schema editor and taken back."""

from django.db.backends.ddl_references import Statement


class Waiting(Statement):
    """A statement of the engine, which waits in Django's schema editor while an operation runs."""

    def __init__(self, position, sql, tables, columns, names):
        self.position = position
        self.sql = sql
        self.tables = list(tables)
        self.pairs = [tuple(pair) for pair in columns]
        self.names = [tuple(pair) for pair in names]
        self.renamed = []
        own = [column for table, column in self.pairs if table == self.tables[0]]
        super().__init__("%(sql)s", sql=sql, columns=Columns(own))

    def references_table(self, table):
        return table in self.tables

    def references_column(self, table, column):
        return (table, column) in self.pairs

    def references_index(self, table, index):
        return (table, index) in self.names

    def rename_table_references(self, old_table, new_table):
        if old_table in self.tables:
            self.renamed.append(["table", old_table, new_table])
            self.tables = [new_table if table == old_table else table for table in self.tables]
            self.pairs = [(new_table if table == old_table else table, column) for table, column in self.pairs]

    def rename_column_references(self, table, old_column, new_column):
        if (table, old_column) in self.pairs:
            self.renamed.append(["column", table, old_column, new_column])
            self.pairs = [(table, new_column) if pair == (table, old_column) else pair for pair in self.pairs]

    def __str__(self):
        return self.sql


class Columns:
    """The columns of a statement as Django's own statements hold them."""

    def __init__(self, columns):
        self.columns = columns


def take(statements):
    """Returns the engine's statements as Django's schema editor keeps those that wait."""
    return [Waiting(position, **statement) for position, statement in enumerate(statements or ())]


def give(statements):
    """Returns what waits as the engine reads it: its own by position, and those that Django wrote."""
    return [
        {"position": statement.position, "renamed": statement.renamed} if isinstance(statement, Waiting) else _new(statement)
        for statement in statements
    ]


def _new(statement):
    answer = {"sql": str(statement), "tables": [], "columns": [], "names": []}
    for part in getattr(statement, "parts", {}).values():
        _add(part, answer)
        _add(getattr(part, "to_reference", None), answer)
    return answer


def _add(part, answer):
    table = getattr(part, "table", None)
    if not isinstance(table, str):
        return
    if table not in answer["tables"]:
        answer["tables"].append(table)
    for column in getattr(part, "columns", ()):
        if [table, column] not in answer["columns"]:
            answer["columns"].append([table, column])
    target = getattr(part, "to_reference", None)
    suffix = getattr(part, "suffix", None) if target is None else part.suffix_template
    if isinstance(suffix, str):
        name = {"table": table, "columns": list(part.columns), "suffix": suffix, "target": None}
        if target is not None:
            name["target"] = [target.table, target.columns[0]]
        answer["names"].append(name)
