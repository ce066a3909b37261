use limosa_model::django::DjangoVersion;
use limosa_sql::dialect::{Context, Dialect};

use super::*;
use crate::judge::judge;
use crate::rules::Rules;
use crate::stats::{Stats, TableStats};
use crate::testing::with_plan;

fn definition(on: On, when: &str) -> Definition {
    Definition {
        code: "SHOP001".into(),
        name: None,
        level: Level::Warning,
        on,
        when: when.into(),
        message: "found".into(),
        help: None,
    }
}

fn postgres() -> Context {
    Context::new(Dialect::Postgres, DjangoVersion::V52)
}

fn orders(rows: u64) -> Stats {
    let table = TableStats { rows, bytes: rows * 100, ..TableStats::default() };
    Stats { tables: [("shop_order".into(), table)].into(), ..Stats::default() }
}

#[test]
fn what_is_wrong_with_an_expression() {
    use On::{Migration, Operation, Statement};
    for (on, when, expected) in [
        (Operation, "op.feild.null", "there is no `op.feild` (did you mean `op.field`?)"),
        (Operation, "has(op.field.nul)", "there is no `op.field.nul` (did you mean `op.field.null`?)"),
        (
            Operation,
            "operation.kind == 'AddField'",
            "there is no `operation` (there are op, table, migration, database)",
        ),
        (Operation, "op.kind == 'AddFeild'", "`op.kind` is never \"AddFeild\" (did you mean \"AddField\"?)"),
        (
            Operation,
            "op.kind in ['RunSQL', 'RunPyton']",
            "`op.kind` is never \"RunPyton\" (did you mean \"RunPython\"?)",
        ),
        (Operation, "op.field.null == 'yes'", "`op.field.null` is true or false, and is compared with a text"),
        (
            Operation,
            "'4' < op.field.max_length",
            "`op.field.max_length` is a whole number, and is compared with a text",
        ),
        (Operation, "op.name && true", "`op.name` is a text, where true or false is needed"),
        (Operation, "op.name.size", "`op.name` is a text: it has no `size`"),
        (Operation, "op.field.name", "this is a text, where true or false is needed"),
        (Operation, "op.name.startswith('x')", "there is no function `startswith` (did you mean `startsWith`?)"),
        (Operation, "op.fields.exists(f, f.nul)", "there is no `f.nul` (did you mean `f.null`?)"),
        (Operation, "op['feild'].null", "there is no `op.feild` (did you mean `op.field`?)"),
        (Operation, "op.?feild.orValue(1) == 1", "there is no `op.feild` (did you mean `op.field`?)"),
        (Operation, "statement.own", "there is no `statement` (there are op, table, migration, database)"),
        (
            Operation,
            "migration.operations.size() > 1",
            "there is no `migration.operations` (`migration` has app, name, file, atomic, initial, stage, dependencies, replaces, kinds)",
        ),
        (
            Statement,
            "statement.effects.exists(e, e.kind == 'add colum')",
            "`e.kind` is never \"add colum\" (did you mean \"add column\"?)",
        ),
        (Migration, "migration.operations.exists(o, o.kind == 'X')", "`o.kind` is never \"X\""),
        (
            Migration,
            "'RunPyton' in migration.kinds",
            "`migration.kinds` is never \"RunPyton\" (did you mean \"RunPython\"?)",
        ),
        (Migration, "database.vendor == 'postgres.ql'", "`database.vendor` is never \"postgres.ql\""),
        (Migration, "op.kind == 'AddField'", "there is no `op` (there are migration, database)"),
    ] {
        let problems = Policy::read(definition(on, when)).expect_err(when);
        let shown: Vec<String> = problems
            .iter()
            .map(|(_, problem)| match &problem.help {
                Some(help) => format!("{} ({help})", problem.message),
                None => problem.message.clone(),
            })
            .collect();
        assert!(shown.iter().any(|shown| shown.starts_with(expected)), "{when}: {shown:?}");
    }
    for when in ["op.kind ==", "(", "", "op.kind = 'AddField'", "\"\\", "a ? b", "{", "op..x", "🦀"] {
        assert!(Policy::read(definition(Operation, when)).is_err(), "{when}");
    }
    for (open, middle, close) in [
        ("(", "true", ")"),
        ("[", "", "]"),
        ("", "op", ".a"),
        ("!", "true", ""),
        ("true ? ", "true", " : true"),
        ("", "op", "[0]"),
    ] {
        for times in [20, 29, 75, 400, 5_000] {
            // Whatever it says of them, it lives on.
            _ = Policy::read(definition(Operation, &format!("{}{middle}{}", open.repeat(times), close.repeat(times))));
        }
    }
    for (code, is_code) in [
        ("SHOP001", true),
        ("ABC1", true),
        ("LK900", false),
        ("AB1", false),
        ("SHOP", false),
        ("shop1", false),
        ("", false),
        ("SHOP-1", false),
    ] {
        let definition = Definition { code: code.into(), ..definition(Operation, "true") };
        assert_eq!(Policy::read(definition).is_ok(), is_code, "{code}");
    }
    for (message, is_message) in [
        ("`{op.name}`", true),
        ("{{x}}", true),
        ("{op.nam}", false),
        ("{", false),
        ("a } b", false),
        ("{op.name", false),
    ] {
        let definition = Definition { message: message.into(), ..definition(Operation, "true") };
        assert_eq!(Policy::read(definition).is_ok(), is_message, "{message}");
    }
}

