"""Settings of the deltacrown case; the database is the one that DATABASE_URL names."""

import os
from urllib.parse import unquote, urlsplit


def database(url):
    """Django's words for `postgres://role:password@host:port/name`, `mysql://…` or `sqlite:/path`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": unquote(parts.path)}
    if parts.scheme == "mysql":
        import pymysql

        pymysql.install_as_MySQLdb()
    return {
        "ENGINE": "django.db.backends.mysql" if parts.scheme == "mysql" else "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
    }


DATABASES = {"default": database(os.environ["DATABASE_URL"])}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "apps.accounts",
    "apps.user_profile",
]
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = "not a secret: this project is for tests only"
USE_TZ = True
ROOT_URLCONF = "deltacrown.urls"
ALLOWED_HOSTS = ["127.0.0.1"]
