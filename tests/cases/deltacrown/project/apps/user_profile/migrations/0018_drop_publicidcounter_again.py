from django.db import migrations


class Migration(migrations.Migration):
    # Written by hand after a merge: 0017 has deleted the model already, so the state stays as it is.

    dependencies = [
        ('user_profile', '0017_delete_publicidcounter'),
    ]

    operations = [
        migrations.RunSQL(
            'DROP TABLE IF EXISTS user_profile_publicidcounter',
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
