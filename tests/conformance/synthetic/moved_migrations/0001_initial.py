"""Where MIGRATION_MODULES sends."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("another_label", "0001_initial")]
    operations = [
        migrations.CreateModel(
            "Moved", [("id", models.BigAutoField(primary_key=True)), ("to", models.ForeignKey("another_label.Labelled", models.CASCADE))]
        )
    ]
