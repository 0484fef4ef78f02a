"""Every field of Django 3.2 (and of 2.2, without what came later), bare and with each option that the database sees."""

import datetime
import decimal
import uuid

import django
import django.core.validators
import django.utils.timezone
from django.db import migrations, models

HAS_JSON = django.VERSION >= (3, 1)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Bare",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("big", models.BigIntegerField()),
                ("binary", models.BinaryField()),
                ("boolean", models.BooleanField(default=False)),
                ("char", models.CharField(max_length=30)),
                ("comma", models.CharField(max_length=30, validators=[django.core.validators.int_list_validator()])),
                ("date", models.DateField()),
                ("datetime", models.DateTimeField()),
                ("decimal", models.DecimalField(max_digits=7, decimal_places=3)),
                ("duration", models.DurationField()),
                ("email", models.EmailField(max_length=254)),
                ("file", models.FileField(upload_to="")),
                ("file_path", models.FilePathField()),
                ("float", models.FloatField()),
                ("address", models.GenericIPAddressField()),
                ("image", models.ImageField(upload_to="images")),
                ("integer", models.IntegerField()),
                *(
                    [("json", models.JSONField()), ("positive_big", models.PositiveBigIntegerField())]
                    if HAS_JSON
                    else []
                ),
                ("positive", models.PositiveIntegerField()),
                ("positive_small", models.PositiveSmallIntegerField()),
                ("slug", models.SlugField()),
                ("small", models.SmallIntegerField()),
                ("text", models.TextField()),
                ("time", models.TimeField()),
                ("url", models.URLField()),
                ("uuid", models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name="Nullable",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("big", models.BigIntegerField(null=True)),
                ("binary", models.BinaryField(null=True, max_length=16, editable=True)),
                ("boolean", models.BooleanField(null=True)),
                ("char", models.CharField(max_length=255, null=True, blank=True)),
                ("date", models.DateField(null=True, auto_now_add=True)),
                ("datetime", models.DateTimeField(null=True, auto_now=True)),
                ("decimal", models.DecimalField(max_digits=19, decimal_places=10, null=True)),
                ("duration", models.DurationField(null=True)),
                ("float", models.FloatField(null=True)),
                ("address", models.GenericIPAddressField(null=True, protocol="IPv4")),
                *([("json", models.JSONField(null=True))] if HAS_JSON else []),
                ("positive", models.PositiveIntegerField(null=True)),
                ("slug", models.SlugField(null=True, max_length=20, allow_unicode=True)),
                ("text", models.TextField(null=True, max_length=100)),
                ("time", models.TimeField(null=True)),
                ("uuid", models.UUIDField(null=True)),
            ],
            options={"verbose_name": "nothing in it", "ordering": ["-id"]},
        ),
        migrations.CreateModel(
            name="Defaulted",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("big", models.BigIntegerField(default=-1)),
                ("boolean", models.BooleanField(default=True)),
                ("char", models.CharField(default="it's", max_length=30, choices=[("a", "A"), ("b", "B")])),
                ("date", models.DateField(default=datetime.date(2020, 1, 1))),
                ("datetime", models.DateTimeField(default=django.utils.timezone.now)),
                ("decimal", models.DecimalField(default=decimal.Decimal("0.10"), max_digits=5, decimal_places=2)),
                ("duration", models.DurationField(default=datetime.timedelta(days=1))),
                *([("json", models.JSONField(default=dict))] if HAS_JSON else []),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="Indexed",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("big", models.BigIntegerField(db_index=True)),
                ("char", models.CharField(max_length=30, db_index=True)),
                ("datetime", models.DateTimeField(db_index=True, null=True)),
                ("slug_without", models.SlugField(db_index=False)),
                ("slug_with", models.SlugField()),
                ("email", models.EmailField(db_index=True, max_length=100)),
                ("uuid", models.UUIDField(db_index=True)),
                ("address", models.GenericIPAddressField(db_index=True)),
                ("column", models.IntegerField(db_index=True, db_column="Camel Column")),
            ],
        ),
        migrations.CreateModel(
            name="Unique",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("big", models.BigIntegerField(unique=True)),
                ("char", models.CharField(max_length=30, unique=True)),
                ("nullable", models.CharField(max_length=30, unique=True, null=True)),
                ("slug", models.SlugField(unique=True)),
                ("email", models.EmailField(unique=True, db_index=True, max_length=100)),
                ("uuid", models.UUIDField(unique=True)),
                ("url", models.URLField(unique=True, max_length=190)),
                ("positive", models.PositiveSmallIntegerField(unique=True)),
                ("per_day", models.CharField(max_length=5, unique_for_date="day")),
                ("day", models.DateField()),
            ],
            options={"db_table": "fields_odd table's name"},
        ),
    ]
