"""Where a table and its indexes lie, of which PostgreSQL alone takes notice here."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fields", "0005_no_column")]

    operations = [
        migrations.CreateModel(
            name="Lying",
            fields=[
                ("id", models.BigAutoField(primary_key=True, db_tablespace="pg_default")),
                ("indexed", models.CharField(max_length=20, db_index=True, db_tablespace="pg_default")),
                ("unique", models.CharField(max_length=20, unique=True, db_tablespace="pg_default")),
                ("plain", models.IntegerField(db_tablespace="pg_default")),
                ("key", models.ForeignKey("Bare", models.CASCADE, db_tablespace="pg_default")),
                ("many", models.ManyToManyField("Place", db_tablespace="pg_default")),
                ("low", models.IntegerField(db_index=True)),
                ("high", models.IntegerField()),
            ],
            options={
                "db_tablespace": "pg_default",
                "indexes": [
                    models.Index(fields=["low", "-high"], name="lying_index", db_tablespace="pg_default"),
                    models.Index(
                        fields=["high"],
                        name="lying_partial",
                        db_tablespace="pg_default",
                        condition=models.Q(low__gt=1),
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=["high"], name="lying_unique")],
                "unique_together": {("low", "high")},
            },
        ),
        migrations.AddField("Lying", "later", models.SlugField(db_tablespace="pg_default", default="")),
        migrations.AddIndex(
            "Lying", models.Index(fields=["plain"], name="lying_plain", db_tablespace="pg_default")
        ),
        migrations.AlterField("Lying", "plain", models.BigIntegerField(unique=True, db_tablespace="pg_default")),
        migrations.AlterField("Lying", "low", models.IntegerField(db_index=True, db_tablespace="pg_default")),
    ]
