from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("weight", models.IntegerField(db_index=True, default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Box",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.CharField(db_index=True, default="", max_length=20)),
                ("name", models.CharField(max_length=20)),
                ("size", models.PositiveIntegerField()),
                ("box", models.ForeignKey(on_delete=models.CASCADE, to="shop.box")),
                ("tags", models.ManyToManyField(to="shop.tag")),
                ("more", models.ManyToManyField(db_constraint=False, related_name="+", to="shop.tag")),
            ],
        ),
    ]
