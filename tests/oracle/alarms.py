#!/usr/bin/env python3
"""Holds what `limosa check --all` says of whole applications against what PostgreSQL does when their histories run.

    alarms.py LIMOSA [NAME ...] [--projects DIR] [--cache DIR] [--write FILE]

The applications are those of applications.py. Each is judged without a database, every migration as a deploy of its own; then it is
migrated from empty on a database whose event triggers (witness.sql) note tables that are rewritten, what is dropped, and after each
definition the locks of the transaction and the columns of the table. A finding that the server can confirm is confirmed, or contradicted;
what the server did to tables that were there, and no finding names, is missed. What is said of code is told, and not measured.

Environment: PGHOST, PGPORT and PGUSER of a superuser; LIMOSA_ORACLE_PYTHON as for applications.py.
Exit code: 0 nothing contradicted and nothing missed, 1 something is, 2 could not run.
"""
import argparse
import collections
import json
import re
import sys
import tempfile
from pathlib import Path

from applications import FOLDERS, HERE, Side, environment, find

# Locks that others wait for who write, and those that readers wait for, too.
WRITES = {"ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"}
EVERYTHING = {"AccessExclusiveLock"}


class Column:
    """A column as it was after a definition."""

    def __init__(self, number, not_null, filled, data_type):
        self.number, self.not_null, self.filled, self.data_type = number, not_null, filled, data_type


class Witness:
    """What the server did."""

    def __init__(self, database):
        rows = database.rows("SELECT row_to_json(log) FROM witness.log ORDER BY id")
        self.rows = [json.loads(row) for row in rows]
        self.dropped = {(row["table"], row["column"]) for row in self.rows if row["kind"] == "dropped"}
        self.made, self.changes = collections.defaultdict(set), collections.defaultdict(list)
        self.gone, self.names = collections.defaultdict(set), {}
        columns = {}
        for row in self.rows:
            table, after = row["table"], row["columns"]
            if row["kind"] == "dropped" and not row["column"]:
                self.gone[row["transaction"]].add(table)
            if found := re.search(r'ALTER TABLE "?(\w+)"? RENAME TO "?(\w+)', row["statement"]):
                self.names[found[1]] = found[2]
            if row["kind"] == "CREATE TABLE":
                self.made[row["transaction"]].add(table)
            if after is None:
                continue
            after = {name: Column(*values) for name, values in after.items()}
            self.changes[table].append((row, columns.get(table, {}), after))
            columns[table] = after

    def of(self, finding):
        """Returns what was noted of the statement of a finding."""
        return [row for row in self.rows if is_about(finding, row)]

    def changed(self, table, column, test):
        """Returns whether a definition changed a column in a way; `test` is given the column before (or none) and after (or none)."""
        return any(test(before.get(column), after.get(column), before, after) for _, before, after in self.changes[table])

    def has_locked(self, row, table, modes):
        """Returns whether the transaction held a lock on a table, which may have been dropped in it or have another name by now."""
        locks = row["locks"] or {}
        held = {mode for name in (table, self.names.get(table)) for mode in locks.get(name, ())}
        return bool(modes & held) or table in self.gone[row["transaction"]]

    def is_new(self, row, table):
        return table in self.made[row["transaction"]]


def is_about(finding, row):
    """Returns whether a finding is about the statement that a row was noted of."""
    return bool(finding["sql"]) and finding["sql"].rstrip("; ") in row["statement"]


def locked(modes, tables=lambda finding: [finding["table"]]):
    """Confirms by the locks that the transaction held after the statement on all of the tables."""

    def judge(witness, finding):
        rows = witness.of(finding)
        held = lambda row: all(witness.has_locked(row, table, modes) for table in tables(finding))
        # What is gone or renamed in the end was locked for that.
        gone = lambda row: row["kind"] == "dropped" or "RENAME TO" in row["statement"]
        return any(held(row) or gone(row) for row in rows) if rows else None

    return judge


def quoted(finding):
    """Returns the tables of which a message speaks."""
    return re.findall(r"`([^`.]+)`", finding["message"])


def rewritten(witness, finding):
    rows = witness.of(finding)
    if "writes all rows anew" not in finding["message"]:
        return locked(EVERYTHING)(witness, finding)
    return any(row["kind"] == "rewritten" and row["table"] == finding["table"] for row in rows) if rows else None


def named(finding):
    """Returns the table and the column of which a message speaks."""
    found = re.search(r"`([^`.]+)\.([^`]+)`", finding["message"])
    return found.groups() if found else (finding["table"], None)


def changed(test):
    def judge(witness, finding):
        table, column = named(finding)
        return witness.changed(table, column, test) if witness.changes[table] else None

    return judge


def was_renamed(before, after, all_before, all_after):
    return bool(before and not after and any(other.number == before.number for other in all_after.values()))


def renamed(witness, finding):
    return any(f'{finding["table"]} RENAME TO' in row["statement"].replace('"', "") for row in witness.rows)


# How each check's findings are confirmed.
JUDGES = {
    "BC001": lambda witness, finding: named(finding) in witness.dropped,
    "BC002": lambda witness, finding: (finding["table"], None) in witness.dropped,
    "BC003": changed(was_renamed),
    "BC004": renamed,
    "BC005": changed(lambda before, after, *_: after and after.not_null and not after.filled and not (before and before.not_null and not before.filled)),
    "BC006": changed(lambda before, after, *_: before and after and not before.not_null and after.not_null),
    "BC007": changed(lambda before, after, *_: before and after and before.data_type != after.data_type),
    "BC012": changed(lambda before, after, *_: before and after and before.not_null and not after.not_null),
    "LK004": rewritten,
    "LK005": rewritten,
    "LK012": locked(EVERYTHING, lambda finding: quoted(finding)[:1]),
    "LK018": locked(WRITES, quoted),
}
JUDGES |= dict.fromkeys(("LK001", "LK006"), locked(WRITES))
JUDGES |= dict.fromkeys(("LK002", "LK007", "LK008", "LK009", "LK010"), locked(EVERYTHING))
JUDGES |= {"DL001": JUDGES["BC001"], "DL002": JUDGES["BC002"], "DL005": JUDGES["BC007"], "RV005": JUDGES["BC001"]}


