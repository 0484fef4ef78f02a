from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0014_email_grows")]
    operations = [
        migrations.AlterField("book", "editor", models.ForeignKey("things.Author", models.SET_NULL, null=True, related_name="edited")),
        migrations.AlterField("book", "reviewer", models.ForeignKey("things.Author", models.DO_NOTHING, null=True, related_name="+")),
        migrations.AlterField("book", "by_email", models.ForeignKey("things.Author", models.CASCADE, to_field="email", related_name="by_email", null=True, db_constraint=False)),
        migrations.AlterField("book", "prize", models.ForeignKey("things.Author", models.CASCADE, related_name="prized", null=True)),
    ]
