//! What is wrong with a native migration is reported with its place and what to do.

use crate::support::Folder;

#[track_caller]
fn check(file: &str, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let folder = Folder::new(&[(format!("app/migrations/{file}").as_str(), *text)]);
        let project = folder.open();
        assert_eq!(folder.errors(&project).replace("app/migrations/", ""), *expected, "{text}");
        assert!(project.migrations.is_empty(), "{text}");
    }
}

#[test]
fn toml() {
    let add =
        |field: &str| format!("[[operations]]\nop = \"AddField\"\nmodel = \"A\"\nname = \"x\"\nfield = {field}\n");
    let unknown_class = add("{ type = \"CharFeild\" }");
    let unknown_key = add("{ type = \"CharField\", maxlength = 3 }");
    let own_key = add("{ type = \"IntegerField\", on_delete = \"CASCADE\" }");
    let no_type = add("{ max_length = 3 }");
    let wrong_type = add("{ type = \"CharField\", max_length = \"3\" }");
    let on_delete = add("{ type = \"ForeignKey\", to = \"A\", on_delete = \"cascade\" }");
    let no_to = add("{ type = \"ForeignKey\", on_delete = \"CASCADE\" }");
    let custom = add("{ type = \"shop.fields.Money\" }");
    let table = add("{ type = \"CharField\", default = { a = 1 } }");
    let expression = add("{ type = \"CharField\", db_default = { now = true } }");
    check(
        "0001_x.toml",
        &[
            (
                "dependencies = [\"a\n",
                "0001_x.toml:1:19 syntax-error: syntax error: invalid basic string, expected `\"`",
            ),
            (
                "depends = []\n",
                "0001_x.toml:1:1 unknown-key: unknown key `depends` in a migration (known are: dependencies, operations, pending_operations, atomic, stage, delay, replaces, run_before, initial)",
            ),
            (
                "dependancies = []\n",
                "0001_x.toml:1:1 unknown-key: unknown key `dependancies` in a migration (did you mean `dependencies`?)",
            ),
            (
                "dependencies = [\"blog\"]\n",
                "0001_x.toml:1:17 invalid-dependency: `blog` names no migration (write the app and the migration: \"blog.0001_initial\")",
            ),
            ("dependencies = \"a.b\"\n", "0001_x.toml:1:16 wrong-type: a text where a list of migrations is expected"),
            (
                "stage = \"predeploy\"\n",
                "0001_x.toml:1:9 unknown-value: `predeploy` is not known here (did you mean `pre-deploy`?)",
            ),
            ("atomic = 1\n", "0001_x.toml:1:10 wrong-type: a whole number where true or false is expected"),
            (
                "[[operations]]\nname = \"A\"\n",
                "0001_x.toml:1:1 missing-key: the operation has no `op` (name it as Django does: op = \"AddField\")",
            ),
            (
                "[[operations]]\nop = \"Addfield\"\n",
                "0001_x.toml:2:6 unknown-operation: unknown operation `Addfield` (did you mean `AddField`?)",
            ),
            (
                "[[operations]]\nop = \"RunPython\"\n",
                "0001_x.toml:2:6 unknown-operation: unknown operation `RunPython` (a native migration runs SQL (`RunSQL`) or a registered function (`RunRust`))",
            ),
            (
                "[[operations]]\nop = \"RemoveField\"\nmodel = \"A\"\n",
                "0001_x.toml:2:6 missing-key: RemoveField has no `name`",
            ),
            (
                "[[operations]]\nop = \"RemoveField\"\nmodle = \"A\"\nname = \"x\"\n",
                "0001_x.toml:3:1 unknown-key: unknown key `modle` in RemoveField (did you mean `model`?)\n0001_x.toml:2:6 missing-key: RemoveField has no `model`",
            ),
            (
                "stage = \"post-deploy\"\n[[pending_operations]]\nop = \"DeleteModel\"\nname = \"A\"\n",
                "0001_x.toml:2:3 conflicting-keys: `stage` decides about all operations, and `pending_operations` have one (leave `stage` out)",
            ),
            (
                &unknown_class,
                "0001_x.toml:5:18 unknown-field: unknown field class `CharFeild` (did you mean `CharField`?)",
            ),
            (
                &unknown_key,
                "0001_x.toml:5:31 unknown-key: unknown key `maxlength` in a field of type CharField (did you mean `max_length`?)",
            ),
            (
                &no_type,
                "0001_x.toml:5:9 missing-key: the field has no `type` (name the class of the field: { type = \"CharField\", max_length = 80 })",
            ),
            (&wrong_type, "0001_x.toml:5:44 wrong-type: a text where a whole number is expected"),
            (&on_delete, "0001_x.toml:5:54 unknown-value: unknown `on_delete`: `cascade` (did you mean `CASCADE`?)"),
            (
                &no_to,
                "0001_x.toml:5:9 invalid-operation: the migration app.0001_x is not understood: field `x`: `django.db.models.ForeignKey` needs the argument `to`",
            ),
            (
                &custom,
                "0001_x.toml:5:9 invalid-operation: the migration app.0001_x is not understood: field `x`: unknown field class `shop.fields.Money`",
            ),
            (
                &table,
                "0001_x.toml:5:41 wrong-type: a table is no default of this field (a default that the database computes is `db_default`; a table is a default only of a JSONField)",
            ),
            (
                &expression,
                "0001_x.toml:5:46 unknown-expression: `now` is no expression (write { value = ... }, { f = \"field\" }, { Lower = \"field\" } or { function = \"Lower\", args = [\"field\"] })",
            ),
        ],
    );
    let folder = Folder::new(&[("app/migrations/0001_x.toml", own_key)]);
    let errors = folder.errors(&folder.open());
    assert!(
        errors.starts_with(
            "app/migrations/0001_x.toml:5:34 unknown-key: unknown key `on_delete` in a field of type IntegerField"
        ),
        "{errors}"
    );
}

