from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("broad", "0004_through_goes")]
    operations = [
        migrations.RunSQL("CREATE INDEX broad_right_by_hand ON broad_right (left_id, id)", "DROP INDEX broad_right_by_hand"),
        migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop),
        migrations.RunSQL(["CREATE TABLE broad_by_hand (id integer NOT NULL PRIMARY KEY, note varchar(10) NOT NULL)"]),
    ]
