"""On PostgreSQL the project has an app more."""

from settings import *

INSTALLED_APPS += ["django.contrib.postgres", "of_postgres"]
