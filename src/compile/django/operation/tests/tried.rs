//! Operations and code that let it be when the database refuses them.

use super::{HEAD, ITEM, check_body, compiled, lines, project, write};

const OR_SKIP: &str = "
import logging
from django.db import OperationalError, ProgrammingError
logger = logging.getLogger(__name__)

class AddOrSkip(migrations.AddField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            print(f'added {self.name} to {self.model_name}')
        except Exception as error:
            pass

    def state_forwards(self, app_label, state) -> None:
        try:
            super().state_forwards(app_label, state)
        except Exception:
            pass

class RemoveOrSkip(migrations.RemoveField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        except (ProgrammingError, OperationalError) as error:
            logger.warning('left out: %s', error)

    def state_forwards(self, app_label, state):
        try:
            super().state_forwards(app_label, state)
        except KeyError:
            pass
";

#[test]
fn a_field_that_is_not_there_is_added() {
    check_body(
        OR_SKIP,
        "dependencies = [('shop', '1')]
    operations = [AddOrSkip('item', 'weight', models.IntegerField(null=True)), RemoveOrSkip('item', 'code')]",
        &["shop_item + weight integer NULL", "shop_item - code"],
    );
}

/// Nothing is told, and what stood stands.
#[test]
fn what_does_not_fit_is_not_done() {
    check_body(
        OR_SKIP,
        "dependencies = [('shop', '1')]
    operations = [
        AddOrSkip('item', 'name', models.IntegerField(null=True)),
        RemoveOrSkip('item', 'never'),
        migrations.AddField('item', 'last', models.IntegerField(null=True)),
    ]",
        &["shop_item + last integer NULL"],
    );
}

/// A column for which the rows need a value that nobody says, and a definition that they may not fit.
#[test]
fn what_the_rows_may_refuse_is_told() {
    check_body(
        "
class AddOrSkip(migrations.AddField):
    def database_forwards(self, *args):
        try:
            super().database_forwards(*args)
        except Exception:
            pass

class AlterOrSkip(migrations.AlterField):
    def database_forwards(self, *args):
        try:
            super().database_forwards(*args)
        except Exception:
            pass
",
        "dependencies = [('shop', '1')]
    operations = [
        AddOrSkip('item', 'height', models.IntegerField(default=1)),
        AddOrSkip('item', 'weight', models.IntegerField()),
        AlterOrSkip('item', 'code', models.BigIntegerField()),
    ]",
        &[
            "shop_item + height integer NOT NULL",
            "shop_item + weight integer NOT NULL",
            "whether it is done hangs on what was in the database ?? shop_item -weight (its own too)",
            "shop_item ~ code bigint NOT NULL",
            "whether it is done hangs on what was in the database ?? shop_item -code's definition (its own too)",
        ],
    );
}

#[test]
fn statements_that_are_tried_one_by_one() {
    check_body(
        "
from django.db import OperationalError, ProgrammingError, transaction

def drop(apps, schema_editor):
    for name in ['by_code', 'by_nothing']:
        try:
            with transaction.atomic():
                with schema_editor.connection.cursor() as cursor:
                    cursor.execute(f'DROP INDEX {name}')
        except (ProgrammingError, OperationalError):
            pass

def add(apps, schema_editor):
    try:
        schema_editor.execute('ALTER TABLE shop_item ADD COLUMN tried integer NULL')
    except Exception as error:
        print('skipped', error)
        return
",
        "dependencies = [('shop', '1')]
    operations = [
        migrations.AddIndex('item', models.Index(fields=['code'], name='by_code')),
        migrations.RunPython(drop),
        migrations.RunPython(add),
    ]",
        &[
            "shop_item + index code",
            "shop_item - index by name",
            "SQL `DROP INDEX by_nothing`: index by_nothing, which it drops, is not known ?? nothing",
            "shop_item + tried integer NULL",
        ],
    );
}

/// What follows a handler that leaves is done only if nothing was refused.
#[test]
fn what_hangs_on_what_was_tried_is_told() {
    let told = |body: &str| {
        let text = format!(
            "
def add(apps, schema_editor):
    try:
        schema_editor.execute('ALTER TABLE shop_item ADD COLUMN tried integer NULL')
{body}

class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.RunPython(add)]
"
        );
        let all = lines(&project("", &[("1", ITEM), ("2", &text)]));
        all.iter().any(|it| it.contains("RunPython add ?? shop_item"))
    };
    let more = "schema_editor.execute('ALTER TABLE shop_item ADD COLUMN more integer NULL')";
    assert!(told(&format!("    except Exception:\n        return\n    {more}")));
    assert!(told(&format!("    except Exception:\n        {more}")));
    assert!(!told(&format!("    except Exception:\n        raise\n    {more}")));
}

/// An app that is not there has no models; which fields a model has is asked of the models at that time.
#[test]
fn code_that_tries_for_a_model_or_a_field() {
    let drops = "schema_editor.execute('ALTER TABLE shop_item DROP COLUMN code')";
    let functions = format!(
        "from django.core.exceptions import FieldDoesNotExist

def without_app(apps, schema_editor):
    try:
        apps.get_model('nowhere', 'X')
    except LookupError:
        {drops}

def returns(apps, schema_editor):
    try:
        apps.get_model('nowhere', 'X')
    except LookupError:
        return
    schema_editor.execute('ALTER TABLE shop_item ADD COLUMN never integer')

def without_field(apps, schema_editor):
    try:
        apps.get_model('shop', 'Item')._meta.get_field('other')
    except FieldDoesNotExist:
        {drops}
"
    );
    let body = |name: &str| {
        format!("dependencies = [('shop', '1')]\n    operations = [migrations.RunPython({name})]")
    };
    check_body(&functions, &body("without_app"), &["shop_item - code"]);
    check_body(&functions, &body("returns"), &[]);
    check_body(&functions, &body("without_field"), &["shop_item - code"]);
}

/// As openIMIS asks for a class that it has moved since: the registry has the classes of today.
#[test]
fn a_class_that_the_code_has_no_more_is_not_found() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| write(folder.path(), name, text);
    write("settings.py", "INSTALLED_APPS = ['shop']\n");
    write("shop/__init__.py", "");
    write(
        "shop/models/__init__.py",
        "from .kept import Kept\nfrom other import Gone\nfrom domain.things import *\n",
    );
    write("domain/__init__.py", "");
    write(
        "domain/things.py",
        "from django.db import models\nclass Thing(models.Model):\n    class Meta: app_label = 'shop'\n",
    );
    write(
        "shop/models/kept.py",
        "from django.db import models\nclass Kept(models.Model):\n    pass\nBound = models.base.ModelBase('made', (models.Model,), {})\n",
    );
    write("shop/migrations/__init__.py", "");
    let migration = format!(
        "{HEAD}
from django.apps import apps

def has(name):
    try:
        apps.get_model('shop', name)
        return True
    except LookupError:
        return False

class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel(name, [('id', models.AutoField(primary_key=True))])
        for name in ('Gone', 'kept', 'made', 'bound', 'thing', 'KeptTranslation') if has(name)
    ]
"
    );
    write("shop/migrations/1.py", &migration);
    assert_eq!(
        lines(&compiled(folder.path())),
        [
            "1: create shop_kept: id",
            "1: create shop_made: id",
            "1: create shop_bound: id",
            "1: create shop_thing: id",
            "1: create shop_kepttranslation: id",
        ],
    );
}
