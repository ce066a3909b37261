//! Apps without migrations: what migrated apps refer to, and the tables that `--run-syncdb` makes.

use crate::twins::on_each;

const LEGACY: [(&str, &str); 4] = [
    ("legacy/__init__.py", ""),
    (
        "legacy/models.py",
        r#"from django.db import models

class Shelf(models.Model):
    code = models.CharField(max_length=8, primary_key=True)

class Label(models.Model):
    text = models.CharField(max_length=20, unique=True)
    shelf = models.ForeignKey(Shelf, models.CASCADE, related_name="labels")
    near = models.ManyToManyField(Shelf, related_name="near_labels")
    class Meta:
        unique_together = [("text", "shelf")]
        indexes = [models.Index(fields=["text", "shelf"])]
        permissions = [("stick_label", "Can stick it")]

class BigLabel(Label):
    size = models.PositiveIntegerField(default=1)

class Keeper(models.Model):
    shelf = models.OneToOneField(Shelf, models.CASCADE, primary_key=True)
    book = models.ForeignKey("library.Book", models.CASCADE, null=True, db_constraint=False, related_name="kept_by")

class Loud(Label):
    class Meta:
        proxy = True

class Outside(models.Model):
    class Meta:
        managed = False
"#,
    ),
    (
        "library/migrations/0002_shelves.py",
        r#"from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial"), ("legacy", "__first__")]
    operations = [
        migrations.AddField("book", "shelf", models.ForeignKey("legacy.Shelf", models.CASCADE, null=True)),
        migrations.AddField("book", "keeper", models.ForeignKey("legacy.Keeper", models.CASCADE, null=True, db_constraint=False, related_name="+")),
        migrations.AddField("book", "labels", models.ManyToManyField("legacy.Label")),
        migrations.CreateModel("Sticker", [
            ("biglabel_ptr", models.OneToOneField(auto_created=True, on_delete=models.CASCADE, parent_link=True,
                primary_key=True, serialize=False, to="legacy.biglabel")),
            ("colour", models.CharField(max_length=3)),
        ], bases=("legacy.biglabel",)),
        migrations.AlterField("book", "id", models.IntegerField(primary_key=True, serialize=False)),
    ]
"#,
    ),
    (
        "library/models.py",
        r#"from django.db import models
from legacy.models import BigLabel, Label

class Book(models.Model):
    id = models.IntegerField(primary_key=True)
    title = models.CharField(max_length=40)
    shelf = models.ForeignKey("legacy.Shelf", models.CASCADE, null=True)
    keeper = models.ForeignKey("legacy.Keeper", models.CASCADE, null=True, db_constraint=False, related_name="+")
    labels = models.ManyToManyField(Label)

class Sticker(BigLabel):
    colour = models.CharField(max_length=3)
"#,
    ),
];

const CONTRIB: [&str; 3] = ["django.contrib.contenttypes", "django.contrib.auth", "legacy"];

#[test]
fn tables_first_then_migrations() {
    on_each("syncdb", &CONTRIB, &LEGACY, |twins| {
        let both = twins.run("migrate --run-syncdb").end_well();
        both.print_the_same();
        twins.run("migrate --run-syncdb").end_well().print_the_same();
        twins.run("migrate library 0001 --run-syncdb").end(2, 1);
        twins.run("migrate legacy --run-syncdb").end_well().print_the_same();
        twins.run("migrate legacy").end(2, 1);
    });
}

#[test]
fn without_tables_as_far_as_the_database_allows() {
    on_each("no_syncdb", &CONTRIB, &LEGACY, |twins| {
        twins.run("migrate library 0001").end_well();
        let both = twins.only_run("migrate");
        assert_eq!(both.ours.status.success(), both.theirs.status.success(), "{}\n{}", both.ours, both.theirs);
    });
}

#[test]
fn content_types_of_apps_that_nothing_refers_to() {
    let alone =
        [LEGACY[0], ("legacy/models.py", "from django.db import models\n\nclass Alone(models.Model):\n    pass\n")];
    on_each("alone", &CONTRIB, &alone, |twins| {
        twins.run("migrate").end_well();
        twins.run("migrate --run-syncdb legacy").end_well();
    });
}
