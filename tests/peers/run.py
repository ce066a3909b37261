#!/usr/bin/env python3
"""Runs Django's own fixtures through Django and through Limosa, and prints which agree.

    run.py LIMOSA [WORD ...] [--write]

Run it with an interpreter that has Django; what is downloaded is kept in `$LIMOSA_TEST_DIR/peers`. Words select the cases whose
name or file holds one of them. `--write` writes the tables to docs/peers.md. Databases: SQLite, and those that the environment
names (PGHOST, PGPORT, PGUSER; ORACLE_MYSQL_HOST, ORACLE_MYSQL_PORT, ORACLE_MYSQL_USER). Exit code: 0 when all agree, else 1.
"""
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import django  # noqa: E402

import fixtures  # noqa: E402
from scenarios import Runner, read_cases  # noqa: E402


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    if not words:
        sys.exit(__doc__)
    limosa, chosen = str(Path(words[0]).resolve()), words[1:]
    tests, version = fixtures.tests_of_django(), django.VERSION[:2]
    runner = Runner(limosa, tests, version)
    made, failed, started = 0, [], time.monotonic()
    for case in read_cases():
        if not case.is_for(version) or chosen and not any(word in case.name or word == case.file for word in chosen):
            continue
        for kind in case.kinds():
            made += 1
            differences = runner.run(case, kind)
            if differences:
                failed.append((case, kind))
                print(f"DIFFERS {case.file}: {case.name} ({kind})", *differences, sep="\n  ", flush=True)
    print(f"peers: Django {django.get_version()}: {made - len(failed)} scenarios passed, {len(failed)} failed ({time.monotonic() - started:.0f} s)")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
