from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            "Customer",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.CharField(max_length=100)),
                ("email", models.CharField(max_length=50)),
                ("city", models.CharField(max_length=50, null=True)),
                ("phone", models.TextField(default="")),
            ],
        ),
        migrations.CreateModel(
            "Order",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("customer", models.ForeignKey("shop.Customer", models.CASCADE)),
                ("seller_id", models.BigIntegerField(null=True)),
                ("number", models.IntegerField()),
                ("status", models.CharField(max_length=20, default="new")),
                ("note", models.TextField(default="")),
                ("total", models.DecimalField(max_digits=10, decimal_places=2)),
                ("paid_at", models.DateTimeField(null=True)),
            ],
            options={"indexes": [models.Index(fields=["number"], name="order_number_idx")]},
        ),
    ]
