from django.contrib.gis.db import models as gis
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shapes", "0001_initial")]
    operations = [
        migrations.AddField("place", "centre", gis.PointField(null=True)),
        migrations.AddField("place", "outline", gis.PolygonField(null=True, spatial_index=False)),
        migrations.AddField("place", "size", models.IntegerField(default=1)),
        migrations.AlterField("place", "area", gis.PolygonField(srid=4326, spatial_index=True)),
        migrations.AlterField("place", "point", gis.PointField(srid=4326, spatial_index=False)),
        migrations.AlterField("place", "line", gis.LineStringField(srid=4326, null=True)),
        migrations.RenameField("place", "areas", "zones"),
        migrations.AlterModelTable("place", "shapes places"),
        migrations.RemoveField("place", "lines"),
        migrations.RemoveField("place", "points"),
        migrations.AlterField("place", "any", gis.GeometryField(null=True, blank=True, help_text="any")),
    ]
