from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("broad", "0008_short")]
    operations = [
        migrations.CreateModel("Keyed", [("id", models.BigAutoField(primary_key=True)), ("word", models.CharField(max_length=9))]),
        migrations.RemoveField("keyed", "id"),
        migrations.AlterField("keyed", "word", models.CharField(max_length=9, primary_key=True)),
        migrations.CreateModel("Pointing", [("id", models.BigAutoField(primary_key=True)), ("keyed", models.ForeignKey("broad.Keyed", models.CASCADE))]),
    ]
