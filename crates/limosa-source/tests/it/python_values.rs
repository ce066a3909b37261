//! The evaluator: what an expression or a module's top level comes to.

use super::python_support::{Project, show};

fn files() -> Project {
    Project::new(&[
        ("shop/__init__.py", ""),
        (
            "shop/constants.py",
            "LENGTH = 3 * 4\nNAMES = ['a', 'b']\nALIAS = LENGTH\nCACHE = {}\ndef put(key):\n    CACHE[key] = 1\n",
        ),
        (
            "shop/helpers.py",
            "from .constants import LENGTH\ndef double(x):\n    return x * 2\ndef sized(name, size=LENGTH):\n    if size > 10:\n        return f'{name}:{size}'\n    return name\ndef hidden():\n    return open('x').read()\nclass Tool:\n    pass\n",
        ),
        ("shop/again.py", "from .helpers import *\nfrom .constants import NAMES as OTHER\n"),
        (
            "shop/choices.py",
            "from django.db import models\nfrom enum import Enum\nclass Status(models.TextChoices):\n    DRAFT = 'd', 'A draft'\n    OUT_NOW = 'o'\nclass Plain(Enum):\n    ONE = 1\n",
        ),
        ("shop/loop_a.py", "from .loop_b import B\nA = 1\n"),
        ("shop/loop_b.py", "from .loop_a import A\nB = A + 1\n"),
        ("shop/broken.py", "def ("),
    ])
}

/// Evaluates the text and compares what `x` is.
#[track_caller]
fn check(text: &str, expected: &str) {
    let module = files().evaluate(text).unwrap();
    let value = module.globals.get("x").map_or_else(|| "nothing".to_owned(), show);
    assert_eq!(value, expected, "{text}");
}

/// Evaluates the text and expects `x` to be opaque for a reason that holds `reason`.
#[track_caller]
fn opaque(text: &str, reason: &str) {
    let module = files().evaluate(text).unwrap();
    let value = module.globals.get("x").map_or_else(|| "nothing".to_owned(), show);
    assert!(value.starts_with('<') && value.contains(reason), "{text}: {value}");
}

#[test]
fn literals_and_operators() {
    for (text, expected) in [
        (
            "x = [1, -2, 3.5, None, True, 'a' 'b', b'c', (1,), {1, 2}, {'k': [0x10]}]",
            "[1, -2, 3.5, None, True, 'ab', b'c', (1,), {1, 2}, {'k': [16]}]",
        ),
        ("x = 7 // 2, -7 // 2, -7 % 3, 2 ** 10, 7 / 2, 1 << 4", "(3, -4, 2, 1024, 3.5, 16)"),
        ("x = [1] + [2] * 2, (1,) + (2,), 'ab' * 2", "([1, 2, 2], (1, 2), 'abab')"),
        ("x = 1 < 2 < 3, 'a' in 'cat', 3 not in [1, 2], None is None, not []", "(True, True, True, True, True)"),
        ("x = '' or 'b', 0 and 1, 'yes' if 1 else 'no'", "('b', 0, 'yes')"),
        ("x = 'a-%s-%d' % ('b', 3), '%(n)s' % {'n': 1}, '{}/{k}'.format(1, k=2)", "('a-b-3', '1', '1/2')"),
        ("n = 5\nx = f'{n}{n!r} {n:03d}'", "'55 005'"),
        (
            "x = ' a,b '.strip().upper().split(','), '-'.join(['a', 'b']), 'abc'.replace('b', ''), 'abc'.title()",
            "(['A', 'B'], 'a-b', 'ac', 'Abc')",
        ),
        (
            "x = [i * 2 for i in range(4) if i % 2], {k: v for k, v in [('a', 1)]}, set([('a', 'b')])",
            "([2, 6], {'a': 1}, {('a', 'b')})",
        ),
        ("x = 'abcd'[1:3], [1, 2, 3][-1], (1, 2, 3)[::-1], {'a': 1}['a']", "('bc', 3, (3, 2, 1), 1)"),
        ("a, *b = 1, 2, 3\nx = b, a", "([2, 3], 1)"),
        ("x = [*range(2), *'ab'], {**{'a': 1}, 'b': 2}", "([0, 1, 'a', 'b'], {'a': 1, 'b': 2})"),
        (
            "x = dict(a=1), list((1, 2)), tuple([1]), len('abc'), sorted([3, 1]), max(1, 2), sum([1, 2]), int('4'), str(5)",
            "({'a': 1}, [1, 2], (1,), 3, [1, 3], 2, 3, 4, '5')",
        ),
        ("x = 123456789012345678901234567890", "123456789012345678901234567890"),
    ] {
        check(text, expected);
    }
}

