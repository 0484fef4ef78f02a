from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AlterField("item", "size", models.PositiveSmallIntegerField(null=True)),
        migrations.AlterField("item", "more", models.ManyToManyField(related_name="+", to="shop.tag")),
    ]
