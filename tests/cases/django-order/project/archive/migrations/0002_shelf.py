import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("archive", "0001_initial")]
    operations = [
        migrations.AddField(
            "paper",
            "shelf",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="books.shelf"),
        ),
        migrations.AddField(
            "paper",
            "again",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="books.book"
            ),
        ),
    ]
