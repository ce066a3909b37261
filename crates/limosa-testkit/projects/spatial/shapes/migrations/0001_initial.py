import django.contrib.gis.db.models.fields
from django.contrib.gis.db import models as gis
from django.contrib.postgres.operations import CreateExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        CreateExtension("postgis"),
        migrations.CreateModel(
            "Place",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("name", gis.CharField(max_length=20, db_index=True)),
                ("point", django.contrib.gis.db.models.fields.PointField(srid=4326)),
                ("line", gis.LineStringField(srid=3857, null=True)),
                ("area", gis.PolygonField(srid=4326, spatial_index=False)),
                ("areas", gis.MultiPolygonField(srid=4326, null=True, blank=True, db_column="Areas")),
                ("lines", gis.MultiLineStringField(srid=-1)),
                ("points", gis.MultiPointField("Points", srid=27700, db_comment="of the path")),
                ("any", gis.GeometryField(null=True)),
                ("all", gis.GeometryCollectionField()),
            ],
        ),
    ]