#[test]
fn aliases_see_each_others_changes() {
    for (text, expected) in [
        ("a = []\nb = a\nb.append(1)\nx = a", "[1]"),
        ("a = [1]\nb = a\nb += [2]\nx = a", "[1, 2]"),
        ("a = [1]\nb = a + [2]\nb.append(3)\nx = a", "[1]"),
        ("a = {'k': {}}\nb = a['k']\nb['n'] = 1\nx = a", "{'k': {'n': 1}}"),
        ("a = [1]\nb = a[:]\nb.append(2)\nx = a", "[1]"),
        ("def f(l):\n    l.append(1)\na = []\nf(a)\nx = a", "[1]"),
        ("a = [[0]] * 2\na[0].append(1)\nx = a", "[[0, 1], [0, 1]]"),
        ("import copy\na = [[0]]\nb = copy.deepcopy(a)\nb[0].append(1)\nx = a", "[[0]]"),
        ("a = [1, 2, 3]\ndel a[1]\na.insert(0, 0)\nx = a", "[0, 1, 3]"),
        ("a = {}\na.setdefault('k', []).append(1)\na.update(b=2)\nx = a", "{'k': [1], 'b': 2}"),
        ("N = 1\ndef f(a=N, b=[]):\n    b.append(a)\n    return b\nN = 2\nf()\nx = f()", "[1, 1]"),
        ("y = 1\nz = [y := i for i in range(3)]\nx = y", "2"),
        ("from django.conf import settings\nsettings.LENGTH = 9\nx = settings.LENGTH", "9"),
        ("class A:\n    l = [1]\n    l += [2]\nx = A.l", "[1, 2]"),
        ("x = []\nx.append(x)\nx = len(x)", "1"),
    ] {
        check(text, expected);
    }
}

#[test]
fn what_is_not_known_spoils_what_depends_on_it() {
    for (text, reason) in [
        ("import mystery\nx = 1\nif mystery.flag:\n    x = 2", "mystery.flag"),
        ("import mystery\nx = []\nif mystery.flag:\n    x.append(1)", "mystery.flag"),
        ("import mystery\ny = []\nx = y\nif mystery.flag:\n    y.append(1)", "mystery.flag"),
        ("import mystery\nx = []\nfor i in mystery.items():\n    x.append(i)", "mystery.items()"),
        ("import mystery\nx = []\nmystery.fill(x)", "may be changed"),
        (
            "x = 1\ntry:\n    import django_mystery\n    x = django_mystery.compute()\nexcept ValueError:\n    pass",
            "exception",
        ),
        ("x = [1]\nexec('x = 2')", "exec"),
        ("x = {}\nx.weird()\n", "weird"),
        ("from django.conf import settings\nx = settings.SECRET", "reads the setting `SECRET`"),
        ("x = 10 ** 100", "not evaluated"),
        ("import mystery\nx = {}\ndef f():\n    x['a'] = mystery.a\n    if mystery.b:\n        x['b'] = 1\nf()", "f"),
        ("x = 1\nwhile True:\n    x = x + 1", "steps"),
        ("x = 'a'\nfor i in range(100):\n    x = x + x", "computed"),
        ("x = [1]\nmatch 1:\n    case 1:\n        x.append(2)", "match"),
        ("import os\nos.environ['HOME_DIR'] = 'a'\nx = os.environ['HOME_DIR']", "after the environment was changed"),
        (
            "import os, mystery\nif mystery.a:\n    os.environ['HOME_DIR'] = 'a'\nx = os.environ.get('HOME_DIR')",
            "after the environment was changed",
        ),
        (
            "import mystery\nmystery.load_dotenv()\nimport os\nx = os.getenv('NOPE', 1)",
            "after the environment was changed",
        ),
        ("import six\nx = isinstance('a', six.string_types)", "isinstance"),
        ("x = round(2.5)", "round"),
        ("from .gone import *\nx = y", "y"),
        ("x = 1\nfrom .gone import *", "gone"),
    ] {
        opaque(text, reason);
    }
}

