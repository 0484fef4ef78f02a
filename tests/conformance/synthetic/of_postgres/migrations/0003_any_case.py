"""Fields of citext, which Django 5.1 has taken away: from there on an old migration makes the bare ones of them."""

import django
import django.contrib.postgres.fields
import django.contrib.postgres.fields.citext
from django.contrib.postgres.fields import ArrayField, CICharField, CIEmailField
from django.contrib.postgres.operations import CITextExtension
from django.db import migrations, models

# Since Django 5.1 such a column may have an index for patterns or none, by the version that made it.
INDEXED = django.VERSION < (5, 1)


def if_indexed(*what):
    return what if INDEXED else ()


class Migration(migrations.Migration):
    dependencies = [("of_postgres", "0002_concurrently")]

    operations = [
        CITextExtension(),
        migrations.CreateModel(
            name="AnyCase",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("char", CICharField(max_length=20)),
                *if_indexed(
                    ("char_indexed", CICharField(max_length=20, db_index=True)),
                    ("char_unique", CICharField(max_length=20, unique=True)),
                    ("email_unique", CIEmailField(max_length=100, null=True, unique=True)),
                    ("text_indexed", django.contrib.postgres.fields.CITextField(db_index=True)),
                ),
                ("email", CIEmailField()),
                ("text", django.contrib.postgres.fields.citext.CITextField(default="")),
                ("many", ArrayField(CICharField(max_length=10), default=list)),
                ("char_on", CICharField(max_length=20)),
                ("text_on", django.contrib.postgres.fields.CITextField()),
                ("plain", models.CharField(max_length=20, db_index=INDEXED)),
            ],
            options={
                "unique_together": {("char", "email")},
                "indexes": [models.Index(fields=["text", "char"], name="any_case_index")],
            },
        ),
        migrations.AddField("AnyCase", "later", CICharField(max_length=5, db_index=INDEXED, default="")),
        # As the notes of Django 4.2 say what to put in their places.
        migrations.AlterField(
            "AnyCase", "char_on", models.CharField(max_length=20, db_collation="any_case")
        ),
        migrations.AlterField("AnyCase", "text_on", models.TextField(db_collation="any_case")),
        migrations.AlterField("AnyCase", "plain", CICharField(max_length=20, db_index=INDEXED)),
    ]
