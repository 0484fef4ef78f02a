from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("native", "0003_indexes")]
    operations = [
        AddIndexConcurrently("booking", models.Index(fields=["room", "at"], name="room_at")),
        AddIndexConcurrently("booking", BrinIndex(fields=["room"], name="room_brin")),
        RemoveIndexConcurrently("booking", "room_hash"),
    ]
