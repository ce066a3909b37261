//! Field classes of the project and of packages, understood from their source.

use limosa_model::operations::OperationKind;

use super::python_support::Project;

const FIELDS: &str = r#"
from typing import TYPE_CHECKING
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

class Plain(models.CharField):
    description = _("A plain one")

class Sized(models.CharField):
    def __init__(self, *args, **kwargs):
        self.extra = kwargs.pop("extra", None)
        kwargs.setdefault("max_length", 21)
        kwargs["null"] = True
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["null"]
        return name, path, args, kwargs

class Smaller(Sized):
    def __init__(self, size=5, **kwargs):
        super(Smaller, self).__init__(max_length=size, **kwargs)
        self.blank = True

class Whole(models.Field):
    def get_internal_type(self):
        return "IntegerField"

class Typed(models.Field):
    def db_type(self, connection):
        if connection.vendor == "postgresql":
            return "inet"
        return "varchar(%d)" % 39

class Odd(models.CharField):
    def __init__(self, *args, **kwargs):
        if connection.features.has_odd:
            kwargs["max_length"] = 3
        super().__init__(*args, **kwargs)

class Prepared(models.TextField):
    def get_prep_value(self, value):
        return str(value)

class Parent(models.ForeignKey):
    pass

class Adding(models.CharField):
    def contribute_to_class(self, cls, name):
        cls.add_to_class("other", models.CharField())

class Helping(models.CharField):
    def contribute_to_class(self, cls, name):
        """Calls `contribute_to_class()` of others, and `other.contribute_to_class()`, and contribute_to_class()."""
        super().contribute_to_class(cls, name)
        self.help_out(cls)

    def help_out(self, cls):
        models.TextField().contribute_to_class(cls, "more")

class Frozen(models.TextField):
    def __init__(self, *args, frozen=False, **kwargs):
        self.more = not frozen
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls, name):
        if self.more and not cls._meta.abstract:
            cls.add_to_class("other", models.TextField())
        super(Frozen, self).contribute_to_class(cls, name)

class Skipping(models.TextField):
    def contribute_to_class(self, cls, name):
        super(models.TextField, self).contribute_to_class(cls, name)

class Late(models.TextField):
    def contribute_to_class(self, cls, name):
        self.null = True
        super().contribute_to_class(cls, name)

class Mixin(models.Field):
    def __init__(self, *args, dump=None, **kwargs):
        super().__init__(*args, **kwargs)

class Mixed(Mixin, models.TextField):
    pass

class Both(Plain, models.SlugField):
    pass

class Neither(Plain, models.TextField):
    pass

class After(models.CharField):
    def __init__(self, kind, *args, **kwargs):
        if isinstance(kind, (str, int)) or not callable(kind):
            kwargs["max_length"] = 7
        kwargs.setdefault("max_length", 9)
        super().__init__(*args, **kwargs)
        if self.choices and self.null:
            self.blank = True

class Folded(models.CharField):
    def __init__(self, *args, folds=False, collations=None, **kwargs):
        self.folds = folds
        self.collations = collations or {}
        super().__init__(*args, **kwargs)

    def db_parameters(self, connection):
        parameters = models.Field.db_parameters(self, connection)
        if connection.vendor == "sqlite":
            parameters["collation"] = "NOCASE" if self.folds else "BINARY"
        elif connection.vendor in self.collations:
            parameters["collation"] = self.collations[connection.vendor]
        return parameters

class Kept(models.TextField):
    def db_parameters(self, connection):
        return dict(super().db_parameters(connection), type="citext" if connection.vendor == "postgresql" else "text")

class Measured(models.CharField):
    def db_parameters(self, connection):
        parameters = super().db_parameters(connection)
        parameters["collation"] = connection.features.collation
        return parameters

class Aside:
    def db_type(self, connection):
        return "aside"

class Behind(models.CharField, Aside):
    pass

class Before(Aside, models.CharField):
    pass

class Left(models.CharField):
    pass

class Plainly(models.Field):
    def db_type(self, connection):
        return "plain"

class Between(Left, Plainly):
    pass

class Upper(models.CharField):
    def get_internal_type(self):
        return "CharField"

class Lower(Upper):
    pass

class Other(Upper):
    def get_internal_type(self):
        return "TextField"

class Diamond(Lower, Other):
    pass

if TYPE_CHECKING:
    Base = models.TextField[str, str]
else:
    Base = models.TextField

class Checked(Base):
    pass
"#;

