"""Settings of a test project; the database is the one that DATABASE_URL names."""

import os
from urllib.parse import unquote, urlsplit

import django

ENGINES = {
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
    "mysql": "django.db.backends.mysql",
    "mariadb": "django.db.backends.mysql",
    "sqlite": "django.db.backends.sqlite3",
}


def database(url):
    """Django's words for `postgres://role:password@host:port/name`, `mysql://…` or `sqlite:/path`."""
    parts = urlsplit(url)
    engine = ENGINES[parts.scheme]
    if parts.scheme == "sqlite":
        return {"ENGINE": engine, "NAME": unquote(parts.path)}
    if engine.endswith("mysql"):
        import pymysql

        pymysql.install_as_MySQLdb()
    return {
        "ENGINE": engine,
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
    }



INSTALLED_APPS = ["things", "broad", "hunted"]
if django.VERSION >= (5, 2):
    INSTALLED_APPS += ["metas"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = "not a secret: this project only migrates"
USE_TZ = True
DATABASES = {"default": database(os.environ["DATABASE_URL"])}
