//! Operations of other libraries as these write them (tests/cases/django-in-the-wild.md, point 21), and a few ways to list
//! operations (point 16), down to what the manifest says of them.

use super::{ITEM, check_body, lines, project, project_of, project_on};
use crate::dialect::Dialect;

/// celery-results: one side taken away, one tried.
#[test]
fn indexes_that_are_faked_and_tried() {
    check_body(
        "
class FakeAddIndex(migrations.AddIndex):
    '''Fake AddIndex operation, for the index is there.'''
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        '''Does not do anything.'''

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        pass

class TryRemoveIndex(migrations.RemoveIndex):
    '''Operation to remove the index without reporting an error.'''
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            index = from_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
            try:
                schema_editor.remove_index(model, index)
            except Exception:
                pass
",
        "dependencies = [('shop', '1')]
    operations = [
        migrations.AddIndex('item', models.Index(fields=['name'], name='by_name')),
        FakeAddIndex('item', models.Index(fields=['code'], name='by_code')),
        TryRemoveIndex('item', 'by_name'),
    ]",
        &["shop_item + index name", "shop_item - index by name"],
    );
}

/// Wagtail's search: the table may be gone already.
#[test]
fn a_model_that_is_deleted_if_it_exists() {
    check_body(
        "
class DeleteModelIfExists(migrations.DeleteModel):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            with schema_editor.connection.cursor() as cursor:
                tables = schema_editor.connection.introspection.table_names(cursor)
            if model._meta.db_table in tables:
                schema_editor.delete_model(model)
",
        "dependencies = [('shop', '1')]\n    operations = [DeleteModelIfExists('Item')]",
        &["drop shop_item"],
    );
}

/// pgtrigger, whose library is not in the sources: a trigger is no part of what is compared.
#[test]
fn a_trigger_is_nothing() {
    check_body(
        "import pgtrigger.compiler\nimport pgtrigger.migrations\n",
        "dependencies = [('shop', '1')]
    operations = [pgtrigger.migrations.AddTrigger(model_name='item', trigger=pgtrigger.compiler.Trigger(
        name='protect', sql=pgtrigger.compiler.UpsertTriggerSql(func='RETURN NULL;', table='shop_item')))]",
        &[],
    );
}

/// sortedm2m: a many-to-many gets the column by which it is sorted.
#[test]
fn a_many_to_many_that_becomes_sorted_is_told() {
    check_body(
        "from sortedm2m.operations import AlterSortedManyToManyField\nfrom sortedm2m.fields import SortedManyToManyField\n",
        "dependencies = [('shop', '1')]
    operations = [
        migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True)), ('items', models.ManyToManyField('shop.Item'))]),
        AlterSortedManyToManyField(model_name='tag', name='items', field=SortedManyToManyField(to='shop.Item')),
    ]",
        &[
            "create shop_tag: id",
            "create shop_tag_items: id tag_id item_id",
            "sortedm2m.operations.AlterSortedManyToManyField is an operation of its own ?? shop_tag shop_tag_items",
            "shop_tag_items + unique tag_id item_id",
            "shop_tag_items + tag_id -> shop_tag",
            "shop_tag_items + item_id -> shop_item",
            "shop_tag_items + index tag_id",
            "shop_tag_items + index item_id",
        ],
    );
}

/// auditlog: a helper that asks a setting which the app's own `conf` sets.
#[test]
fn a_helper_lists_one_or_two_steps_by_a_setting() {
    let steps = "
from django.conf import settings
def two_step_migrations():
    if settings.SHOP_TWO_STEP_MIGRATION:
        return [
            migrations.RenameField('item', old_name='name', new_name='name_text'),
            migrations.AddField('item', 'name', models.JSONField(null=True)),
        ]
    return [
        migrations.AddField('item', 'name_text', models.TextField(blank=True, default='')),
        migrations.AlterField('item', 'code', models.BigIntegerField()),
    ]

class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [*two_step_migrations()]
";
    let of = |settings: &str| {
        let all = lines(&project(settings, &[("1", super::ITEM), ("2", steps)]));
        all.into_iter().filter(|it| it.starts_with("2: ")).collect::<Vec<_>>()
    };
    assert_eq!(
        of("SHOP_TWO_STEP_MIGRATION = True\n"),
        ["2: shop_item.name to name_text", "2: shop_item + name jsonb NULL"]
    );
    assert_eq!(
        of("SHOP_TWO_STEP_MIGRATION = False\n"),
        ["2: shop_item + name_text text NOT NULL", "2: shop_item ~ code bigint NOT NULL"]
    );
}

