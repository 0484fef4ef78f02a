from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = [("styles", "__first__")]
    run_before = [("squashed", "0001_initial")]
    operations = [migrations.CreateModel("B", [("id", models.AutoField(primary_key=True)), ("thing", models.ForeignKey("styles.Thing", models.CASCADE))])]
