from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("indexes", "0004_by_sql")]
    operations = [
        AddConstraintNotValid("Entry", models.CheckConstraint(name="entry_day_positive", condition=models.Q(day__gt=0))),
        ValidateConstraint("Entry", "entry_day_positive"),
    ]
