//! Classes and their instances as the evaluator sees them: enumerations, what is inherited, what is changed afterwards.

use super::python_support::{Project, show};

fn files() -> Project {
    Project::new(&[
        ("shop/__init__.py", ""),
        (
            "shop/enums.py",
            r#"
from datetime import date
from enum import Enum, Flag, IntEnum, auto
from django.db import models
from django.utils.translation import gettext_lazy as _

class Color(models.TextChoices):
    RED = "r", _("Crimson")
    DARK_BLUE = "b"
    GREEN = auto()
    __empty__ = "None of them"

class Year(models.IntegerChoices):
    FIRST = 1, "One"
    NEXT = auto()

class Shape(models.Choices):
    ROUND = "round", "Round"
    FLAT = 3, 4

class Pair(Enum):
    A = ("x", "X")
    B = 1, 2
    C = "x", "X"

class Text(str, Enum):
    A = "a"
    _B = "b"
    SAME = "a"

class Count(IntEnum):
    ONE = auto()
    FIVE = 5
    SIX = auto()

class Bits(Flag):
    READ = auto()
    WRITE = auto()
    BOTH = 3

class Made(Enum):
    def __new__(cls, value, text):
        made = object.__new__(cls)
        made._value_ = text
        return made
    A = 1, "one"

class Day(date, Enum):
    A = 2020, 1, 2

class Listed(Enum):
    A = 1
    def choices(self):
        return []

class Spelled(models.TextChoices):
    A = "a"
    def __str__(self):
        return "spelled " + self.value
"#,
        ),
    ])
}

/// Evaluates the text and compares what `x` is; what is not known begins with `<`.
#[track_caller]
fn check(text: &str, expected: &str) {
    let module = files().evaluate(&format!("from .enums import *\n{text}")).unwrap();
    let value = module.globals.get("x").map_or_else(|| "nothing".to_owned(), show);
    let fits = if expected == "<" { value.starts_with('<') } else { value == expected };
    assert!(fits, "{text}: {value}, not {expected}");
}

#[test]
fn members_of_enumerations() {
    for (text, expected) in [
        ("x = Color.RED, Color.DARK_BLUE, Color.GREEN", "('r', 'b', 'GREEN')"),
        ("x = Color.choices", "[(None, 'None of them'), ('r', 'Crimson'), ('b', 'Dark Blue'), ('GREEN', 'Green')]"),
        ("x = Color.values, Color.names[0], Color.labels[1]", "([None, 'r', 'b', 'GREEN'], '__empty__', 'Crimson')"),
        ("x = [c.value for c in Color]", "['r', 'b', 'GREEN']"),
        ("x = Year.FIRST, Year.NEXT, Year.FIRST.label", "(1, 2, 'One')"),
        ("x = Shape.ROUND.value, Shape.ROUND.label, Shape.FLAT.value", "(('round',), 'Round', (3, 4))"),
        ("x = Pair.A.value, Pair.B.value, Pair.C.name", "(('x', 'X'), (1, 2), 'A')"),
        ("x = Pair.C", "shop.enums.Pair.C"),
        ("x = [p.name for p in Pair]", "['A', 'B']"),
        ("x = Pair.choices", "shop.enums.Pair.choices"),
        ("x = Text.A, Text.A + 'b', Text.A == 'a', [t.name for t in Text]", "('a', 'ab', True, ['A', '_B'])"),
        ("x = Count.ONE, Count.FIVE, Count.SIX, Count.SIX.value", "(1, 5, 6, 6)"),
        ("x = Bits.READ.value, Bits.WRITE.value", "(1, 2)"),
        ("x = [b for b in Bits]", "<"),
        ("x = Made.A.value", "<"),
        ("x = Day.A.value", "<"),
        ("x = Listed.choices", "shop.enums.Listed.choices"),
        (
            "from enum import Enum\nclass Own(Enum):\n    A = 1, 'a'\n    B = 2\nx = [o.value for o in Own], Own.B.name",
            "([(1, 'a'), 2], 'B')",
        ),
    ] {
        check(text, expected);
    }
}

#[test]
fn texts_of_members() {
    for (text, expected) in [
        ("x = f'{Color.RED}-{Year.FIRST}', '%s' % Color.RED, str(Color.RED)", "('r-1', 'r', 'r')"),
        ("x = f'{Text.A}'", "<"),
        ("x = '{}'.format(Text.A)", "<"),
        ("x = '%s' % Text.A", "<"),
        ("x = '%s' % (Text.A,)", "<"),
        ("x = str(Count.ONE)", "<"),
        ("x = f'{Color.RED!r}'", "<"),
        ("x = repr(Color.RED)", "<"),
        ("x = str(Spelled.A)", "<"),
        ("x = f'{Text.A.value}', ','.join([Text.A])", "('a', 'a')"),
    ] {
        check(text, expected);
    }
}

#[test]
fn attributes_are_inherited_in_the_order_of_python() {
    let diamond = "class A:\n    y = 1\nclass B(A):\n    pass\nclass C(A):\n    y = 2\nclass D(B, C):\n    pass\n";
    check(&format!("{diamond}x = D.y, B.y"), "(2, 1)");
    let unknown = "import mystery\nclass A:\n    y = mystery.y + 1\nclass B:\n    y = 2\nclass C(A, B):\n    pass\n";
    check(&format!("{unknown}x = C.y"), "<");
    check("class A(make()):\n    pass\nclass B:\n    y = 1\nclass C(A, B):\n    pass\nx = C.y", "<");
    check("class A:\n    pass\ntry:\n    x = A.__doc__\nexcept AttributeError:\n    x = 1", "<");
}

