from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.operations import RemoveCollation, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("native", "0005_not_valid")]
    operations = [
        ValidateConstraint("booking", "rooms_begin_at_one"),
        migrations.RemoveConstraint("booking", "one_at_a_time"),
        migrations.AlterField("booking", "tags", ArrayField(models.CharField(max_length=20), default=list)),
        migrations.AlterField("booking", "city", models.CharField(max_length=80, db_index=True)),
        RemoveCollation("german", locale="de", provider="icu"),
        migrations.RemoveIndex("booking", "room_extra"),
        migrations.RemoveField("booking", "extra"),
        migrations.RenameField("booking", "span", "period"),
        migrations.RenameIndex("booking", new_name="period_gist", old_name="span_gist"),
    ]
