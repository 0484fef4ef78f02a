from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.CreateModel("Tag", [("code", models.CharField(max_length=10, primary_key=True)), ("weight", models.SmallIntegerField(db_index=True))]),
        migrations.CreateModel("Author", [
            ("id", models.AutoField(primary_key=True)),
            ("name", models.CharField(max_length=50)),
            ("email", models.EmailField(unique=True)),
            ("age", models.PositiveIntegerField(null=True)),
            ("bio", models.TextField(blank=True)),
            ("slug", models.SlugField()),
            ("code", models.CharField(max_length=20, db_index=True)),
            ("rank", models.IntegerField(default=1, db_index=True)),
            ("number", models.IntegerField(unique=True, null=True)),
            ("friends", models.ManyToManyField("self")),
            ("tags", models.ManyToManyField("things.Tag", related_name="authors")),
        ]),
        migrations.CreateModel("Book", [
            ("id", models.AutoField(primary_key=True)),
            ("title", models.CharField(max_length=100)),
            ("author", models.ForeignKey("things.Author", models.CASCADE)),
            ("editor", models.ForeignKey("things.Author", models.SET_NULL, null=True, related_name="edited", db_index=False)),
            ("reviewer", models.ForeignKey("things.Author", models.DO_NOTHING, null=True, related_name="+", db_constraint=False)),
            ("by_email", models.ForeignKey("things.Author", models.CASCADE, to_field="email", related_name="by_email", null=True)),
            ("prize", models.OneToOneField("things.Author", models.CASCADE, related_name="prized", null=True)),
            ("main_tag", models.ForeignKey("things.Tag", models.CASCADE, null=True, db_column="main")),
            ("year", models.IntegerField()),
            ("tags", models.ManyToManyField("Tag")),
        ], options={"unique_together": {("author", "year")}}),
    ]