/// Evennia asks, while its class is made, whether a table is there: of a database that is being made, it is not.
#[test]
fn a_class_body_asks_for_the_tables() {
    let asks = "
from django.db import connection
def _table_exists(db_cursor, tablename):
    return tablename in connection.introspection.table_names()

class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    db_cursor = connection.cursor()
    if not _table_exists(db_cursor, 'shop_old'):
        operations = [migrations.AddField('item', 'weight', models.IntegerField(null=True))]
    else:
        operations = [migrations.RemoveField('item', 'code')]
";
    let all = lines(&project("", &[("1", super::ITEM), ("2", asks)]));
    assert_eq!(all, ["1: create shop_item: id name code", "2: shop_item + weight integer NULL"]);
}

/// Nothing that hangs on the answer is certain: not what is returned, not what was bound on the way.
#[test]
fn a_statement_that_the_database_may_refuse_leaves_both_ways_open() {
    let returned = "
    try:
        cursor.execute('SELECT 1 FROM shop_old')
        return True
    except Exception:
        return False
";
    let bound = "
    there = False
    try:
        cursor.execute('SELECT 1 FROM shop_old')
        there = True
    except Exception:
        pass
    return there
";
    let otherwise = "
    try:
        cursor.execute('SELECT 1 FROM shop_old')
    except (ProgrammingError, OperationalError) as error:
        return False
    else:
        return True
";
    let by_model = "
    from shop.models import Old
    try:
        return Old.objects.filter(code=1).exists()
    except Exception:
        return False
";
    let counted = "
    from django.contrib.sites.models import Site
    there = True
    try:
        Site.objects.get(pk=1)
    except Exception:
        there = False
    return there
";
    for body in [returned, bound, otherwise, by_model, counted] {
        let asks = format!(
            "
from django.db import OperationalError, ProgrammingError, connection
def is_there(cursor):{body}
class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    if is_there(connection.cursor()):
        operations = [migrations.AddField('item', 'weight', models.IntegerField(null=True))]
    else:
        operations = []
"
        );
        let compiled = project("", &[("1", super::ITEM), ("2", &asks)]);
        let all = lines(&compiled);
        assert!(all.iter().any(|it| it.starts_with("2: ") && it.ends_with("?? anything")), "{body}{all:#?}");
        let told = format!("{:?}", compiled.notices);
        assert!(told.contains("asks the database, which may refuse"), "{told}");
    }
}

/// What takes citext's place from Django 4.2 on: without pattern operators, and so without the second index.
#[test]
fn a_column_whose_collation_is_not_deterministic_has_no_second_index() {
    check_body(
        "from django.contrib.postgres.operations import CreateCollation\n",
        "dependencies = [('shop', '1')]
    operations = [
        CreateCollation('any_case', provider='icu', locale='und-u-ks-level2', deterministic=False),
        CreateCollation('german', provider='icu', locale='de'),
        migrations.AddField('item', 'mail', models.CharField(max_length=9, db_collation='any_case', unique=True)),
        migrations.AddField('item', 'city', models.CharField(max_length=9, db_collation='german', db_index=True)),
    ]",
        &[
            "shop_item + mail varchar(9) NOT NULL COLLATE any_case",
            "shop_item + unique mail",
            "shop_item + city varchar(9) NOT NULL COLLATE german",
            "shop_item + index city",
            "shop_item + index city varchar_pattern_ops",
        ],
    );
}

