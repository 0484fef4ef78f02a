"""The database is the one that DATABASE_URL names."""

from base import *

INSTALLED_APPS = ["archive", "binders", "books", "covers", "orders"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
