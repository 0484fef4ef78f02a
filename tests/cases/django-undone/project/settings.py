"""The database is the one that DATABASE_URL names."""

from base import *

INSTALLED_APPS = ["shop"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
