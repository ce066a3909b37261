from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_product_slug")]

    operations = [
        migrations.AlterField("product", "slug", models.SlugField(max_length=220, unique=True)),
        migrations.AlterField("product", "price", models.DecimalField(decimal_places=2, max_digits=10)),
        migrations.AddField("product", "currency", models.CharField(default="EUR", max_length=3)),
        migrations.AddIndex("product", models.Index(Lower("name"), name="product_name_lower_idx")),
        migrations.AddConstraint(
            "product",
            models.CheckConstraint(condition=models.Q(("price__gte", 0)), name="product_price_not_negative"),
        ),
    ]
