"""Settings that the tests bend through the environment."""

import os

from base import *

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "blog",
    "shop",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if "SEARCH_PATH" in os.environ:
    DATABASES["default"]["OPTIONS"] = {"options": "-c search_path=" + os.environ["SEARCH_PATH"]}
if "OTHER_DATABASE_URL" in os.environ:
    DATABASES["other"] = database(os.environ["OTHER_DATABASE_URL"])
if "ROUTER" in os.environ:
    DATABASE_ROUTERS = [os.environ["ROUTER"]]
