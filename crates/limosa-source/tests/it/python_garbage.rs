//! Input that no one wrote on purpose: it may say nothing, but it must end, without a panic and in little memory.

use super::python_support::Project;

const SAMPLE: &str = r#"
# -*- coding: utf-8 -*-
from django.conf import settings
from django.db import migrations, models
import os, sys

NAMES = ["a", 'b', f"c{len('x')!r:>{4}}", b"d" * 3, '''e
f''', r'\d+', "ü"]
def helper(x, *args, y=3, **kwargs):
    """Doc."""
    for i in range(x):
        if i % 2 == 0: continue
        try:
            yield [i for i in args if i] or {**kwargs, 'k': (lambda z: z)(i)}
        except (KeyError, ValueError) as error:
            raise
    return x @ y if x else not y
class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL), ('shop', '0001_initial')]
    operations = [
        migrations.CreateModel(name='A', fields=[('id', models.AutoField(primary_key=True)), ('n', models.CharField(max_length=NAMES and 3, choices=[(k, k) for k in NAMES]))], options={'unique_together': {('a', 'b')}}),
        migrations.RunSQL("UPDATE %s" % ("a",), migrations.RunSQL.noop),
    ]
    if sys.argv: operations += [migrations.RunPython(helper, lambda *a: None)]
    del operations[0:1]; operations[-1:] = []
    match operations:
        case [first, *_]: pass
"#;

fn read(text: &str) {
    let project = Project::new(&[]);
    project.migration(text, |context, raw, diagnostics| match raw {
        Some(raw) => _ = raw.migration(context),
        None => assert!(!diagnostics.is_empty()),
    });
}

#[test]
fn cut_off_anywhere() {
    let project = Project::new(&[]);
    for end in (0..SAMPLE.len()).filter(|end| SAMPLE.is_char_boundary(*end)) {
        _ = project.evaluate(&SAMPLE[..end]);
        _ = project.evaluate(&SAMPLE[end..]);
    }
    read(SAMPLE);
}

#[test]
fn random_changes() {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let pieces = [
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "\n",
        "    ",
        "*",
        "**",
        "=",
        ":",
        ",",
        ".",
        "'",
        "\"\"\"",
        "\\",
        "f'{",
        "not ",
        "lambda: ",
        "Migration",
        "operations",
        "\u{0}",
        "é",
    ];
    let project = Project::new(&[]);
    for _ in 0..600 {
        let mut text = SAMPLE.to_owned();
        for _ in 0..1 + random(6) {
            let mut at = random(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let mut end = (at + random(30)).min(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let end = end.max(at);
            text.replace_range(at..end, pieces[random(pieces.len())]);
        }
        _ = project.evaluate(&text);
    }
}

#[test]
fn deep_and_endless() {
    let many = 100_000;
    for text in [
        format!("x = {}1{}", "(".repeat(many), ")".repeat(many)),
        format!("x = {}", "[".repeat(many)),
        format!("x = {}1", "-".repeat(many)),
        format!("x = {}1", "not ".repeat(many)),
        format!("x = {}1", "lambda: ".repeat(many)),
        format!("x = a{}", ".a".repeat(many)),
        format!("x = a{}", "()".repeat(many)),
        format!("x = a{}", "[0]".repeat(many)),
        format!("x = 1{}", " + 1".repeat(many)),
        format!("x = 1{}", " ** 1".repeat(many)),
        format!("x = 1{}", " if 1 else 1".repeat(many)),
        format!("x = f'{}'", "{".repeat(many)),
        format!("x = f'{}1{}'", "{(".repeat(many), ")}".repeat(many)),
        format!("x = f'{{{}1}}'", "-".repeat(many)),
        (0..many / 100).map(|depth| format!("{}if 1:\n", " ".repeat(depth))).collect(),
        (0..90).map(|depth| format!("{}if 1:\n", " ".repeat(depth))).collect::<String>() + &" ".repeat(91) + "x = 1",
        format!("x = {}1{}", "[".repeat(190), "]".repeat(190)),
        format!("x = {}1{}", "f(".repeat(190), ")".repeat(190)),
        format!("x = {}1{}", "{'a': ".repeat(190), "}".repeat(190)),
        format!("x = []\n{}", "x = [x]\n".repeat(20_000)),
        format!("x = []\n{}", "x = (x, x)\n".repeat(100)),
        format!("x = []\n{}", "y = []\nx.append(y)\nx = y\n".repeat(20_000)),
        "x = []\nx.append(x)\nx.append(x)".to_owned(),
        "x = []\nfor i in range(10**9):\n    x.append(i)".to_owned(),
        "x = [i for i in range(100000) for j in range(100000)]".to_owned(),
        "def f(n):\n    return f(n + 1)\nx = f(0)".to_owned(),
        "def f(n):\n    return f(n - 1) + f(n - 2) if n > 1 else n\nx = f(60)".to_owned(),
        "x = 'a' * 10**12".to_owned(),
        "x = '%s' * 10000 % tuple(['a' * 10000] * 10000)".to_owned(),
        "x = ['a' * 1000000] * 200000\ny = ''.join(x)".to_owned(),
        "x = 2 ** 2 ** 2 ** 2 ** 2 ** 2".to_owned(),
        "class A(A):\n    pass\nclass A(A):\n    x = A.y\nx = A.z".to_owned(),
        "from .example import x\nfrom shop.example import *".to_owned(),
        "\u{feff}x = 1\r\n\u{c}y = 2".to_owned(),
        "x = '".to_owned() + &"a".repeat(10 << 20) + "'",
    ] {
        let project = Project::new(&[]);
        _ = project.evaluate(&text);
    }
}

#[test]
fn bytes_that_are_no_text() {
    let project = Project::new(&[]);
    let add = |bytes: &[u8]| project.sources.add(std::path::Path::new("a.py"), bytes.to_vec());
    assert_eq!(add(b"# -*- coding: latin-1 -*-\nx = '\xfc'").unwrap().text, "# -*- coding: latin-1 -*-\nx = 'ü'");
    assert_eq!(add(b"# coding: latin-1\nx = '\xc3\xbc'").unwrap().text, "# coding: latin-1\nx = 'Ã¼'");
    assert_eq!(add(b"\xEF\xBB\xBFx = 1").unwrap().text, "x = 1");
    let error = add(b"x = 1\ny = '\xff'").unwrap_err();
    assert!(error.message.contains("offset 11"), "{error:?}");
    let (span, _) = error.labels[0];
    assert_eq!(project.sources.location(span).unwrap().to_string(), "a.py:2:6");
}