#[test]
fn control_flow() {
    for (text, expected) in [
        (
            "x = 0\nfor i in range(10):\n    if i == 2:\n        continue\n    if i == 5:\n        break\n    x += i\nelse:\n    x = -1",
            "8",
        ),
        ("x = 0\nwhile x < 5:\n    x += 2", "6"),
        ("try:\n    import nothing_here\n    x = 1\nexcept ImportError:\n    x = 2", "2"),
        ("try:\n    from shop.constants import NOPE\n    x = 1\nexcept ImportError:\n    x = 2", "2"),
        ("try:\n    from shop.constants import LENGTH\nexcept ImportError:\n    LENGTH = 0\nx = LENGTH", "12"),
        (
            "from django.conf import settings\ntry:\n    x = settings.NOPE\nexcept AttributeError:\n    x = 'default'",
            "'default'",
        ),
        ("import os\ntry:\n    x = os.environ['NOPE']\nexcept KeyError:\n    x = 3", "3"),
        ("x = 0\ntry:\n    x = {}['a']\nexcept (ValueError, LookupError):\n    x = 4\nfinally:\n    y = 1", "4"),
        (
            "def f(n):\n    out = []\n    for i in range(n):\n        out.append(i)\n    return out\nx = f(3)",
            "[0, 1, 2]",
        ),
        ("def f(a, *rest, k=1, **more):\n    return a, rest, k, more\nx = f(1, 2, z=3)", "(1, (2,), 1, {'z': 3})"),
        ("class A:\n    B = 2\n    if B > 1:\n        C = [i for i in range(B)]\nx = A.C", "[0, 1]"),
        ("globals()['x'] = 5", "5"),
        ("from functools import partial\ndef f(a, b):\n    return a + b\nx = partial(f, 1)(2)", "3"),
    ] {
        check(text, expected);
    }
}

#[test]
fn names_become_paths() {
    for (text, expected) in [
        (
            "from django.db import models\nx = models.CharField(max_length=3)",
            "django.db.models.CharField(max_length=3)",
        ),
        ("import django.db.models.fields.related as r\nx = r.ForeignKey('a.B')", "django.db.models.ForeignKey('a.B')"),
        ("import django.db.models\nx = django.db.models.deletion.CASCADE", "django.db.models.deletion.CASCADE"),
        ("from django.db.models import SET_NULL as s\nx = s", "django.db.models.deletion.SET_NULL"),
        (
            "from django.contrib.postgres.fields.jsonb import JSONField\nx = JSONField()",
            "django.contrib.postgres.fields.JSONField()",
        ),
        ("from django.db.models.functions.text import Lower\nx = Lower('n')", "django.db.models.functions.Lower('n')"),
        ("from .helpers import Tool\nx = Tool(1)", "shop.helpers.Tool(1)"),
        ("from . import helpers\nx = helpers.double", "shop.helpers.double"),
        ("import uuid\nx = uuid.uuid4", "uuid.uuid4"),
        (
            "def f():\n    pass\nclass C:\n    def m(self):\n        pass\nx = f, C.m, C, lambda: 1",
            "(shop.example.f, shop.example.C.m, shop.example.C, shop.example.<lambda>)",
        ),
        ("from django.utils.translation import gettext_lazy as _\nx = _('a')", "'a'"),
        ("x = dict, list", "(builtins.dict, builtins.list)"),
        (
            "from django.utils.module_loading import import_string\nfrom django.conf import settings\nf = import_string(settings.DEFAULT_AUTO_FIELD)\nx = f(primary_key=True)",
            "django.db.models.BigAutoField(primary_key=True)",
        ),
    ] {
        check(text, expected);
    }
}

#[test]
fn other_modules_are_looked_up() {
    for (text, expected) in [
        ("from shop.constants import LENGTH, ALIAS\nx = LENGTH + ALIAS", "24"),
        ("from .again import double, OTHER\nx = double(4), OTHER", "(8, ['a', 'b'])"),
        ("import shop.helpers\nx = shop.helpers.sized('n'), shop.helpers.sized('n', 2)", "('n:12', 'n')"),
        ("from .helpers import hidden\nx = hidden()", "shop.helpers.hidden()"),
        (
            "from .choices import Status\nx = Status.DRAFT, Status.OUT_NOW.label, Status.choices, Status['DRAFT'].value",
            "('d', 'Out Now', [('d', 'A draft'), ('o', 'Out Now')], 'd')",
        ),
        (
            "from .choices import Plain\nx = Plain.ONE, Plain.ONE.value, [p.name for p in Plain]",
            "(shop.choices.Plain.ONE, 1, ['ONE'])",
        ),
        (
            "from .constants import NAMES\nNAMES.append('c')\nfrom shop import constants\nx = constants.NAMES",
            "['a', 'b', 'c']",
        ),
        ("from .loop_a import A\nfrom .loop_b import B\nx = A, B", "(1, 2)"),
        ("from .broken import y\nx = y", "shop.broken.y"),
    ] {
        check(text, expected);
    }
    // A dictionary that functions of its module change says nothing about a later time.
    check("from .constants import CACHE\nx = CACHE", "shop.constants.CACHE");
    opaque("from .constants import CACHE\nx = 'a' in CACHE", "compares");
}

