"""A key that changes its type takes along every column that leads to it, through all relations."""

import django
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inheritance", "0001_initial")]

    operations = [
        migrations.CreateModel("Root", [("id", models.AutoField(primary_key=True))]),
        migrations.CreateModel(
            "Branch",
            [("root_ptr", models.OneToOneField("Root", models.CASCADE, parent_link=True, primary_key=True))],
            bases=("inheritance.root",),
        ),
        migrations.CreateModel(
            "Leaf",
            [
                ("branch_ptr", models.OneToOneField("Branch", models.CASCADE, parent_link=True, primary_key=True)),
                ("siblings", models.ManyToManyField("self")),
            ],
            bases=("inheritance.branch",),
        ),
        migrations.CreateModel(
            "Bird",
            [
                ("id", models.AutoField(primary_key=True)),
                ("leaf", models.ForeignKey("Leaf", models.CASCADE)),
                ("root", models.ForeignKey("Root", models.CASCADE, null=True)),
                ("branches", models.ManyToManyField("Branch")),
            ],
        ),
        # Before Django 4.0, MariaDB refused this for a grandchild.
        *(
            [migrations.AlterField("Root", "id", models.BigAutoField(primary_key=True))]
            if django.VERSION >= (4, 0)
            else []
        ),
        migrations.CreateModel("Coded", [("code", models.CharField(max_length=5, primary_key=True))]),
        migrations.CreateModel(
            "Coder",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("coded", models.ForeignKey("Coded", models.CASCADE)),
                ("also", models.OneToOneField("Coded", models.CASCADE, related_name="+")),
            ],
        ),
        migrations.AlterField("Coded", "code", models.CharField(max_length=9, primary_key=True)),
        migrations.RenameField("Coded", "code", "sign"),
    ]
