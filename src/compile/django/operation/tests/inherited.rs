//! What a model has of the classes that its migration names as bases. (By real Django 5.2.)

use std::path::Path;

use super::{HEAD, compiled, lines, write};

const BASES: &str = "
from django.db import models

class Mixin:
    seen = models.DateTimeField()

class NoTime:
    made_at = None

class Stamped(models.Model):
    made_at = models.DateTimeField()
    hidden = models.DateTimeField()
    seen = models.IntegerField()
    name = models.CharField(max_length=5)

    class Meta:
        abstract = True

class Owned(Mixin, Stamped):
    owner = models.ForeignKey('shop.Person', models.CASCADE, null=True)
    hidden = None

    class Meta(Stamped.Meta):
        abstract = True

class Person(models.Model):
    born = models.DateField()
";

fn made(fields: &str, bases: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| write(folder.path(), name, text);
    write("settings.py", "INSTALLED_APPS = ['shop', 'django.contrib.sessions']\n");
    write("shop/__init__.py", "");
    write("shop/models.py", BASES);
    write("shop/migrations/__init__.py", "");
    write_session(folder.path());
    let migration = format!(
        "{HEAD}
import django.contrib.sessions.base_session
import shop.models

class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Person', [('id', models.AutoField(primary_key=True))]),
        migrations.CreateModel(
            name='Item',
            fields=[{fields}],
            options={{}},
            bases={bases},
        ),
    ]
"
    );
    write("shop/migrations/1.py", &migration);
    lines(&compiled(folder.path()))
}

/// As Django 5.2 has it.
fn write_session(folder: &Path) {
    write(folder, "django/__init__.py", "VERSION = (5, 2, 0, 'final', 0)\n");
    write(folder, "django/contrib/__init__.py", "");
    write(folder, "django/contrib/sessions/__init__.py", "");
    write(
        folder,
        "django/contrib/sessions/base_session.py",
        "
from django.db import models

class AbstractBaseSession(models.Model):
    session_key = models.CharField(max_length=40, primary_key=True)
    expire_date = models.DateTimeField(db_index=True)

    class Meta:
        abstract = True
",
    );
}

#[test]
fn a_model_has_the_fields_of_its_abstract_bases() {
    const ID: &str = "('id', models.AutoField(primary_key=True)), ('name', models.CharField(max_length=30))";
    assert_eq!(
        made(ID, "(shop.models.Owned, models.Model)"),
        [
            "1: create shop_person: id",
            "1: create shop_item: id name owner_id made_at",
            "1: shop_item + owner_id -> shop_person",
            "1: shop_item + index owner_id",
        ],
    );
    assert_eq!(
        made("", "(shop.models.Mixin, django.contrib.sessions.base_session.AbstractBaseSession)"),
        [
            "1: create shop_person: id",
            "1: create shop_item: session_key expire_date",
            "1: shop_item + index session_key varchar_pattern_ops",
            "1: shop_item + index expire_date",
        ],
    );
    // What a base that is no model has, or one behind a model's own, hides the fields of those after it.
    assert_eq!(
        made(ID, "(shop.models.NoTime, shop.models.Owned)"),
        [
            "1: create shop_person: id",
            "1: create shop_item: id name owner_id",
            "1: shop_item + owner_id -> shop_person",
            "1: shop_item + index owner_id"
        ],
    );
    assert_eq!(
        made(ID, "(shop.models.Mixin,)"),
        ["1: create shop_person: id", "1: create shop_item: id name"],
    );
}
