from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.CreateModel("C", [("id", models.AutoField(primary_key=True))])]
