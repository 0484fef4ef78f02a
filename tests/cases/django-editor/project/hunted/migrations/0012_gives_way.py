from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hunted", "0011_unbound")]
    operations = [
        migrations.RenameModel("Loose", "Looser"),
        migrations.AlterUniqueTogether("Looser", {("one", "size")}),
        migrations.AddIndex("Looser", models.Index(fields=["two", "size"], name="hunted_two")),
        migrations.AddIndex("Looser", models.Index(fields=["size", "three"], name="hunted_three")),
    ]
