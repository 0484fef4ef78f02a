from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel(
            name="Book",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("isbn", models.CharField(max_length=13, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Series",
            fields=[("id", models.AutoField(primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name="Shelf",
            fields=[("id", models.AutoField(primary_key=True, serialize=False))],
        ),
    ]
