from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0031_book_key_grows")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AddField("room", "ghost", models.IntegerField(null=True))],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AddField("room", "real", models.IntegerField(null=True, db_index=True))],
        ),
    ]
