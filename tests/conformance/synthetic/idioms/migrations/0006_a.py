from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("idioms", "0005_after"), ("idioms", "not_numbered"), ("operations", "__first__")]

    operations = [migrations.AddField("Other", "a", models.IntegerField(null=True))]
