"""A base class of migrations in a module of its own; the loader takes any module here for a migration."""

from django.db import migrations, models


class Quick(migrations.Migration):
    atomic = True

    operations = [migrations.AddField("Other", "inherited", models.IntegerField(null=True))]


class Migration(migrations.Migration):
    dependencies = [("idioms", "0003_separate")]