/// Adds the field to a model and shows what it is, or why it is not known.
#[track_caller]
fn check(field: &str, expected: &str) {
    let project = Project::new(&[
        ("shop/__init__.py", ""),
        ("shop/fields.py", FIELDS),
        ("shop/more.py", "from .fields import Sized as Other\n"),
    ]);
    let text = format!(
        "from django.db import migrations, models\nimport shop.fields as f\nimport shop.more\nclass Migration(migrations.Migration):\n    operations = [migrations.AddField('A', 'n', {field})]\n"
    );
    project.migration(&text, |context, raw, _| {
        let shown = match raw.unwrap().migration(context) {
            Ok(migration) => match &migration.operations[0].kind {
                OperationKind::AddField(op) => {
                    let field = &op.field;
                    let kind = format!("{:?}", field.kind);
                    let kind = kind.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
                    let names: Vec<&str> = field.kwargs.iter().map(|(name, _)| name.as_str()).collect();
                    let types = field
                        .custom
                        .as_ref()
                        .map(|custom| custom.types.iter().filter_map(|(_, name)| name.clone()).collect::<Vec<_>>());
                    let collations = field.custom.as_ref().map(|custom| &custom.collations);
                    let collations = collations.filter(|collations| !collations.is_empty());
                    let collations = collations.map(|collations| {
                        let shown = |(vendor, name): &(limosa_model::SmolStr, Option<limosa_model::SmolStr>)| {
                            format!(" {vendor}={}", name.as_deref().unwrap_or("-"))
                        };
                        collations.iter().map(shown).collect::<String>()
                    });
                    format!(
                        "{} {kind} {:?} null={} blank={} {types:?} [{}]{}",
                        field.class,
                        field.max_length,
                        field.null,
                        field.blank,
                        names.join(" "),
                        collations.unwrap_or_default()
                    )
                }
                other => format!("{other:?}"),
            },
            Err(problems) => problems[0].reason.rsplit(": ").next().unwrap_or_default().to_owned(),
        };
        assert_eq!(shown, expected, "{field}");
    });
}

#[test]
fn classes_are_followed() {
    for (field, expected) in [
        ("f.Plain(max_length=9)", "shop.fields.Plain Char Some(9) null=false blank=false None [max_length]"),
        ("f.Sized(extra='e')", "shop.fields.Sized Char Some(21) null=true blank=false None [max_length extra]"),
        (
            "shop.more.Other('Title')",
            "shop.fields.Sized Char Some(21) null=true blank=false None [verbose_name max_length]",
        ),
        ("f.Smaller()", "shop.fields.Smaller Char Some(5) null=true blank=true None [max_length blank]"),
        ("f.Whole(default=3)", "shop.fields.Whole Integer None null=false blank=false None [default]"),
        (
            "f.Typed()",
            "shop.fields.Typed Custom None null=false blank=false Some([\"inet\", \"varchar(39)\", \"varchar(39)\"]) []",
        ),
        (
            "f.Parent('shop.B', models.CASCADE)",
            "shop.fields.Parent ForeignKey None null=false blank=false None [to on_delete]",
        ),
        ("f.Frozen(frozen=True)", "shop.fields.Frozen Text None null=false blank=false None [frozen]"),
        ("f.Mixed(dump=1)", "shop.fields.Mixed Text None null=false blank=false None [dump]"),
        ("f.Both()", "shop.fields.Both Slug Some(50) null=false blank=false None []"),
        ("f.After(f.Plain)", "shop.fields.After Char Some(9) null=false blank=false None [max_length]"),
        ("f.After('a', null=True)", "shop.fields.After Char Some(7) null=true blank=false None [null max_length]"),
        (
            "f.After('a', null=True, choices=[('a', 'A')])",
            "shop.fields.After Char Some(7) null=true blank=true None [null choices max_length blank]",
        ),
        (
            "f.Folded(folds=True, collations={'mysql': 'utf8mb4_bin'})",
            "shop.fields.Folded Char None null=false blank=false Some([]) [folds collations] postgresql=- sqlite=NOCASE mysql=utf8mb4_bin",
        ),
        ("f.Kept()", "shop.fields.Kept Text None null=false blank=false Some([\"citext\", \"text\", \"text\"]) []"),
        ("f.Behind(max_length=1)", "shop.fields.Behind Char Some(1) null=false blank=false None [max_length]"),
        (
            "f.Before(max_length=1)",
            "shop.fields.Before Char Some(1) null=false blank=false Some([\"aside\", \"aside\", \"aside\"]) [max_length]",
        ),
        ("f.Diamond()", "shop.fields.Diamond Text None null=false blank=false None []"),
        ("f.Checked()", "shop.fields.Checked Text None null=false blank=false None []"),
        ("f.Prepared(null=True)", "shop.fields.Prepared Text None null=true blank=false None [null]"),
    ] {
        check(field, expected);
    }
}

#[test]
fn what_the_source_does_not_tell_is_not_guessed() {
    for (field, expected) in [
        (
            "f.Odd(max_length=4)",
            "calls `shop.fields.Odd.__init__`, which depends on the condition `connection.features.has_odd`, which is not known",
        ),
        ("f.Adding(max_length=1)", "the class adds other fields to the model"),
        ("f.Helping(max_length=1)", "the class adds other fields to the model"),
        ("f.Frozen()", "the class adds other fields to the model"),
        ("f.Skipping()", "the class adds other fields to the model"),
        ("f.Measured()", "what `db_parameters` returns is not known"),
        ("f.Between()", "the class `Plainly` stands between classes of Django's"),
        ("f.Late()", "the class sets `null` when it joins a model"),
        ("f.Neither()", "the class is built on both `django.db.models.CharField` and `django.db.models.TextField`"),
        ("f.Missing()", "the class `shop.fields.Missing` could not be followed to one of Django's"),
    ] {
        check(field, expected);
    }
}
