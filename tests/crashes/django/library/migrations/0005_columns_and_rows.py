from django.db import migrations, models


def prices(apps, schema_editor):
    for book in apps.get_model("library", "Book").objects.order_by("title"):
        book.price = book.pages * 3
        book.save()


class Migration(migrations.Migration):
    dependencies = [("library", "0004_remade_tables")]
    operations = [
        migrations.AddField("Book", "price", models.IntegerField(default=5)),
        migrations.RunPython(prices, migrations.RunPython.noop),
        migrations.AddField("Author", "note", models.TextField(default="", blank=True)),
        migrations.AddIndex("Book", models.Index(fields=["price", "author"], name="book_price")),
        migrations.RunSQL("UPDATE library_author SET note = 'seen'; UPDATE library_book SET pages = pages + 1;", migrations.RunSQL.noop),
    ]
