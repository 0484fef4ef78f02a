from django.db import migrations, models
import os
here = os.path.basename(__file__)
class Migration(migrations.Migration):
    dependencies = [("dependent", f"{int(here[:4]) - 1:04d}_first"), ("styles", "__latest__")]
    operations = [migrations.AddField("B", "t", models.ForeignKey("styles.Thing", models.CASCADE, null=True, related_name="+", to_field="id", db_column="T T"))]
