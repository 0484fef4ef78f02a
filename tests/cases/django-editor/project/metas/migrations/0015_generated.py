from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper


class Migration(migrations.Migration):
    dependencies = [("metas", "0014_defaults_change")]
    operations = [
        migrations.CreateModel("Square", [
            ("id", models.BigAutoField(primary_key=True)),
            ("side", models.IntegerField()),
            ("area", models.GeneratedField(expression=F("side") * F("side"), output_field=models.BigIntegerField(), db_persist=True)),
        ]),
    ]
