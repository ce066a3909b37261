from django.contrib.gis.db import models as gis
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shapes", "0002_more")]
    operations = [
        migrations.RenameModel("Place", "Spot"),
        migrations.RenameField("spot", "centre", "middle"),
        migrations.CreateModel(
            "Later",
            [
                ("spot_ptr", gis.OneToOneField("shapes.Spot", gis.CASCADE, primary_key=True, parent_link=True, serialize=False)),
                ("where", gis.PointField()),
            ],
            bases=("shapes.spot",),
        ),
    ]
