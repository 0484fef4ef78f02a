"""The synthetic project under this version of Django."""

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
    "since_6_0",
    "since_5_2",
    "since_5_0",
    "since_4_2",
]
AUTH_USER_MODEL = "accounts.Member"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
MIGRATION_MODULES = {"moved": "moved_migrations"}
INHERITANCE_SWAPPED_MODEL = "inheritance.Place"
IDIOMS_LENGTH = 33
IDIOMS_UNASKED = False
