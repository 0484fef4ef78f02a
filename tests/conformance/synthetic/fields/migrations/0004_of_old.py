"""Fields that Django has taken away from models, and keeps so that old migrations run."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fields", "0003_indexes_and_constraints")]

    operations = [
        migrations.CreateModel(
            name="Old",
            fields=[
                ("id", models.AutoField(primary_key=True)),
                ("maybe", models.NullBooleanField()),
                ("maybe_indexed", models.NullBooleanField(db_index=True, default=None)),
                ("maybe_not", models.NullBooleanField(default=False, db_column="Maybe Not")),
                ("address", models.IPAddressField()),
                ("address_indexed", models.IPAddressField(db_index=True, null=True)),
                ("address_unique", models.IPAddressField(unique=True)),
                ("numbers", models.CommaSeparatedIntegerField(max_length=20)),
                ("numbers_indexed", models.CommaSeparatedIntegerField(max_length=30, db_index=True)),
                ("numbers_unique", models.CommaSeparatedIntegerField(max_length=40, unique=True, null=True)),
                ("maybe_on", models.NullBooleanField()),
                ("address_on", models.IPAddressField(db_index=True)),
                ("numbers_on", models.CommaSeparatedIntegerField(max_length=50)),
            ],
        ),
        migrations.AddField("Old", "maybe_later", models.NullBooleanField(verbose_name="later")),
        migrations.AddField("Old", "address_later", models.IPAddressField(default="127.0.0.1")),
        migrations.AddField("Old", "numbers_later", models.CommaSeparatedIntegerField(default="1,2", max_length=9)),
        # As the notes of the releases say what to put in their places.
        migrations.AlterField("Old", "maybe_on", models.BooleanField(null=True)),
        migrations.AlterField("Old", "address_on", models.GenericIPAddressField(db_index=True)),
        migrations.AlterField("Old", "numbers_on", models.CharField(max_length=50, db_index=True)),
        migrations.RenameField("Old", "maybe_later", "maybe_renamed"),
    ]
