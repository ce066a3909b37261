from django.db import migrations

FORWARDS = """
INSERT INTO library_author (name, born) VALUES ('Ada', 1815);
INSERT INTO library_author (name, born) VALUES ('Bob; or not', NULL);
INSERT INTO library_book (title, pages, author_id) SELECT 'One', 10, id FROM library_author WHERE name = 'Ada';
INSERT INTO library_book (title, pages, author_id) SELECT 'Two', 20, id FROM library_author WHERE name = 'Ada';
"""
BACKWARDS = "DELETE FROM library_book; DELETE FROM library_author;"


class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