/// The same, where SQL makes the collation.
#[test]
fn a_collation_made_by_sql_may_be_no_deterministic_one() {
    check_body(
        "",
        "dependencies = [('shop', '1')]
    operations = [
        migrations.RunSQL(\"CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)\"),
        migrations.RunSQL([\"CREATE COLLATION german (provider = icu, locale = 'de')\"]),
        migrations.AddField('item', 'mail', models.CharField(max_length=9, db_collation='any_case', unique=True)),
        migrations.AddField('item', 'city', models.CharField(max_length=9, db_collation='german', db_index=True)),
    ]",
        &[
            "shop_item + mail varchar(9) NOT NULL COLLATE any_case",
            "shop_item + unique mail",
            "shop_item + city varchar(9) NOT NULL COLLATE german",
            "shop_item + index city",
            "shop_item + index city varchar_pattern_ops",
        ],
    );
}

/// A subclass makes it, the server has it, or nobody was seen to make it: a second index is then neither expected nor odd.
#[test]
fn a_collation_that_nobody_was_seen_to_make_may_be_no_deterministic_one() {
    check_body(
        "from django.contrib.postgres.operations import CreateCollation
class AnyCase(CreateCollation):
    def __init__(self, name):
        super().__init__(name, provider='icu', locale='und-u-ks-level2', deterministic=False)
",
        "dependencies = [('shop', '1')]
    operations = [
        AnyCase('any_case'),
        migrations.AddField('item', 'mail', models.CharField(max_length=9, db_collation='any_case', db_index=True)),
        migrations.AddField('item', 'city', models.CharField(max_length=9, db_collation='de_DE.utf8', unique=True)),
        migrations.AddField('item', 'land', models.CharField(max_length=9, db_collation='en_any_case', unique=True)),
        migrations.AddField('item', 'note', models.CharField(max_length=9, db_collation='en_any_case')),
        migrations.AlterField('item', 'note', models.CharField(max_length=9, db_collation='en_any_case', unique=True)),
    ]",
        &[
            "shop_item + mail varchar(9) NOT NULL COLLATE any_case",
            "shop_item + city varchar(9) NOT NULL COLLATE de_DE.utf8",
            "shop_item + unique city",
            "shop_item + land varchar(9) NOT NULL COLLATE en_any_case",
            "shop_item + unique land",
            "column land has an index for patterns only if the collation en_any_case is deterministic, which was not seen ?? shop_item, no more",
            "shop_item + note varchar(9) NOT NULL COLLATE en_any_case",
            "shop_item + unique note",
            "column note has an index for patterns only if the collation en_any_case is deterministic, which was not seen ?? shop_item, no more",
            "shop_item + index mail",
            "shop_item + index city varchar_pattern_ops",
        ],
    );
}

/// Django 5.1 makes plain texts of them, and a database that was migrated before has citext: a second index is then neither
/// expected nor odd.
#[test]
fn what_was_citext_before_django_5_1_may_have_a_second_index() {
    let second =
        "from django.contrib.postgres.fields import ArrayField, CICharField, CIEmailField, CITextField
class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [
        migrations.AddField('item', 'mail', CIEmailField(unique=True)),
        migrations.AddField('item', 'city', CICharField(max_length=9)),
        migrations.AddField('item', 'many', ArrayField(CICharField(max_length=9), db_index=True)),
        migrations.AddField('item', 'land', models.CharField(max_length=9, db_index=True)),
        migrations.AddField('item', 'text', CITextField(db_index=True)),
    ]
";
    let third = "from django.contrib.postgres.fields import CICharField
class Migration(migrations.Migration):
    dependencies = [('shop', '2')]
    operations = [
        migrations.AlterField('item', 'land', CICharField(max_length=9, db_index=True)),
        migrations.AlterField('item', 'city', CICharField(max_length=9, db_index=True)),
        migrations.AlterField('item', 'mail', models.EmailField(unique=True)),
    ]
";
    let told = |django| {
        let files = [("1", ITEM), ("2", second), ("3", third)];
        let compiled = project_of(django, Dialect::Postgres, "", &files);
        lines(&compiled).into_iter().filter(|it| !it.starts_with("1: ")).collect::<Vec<_>>()
    };
    let open = "has an index for patterns only if Django 5.1 or later made it, and so no citext ?? shop_item, no more";
    for django in [(5, 1), (5, 2)] {
        assert_eq!(
            told(django),
            [
                "2: shop_item + mail varchar(254) | citext NOT NULL".to_owned(),
                "2: shop_item + unique mail".to_owned(),
                format!("2: column mail {open}"),
                "2: shop_item + city varchar(9) | citext NOT NULL".to_owned(),
                "2: shop_item + many varchar(9)[] | citext[] NOT NULL".to_owned(),
                "2: shop_item + land varchar(9) NOT NULL".to_owned(),
                "2: shop_item + text text | citext NOT NULL".to_owned(),
                format!("2: column text {open}"),
                "2: shop_item + index many".to_owned(),
                "2: shop_item + index land".to_owned(),
                "2: shop_item + index land varchar_pattern_ops".to_owned(),
                "2: shop_item + index text".to_owned(),
                "3: shop_item - index by name".to_owned(),
                "3: shop_item ~ land varchar(9) | citext NOT NULL".to_owned(),
                format!("3: column land {open}"),
                "3: shop_item + index city".to_owned(),
                format!("3: column city {open}"),
                "3: shop_item ~ mail varchar(254) NOT NULL".to_owned(),
            ]
        );
    }
    assert!(told((5, 0)).iter().all(|it| !it.contains("??")), "{:#?}", told((5, 0)));
}

/// A field of several columns, and one that brings its neighbour: what they add no operation names.
#[test]
fn a_field_that_adds_others_makes_its_table_a_blind_spot() {
    check_body(
        "
class Coordinates(models.Field):
    def contribute_to_class(self, cls, name, private_only=False):
        models.FloatField(null=True).contribute_to_class(cls, name + '_x')
        cls._meta.add_field(self, private=True)
    def db_type(self, connection):
        return None

class Money(models.IntegerField):
    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, **kwargs)
        self.bring(cls, name)
    def bring(self, cls, name):
        cls.add_to_class(name + '_currency', models.CharField(max_length=3))

class Rendered(models.TextField):
    def __init__(self, *args, **kwargs):
        self.brings = not kwargs.pop('alone', False)
        super().__init__(*args, **kwargs)
    def contribute_to_class(self, cls, name):
        if self.brings and not cls._meta.abstract:
            cls.add_to_class('_rendered', models.TextField())
        super().contribute_to_class(cls, name)

class Plain(models.IntegerField):
    def contribute_to_class(self, cls, name, **kwargs):
        models.IntegerField.contribute_to_class(self, cls, name, **kwargs)
        setattr(cls, 'get_' + name, lambda it: 1)
",
        "dependencies = [('shop', '1')]
    operations = [
        migrations.CreateModel('Place', [('id', models.BigAutoField(primary_key=True)), ('at', Coordinates())]),
        migrations.AddField('item', 'price', Money(null=True)),
        migrations.AddField('item', 'alone', Rendered(null=True, alone=True)),
        migrations.AddField('item', 'text', Rendered(null=True)),
        migrations.AddField('item', 'plain', Plain(null=True)),
    ]",
        &[
            "create shop_place: id",
            "field `at`: shop.migrations.2.Coordinates may add fields of its own to the model ?? shop_place, no more",
            "shop_item + price integer NULL",
            "shop_item + alone text NULL",
            "shop_item + text text NULL",
            "shop_item + plain integer NULL",
        ],
    );
}

/// Django's autodetector writes down what a field adds. Where the migration names it too, there is nothing to be told.
#[test]
fn what_a_field_adds_is_in_the_migration_too() {
    let fields = "
class Currency(models.CharField):
    def contribute_to_class(self, cls, name, **kwargs):
        if name not in [it.name for it in cls._meta.fields]:
            super().contribute_to_class(cls, name, **kwargs)

class Money(models.IntegerField):
    def contribute_to_class(self, cls, name, **kwargs):
        if not hasattr(self, '_currency_field'):
            self.bring(cls, name)
        super().contribute_to_class(cls, name, **kwargs)
        cls.add_to_class('get_%s_lines' % name, lambda it: 1)
    def bring(self, cls, name):
        made = Currency(max_length=3)
        made.creation_counter = self.creation_counter - 1
        cls.add_to_class('%s_currency' % name, made)

class Talkative(models.CharField):
    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, **kwargs)
        cls.add_to_class(name + '_lines', property(lambda it: 1))
";
    let body = "dependencies = [('shop', '1')]
    operations = [
        migrations.CreateModel('Place', [
            ('id', models.BigAutoField(primary_key=True)),
            ('cost_currency', Currency(max_length=3)),
            ('cost', Money()),
            ('talk', Talkative(max_length=5)),
        ]),
        migrations.CreateModel('Other', [('id', models.BigAutoField(primary_key=True)), ('cost', Money())]),
        migrations.AddField('item', 'price', Money(default=0)),
        migrations.AddField('item', 'price_currency', Currency(max_length=3, default='')),
    ]";
    let all = [
        "create shop_place: id cost_currency cost talk",
        "create shop_other: id cost",
        "field `cost`: shop.migrations.2.Money may add fields of its own to the model ?? shop_other, no more",
        "shop_item + price integer NOT NULL",
        "shop_item + price_currency varchar(3) NOT NULL",
    ];
    check_body(fields, body, &all);
    let text = format!("{fields}\nclass Migration(migrations.Migration):\n    {body}\n");
    let compiled = project_on(Dialect::Sqlite, "", &[("1", ITEM), ("2", &text)]);
    let told: Vec<_> = lines(&compiled).into_iter().filter(|it| it.contains("??")).collect();
    assert_eq!(told, [format!("2: {}", all[2])]);
}

/// A field whose `db_type` matches on the vendor was taken for one without a column.
#[test]
fn what_may_have_returned_has_not_certainly_fallen_through() {
    let check = |first: &str, expected: &str| {
        let class = format!(
            "
class Odd(models.TextField):
    def db_type(self, connection):
        match connection.vendor:
            case {first}:
                return 'text'
            case _:
                return 'varchar(5)'
"
        );
        check_body(
            &class,
            "dependencies = [('shop', '1')]\n    operations = [migrations.AddField('item', 'odd', Odd(null=True))]",
            &[expected],
        );
    };
    check("{'x': 1, **rest}", "shop_item + odd (not known) NULL");
    check("str(name)", "shop_item + odd text NULL");
    check("'sqlite' | 'mysql'", "shop_item + odd varchar(5) NULL");
    check("'postgresql' if self.null", "shop_item + odd text NULL");
}

/// Its type was not known, though on this database the override changes nothing.
#[test]
fn a_type_that_is_passed_on_is_the_fields_own() {
    let check = |method: &str, expected: &str| {
        let class = format!("\nclass Odd(models.UUIDField):\n    def db_type(self, connection):\n{method}\n");
        check_body(
            &class,
            "dependencies = [('shop', '1')]\n    operations = [migrations.AddField('item', 'odd', Odd(null=True))]",
            &[expected],
        );
    };
    let elsewhere = "        if connection.vendor == 'mysql':\n            return 'char(32)'\n";
    check(&format!("{elsewhere}        return super().db_type(connection)"), "shop_item + odd uuid NULL");
    check(
        &format!("{elsewhere}        own = super().db_type(connection)\n        return own"),
        "shop_item + odd uuid NULL",
    );
    let of_another = |field: &str| format!("        return models.{field}.db_type(connection)");
    check(&of_another("BigIntegerField()"), "shop_item + odd bigint NULL");
    check(&of_another("CharField(max_length=7)"), "shop_item + odd varchar(7) NULL");
    check(&of_another("AutoField()"), "shop_item + odd (not known) NULL");
    check(&of_another("ForeignKey('shop.Item', models.CASCADE)"), "shop_item + odd (not known) NULL");
    check("        return super().rel_db_type(connection)", "shop_item + odd (not known) NULL");
    check("        return super().db_type(connection) + '[]'", "shop_item + odd uuid[] NULL");
    check("        return '%s[]' % super().db_type(connection)", "shop_item + odd uuid[] NULL");
    check(
        "        return f'{super().db_type(connection)} NOT NULL'",
        "shop_item + odd (not known) NULL DEFAULT (not known)",
    );
    // A part of it.
    let own = "        own = super().db_type(connection)\n";
    for part in ["own[:2]", "(own + '[]')[:3]", "(own + '[]').replace('uuid', 'text')", "own.upper()"] {
        check(&format!("{own}        return {part}"), "shop_item + odd (not known) NULL");
    }
    check(
        &format!("{own}        return 'text' if 'uuid' in own + '' else own"),
        "shop_item + odd (not known) NULL",
    );
}

/// `_create_like_index_sql` asks for the whole type, whatever stands behind it.
#[test]
fn what_is_added_to_a_type_leaves_its_index_for_patterns() {
    check_body(
        "
class Plain(models.CharField):
    def db_type(self, connection):
        return super().db_type(connection) + ' COLLATE \"C\"'
",
        "dependencies = [('shop', '1')]
    operations = [migrations.AddField('item', 'odd', Plain(max_length=5, null=True, db_index=True))]",
        &[
            "shop_item + odd varchar(5) COLLATE \"C\" NULL",
            "shop_item + index odd",
            "shop_item + index odd varchar_pattern_ops",
        ],
    );
}

/// SQLite's editor makes the table anew, and what SQL has made of it is gone.
#[test]
fn a_many_to_many_through_a_model_makes_the_table_anew_on_sqlite() {
    let second = "
class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [
        migrations.CreateModel('Link', [('id', models.BigAutoField(primary_key=True)), ('item', models.ForeignKey('shop.Item', models.CASCADE, related_name='+')), ('other', models.ForeignKey('shop.Item', models.CASCADE, related_name='+'))]),
        migrations.RunSQL('CREATE INDEX by_hand ON shop_item (code)'),
        migrations.AddField('item', 'others', models.ManyToManyField('shop.Item', through='shop.Link')),
    ]
";
    let on = |dialect| {
        let lines = lines(&project_on(dialect, "", &[("1", ITEM), ("2", second)]));
        lines
            .into_iter()
            .filter(|it| it.contains("by name") || it.contains("shop_item + index"))
            .collect::<Vec<_>>()
    };
    assert_eq!(on(Dialect::Sqlite), ["2: shop_item + index code", "2: shop_item - index by name"]);
    assert_eq!(on(Dialect::Postgres), ["2: shop_item + index code"]);
}

/// As social_django's `uid`, whose length is a setting's.
#[test]
fn a_text_of_a_length_that_is_not_known_has_an_index_for_patterns() {
    check_body(
        "import elsewhere",
        "dependencies = [('shop', '1')]
    operations = [
        migrations.AddField('item', 'uid', models.CharField(max_length=elsewhere.LENGTH, db_index=True, null=True)),
        migrations.AddField('item', 'slug', models.SlugField(max_length=elsewhere.LENGTH, unique=True, null=True)),
    ]",
        &[
            "shop_item + uid (not known) NULL",
            "shop_item + slug (not known) NULL",
            "shop_item + unique slug",
            "shop_item + index uid",
            "shop_item + index uid varchar_pattern_ops",
            "shop_item + index slug varchar_pattern_ops",
        ],
    );
}

/// As djangocms_versioning makes a proxy for each model that the loaded apps give it.
#[test]
fn models_without_tables_are_none_however_many() {
    let several = |options: &str| {
        format!(
            "[migrations.CreateModel(it.__name__, fields=[], options={options}, bases=('shop.item',)) for it in apps.get_app_config('shop').given]"
        )
    };
    let of = |options: &str| {
        let second = format!(
            "from django.apps import apps\nclass Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    operations = {}\n",
            several(options)
        );
        let all = lines(&project("", &[("1", ITEM), ("2", &second)]));
        all.into_iter().filter(|it| it.starts_with("2: ") && it.ends_with("?? anything")).count()
    };
    assert_eq!(of("{'managed': False, 'proxy': True}"), 0);
    assert_eq!(of("{'proxy': True}"), 0);
    assert_eq!(of("{'managed': True}"), 1);
    assert_eq!(of("{'managed': False, **apps.get_app_config('shop').more}"), 1);
    assert_eq!(of("{}"), 1);
}

/// Which of two classes' method is meant hangs on what no source says.
#[test]
fn a_method_that_is_there_on_an_open_condition_leaves_what_it_does_open() {
    let of = |condition: &str, operation: &str, expected: &[&str]| {
        let classes = format!(
            "
import platform
class Key(models.ForeignKey):
    if {condition}:
        def get_attname(self):
            return self.name + '_key'

class Add(migrations.AddField):
    if {condition}:
        def database_forwards(self, app_label, schema_editor, from_state, to_state):
            pass
"
        );
        super::check_class(&classes, operation, expected);
    };
    let key = "migrations.AddField('item', 'up', Key('shop.Item', models.CASCADE, null=True))";
    let add = "Add('item', 'n', models.IntegerField(null=True))";
    of(
        "True",
        key,
        &["shop_item + up_key bigint NULL", "shop_item + up_key -> shop_item", "shop_item + index up_key"],
    );
    let open = "platform.machine() == 'x86_64'";
    of(
        open,
        key,
        &[
            "shop.migrations.2.Key: its `get_attname` compares what is not known ?? shop_item -up_id's definition, no more",
            "shop_item + up_id bigint NULL",
            "shop_item + up_id -> shop_item",
            "shop_item + index up_id",
        ],
    );
    of("True", add, &[]);
    of(
        open,
        add,
        &["shop.migrations.2.Add: its `database_forwards` compares what is not known ?? shop_item"],
    );
}
