"""No pages: only the database is looked at."""

urlpatterns = []
