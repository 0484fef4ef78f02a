"""What every corpus' settings share: the database is the one that DATABASE_URL names."""

import os
from urllib.parse import unquote, urlsplit

import django
from django.db.backends.signals import connection_created

ENGINES = {"postgres": "postgresql", "mysql": "mysql", "sqlite": "sqlite3"}


def database(url):
    """Django's words for `postgres://role:password@host:port/name`, `mysql://…` or `sqlite:/path`."""
    parts = urlsplit(url)
    engine = "django.db.backends." + ENGINES[parts.scheme]
    if parts.scheme == "sqlite":
        return {"ENGINE": engine, "NAME": unquote(parts.path)}
    if parts.scheme == "mysql":
        import pymysql

        # It stands in for mysqlclient, which has no Linux wheel; Django asks for a version of that.
        pymysql.version_info = (2, 2, 8, "final", 0)
        pymysql.install_as_MySQLdb()
        if django.VERSION < (3,):
            escape = pymysql.connections.Connection.escape
            pymysql.connections.Connection.escape = lambda *arguments: Decodable(escape(*arguments))
    return {
        "ENGINE": engine,
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
    }


class Decodable(str):
    """mysqlclient gives bytes, which Django 2.2 decodes."""

    def decode(self):
        return str(self)


def hurry(connection, **_):
    """A SQLite file that is thrown away need not be safe on the disk."""
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA synchronous = OFF")
        connection.cursor().execute("PRAGMA journal_mode = MEMORY")


connection_created.connect(hurry, dispatch_uid="hurry")

DATABASES = {"default": database(os.environ["DATABASE_URL"])}
SECRET_KEY = "not a secret: this project only migrates"
ROOT_URLCONF = "base"
urlpatterns = []
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
