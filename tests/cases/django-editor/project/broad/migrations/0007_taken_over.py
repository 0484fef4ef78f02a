from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("broad", "0006_sql_goes")]
    operations = [
        migrations.CreateModel("Peer", [
            ("id", models.BigAutoField(primary_key=True)),
            ("from_left", models.ForeignKey("broad.Left", models.CASCADE, related_name="+", db_constraint=False)),
            ("to_left", models.ForeignKey("broad.Left", models.CASCADE, related_name="+", db_constraint=False)),
        ], options={"db_table": "broad_peers"}),
        migrations.RemoveField("left", "peers"),
        migrations.AddField("left", "peers", models.ManyToManyField("self", through="broad.Peer")),
    ]
