"""Nothing of its own: it inherits an empty list."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("idioms", "0003_separate")]
