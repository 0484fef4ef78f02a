"""Fields added, removed and renamed."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("operations", "0001_initial")]

    operations = [
        migrations.AddField("Author", "born", models.DateField(null=True)),
        migrations.AddField("Author", "code", models.CharField(max_length=8, default="x")),
        migrations.AddField("Author", "token", models.UUIDField(default=uuid.uuid4, null=True, unique=True)),
        migrations.AddField("Author", "slug", models.SlugField(default="none")),
        migrations.AddField("Author", "mentor", models.ForeignKey("self", models.SET_NULL, null=True)),
        migrations.AddField("Author", "favourite", models.OneToOneField("Book", models.SET_NULL, null=True)),
        migrations.AddField("Author", "score", models.PositiveSmallIntegerField(default=0), preserve_default=False),
        migrations.AddField("Author", "ghost", models.ForeignKey("Book", models.CASCADE, null=True, related_name="+")),
        migrations.AddField("Author", "shadows", models.ManyToManyField("Book", related_name="+")),
        migrations.AddField("Author", "lights", models.ManyToManyField("Shelf", related_name="+")),
        migrations.AddField("Author", "temporary", models.CharField(max_length=3, db_index=True, default="")),
        migrations.AddField("Author", "url", models.URLField(db_column="web", null=True, unique=True, max_length=150)),
        migrations.RemoveField("Author", "ghost"),
        migrations.RemoveField("Author", "shadows"),
        migrations.RemoveField("Author", "temporary"),
        migrations.RemoveField("Author", "rank"),
        migrations.RenameField("Author", "name", "full_name"),
        migrations.RenameField("Author", "mentor", "teacher"),
        migrations.RenameField("Author", "lights", "lamps"),
        migrations.RenameField("Author", "url", "site"),
        migrations.RenameField("Book", "pages", "page_count"),
        migrations.RenameField("Book", "editors", "correctors"),
    ]
