from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0009_author_check_null")]
    operations = [
        migrations.AddField("author", "note", models.CharField(max_length=9, null=True)),
        migrations.AddField("author", "stars", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField("author", "token", models.UUIDField(null=True, unique=True)),
        migrations.AddField("author", "favourite", models.ForeignKey("things.Book", models.CASCADE, null=True, related_name="+")),
        migrations.AddField("author", "data", models.JSONField(null=True)),
        migrations.AddField("author", "seen", models.DateTimeField(auto_now=True, null=True)),
        migrations.AddField("author", "label", models.CharField(max_length=5, db_index=True, default="x")),
    ]
