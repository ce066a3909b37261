from django.contrib.gis.db import models as gis
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shapes_postgis", "0001_initial")]
    operations = [
        migrations.AlterField("thing", "path", gis.LineStringField(null=True, srid=4326, dim=3)),
        migrations.AlterField("thing", "path3", gis.LineStringField(null=True, srid=4326)),
        migrations.AlterField("thing", "solid", gis.PointField(dim=3, srid=4326, spatial_index=False)),
        migrations.AlterField("thing", "globe", gis.PointField(geography=True, null=True)),
        migrations.AddField("thing", "picture", gis.RasterField(null=True)),
        migrations.AlterField("thing", "plain", gis.RasterField(null=True)),
        migrations.AlterField("thing", "image", gis.RasterField(srid=4326, null=True, spatial_index=False)),
        migrations.AlterField("thing", "code", models.BigIntegerField(default=0)),
        migrations.RemoveField("thing", "globe3"),
        migrations.RenameField("thing", "solid", "body"),
        migrations.AlterField("thing", "body", gis.PointField(dim=3, srid=4326)),
        migrations.AlterField("thing", "globe", gis.PointField(geography=True, null=True, spatial_index=False)),
        migrations.AlterModelTable("thing", "shapes_things"),
        migrations.DeleteModel("AModelWithAVeryLongNameThatMakesTheNameOfItsIndexTooLongToKeep"),
    ]
