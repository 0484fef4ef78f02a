"""The whole shop of django-oscar."""

import oscar
from oscar.defaults import *

from base import *

INSTALLED_APPS = oscar.INSTALLED_APPS
SITE_ID = 1
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
STATIC_URL = "static/"
