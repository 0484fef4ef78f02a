from django.db import migrations, models
from .. import operations as ops
class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        ops.CreateWithId("Thing", [("name", models.CharField(max_length=30))]),
        ops.CreateOther("Other", [("id", models.AutoField(primary_key=True))]),
    ]
