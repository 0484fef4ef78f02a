"""Models renamed, moved to other tables, and deleted; names of constraints stay what they were."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("operations", "0004_together")]

    operations = [
        migrations.DeleteModel("DoomedToo"),
        migrations.DeleteModel(name="Doomed"),
        migrations.RenameModel("Author", "Writer"),
        migrations.RenameModel(old_name="Shelf", new_name="Rack"),
        migrations.AlterModelTable("Rack", "operations_the_rack"),
        migrations.AlterModelTable(name="Values", table="operations_values_moved"),
        migrations.AlterModelTable(name="Values", table=None),
        migrations.RenameModel("Chapter", "Part"),
        migrations.AlterModelTable("Part", "operations_part"),
        migrations.RenameField("Part", "heading", "caption"),
        migrations.AddField("Rack", "writer", models.ForeignKey("Writer", models.CASCADE, null=True)),
        migrations.AddField("Part", "readers", models.ManyToManyField("Writer", related_name="+")),
        # A name that was used before.
        migrations.CreateModel("Doomed", [("key", models.CharField(max_length=5, primary_key=True))]),
        migrations.RenameModel("Doomed", "Saved"),
    ]
