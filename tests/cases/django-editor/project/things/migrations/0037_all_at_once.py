from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0036_delete")]
    operations = [
        migrations.CreateModel("One", [("id", models.BigAutoField(primary_key=True)), ("a", models.CharField(max_length=8, db_index=True)), ("b", models.IntegerField())]),
        migrations.CreateModel("Two", [("id", models.BigAutoField(primary_key=True)), ("one", models.ForeignKey("things.One", models.CASCADE)), ("ones", models.ManyToManyField("things.One", related_name="twos"))]),
        migrations.RenameField("one", "a", "c"),
        migrations.AddField("one", "two", models.ForeignKey("things.Two", models.CASCADE, null=True)),
        migrations.RemoveField("one", "b"),
        migrations.RenameModel("One", "First"),
    ]
