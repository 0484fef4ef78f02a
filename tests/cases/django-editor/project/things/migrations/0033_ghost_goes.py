from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0032_state_only")]
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("room", "ghost")]),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.AddField("room", "real", models.IntegerField(null=True, db_index=True))]),
    ]
