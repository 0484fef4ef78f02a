from django.db import migrations, models
import itertools
ops_a = [migrations.AddField("C", "x", models.IntegerField(null=True))]
class Migration(migrations.Migration):
    replaces = [("squashed", "0001_initial"), ("squashed", "0002_gone")]
    dependencies = [("dependent", "0001_first")]
    operations = [migrations.CreateModel("C", [("id", models.AutoField(primary_key=True))]), *ops_a]