#[test]
fn what_is_found() {
    use On::{Migration, Operation, Statement};
    const LARGE: &str = "op.kind == 'AddField' && !op.field.null && !has(op.field.db_default) && table.rows > 10000";
    let added = "migrations.AddField('order', 'x', models.IntegerField(default=0))";
    for (on, when, rows, deploy, expected) in [
        (Operation, LARGE, 20_000, added, vec!["found"]),
        (Operation, LARGE, 20, added, vec![]),
        (Operation, LARGE, 20_000, "migrations.AddField('order', 'x', models.IntegerField(null=True))", vec![]),
        (Operation, LARGE, 20_000, "migrations.AddField('order', 'x', models.IntegerField(db_default=0))", vec![]),
        (Operation, LARGE, 20_000, "migrations.RunSQL('SELECT 1')", vec![]),
        (
            Operation,
            LARGE,
            20_000,
            "migrations.AddField('customer', 'x', models.IntegerField(default=0))",
            vec!["the policy cannot be evaluated: there is no `table.rows` here, only where"],
        ),
        (Operation, "op.kind == 'RunSQL' && op.sql.contains('DROP')", 0, "DROP TABLE shop_order", vec!["found"]),
        (Operation, "!op.reversible", 0, "migrations.RunSQL('SELECT 1')", vec!["found"]),
        (
            Operation,
            "op.field.max_length < 20",
            0,
            "migrations.AlterField('order', 'status', models.CharField(max_length=10)), migrations.RunSQL('SELECT 1')",
            vec!["found", "the policy cannot be evaluated: there is no `op.field` here, only of `AddField`"],
        ),
        (
            Operation,
            "op.old_field.max_length == 1 || op.field.max_length == 1",
            0,
            "migrations.AlterField('order', 'number', models.IntegerField())",
            vec![
                "the policy cannot be evaluated: there is no `op.field.max_length` here, only where the field has one; \
                 or there is no `op.old_field.max_length` here, only where the field has one",
            ],
        ),
        (
            Operation,
            "op.kind == 'AlterField' && op.old_field.max_length > op.field.max_length",
            0,
            "migrations.AlterField('order', 'status', models.CharField(max_length=10))",
            vec!["found"],
        ),
        (
            Operation,
            "table.new && op.kind == 'AddIndex'",
            0,
            "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True)), ('x', models.IntegerField())]), \
             migrations.AddIndex('tag', models.Index(fields=['x'], name='tag_x')), \
             migrations.AddIndex('order', models.Index(fields=['number'], name='order_x'))",
            vec!["found"],
        ),
        (
            Operation,
            "op.kind == 'CreateModel' && op.fields.exists(f, f.type == 'ForeignKey' && f.on_delete == 'CASCADE' && f.to.lowerAscii() == 'shop.order')",
            0,
            "migrations.CreateModel('Line', [('id', models.AutoField(primary_key=True)), \
             ('order', models.ForeignKey('shop.Order', models.CASCADE))])",
            vec!["found"],
        ),
        (
            Statement,
            "statement.own && statement.blocks == 'everything' && table.rows > 5",
            10,
            "ALTER TABLE shop_order ADD COLUMN x int; SELECT 1",
            vec!["found"],
        ),
        (
            Statement,
            "statement.effects.exists(e, e.kind == 'create index' && !e.concurrently)",
            0,
            "CREATE INDEX a ON shop_order (number); -- x\nDROP INDEX a",
            vec!["found"],
        ),
        (
            Migration,
            "size(migration.kinds) > 1 && 'RunPython' in migration.kinds",
            0,
            "migrations.RunPython(migrations.RunPython.noop), migrations.RunSQL('SELECT 1')",
            vec!["found"],
        ),
        (
            Migration,
            "migration.operations.exists(o, has(o.index) && o.index.fields.size() > 1)",
            0,
            "migrations.AddIndex('order', models.Index(fields=['number', 'status'], name='order_x'))",
            vec!["found"],
        ),
        (Migration, "database.vendor == 'postgresql' && database.major >= 15", 0, "SELECT 1", vec!["found"]),
        (Operation, "table.?rows.orValue(0) > 5", 10, "migrations.RunSQL('SELECT 1')", vec![]),
    ] {
        let policy = Policy::read(definition(on, when)).expect(when);
        let policies = [policy];
        let stats = orders(rows);
        let found =
            with_plan(&postgres(), &stats, deploy, |plan| judge(plan, &Rules { checks: &[], policies: &policies }));
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages.len(), expected.len(), "{when}: {deploy}\n{messages:#?}");
        for (finding, expected) in found.iter().zip(expected) {
            assert!(finding.message.starts_with(expected), "{when}: {deploy}\n{messages:#?}");
            let level = if expected == "found" { Level::Warning } else { Level::Error };
            assert_eq!(finding.level, level, "{when}");
        }
    }
}

