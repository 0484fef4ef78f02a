"""The database is the one that DATABASE_URL names."""

from base import *

INSTALLED_APPS = ["django.contrib.postgres", "native"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
