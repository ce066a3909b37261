use std::collections::BTreeSet;

use limosa_model::django::DjangoVersion;
use limosa_sql::dialect::{Context, Dialect};

use super::super::{looked_at, values::Sight};
use super::*;
use crate::judge::subjects;
use crate::stats::{Stats, TableStats};
use crate::testing::with_plan;

/// What expressions see is what is documented: no other names, no other types, and what is always there is there.
#[test]
fn values_are_as_documented() {
    let deploy = "
operations = [
    migrations.CreateModel('Tag', [
        ('id', models.AutoField(primary_key=True)),
        ('to', models.ManyToManyField('shop.Order', db_constraint=False)),
        ('x', models.IntegerField(db_default=1)),
        ('on', models.ForeignKey('shop.Order', models.CASCADE, null=True)),
    ], options={'indexes': [models.Index(fields=['x'], name='ix')], 'verbose_name': 'y',
        'constraints': [models.UniqueConstraint(fields=['x'], name='ux', condition=Q(x=1))]}),
    migrations.AddField('order', 'a', models.CharField(max_length=7, default='q'), preserve_default=False),
    migrations.AlterField('order', 'status', models.CharField(max_length=10)),
    migrations.RenameField('order', 'a', 'b'),
    migrations.RemoveField('order', 'b'),
    migrations.RemoveField('order', 'customer'),
    migrations.AddIndex('order', models.Index(fields=['number'], name='nx')),
    migrations.RenameIndex('order', 'nx2', 'nx'),
    migrations.RemoveIndex('order', 'nx2'),
    migrations.AddConstraint('order', models.CheckConstraint(condition=Q(number__gt=0), name='cx')),
    migrations.RemoveConstraint('order', 'cx'),
    migrations.AlterModelOptions('order', {'ordering': ['-number']}),
    migrations.AlterModelTable('order', 'orders'),
    migrations.RenameModel('Order', 'Sale'),
    migrations.SeparateDatabaseAndState([migrations.RunSQL('CREATE INDEX a ON orders (number); UPDATE orders SET number = 1; DO $$ $$', '')]),
    migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop, elidable=True),
    migrations.AlterField('tag', 'x', models.IntegerField(db_default=2)),
    migrations.AlterField('tag', 'on', models.ForeignKey('shop.Sale', models.CASCADE)),
    migrations.DeleteModel('Tag'),
]
stage = 'pre-deploy'
";
    let (mut wrong, mut seen, mut sight) = (Vec::new(), BTreeSet::new(), Sight::default());
    let stats = Stats {
        tables: [("shop_order".into(), TableStats { writes_per_second: Some(1.0), ..TableStats::default() })].into(),
        ..Stats::default()
    };
    with_plan(&Context::new(Dialect::Postgres, DjangoVersion::V52), &stats, deploy, |plan| {
        subjects(plan, &mut |subject| {
            let on = looked_at(subject);
            let values = sight.variables(subject).values();
            let members = variables(on);
            assert_eq!(values.len(), members.len());
            for (name, value) in &values {
                let member = members.iter().find(|member| member.name == *name).expect(name);
                wrong.extend(misfits(value, member.of, name));
                missing(value, member.of, name, &mut wrong, &mut seen);
            }
        });
    });
    assert_eq!(wrong, Vec::<String>::new());
    let mut unseen = Vec::new();
    for on in [On::Operation, On::Statement, On::Migration] {
        for variable in variables(on) {
            all(variable.of, variable.name, &mut |path| {
                if !seen.contains(path) {
                    unseen.push(path.to_owned());
                }
            });
        }
    }
    unseen.sort();
    unseen.dedup();
    // There is no file here, and no deploy with a squash.
    assert_eq!(unseen, ["migration.file"]);
}

/// Notes the members that are there, and those that should be.
fn missing(value: &Value, of: Type, path: &str, wrong: &mut Vec<String>, seen: &mut BTreeSet<String>) {
    seen.insert(path.to_owned());
    match (value, of) {
        (Value::Map(map), Type::Map(members)) => {
            for member in members {
                let path = format!("{path}.{}", member.name);
                match map.map.get(&Key::from(member.name)) {
                    Some(value) => missing(value, member.of, &path, wrong, seen),
                    None if member.only.is_none() => wrong.push(format!("`{path}` is missing")),
                    None => {}
                }
            }
        }
        (Value::List(items), Type::List(of)) => {
            items.iter().for_each(|item| missing(item, *of, &format!("{path}[]"), wrong, seen));
        }
        _ => {}
    }
}

fn all(of: Type, path: &str, note: &mut dyn FnMut(&str)) {
    note(path);
    if let Type::Map(members) = of {
        members.iter().for_each(|member| all(member.of, &format!("{path}.{}", member.name), note));
    }
}
