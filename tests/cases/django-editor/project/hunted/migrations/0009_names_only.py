from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("hunted", "0008_tables_of_their_own")]
    operations = [
        migrations.RenameModel("Ring", "Circle"),
        migrations.RenameModel("Stone", "Gem"),
        migrations.RenameModel("Frame", "Border"),
        migrations.AlterModelOptions("Setting", {"managed": False}),
        migrations.RenameModel("Gem", "Jewel"),
    ]
