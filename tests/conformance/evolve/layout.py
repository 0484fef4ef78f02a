"""The files of a random project that Django wants before it starts."""

MODELS = """from django.contrib.auth.models import AbstractBaseUser
from django.db import models


class Person(AbstractBaseUser):
    username = models.CharField(max_length=50, unique=True)
    USERNAME_FIELD = "username"

    class Meta:
        app_label = {label!r}
"""


def package(label):
    """A label need not be what the folder is called."""
    return f"{label.lower()}_app" if label[0].isupper() else label


def write(folder, labels, user, dice):
    for label in labels:
        app = folder / package(label)
        (app / "migrations").mkdir(parents=True)
        (app / "__init__.py").touch()
        (app / "migrations/__init__.py").touch()
        own = f"    default_auto_field = 'django.db.models.{dice.choice(['', 'Big', 'Small'])}AutoField'\n" if dice.random() < 0.3 else ""
        (app / "apps.py").write_text(
            f"from django.apps import AppConfig\n\n\nclass Config(AppConfig):\n    name = {package(label)!r}\n    label = {label!r}\n{own}"
        )
        if user.startswith(label + "."):
            (app / "models.py").write_text(MODELS.format(label=label))
    installed = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.postgres"]
    installed += [package(label) if dice.random() < 0.7 else f"{package(label)}.apps.Config" for label in labels]
    settings(folder, installed, user, dice.choice(["AutoField", "BigAutoField", "BigAutoField"]))


def settings(folder, installed, user, key):
    (folder / "evolved.py").write_text(
        f"INSTALLED_APPS = {installed!r}\nAUTH_USER_MODEL = {user!r}\nDEFAULT_AUTO_FIELD = 'django.db.models.{key}'\n"
    )
