from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.CreateModel("Owner", [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=40))]),
        migrations.CreateModel("Thing", [
            ("id", models.BigAutoField(primary_key=True)),
            ("name", models.CharField(max_length=40)),
            ("kind", models.CharField(max_length=4, db_index=True)),
            ("size", models.IntegerField()),
            ("price", models.DecimalField(max_digits=8, decimal_places=2, null=True)),
            ("made", models.DateField(null=True)),
            ("active", models.BooleanField(default=True)),
            ("owner", models.ForeignKey("metas.Owner", models.CASCADE)),
        ], options={
            "indexes": [
                models.Index(fields=["size"], name="thing_size"),
                models.Index(fields=["-size", "name"], name="thing_size_name"),
                models.Index(fields=["name"], name="thing_big", condition=Q(size__gt=10)),
                models.Index(Lower("name"), name="thing_lower"),
                models.Index(F("size").desc(), "kind", name="thing_ordered"),
                models.Index(fields=["made"], name="thing_made", include=["size"]),
                models.Index(fields=["name"], name="thing_like", opclasses=["varchar_pattern_ops"]),
            ],
            "constraints": [
                models.UniqueConstraint(fields=["name", "kind"], name="thing_name_kind"),
                models.UniqueConstraint(fields=["name"], condition=Q(active=True), name="thing_active_name"),
                models.UniqueConstraint(fields=["kind", "size"], include=["name"], name="thing_covering"),
                models.UniqueConstraint(fields=["size", "made"], deferrable=models.Deferrable.DEFERRED, name="thing_later"),
                models.UniqueConstraint(Lower("name"), "size", name="thing_lower_name"),
                models.CheckConstraint(condition=Q(size__gte=0), name="thing_size_positive"),
                models.CheckConstraint(condition=Q(kind__in=["a", "b"]) | Q(size__lt=5), name="thing_kind"),
            ],
        }),
    ]