#[test]
fn messages_hold_expressions() {
    let policy = Policy::read(Definition {
        message: "`{op.model}.{op.field.name}` {{is}} {op.field.max_length} {table.rows}".into(),
        help: Some("{migration.name}".into()),
        ..definition(On::Operation, "true")
    });
    let policies = [policy.expect("a policy")];
    let deploy = "migrations.AddField('order', 'x', models.CharField(max_length=7, null=True))";
    let rules = Rules { checks: &[], policies: &policies };
    let found = with_plan(&postgres(), &Stats::default(), deploy, |plan| judge(plan, &rules));
    assert_eq!(found[0].message, "`order.x` {is} 7 ?");
    assert_eq!(found[0].help.as_deref(), Some("0001_example"));
    assert_eq!(found[0].table.as_deref(), Some("shop_order"));
}

/// Each function that expressions may call is one that there is.
#[test]
fn functions_are_there() {
    let variables = schema::variables(On::Migration);
    for expression in [
        "size('a') == 1 && 'a'.size() == 1 && [1].size() == 1",
        "'abc'.contains('b') && 'abc'.startsWith('a') && 'abc'.endsWith('c') && 'abc'.matches('^a')",
        "bool('true') && int('1') == 1 && uint(1) == 1u && double(1) == 1.0 && string(1) == '1'",
        "type(1) == int && dyn(1) == 1",
        "'abc'.charAt(1) == 'b' && 'abc'.indexOf('b') == 1 && 'aba'.lastIndexOf('a') == 2",
        "['a', 'b'].join('-') == 'a-b' && 'Ab'.lowerAscii() == 'ab' && 'Ab'.upperAscii() == 'AB'",
        "'a-b'.replace('-', '+') == 'a+b' && 'ab'.reverse() == 'ba' && 'a,b'.split(',')[1] == 'b'",
        "'abc'.substring(1) == 'bc' && ' a '.trim() == 'a'",
        "{'a': 1}.?a.orValue(2) == 1 && {'a': 1}.?a.hasValue() && {'a': 1}.?a.value() == 1",
        "[1, 2].all(x, x > 0) && [1].exists(x, x == 1) && [1].exists_one(x, x == 1)",
        "[1, 2].map(x, x * 2) == [2, 4] && [1, 2].filter(x, x > 1) == [2]",
    ] {
        let read =
            Expression::read(expression, variables).unwrap_or_else(|problems| panic!("{expression}: {problems:?}"));
        assert_eq!(read.holds(&context(&Variables::from_iter([]))), Ok(true), "{expression}");
    }
}
