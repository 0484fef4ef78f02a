"""The apps are the folders beside this file, found by looking."""

import os
import pathlib

from base import *

BASE_DIR = pathlib.Path(__file__).resolve().parent
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
INSTALLED_APPS += [
    name
    for name in sorted(os.listdir(BASE_DIR))
    if os.path.isdir(BASE_DIR / name) and os.path.exists(BASE_DIR / name / "__init__.py")
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_X = True
