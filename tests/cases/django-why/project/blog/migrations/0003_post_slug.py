from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("blog", "0002_tag")]

    operations = [
        migrations.AddField("post", "slug", models.CharField(max_length=50, default="")),
    ]
