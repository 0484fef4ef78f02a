from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper


class Migration(migrations.Migration):
    dependencies = [("metas", "0005_constraints_go")]
    operations = [
        migrations.AddConstraint("thing", models.UniqueConstraint(fields=["owner", "name"], name="thing_of_owner")),
        migrations.AddConstraint("thing", models.UniqueConstraint(fields=["owner"], condition=Q(kind="a"), name="thing_first")),
        migrations.AddConstraint("thing", models.CheckConstraint(condition=Q(price__gte=0) | Q(price__isnull=True), name="thing_price_positive")),
        migrations.AddConstraint("thing", models.CheckConstraint(condition=~Q(kind="z"), name="thing_not_z")),
        migrations.AddConstraint("thing", models.CheckConstraint(condition=Q(size__lte=F("price")), name="thing_cheap")),
    ]
