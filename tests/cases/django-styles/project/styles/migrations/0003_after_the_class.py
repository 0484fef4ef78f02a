from django.db import migrations, models
from importlib import import_module
prev = import_module("styles.migrations.0002_styles")
base = __import__("styles.migrations.0001_initial", fromlist=["Migration"])

class Migration(prev.Migration):
    dependencies = [*prev.Migration.dependencies, ("styles", "0002_styles")]
    operations = [op for op in [
        migrations.AddField("thing", "sub", models.IntegerField(null=True)), None] if op is not None]

Migration.operations += [migrations.AddField("thing", "after", models.IntegerField(null=True))]
Migration.operations.append(migrations.AddField("thing", "after2", models.IntegerField(null=True)))
Migration.operations = Migration.operations + [migrations.RemoveField("thing", "after2")]
setattr(Migration, "atomic", False)
for _n in ("l1", "l2"):
    Migration.operations.append(migrations.AddField("thing", _n, models.IntegerField(null=True)))
