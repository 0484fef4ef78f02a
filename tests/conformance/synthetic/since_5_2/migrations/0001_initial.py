"""What came with Django 5.2: keys of several columns, and constraints altered in place."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[("id", models.BigAutoField(primary_key=True))],
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("pk", models.CompositePrimaryKey("order_id", "number")),
                ("order", models.ForeignKey("Order", models.CASCADE)),
                ("number", models.PositiveIntegerField()),
                ("note", models.CharField(max_length=30, null=True)),
            ],
        ),
        migrations.AddConstraint("Line", models.CheckConstraint(condition=Q(number__gt=0), name="line_number")),
        migrations.AlterConstraint(
            "Line",
            "line_number",
            models.CheckConstraint(
                condition=Q(number__gt=0), name="line_number", violation_error_message="a number above 0"
            ),
        ),
        migrations.AddField("Line", "weight", models.FloatField(null=True)),
        migrations.AlterField("Line", "note", models.CharField(max_length=60, null=True)),
    ]
