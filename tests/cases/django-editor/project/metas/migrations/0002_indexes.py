from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper


class Migration(migrations.Migration):
    dependencies = [("metas", "0001_create")]
    operations = [
        migrations.AddIndex("thing", models.Index(fields=["price", "-made"], name="thing_price")),
        migrations.AddIndex("thing", models.Index(Upper("kind"), name="thing_upper", condition=Q(active=True))),
        migrations.AddIndex("owner", models.Index(fields=["name"], name="owner_name")),
    ]
