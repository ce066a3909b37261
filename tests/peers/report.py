"""Which packages and tests of Django's are taken up, and the tables that say so."""
import ast
import tomllib
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

import fixtures

LEFT_OUT = tomllib.loads((Path(__file__).parent / "left_out.toml").read_text())
#: The modules whose tests are counted, by the name under which cases name them.
MODULES = {
    **{f"test_{name}": f"migrations/test_{name}.py" for name in (
        "autodetector", "commands", "deprecated_fields", "exceptions", "executor", "graph", "loader", "multidb", "operations", "optimizer",
        "questioner", "state", "writer",
    )},
    "schema.tests": "schema/tests.py",
    "postgres_tests.test_operations": "postgres_tests/test_operations.py",
}


def tests_of(tests, module):
    """All test methods of a module, as `module.Class.method`."""
    tree = ast.parse((tests / MODULES[module]).read_text())
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return [
        f"{module}.{cls.name}.{method.name}"
        for cls in classes
        for method in cls.body
        if isinstance(method, ast.FunctionDef) and method.name.startswith("test_")
    ]


def reason(kind, name):
    return next((why for pattern, why in LEFT_OUT[kind].items() if fnmatchcase(name, pattern)), None)


class Accounts:
    """What became of every package and every test."""

    def __init__(self, tests, cases, waiting, outcomes, harvested, dropped):
        #: Names of tests of which something could not be told as a migration, and why.
        self.dropped = dropped
        #: Names of tests that became situations, with whether all of these agree.
        self.harvested = harvested
        #: By case: whether it agreed on all databases.
        self.outcomes = outcomes
        self.packages, self.tests, self.unaccounted = {}, {}, []
        for package in fixtures.packages(tests):
            using = [case for case in cases if package in case.packages()]
            self.account("packages", package, using, waiting)
        for module in MODULES:
            for test in tests_of(tests, module):
                using = [case for case in cases if any(test == named or test.startswith(f"{named}.") for named in case.tests)]
                self.account("tests", test, using, waiting)

    def account(self, kind, name, using, waiting):
        running = [case for case in using if case not in waiting]
        target = self.packages if kind == "packages" else self.tests
        if name in self.harvested:
            target[name] = "passed" if self.harvested[name] else "failed"
        elif any(case.name not in self.outcomes for case in running):
            target[name] = "not run"
        elif running:
            target[name] = "passed" if all(self.outcomes[case.name] for case in running) else "failed"
        elif using:
            target[name] = f"waits for {using[0].waits}"
        elif name in self.dropped:
            target[name] = "holds Python of the test itself, which no migration file can"
        elif why := reason(kind, name):
            target[name] = why
        else:
            target[name] = "nobody says why it is left out"
            self.unaccounted.append(name)

    def summary(self, kind):
        return Counter(what if what in ("passed", "failed", "not run") else "left out" for what in getattr(self, kind).values())

    def markdown(self, version, counts_by_database):
        """The tables of docs/peers.md."""
        counts = self.summary("packages")
        lines = [
            f"## Packages of migrations (Django {version})",
            "",
            f"{len(self.packages)} packages: {counts['passed']} passed, {counts['failed']} failed, {counts['left out']} left out.",
            "",
            "| package | |",
            "|---|---|",
            *(f"| `{name}` | {what} |" for name, what in self.packages.items()),
            "",
            f"## Situations of Django's tests (Django {version})",
            "",
            "The tests of operations and of schema editors run once with Django's own runner, and every change of a schema that they make becomes",
            "a situation: a migration that makes the tables and one with the operation. All situations are applied, undone and applied again by",
            "both sides; after each the schemas must be the same, byte for byte, and what Django refuses must be refused.",
            "",
            "| database | situations | differ |",
            "|---|--:|--:|",
            *(f"| {kind} | {made} | {failed} |" for kind, (made, failed) in counts_by_database.items()),
            "",
            "A test passes when all that it gives agrees.",
            "",
            "| module | tests | passed | failed | left out |",
            "|---|--:|--:|--:|--:|",
        ]
        for module in MODULES:
            own = Counter(state if state in ("passed", "failed") else "left out" for name, state in self.tests.items() if name.rpartition(".")[0].rpartition(".")[0] == module)
            lines.append(f"| `{module}` | {sum(own.values())} | {own['passed']} | {own['failed']} | {own['left out']} |")
        lines += ["", "Left out, by reason:", "", "| reason | tests |", "|---|--:|"]
        reasons = Counter(what for what in self.tests.values() if what not in ("passed", "failed"))
        lines += [f"| {why} | {count} |" for why, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))]
        return "\n".join(lines) + "\n"


def on_purpose(cases):
    """The table of differences that are meant."""
    rows = [f"| {case.name} | {next(iter(case.differs.values()))} |" for case in cases if case.differs]
    return "\n".join(["## On purpose", "", "| situation | what differs |", "|---|---|", *rows]) + "\n"
