from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("library", "0005_columns_and_rows")]
    operations = [
        migrations.RenameField("Book", "pages", "length"),
        migrations.RenameModel("Tag", "Label"),
        migrations.AlterModelTable("Author", "library_writers"),
        migrations.RenameIndex("Book", new_name="book_price_author", old_name="book_price"),
        migrations.RenameModel("Book", "Volume"),
    ]
