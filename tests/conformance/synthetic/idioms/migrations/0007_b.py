from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("idioms", "0006_a")]

    operations = [migrations.AddField("Other", "b", models.IntegerField(null=True))]
