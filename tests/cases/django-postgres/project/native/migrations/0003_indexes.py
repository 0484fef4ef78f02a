from django.contrib.postgres.indexes import (
    BloomIndex,
    BTreeIndex,
    GinIndex,
    GistIndex,
    HashIndex,
    OpClass,
    SpGistIndex,
)
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("native", "0002_fields")]
    operations = [
        migrations.AddIndex("booking", GinIndex(fields=["note"], name="note_trigrams", opclasses=["gin_trgm_ops"])),
        migrations.AddIndex("booking", GinIndex(OpClass(Upper("note"), name="gin_trgm_ops"), name="upper_note")),
        migrations.AddIndex("booking", GinIndex(fields=["words"], name="words_gin", fastupdate=False)),
        migrations.AddIndex("booking", GinIndex(fields=["room", "extra"], name="room_extra")),
        migrations.AddIndex("booking", GistIndex(fields=["span"], name="span_gist", fillfactor=70)),
        migrations.AddIndex(
            "booking", GistIndex(fields=["note"], name="note_gist", opclasses=["gist_trgm_ops"], include=["room"])
        ),
        migrations.AddIndex("booking", SpGistIndex(fields=["seats"], name="seats_spgist")),
        migrations.AddIndex("booking", HashIndex(fields=["room"], name="room_hash")),
        migrations.AddIndex("booking", BloomIndex(fields=["room"], name="room_bloom", length=80, columns=[4])),
        migrations.AddIndex(
            "booking",
            BTreeIndex(fields=["-at", "room"], name="at_room", condition=models.Q(cancelled=False), fillfactor=80),
        ),
        migrations.AddIndex(
            "booking", models.Index(fields=["city"], name="city_pattern", opclasses=["varchar_pattern_ops"])
        ),
    ]
