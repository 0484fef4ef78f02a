"""What the later migrations change."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Author",
            fields=[
                ("id", models.AutoField(primary_key=True)),
                ("name", models.CharField(max_length=40, db_index=True)),
                ("rank", models.IntegerField()),
                ("friends", models.ManyToManyField("self")),
                ("fans", models.ManyToManyField(settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="Book",
            fields=[
                ("id", models.AutoField(primary_key=True)),
                ("title", models.CharField(max_length=80, unique=True)),
                ("author", models.ForeignKey("Author", models.CASCADE)),
                ("editors", models.ManyToManyField("Author", related_name="edited")),
                ("pages", models.PositiveIntegerField()),
                ("isbn", models.CharField(max_length=13)),
                ("year", models.IntegerField(null=True)),
                ("month", models.SmallIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Chapter",
            fields=[
                ("id", models.AutoField(primary_key=True)),
                ("book", models.ForeignKey("Book", models.CASCADE)),
                ("heading", models.CharField(max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name="Shelf",
            fields=[("id", models.AutoField(primary_key=True)), ("books", models.ManyToManyField("Book"))],
        ),
        migrations.CreateModel(name="Doomed", fields=[("id", models.AutoField(primary_key=True))]),
        migrations.CreateModel(
            name="DoomedToo",
            fields=[
                ("id", models.AutoField(primary_key=True)),
                ("doomed", models.ForeignKey("Doomed", models.CASCADE)),
                ("books", models.ManyToManyField("Book")),
            ],
        ),
        migrations.CreateModel(
            name="Values",
            fields=[
                ("id", models.AutoField(primary_key=True)),
                *[(f"number_{n}", models.IntegerField(default=n)) for n in range(1, 9)],
                *[(f"text_{n}", models.CharField(max_length=30, default="")) for n in range(1, 9)],
            ],
        ),
    ]
