from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.CreateModel("Left", [("id", models.BigAutoField(primary_key=True)), ("code", models.CharField(max_length=12, unique=True)), ("a_name_that_is_much_longer_than_most_people_would_write_it", models.CharField(max_length=5, db_index=True))],
            options={"db_table": "a_table_with_a_name_that_is_as_long_as_a_server_would_take_it", "unique_together": {("code", "a_name_that_is_much_longer_than_most_people_would_write_it")}}),
        migrations.CreateModel("Right", [("id", models.BigAutoField(primary_key=True)), ("code", models.CharField(max_length=12, primary_key=False, unique=True)), ("left", models.ForeignKey("broad.Left", models.CASCADE))]),
        migrations.CreateModel("Link", [("id", models.BigAutoField(primary_key=True)), ("left", models.ForeignKey("broad.Left", models.CASCADE)), ("right", models.ForeignKey("broad.Right", models.CASCADE))]),
        migrations.AddField("left", "rights", models.ManyToManyField("broad.Right", through="broad.Link")),
        migrations.AddField("left", "many_of_the_others_by_a_long_name", models.ManyToManyField("broad.Right", related_name="+")),
        migrations.AddField("left", "peers", models.ManyToManyField("self", db_constraint=False)),
        migrations.AddField("right", "by_code", models.ForeignKey("broad.Left", models.CASCADE, to_field="code", null=True, related_name="coded")),
    ]
