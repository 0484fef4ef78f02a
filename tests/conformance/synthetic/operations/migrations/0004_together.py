"""Unique and index together, order with respect to, and options that the database does not see."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("operations", "0003_alterations")]

    operations = [
        migrations.AlterUniqueTogether("Book", {("isbn", "year"), ("isbn", "month"), ("author", "title")}),
        migrations.AlterIndexTogether("Book", {("year", "month"), ("title", "year")}),
        migrations.AlterUniqueTogether(name="Book", unique_together={("isbn", "year"), ("year", "page_count")}),
        migrations.AlterIndexTogether(name="Book", index_together={("year", "month"), ("isbn", "page_count")}),
        migrations.AlterOrderWithRespectTo("Chapter", "book"),
        migrations.AlterOrderWithRespectTo("Book", "author"),
        migrations.AlterOrderWithRespectTo("Book", None),
        migrations.AlterModelOptions("Book", {"ordering": ["title"], "verbose_name": "tome"}),
        migrations.AlterModelManagers("Book", [("things", models.Manager())]),
        # A column that is renamed takes along what is built on it.
        migrations.RenameField("Book", "month", "moon"),
        migrations.RenameField("Book", "isbn", "number"),
        migrations.AddIndex("Book", models.Index(fields=["moon"], name="book_month")),
        # A column that goes takes along what is built on it.
        migrations.AddField("Chapter", "volume", models.IntegerField(null=True)),
        migrations.AlterUniqueTogether("Chapter", {("book", "volume")}),
        migrations.AlterUniqueTogether("Chapter", set()),
        migrations.RemoveField("Chapter", "volume"),
    ]