def missed(witness, findings):
    """Yields what the server did to tables that were there and no finding names."""
    told = lambda codes, test: any(finding["code"] in codes and test(finding) for finding in findings)
    about = lambda row: lambda finding: is_about(finding, row)
    for row in witness.rows:
        table, column = row["table"], row["column"]
        if row["kind"] == "rewritten" and not witness.is_new(row, table) and not told({"LK004", "LK005"}, about(row)):
            yield "rewritten", row
        if row["kind"] == "dropped" and not witness.is_new(row, table):
            codes = {"BC001"} if column else {"BC002"}
            if not told(codes, lambda finding: named(finding) == (table, column) or finding["table"] == table and not column):
                yield "dropped", row
        if row["kind"] == "CREATE INDEX" and "CONCURRENTLY" not in row["statement"]:
            on = re.search(r'\bON "([^"]+)"', row["statement"])
            if on and not witness.is_new(row, on[1]) and not told({"LK001", "LK009"}, about(row)):
                yield "indexed", row
    for table, changes in witness.changes.items():
        for row, before, after in changes:
            for name, column in after.items():
                was = before.get(name)
                if was and column.not_null and not was.not_null and not witness.is_new(row, table):
                    if not told({"BC005", "BC006", "LK008"}, lambda finding: named(finding) == (table, name)):
                        yield "made NOT NULL", row


def judge(name, project, python, program):
    """Returns the findings with what the server says of them, and what is missed."""
    with tempfile.TemporaryDirectory(prefix=f"limosa-{name}-") as work:
        side = Side(name, project, python, "postgres", "alarms", Path(work))
        done = side.limosa(program, "check", "--all", "--offline", "--format", "json")
        if done.returncode not in (0, 1):
            raise SystemExit(f"alarms: limosa check of {name} failed:\n{done.stderr}")
        said = json.loads(done.stdout)
        side.database.client("psql", "-X", "-q", "-d", side.database.name, "-v", "ON_ERROR_STOP=1", "-f", str(HERE / "witness.sql"))
        done = side.limosa(program, "migrate", "--noinput")
        if done.returncode:
            raise SystemExit(f"alarms: limosa could not migrate {name}:\n{done.stdout[-2000:]}{done.stderr}")
        witness = Witness(side.database)
        ask = lambda finding: JUDGES.get(finding["code"], lambda *_: None)(witness, finding)
        judged = [(finding, ask(finding)) for finding in said["findings"]]
        return said["migrations"], judged, list(missed(witness, said["findings"]))


def table(applications):
    """Returns the table of all codes."""
    rows = collections.defaultdict(collections.Counter)
    for _, judged, _ in applications.values():
        for finding, confirmed in judged:
            rows[finding["code"], finding["name"]][finding["level"]] += 1
            rows[finding["code"], finding["name"]][confirmed if confirmed is None else bool(confirmed)] += 1
    count = lambda row: sum(row[level] for level in ("error", "warning", "note"))
    lines = ["| check | findings | errors | warnings | notes | confirmed | contradicted | not measured |", "|---|--:|--:|--:|--:|--:|--:|--:|"]
    for (code, name), row in sorted(rows.items(), key=lambda item: (-count(item[1]), item[0])):
        lines.append(f"| {code} {name} | {count(row)} | {row['error']} | {row['warning']} | {row['note']} | {row[True]} | {row[False]} | {row[None]} |")
    total = sum(rows.values(), collections.Counter())
    lines.append(f"| all | {count(total)} | {total['error']} | {total['warning']} | {total['note']} | {total[True]} | {total[False]} | {total[None]} |")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("limosa")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--projects", type=Path, action="append", help="folders of applications (default: this one)")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "limosa-oracle")
    parser.add_argument("--write", type=Path, help="the document whose table is written anew")
    args = parser.parse_args()
    find(args)
    program, applications, wrong = str(Path(args.limosa).resolve()), {}, 0
    for name in args.names or FOLDERS:
        project = json.loads((FOLDERS[name] / "project.json").read_text())
        if "postgres" in project["databases"]:
            applications[name] = judge(name, project, environment(name, project, args.cache.resolve()), program)
            migrations, judged, unnamed = applications[name]
            print(f"alarms: {name}: {migrations} migrations, {len(judged)} findings", file=sys.stderr, flush=True)
            for finding, confirmed in judged:
                if confirmed is not None and not confirmed:
                    wrong += 1
                    print(f"  contradicted: {finding['code']} {finding['migration']}: {finding['message']}", file=sys.stderr)
            for what, row in unnamed:
                wrong += 1
                print(f"  missed: {what} {row['table']}: {row['statement'][:200]}", file=sys.stderr)
    names = ", ".join(f"{name} ({migrations} migrations, {len(judged)} findings)" for name, (migrations, judged, _) in applications.items())
    text = "\n".join([f"Applications: {names}. Missed: {sum(len(unnamed) for *_, unnamed in applications.values())}.", "", *table(applications)])
    if args.write:
        before, rest = args.write.read_text().split("<!-- table -->\n")
        after = rest.split("<!-- end of the table -->")[1]
        args.write.write_text(f"{before}<!-- table -->\n{text}\n<!-- end of the table -->{after}")
    print(text)
    sys.exit(1 if wrong or not applications else 0)


if __name__ == "__main__":
    main()