#[test]
fn every_mistake_of_a_file_is_reported() {
    let text = "[[operations]]\nop = \"CreateModel\"\nname = \"A\"\n[operations.fields]\nid = { type = \"BigAuto\" }\nb = { type = \"Text\" }\n\
                [[operations]]\nop = \"Drop\"\n";
    let folder = Folder::new(&[("app/migrations/0001_x.toml", text)]);
    let errors = folder.errors(&folder.open());
    let places: Vec<&str> = errors.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(
        places,
        ["app/migrations/0001_x.toml:5:15", "app/migrations/0001_x.toml:6:14", "app/migrations/0001_x.toml:8:6"]
    );
}

#[test]
fn sql() {
    check(
        "0001_x.sql",
        &[
            (
                "-- limosa: depends a.b\nSELECT 1;\n",
                "0001_x.sql:1:12 unknown-key: unknown key `depends` in a migration (known are: dependencies, replaces, run_before, initial, stage, delay, atomic, forwards, backwards)",
            ),
            (
                "-- limosa: atomic no\nSELECT 1;\n",
                "0001_x.sql:1:1 wrong-type: `no` is neither true nor false (write true or false)",
            ),
            (
                "-- limosa: stage later\n",
                "0001_x.sql:1:1 unknown-value: unknown stage `later` (known are: pre-deploy, post-deploy)",
            ),
            (
                "-- limosa: dependencies a\n",
                "0001_x.sql:1:1 invalid-dependency: `a` names no migration (write the app and the migration: blog.0001_initial)",
            ),
            (
                "-- limosa: forwards\n-- limosa: atomic false\n",
                "0001_x.sql:2:1 misplaced-key: `atomic` stands below the SQL (write the header above `-- limosa: forwards`)",
            ),
            (
                "SELECT 1;\n-- limosa: forwards\n",
                "0001_x.sql:1:1 misplaced-sql: SQL stands above `-- limosa: forwards` (move it below that line)",
            ),
            (
                "-- limosa: forwards\n-- limosa: forwards\n",
                "0001_x.sql:2:12 duplicate-key: `forwards` stands there twice (remove one of them)",
            ),
        ],
    );
}
