use std::path::Path;

use limosa_model::code::CodeFact;

use super::code_facts;
use crate::sources::Sources;

/// Returns what the function `run` of a file does, one thing a line.
fn facts(text: &str) -> String {
    let sources = Sources::default();
    let source = sources.add(Path::new("x.py"), text.into()).unwrap();
    let found = code_facts(&source, "run").unwrap();
    let line = |(fact, _): &(CodeFact, _)| match fact {
        CodeFact::Asks { model, variable, .. } => format!("asks {model} as {}", variable.as_deref().unwrap_or("-")),
        CodeFact::Imports { name, path } => format!("imports {name} from {path}"),
        CodeFact::Loops { text, filtered, .. } => format!("{} {text}", if *filtered { "loops some" } else { "loops" }),
        CodeFact::UpdatesAll { text, .. } => format!("updates {text}"),
        CodeFact::DeletesAll { text, .. } => format!("deletes {text}"),
    };
    found.facts.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn functions() {
    for (body, expected) in [
        ("Order = apps.get_model('shop', 'Order')", "asks shop.order as Order"),
        ("m = apps.get_model('shop.Order'); m.objects.create()", "asks shop.order as m"),
        (
            "for x in apps.get_model('shop', 'Order').objects.all(): x.save()",
            "loops apps.get_model('shop', 'Order').objects.all()\nasks shop.order as -",
        ),
        ("M.objects.all()", "imports M from shop.models.M"),
        ("models.Order.objects.get(pk=1); models.Order.objects.count()", "imports models.Order from shop.models.Order"),
        ("from other.models import T\n    T.objects.create()", "imports T from other.models.T"),
        ("from other.models import T\n    T(name='x').save()", "imports T from other.models.T"),
        ("M = apps.get_model('shop', 'M'); M.objects.create()", "asks shop.m as M"),
        ("print(M.STATUS)", ""),
        (
            "User = get_user_model(); User.objects.create()",
            "imports get_user_model() from django.contrib.auth.get_user_model",
        ),
        ("for x in q.all(): x.save()", ""),
        (
            "for x in M.objects.filter(a=1).order_by('b'): pass",
            "loops some M.objects.filter(a=1).order_by('b')\nimports M from shop.models.M",
        ),
        ("T = 1\n    for x in T.objects.all().iterator(): pass", ""),
        ("T = 1\n    for x in T.objects.all().iterator(chunk_size=10): pass", ""),
        ("T = 1\n    for x in T.objects.all()[:100]: pass", ""),
        ("T = 1\n    for x in T.objects.all()[100:]: pass", ""),
        ("T = 1\n    for x in T.objects.filter(pk__in=keys): pass", ""),
        ("T = 1\n    q = T.objects.all()\n    q = q.filter(a=1)\n    for x in q: pass", "loops some q"),
        ("T = 1\n    q = T.objects.all()\n    for x in q.iterator(): pass", ""),
        ("T = 1\n    for i, x in enumerate(T.objects.all()): pass", "loops enumerate(T.objects.all())"),
        ("T = 1\n    names = [x.name for x in T.objects.all()]", "loops T.objects.all()"),
        (
            "T = 1\n    keys = list(T.objects.values_list('pk', flat=True))",
            "loops T.objects.values_list('pk', flat=True)",
        ),
        ("T = 1\n    T.objects.update(a=1)", "updates T.objects"),
        ("T = 1\n    T.objects.filter(a=2).update(a=1)", ""),
        ("T = 1\n    T.objects.all().delete()", "deletes T.objects.all()"),
        ("T = 1\n    T.objects.exclude(a=1).delete()", ""),
        ("helper(apps)", "asks shop.order as Inner"),
        ("run(apps, schema_editor)", ""),
        ("for x in range(10): pass", ""),
        ("for x in {}.items(): x.update()", ""),
    ] {
        let text = format!(
            "from shop import models\nfrom shop.models import M\nfrom django.contrib.auth import get_user_model\n\
             def helper(apps):\n    Inner = apps.get_model('shop', 'Order')\n\ndef run(apps, schema_editor):\n    {body}\n"
        );
        assert_eq!(facts(&text), expected, "{body}");
    }
}
