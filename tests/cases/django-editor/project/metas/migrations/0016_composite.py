from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metas", "0015_generated")]
    operations = [
        migrations.CreateModel("Pair", [
            ("pk", models.CompositePrimaryKey("left", "right", blank=True, editable=False, primary_key=True, serialize=False)),
            ("left", models.IntegerField()),
            ("right", models.IntegerField()),
        ]),
    ]
