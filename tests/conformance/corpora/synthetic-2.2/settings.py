"""The synthetic project as far as this version of Django goes."""

from base import *

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "accounts",
    "fields",
    "operations",
    "inheritance",
    "idioms",
    "directory_name.apps.DirectoryConfig",
    "moved",
]
AUTH_USER_MODEL = "accounts.Member"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
MIGRATION_MODULES = {"moved": "moved_migrations"}
INHERITANCE_SWAPPED_MODEL = "inheritance.Place"
IDIOMS_LENGTH = 33
IDIOMS_UNASKED = False
# Django 2.2 migrates nothing whose checks fail.
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
