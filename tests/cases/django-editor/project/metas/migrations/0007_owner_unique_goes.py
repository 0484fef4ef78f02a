from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metas", "0006_constraints")]
    operations = [
        migrations.RemoveConstraint("thing", "thing_of_owner"),
    ]
