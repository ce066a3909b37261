"""Replays a script on a SQLite file with Python's own module, where there is no sqlite3 shell.

    replay_sqlite.py FILE SCRIPT
"""
import sqlite3
import sys

connection = sqlite3.connect(sys.argv[1], isolation_level=None)
statement = ""
for line in open(sys.argv[2], encoding="utf-8"):
    statement += line
    if line.endswith(";\n") and sqlite3.complete_statement(statement):
        connection.execute(statement).fetchall()
        statement = ""