#[test]
fn the_world_outside() {
    for (text, expected) in [
        (
            "import os\nx = os.environ.get('HOME_DIR'), os.getenv('NOPE', 'd'), os.environ['HOME_DIR']",
            "('/home/me', 'd', '/home/me')",
        ),
        (
            "import os\nx = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'db')",
            "'/project/shop/../db'",
        ),
        (
            "from pathlib import Path\nx = str(Path(__file__).resolve().parent.parent / 'db.sqlite3')",
            "'/project/db.sqlite3'",
        ),
        (
            "from django.conf import settings\nx = settings.LENGTH, getattr(settings, 'NOPE', 3), hasattr(settings, 'LENGTH')",
            "(7, 3, True)",
        ),
        (
            "from django.db import connection\nx = connection.vendor, connection.settings_dict['ENGINE']",
            "('postgresql', 'django.db.backends.postgresql')",
        ),
        ("import django\nx = django.VERSION >= (5, 0), django.VERSION[:2]", "(True, (5, 2))"),
        ("from django.apps import apps\nx = apps.is_installed('shop'), apps.is_installed('other')", "(True, False)"),
        ("x = __name__, __package__", "('shop.example', 'shop')"),
    ] {
        check(text, expected);
    }
}

#[test]
fn conditions_are_combined_as_django_combines_them() {
    for (text, expected) in [
        ("Q(b=1, a=2)", "django.db.models.Q(('a', 2), ('b', 1))"),
        ("Q(a=1) | Q(b=2)", "django.db.models.Q(('a', 1), ('b', 2), _connector='OR')"),
        ("Q(a=1) & ~Q(b=2)", "django.db.models.Q(('a', 1), django.db.models.Q(('b', 2), _negated=True))"),
        (
            "(Q(a=1) | Q(b=2)) & Q(c=3)",
            "django.db.models.Q(django.db.models.Q(('a', 1), ('b', 2), _connector='OR'), ('c', 3))",
        ),
        ("Q() | Q(a=1)", "django.db.models.Q(('a', 1))"),
        (
            "F('a') + 1",
            "django.db.models.expressions.CombinedExpression(django.db.models.F('a'), '+', django.db.models.Value(1))",
        ),
        (
            "F('a').desc(nulls_last=True)",
            "django.db.models.expressions.OrderBy(django.db.models.F('a'), descending=True, nulls_last=True)",
        ),
    ] {
        let module = files().evaluate(&format!("from django.db.models import F, Q\nx = {text}")).unwrap();
        let shown =
            show(&module.globals["x"]).replace("django.db.models.OrderBy", "django.db.models.expressions.OrderBy");
        assert_eq!(shown, expected, "{text}");
    }
}

#[test]
fn a_module_tells_its_classes_and_functions() {
    let text = "class Base:\n    def a(self):\n        'Does a.\\n\\nMore.'\n\nclass Config(Base):\n    name = 'shop'\n    def ready(self):\n        pass\n\ndef f():\n    return 1\n";
    let module = files().evaluate(text).unwrap();
    let config = &module.classes["Config"];
    assert_eq!(show(&config.bases[0]), "shop.example.Base");
    assert_eq!(show(&config.attributes["name"]), "'shop'");
    assert_eq!(config.methods, ["ready"]);
    assert_eq!(module.functions["Base.a"].doc.as_deref(), Some("Does a.\n\nMore."));
    assert!(module.functions["Config.ready"].empty && !module.functions["f"].empty);
}

#[test]
fn brackets_in_a_plain_string_nest_nothing() {
    let text = format!("{}{}", "[".repeat(300), " ".repeat(1024));
    for before in ["", "r", "x = dict(default=", "x = dict(a_f=", "x = dict(rtf="] {
        let close = if before.ends_with('=') { ")" } else { "" };
        assert!(files().evaluate(&format!("{before}'{text}'{close}\n")).is_ok(), "{before}");
    }
    for before in ["f", "Rf", "rt", "x = f"] {
        assert!(files().evaluate(&format!("{before}'{text}'\n")).is_err(), "{before}");
    }
}
