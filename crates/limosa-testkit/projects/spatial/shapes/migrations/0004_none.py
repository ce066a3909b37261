from django.contrib.gis.db import models as gis
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shapes", "0003_less")]
    operations = [
        migrations.RemoveField("later", "where"),
        migrations.RemoveField("spot", "point"),
        migrations.RemoveField("spot", "line"),
        migrations.AddField("later", "there", gis.PointField(null=True)),
        migrations.DeleteModel("Later"),
    ]
