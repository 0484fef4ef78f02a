"""A list of operations that is put together."""

from django.conf import settings
from django.db import connection, migrations, models

from ..operations import NamedIndex, NoOperation, OnlyInState, make_table, numbers, short

first = [migrations.AddField("Other", "first", models.IntegerField(null=True))]


def two_steps():
    return (
        migrations.AddField("Other", "step_one", models.IntegerField(null=True)),
        migrations.AddField("Other", "step_two", models.IntegerField(null=True)),
    )


class Migration(migrations.Migration):
    dependencies = [("idioms", "0001_initial")]

    names = ["listed_a", "listed_b"]

    operations = first + [
        *two_steps(),
        *(short("Other", "given_a", "given_b")),
    ]
    operations += numbers("Other", 3)
    operations += [migrations.AddField("Other", name, models.BooleanField(default=False)) for name in ("c_a", "c_b")]
    operations.append(OnlyInState("Other", "nowhere", models.IntegerField(null=True)))
    operations.append(NoOperation())
    operations.extend([NamedIndex("Other", models.Index(fields=["first"], name="idioms_first"))])
    operations.append(migrations.RunSQL(make_table()))

    for name in names:
        operations.append(migrations.AddField("Other", name, models.IntegerField(null=True)))

    if connection.vendor == "postgresql":
        operations.append(migrations.AddField("Other", "on_postgres", models.IntegerField(null=True)))
    elif connection.vendor == "mysql":
        operations.append(migrations.AddField("Other", "on_mysql", models.IntegerField(null=True)))
    else:
        operations.append(migrations.AddField("Other", "elsewhere", models.IntegerField(null=True)))

    operations += (
        [migrations.AddField("Other", "asked_for", models.IntegerField(null=True))]
        if getattr(settings, "IDIOMS_ASKED", True)
        else []
    )
    operations += [migrations.AddField("Other", "unasked", models.IntegerField())] if settings.IDIOMS_UNASKED else []