#[test]
fn objects_are_changed_afterwards() {
    for (text, expected) in [
        ("from django.db import models\nx = models.CharField(max_length=1)\nx.max_length = 2", "<"),
        ("from django.db import models\nf = models.CharField(max_length=1)\nx = [f]\nsetattr(f, 'null', True)", "[<"),
        ("from django.db.models import Q\nx = Q(a=1)\nx.add(Q(b=2), Q.OR)", "<"),
        ("from django.db.models import Q\nimport mystery\nx = Q(a=1)\nif mystery.y:\n    x.negate()", "<"),
        ("class A:\n    pass\nsetattr(A, 'y', 3)\nx = A.y", "3"),
        ("from pathlib import Path\ny = Path('/a')\ny.exists()\nx = str(y / 'b')", "'/a/b'"),
    ] {
        match expected {
            "[<" => check(&format!("{text}\nx = x[0]"), "<"),
            expected => check(text, expected),
        }
    }
}

#[test]
fn keys_that_are_equal_are_one() {
    check("d = {1: 'a', True: 'b', 1.0: 'c'}\nx = d, len({0, False, 0.5}), d[True]", "({1: 'c'}, 2, 'c')");
    check("x = True | False, True & False, True ^ True, True | 2", "(True, False, False, 3)");
    check("x = '%+5d' % 3", "<");
}

#[test]
fn classes_that_are_made_into_others() {
    for (text, expected) in [
        ("import mystery\n@mystery.change\nclass A:\n    y = 1\nx = A", "<"),
        ("import mystery\n@mystery.change(2)\nclass A:\n    y = 1\nx = A.y", "<"),
        ("import mystery\nclass A(metaclass=mystery.Meta):\n    y = 1\nx = A.y", "<"),
        (
            "import enum\nfrom abc import ABCMeta\nfrom django.utils.deconstruct import deconstructible\n@enum.unique\nclass E(enum.Enum):\n    A = 1\n@deconstructible(path='a.B')\nclass A(metaclass=ABCMeta):\n    y = 1\nx = A.y, E.A.value",
            "(1, 1)",
        ),
    ] {
        check(text, expected);
    }
}

#[test]
fn sets_are_gone_through_in_the_order_of_python() {
    check(
        "x = list({3, 1, 2}), [i for i in {1, 0}], list({'b'}), sorted({30, 10}), 30 in {30, 10}, len({30, 10})",
        "([1, 2, 3], [0, 1], ['b'], [10, 30], True, 2)",
    );
    check("x = list({30, 10})", "<");
    check("x = []\nfor i in {1, None}:\n    x.append(i)", "<");
}

#[test]
fn iterators_give_their_items_once() {
    for (text, expected) in [
        ("y = (i for i in [1, 2])\nx = list(y), list(y), bool(y)", "([1, 2], [], True)"),
        ("y = map(str, [1, 2])\nfor z in y:\n    break\nx = z, list(y)", "('1', ['2'])"),
        ("y = zip([1], [2])\nx = dict(y), isinstance(y, list)", "({1: 2}, False)"),
        ("y = iter([1])\nx = list(y)", "<"),
        ("y = (i for i in [1])\nx = len(y)", "<"),
        ("x = [1, 2, 3, 4]\nfor y in x:\n    x.remove(y)", "[2, 4]"),
        ("x = [1]\nfor y in x:\n    if len(x) < 4:\n        x.append(y + 1)", "[1, 2, 3, 4]"),
        ("import mystery\nx = [1, 2]\nfor y in x:\n    mystery.change(x)", "<"),
        (
            "k = 'g'\nclass A:\n    k = 'c'\n    v = [k for _ in k]\n    w = [i for i in k]\nx = A.v, A.w",
            "(['g'], ['c'])",
        ),
    ] {
        check(text, expected);
    }
}

#[test]
fn settings_that_a_module_sets() {
    check(
        "from django.conf import settings\nif not hasattr(settings, 'NEW'):\n    setattr(settings, 'NEW', 'a.B')\nx = settings.NEW, getattr(settings, 'NEW', 1), hasattr(settings, 'NEW')",
        "('a.B', 'a.B', True)",
    );
}

#[test]
fn names_of_models() {
    let project = Project::new(&[
        ("shop/__init__.py", ""),
        (
            "shop/fields.py",
            "from .models import File\ndef label(model):\n    if isinstance(model, str):\n        return model\n    return '{}.{}'.format(model._meta.app_label, model.__name__)\nclass Field:\n    model = File\n",
        ),
        ("shop/models/__init__.py", "from .file import *\n"),
        (
            "shop/models/file.py",
            "from django.db import models\nfrom ..fields import label\nfrom . import mixins\nclass File(models.Model, mixins.Icons):\n    class Meta:\n        app_label = 'files'\nclass Bare(models.Model):\n    pass\n",
        ),
    ]);
    for (text, expected) in [
        ("from .fields import Field, label\nx = label(Field.model), label('a.B')", "('files.File', 'a.B')"),
        ("from .models import File\nx = File._meta.label_lower, File._meta.model_name", "('files.file', 'file')"),
        ("from .models import Bare\nx = '%s' % Bare._meta.app_label", "<formats something that is not known>"),
    ] {
        let module = project.evaluate(text).unwrap();
        assert_eq!(show(&module.globals["x"]), expected, "{text}");
    }
}
