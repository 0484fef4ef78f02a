from django.db import migrations, models
from django.db.models import Q

from hunted.before import COLLATION


class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel("Code", [("code", models.CharField(max_length=36, primary_key=True))]),
        migrations.CreateModel(
            "Thing",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("code", models.ForeignKey("hunted.Code", models.CASCADE)),
                ("count", models.PositiveIntegerField(default=0)),
                ("name", models.CharField(max_length=40, db_collation=COLLATION)),
                ("kind", models.CharField(max_length=40, db_index=True)),
                ("twice", models.IntegerField(unique=True)),
                ("later", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["kind"], condition=Q(count=1), name="one_of_a_kind"),
                    models.UniqueConstraint(fields=["twice"], name="said_twice"),
                    models.UniqueConstraint(
                        fields=["later"], name="said_later", deferrable=models.constraints.Deferrable["DEFERRED"]
                    ),
                ]
            },
        ),
    ]
