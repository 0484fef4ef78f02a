from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0029_order_goes")]
    operations = [
        migrations.CreateModel("Novel", [
            ("book_ptr", models.OneToOneField("things.Book", models.CASCADE, auto_created=True, parent_link=True, primary_key=True, serialize=False)),
            ("pages", models.IntegerField()),
        ], bases=("things.book",)),
        migrations.CreateModel("Story", [("length", models.IntegerField())], bases=("things.book",)),
        migrations.CreateModel("Classic", [], options={"proxy": True, "indexes": [], "constraints": []}, bases=("things.novel",)),
        migrations.CreateModel("Elsewhere", [("id", models.AutoField(primary_key=True))], options={"managed": False, "db_table": "elsewhere"}),
        migrations.CreateModel("Shelf", [
            ("classic", models.ForeignKey("things.Classic", models.CASCADE)),
            ("novel", models.OneToOneField("things.Novel", models.CASCADE, primary_key=True)),
            ("story", models.ForeignKey("things.Story", models.CASCADE)),
        ]),
        migrations.CreateModel("Room", [("shelf", models.ForeignKey("things.Shelf", models.CASCADE))]),
    ]
