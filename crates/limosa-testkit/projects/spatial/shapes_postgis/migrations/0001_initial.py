from django.contrib.gis.db import models as gis
from django.contrib.postgres.indexes import GistIndex
from django.contrib.postgres.operations import CreateExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    """What only PostGIS has: dimensions, geographies, rasters."""

    initial = True
    dependencies = []
    operations = [
        CreateExtension("postgis"),
        CreateExtension("postgis_raster"),
        migrations.CreateModel(
            "Thing",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("solid", gis.PointField(dim=3, srid=4326)),
                ("globe", gis.PointField(geography=True)),
                ("globe3", gis.PolygonField(dim=3, geography=True, null=True)),
                ("image", gis.RasterField(srid=4326, null=True)),
                ("plain", gis.RasterField(spatial_index=False, null=True)),
                ("path", gis.LineStringField(null=True, srid=4326)),
                ("path3", gis.LineStringField(null=True, srid=4326, dim=3)),
                ("code", models.IntegerField(default=0)),
            ],
            options={"indexes": [GistIndex(fields=["path"], name="thing_idx", condition=models.Q(code__gt=1))]},
        ),
        migrations.CreateModel(
            "AModelWithAVeryLongNameThatMakesTheNameOfItsIndexTooLongToKeep",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("the_position_of_the_thing_on_the_earth", gis.PointField(srid=4326)),
                ("thing", models.ForeignKey("shapes_postgis.Thing", models.CASCADE)),
            ],
        ),
    ]
