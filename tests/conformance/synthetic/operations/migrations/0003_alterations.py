"""Fields altered, in the ways that reach the database and in those that do not."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("operations", "0002_fields")]

    operations = [
        migrations.AlterField("Values", "number_1", models.BigIntegerField(default=1)),
        migrations.AlterField("Values", "number_2", models.IntegerField(null=True)),
        migrations.AlterField("Values", "number_3", models.IntegerField(default=3, db_index=True)),
        migrations.AlterField("Values", "number_4", models.IntegerField(default=4, unique=True)),
        migrations.AlterField("Values", "number_5", models.PositiveIntegerField(default=5)),
        migrations.AlterField("Values", "number_6", models.IntegerField(default=6, db_column="sixth")),
        migrations.AlterField("Values", "number_7", models.CharField(max_length=12, default="7")),
        migrations.AlterField("Values", "number_8", models.ForeignKey("Book", models.CASCADE, null=True)),
        migrations.AlterField("Values", "text_1", models.TextField(default="")),
        migrations.AlterField("Values", "text_2", models.CharField(max_length=200, default="")),
        migrations.AlterField("Values", "text_3", models.CharField(max_length=30, default="", db_index=True)),
        migrations.AlterField("Values", "text_4", models.CharField(max_length=30, default="", unique=True)),
        migrations.AlterField("Values", "text_5", models.CharField(max_length=30, null=True)),
        migrations.AlterField("Values", "text_6", models.SlugField(max_length=30, default="")),
        migrations.AlterField("Values", "text_7", models.CharField("said otherwise", max_length=30, help_text="x")),
        migrations.AlterField("Values", "text_8", models.CharField(max_length=30, unique=True, null=True)),
        # And back, or on.
        migrations.AlterField("Values", "number_3", models.IntegerField(default=3)),
        migrations.AlterField("Values", "number_5", models.IntegerField(default=5)),
        migrations.AlterField("Values", "text_3", models.CharField(max_length=30, default="", unique=True)),
        migrations.AlterField("Values", "text_4", models.CharField(max_length=30, default="", db_index=True)),
        migrations.AlterField("Values", "text_6", models.CharField(max_length=31, default="", db_index=True)),
        migrations.AlterField("Values", "text_8", models.CharField(max_length=35, null=True)),
        # Keys and relations.
        migrations.AlterField("Chapter", "book", models.OneToOneField("Book", models.CASCADE)),
        migrations.AlterField("Author", "favourite", models.ForeignKey("Book", models.CASCADE, null=True)),
        migrations.AlterField("Author", "teacher", models.ForeignKey("self", models.CASCADE, null=True, db_index=False)),
        migrations.AlterField("Author", "lamps", models.ManyToManyField("Shelf", related_name="+", db_table="the_lamps")),
        migrations.AlterField("Book", "correctors", models.ManyToManyField("Author", blank=True, related_name="+")),
        migrations.AlterField(
            "Author", "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)
        ),
        migrations.AlterField("Shelf", "id", models.BigAutoField(primary_key=True)),
        migrations.AlterField(
            "Book",
            "author",
            models.ForeignKey("Author", django.db.models.deletion.CASCADE, db_constraint=False, null=True),
        ),
    ]
