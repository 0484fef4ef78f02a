"""The label of this app is not the name of its directory."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("fields", "__latest__")]
    operations = [
        migrations.CreateModel(
            "Labelled",
            [
                # Without a key among the fields, the model gets the one of its app.
                ("bare", models.ForeignKey("fields.Bare", models.CASCADE)),
                ("others", models.ManyToManyField("self")),
            ],
        ),
    ]
