//! How `operations` are written.

use super::{HEAD, Tree, only, show, told};
use crate::compile::django::project::{Body, Object, Project, Value};
use crate::dialect::Dialect;

#[track_caller]
fn object(value: &Value) -> &Object {
    match value {
        Value::Object(object) => object,
        other => panic!("{other:?}"),
    }
}

/// The field of the only migration's only operation, an `AddField`.
#[track_caller]
fn field(project: &Project) -> &Object {
    let operation = object(&only(project).operations[0]);
    object(&operation.kwargs.iter().find(|(name, _)| &**name == "field").unwrap().1)
}

#[track_caller]
fn attribute<'a>(object: &'a Object, name: &str) -> &'a Value {
    &object.attributes.iter().find(|(it, _)| &**it == name).unwrap().1
}

#[track_caller]
fn result(object: &Object, method: &str) -> String {
    let (_, method) = object.methods.iter().find(|(it, _)| &**it == method).unwrap();
    show(method.result.as_ref().unwrap())
}

#[test]
fn literal_operations_are_what_they_say() {
    Tree::migration(
        "import uuid\n",
        "operations = [\n  migrations.CreateModel('Book', fields=[('id', models.UUIDField(default=uuid.uuid4, \
         primary_key=True)), ('x', models.DecimalField('X', max_digits=5, decimal_places=-2))], \
         options={'indexes': [models.Index(models.F('x').desc(), name='x_i')]}),\n]",
    )
    .check(&["CreateModel(\"Book\", fields=[(\"id\", UUIDField(default=?decides nothing about the database, primary_key=True)), \
              (\"x\", DecimalField(\"X\", max_digits=5, decimal_places=-2))], options={\"indexes\": \
              [Index(OrderBy(F(\"x\"), descending=True), name=\"x_i\")]})"]);
}

#[test]
fn conditions_and_expressions_become_what_django_makes_of_them() {
    Tree::migration(
        "from django.db.models import F, Q\n",
        "operations = [Q(a=1) & ~Q(b=2), Q(a=1) | Q(b=2), F('a') + 1 - F('b')]",
    )
    .check(&[
        "Q(Q(a=1), Q(Q(b=2), _negated=True), _connector=\"AND\")",
        "Q(Q(a=1), Q(b=2), _connector=\"OR\")",
        "CombinedExpression(CombinedExpression(F(\"a\"), \"+\", 1), \"-\", F(\"b\"))",
    ]);
}

#[test]
fn an_enumeration_s_member_may_be_taken_by_its_name() {
    Tree::migration(
        "import django.db.models.constraints\n",
        "operations = [models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'])]",
    )
    .check(&["UniqueConstraint(deferrable=django.db.models.Deferrable.DEFERRED)"]);
}

#[test]
fn one_class_has_one_name_whatever_it_is_imported_by() {
    let project = Tree::migration(
        "import django.db.models.fields.related\nfrom django.db.models.fields import CharField\n\
         from django.db.migrations.operations.models import CreateModel\n\
         import django.contrib.postgres.fields.jsonb\nfrom django.db.models.functions.text import Lower\n\
         from django.contrib.gis.db import models as gis\nimport django.db.models.deletion as deletion\n",
        "operations = [django.db.models.fields.related.ForeignKey(), CharField(), CreateModel(), \
         django.contrib.postgres.fields.jsonb.JSONField(), Lower(), gis.PointField(), gis.CharField(), \
         deletion.CASCADE()]",
    )
    .read();
    let classes: Vec<&str> = only(&project).operations.iter().map(|it| &*object(it).class).collect();
    assert_eq!(
        classes,
        [
            "django.db.models.ForeignKey",
            "django.db.models.CharField",
            "django.db.migrations.CreateModel",
            "django.contrib.postgres.fields.JSONField",
            "django.db.models.functions.Lower",
            "django.contrib.gis.db.models.PointField",
            "django.db.models.CharField",
            "django.db.models.CASCADE",
        ]
    );
}

#[test]
fn operations_may_hang_on_a_setting() {
    let tree = |set: &str| {
        Tree::migration(
            "EMAIL = getattr(settings, 'UNIQUE_EMAIL', True)\n",
            "operations = [migrations.DeleteModel('A')] if EMAIL else []",
        )
        .settings(set)
    };
    tree("").check(&["DeleteModel(\"A\")"]);
    tree("UNIQUE_EMAIL = False\n").check(&[]);
    tree("UNIQUE_EMAIL = True\n").set("UNIQUE_EMAIL", "False").check(&[]);
}

#[test]
fn an_app_may_have_an_object_of_settings_of_its_own() {
    let app_settings = "class AppSettings:\n    def __init__(self, prefix):\n        self.prefix = prefix\n\n    \
        def _setting(self, name, default):\n        from django.conf import settings\n\n        \
        return getattr(settings, self.prefix + name, default)\n\n    @property\n    def SITES(self):\n        \
        from django.apps import apps\n        return apps.is_installed('sites')\n\n    @property\n    \
        def LENGTH(self):\n        return self._setting('LENGTH', 30)\n\n\n\
        _app_settings = AppSettings('SHOP_')\n\ndef __getattr__(name):\n    return getattr(_app_settings, name)\n";
    let tree = |set: &str| {
        Tree::migration(
            "from shop import app_settings\n",
            "operations = [migrations.CreateModel('A', fields=[] + ([1] if app_settings.SITES else []), \
             length=app_settings.LENGTH)]",
        )
        .file("shop/app_settings.py", app_settings)
        .file("sites/models.py", "")
        .settings(set)
    };
    tree("").check(&["CreateModel(\"A\", fields=[], length=30)"]);
    tree("SHOP_LENGTH = 9\nINSTALLED_APPS = ['sites']\n")
        .check(&["CreateModel(\"A\", fields=[1], length=9)"]);
}

#[test]
fn settings_objects_that_answer_by_getattr_are_asked() {
    let code = "from django.conf import settings\nDEFAULTS = {'MODEL': getattr(settings, 'OAUTH_MODEL', 'o.App')}\n\
        class Settings:\n    def __init__(self, defaults=None):\n        self.defaults = defaults or DEFAULTS\n\n    \
        def __getattr__(self, attr):\n        if attr not in self.defaults:\n            \
        raise AttributeError('Invalid: %s' % attr)\n        val = self.defaults[attr]\n        \
        setattr(self, attr, val)\n        return val\n\nwatched = Settings(DEFAULTS)\n";
    Tree::migration("from shop.conf import watched\n", "operations = [watched.MODEL, hasattr(watched, 'X')]")
        .file("shop/conf.py", code)
        .set("OAUTH_MODEL", "'accounts.App'")
        .check(&["\"accounts.App\"", "False"]);
}

#[test]
fn settings_that_an_app_sets_in_code_are_there() {
    Tree::migration("", "operations = [settings.AUDIT_TWO_STEPS]")
        .file("shop/conf.py", "from django.conf import settings\nsettings.AUDIT_TWO_STEPS = getattr(settings, 'AUDIT_TWO_STEPS', 7)\n")
        .check(&["7"]);
}

#[test]
fn settings_of_django_appconf_are_there() {
    let conf = "from appconf import AppConf\nclass ShopConf(AppConf):\n    LENGTH = 5\n\n\
        class Plain(AppConf):\n    REQUIRED = True\n    class Meta:\n        prefix = ''\n";
    Tree::migration("", "operations = [settings.SHOP_LENGTH, settings.REQUIRED, settings.NOWHERE]")
        .file("shop/models.py", conf)
        .file("appconf/__init__.py", "from .base import AppConf\n")
        .check(&["5", "True", "?raises AttributeError: `django.conf.settings` has no NOWHERE"]);
}

#[test]
fn helpers_make_operations() {
    let helpers = "from django.db import migrations\n\ndef wrapped(*operations, vendor='postgresql', **more):\n    \
        from django.db import connection\n    if connection.vendor == vendor:\n        return list(operations)\n    \
        return []\n\ndef steps(names):\n    for name in names:\n        if name == 'b':\n            continue\n        \
        yield migrations.DeleteModel(name)\n";
    let tree = Tree::migration(
        "from .helpers import wrapped\nfrom . import helpers as h\n",
        "names = ['a', 'b', 'c']\noperations = [*h.steps(names), *[migrations.RemoveField(it, 'x') for it in names \
         if it > 'b'], *wrapped(migrations.RunSQL('SELECT 1'))]",
    )
    .file("shop/migrations/helpers.py", helpers);
    tree.check_of(
        "shop.0001_initial",
        &["DeleteModel(\"a\")", "DeleteModel(\"c\")", "RemoveField(\"c\", \"x\")", "RunSQL(\"SELECT 1\")"],
    );
    tree.on(Dialect::Mysql).check_of(
        "shop.0001_initial",
        &["DeleteModel(\"a\")", "DeleteModel(\"c\")", "RemoveField(\"c\", \"x\")"],
    );
}

#[test]
fn a_class_body_appends_and_adds() {
    Tree::migration(
        "",
        "operations = [1]\noperations.append(2)\noperations += [3]\noperations = operations + [4]\n\
         for it in (5, 6):\n    operations.append(it)\noperations.extend(range(7, 9))\noperations.insert(0, 0)",
    )
    .check(&["0", "1", "2", "3", "4", "5", "6", "7", "8"]);
}

#[test]
fn a_vendor_chooses_by_the_dialect() {
    let tree = || {
        Tree::migration(
            "",
            "operations = []\nif connection.vendor == 'postgresql':\n    operations += ['p']\n\
             elif connection.vendor == 'mysql':\n    operations += ['mariadb' if connection.mysql_is_mariadb else 'm']\n\
             else:\n    operations += [connection.settings_dict['ENGINE']]",
        )
    };
    tree().check(&["\"p\""]);
    tree().on(Dialect::Mysql).check(&["\"m\""]);
    tree().on(Dialect::Mariadb).check(&["\"mariadb\""]);
    tree().on(Dialect::Sqlite).check(&["\"django.db.backends.sqlite3\""]);
}

#[test]
fn a_condition_that_is_not_known_leaves_what_both_ways_have() {
    let tree = Tree::migration(
        "import missing\n",
        "operations = [1, 2]\nif missing.thing():\n    operations.append(3)\nelse:\n    operations.append(4)\n\
         operations.append(5)",
    );
    tree.check(&["1", "2", "?hangs on an instance of `missing.thing`, which is not known", "5"]);
    assert!(told(&tree.read())[0].contains("an operation is not seen through"));
}

#[test]
fn what_may_return_early_may_do_the_rest_or_not() {
    let code = "import missing\ndef f():\n    made = [1]\n    if missing.x():\n        return made\n    \
        made.append(2)\n    return made\n";
    Tree::migration(code, "operations = f()")
        .check(&["1", "?hangs on an instance of `missing.x`, which is not known"]);
}

#[test]
fn a_loop_over_what_is_not_known_leaves_an_unknown_number() {
    Tree::migration(
        "import missing\n",
        "operations = [1]\nfor it in missing.all():\n    operations.append(it)",
    )
    .check(&["1", "?unpacks an instance of `missing.all`, which is not known"]);
}

#[test]
fn a_branch_that_raises_is_not_taken() {
    Tree::migration("import missing\nif missing.bad():\n    raise ValueError('no')\n", "operations = [1]")
        .check(&["1"]);
}

#[test]
fn a_list_made_in_the_constructor_counts() {
    Tree::migration(
        "",
        "operations = [1]\ndependencies = []\ndef __init__(self, *args, **kwargs):\n    \
         super().__init__(*args, **kwargs)\n    self.operations.append((self.app_label, self.name))",
    )
    .check(&["1", "(\"shop\", \"0001_initial\")"]);
}

#[test]
fn what_django_never_calls_does_not_count() {
    Tree::migration("", "def get_operations(self):\n    return [1]").check(&[]);
}

#[test]
fn sql_comes_as_text_list_constant_and_file() {
    let before = "import os\nfrom pathlib import Path\nTABLE = 'shop_book'\nHERE = os.path.dirname(os.path.abspath(__file__))\n\
        def read(name):\n    with open(os.path.join(HERE, 'sql', name)) as file:\n        return file.read()\n";
    let tree = Tree::migration(
        before,
        "operations = [migrations.RunSQL(f'DROP TABLE {TABLE}', reverse_sql=migrations.RunSQL.noop), \
         migrations.RunSQL([('UPDATE %s', [None])]), migrations.RunSQL(read('a.sql')), \
         migrations.RunSQL((Path(__file__).resolve().parent / 'sql' / 'a.sql').read_text()), \
         migrations.RunSQL('A %s %(x)s' % ('b',) if False else 'CREATE {0} {name:>2}'.format('x', name=1))]",
    )
    .file("shop/migrations/sql/a.sql", "SELECT 2");
    tree.check(&[
        "RunSQL(\"DROP TABLE shop_book\", reverse_sql=django.db.migrations.RunSQL.noop)",
        "RunSQL([(\"UPDATE %s\", [None])])",
        "RunSQL(\"SELECT 2\")",
        "RunSQL(\"SELECT 2\")",
        "RunSQL(?puts what is not known into a text)"
            .replace("puts what is not known into a text", "calls `format` of a string")
            .as_str(),
    ]);
}

#[test]
fn sql_comes_from_files_by_every_library() {
    let before = "import codecs, importlib.resources, io, os, pkgutil, shop\nfrom importlib import resources\n\
        from importlib.resources import files, read_text\nfrom pathlib import Path\nHERE = Path(__file__).parent\n";
    let each = [
        "files('shop.sql').joinpath('a.sql').read_text()",
        "resources.files(shop).joinpath('sql', 'a.sql').read_text(encoding='utf-8')",
        "(importlib.resources.files('shop') / 'sql/a.sql').open().read()",
        "read_text('shop.sql', 'a.sql')",
        "resources.open_text('shop.sql', 'a.sql').read()",
        "pkgutil.get_data('shop', 'sql/a.sql').decode('utf-8')",
        "pkgutil.get_data(__package__, '../sql/a.sql').decode()",
        "io.open(os.path.join(HERE, '..', 'sql', 'a.sql'), encoding='utf8').read()",
        "codecs.open(str(HERE.parent / 'sql' / 'a.sql'), 'r', 'utf-8').read()",
        "open(HERE / '../sql/a.sql', 'rb').read().decode()",
        "(HERE.parent / 'sql/a.sql').open('rb').read().decode()",
        "next(iter(HERE.parent.glob('s*/*.sql'))).read_text()",
    ];
    let operations: Vec<String> = each.iter().map(|it| format!("migrations.RunSQL({it})")).collect();
    let tree = Tree::migration(before, &format!("operations = [{}]", operations.join(", ")))
        .file("shop/sql/a.sql", "SELECT 2");
    tree.check(&vec!["RunSQL(\"SELECT 2\")"; each.len()]);
}

/// Fields that several models share, as mixins of migrations have them: each gets its own.
#[test]
fn a_copy_is_another_object() {
    let before = "import copy, functools, operator
class Own(models.CharField):
    def __init__(self, *args, size=5, **kwargs):
        super().__init__(*args, max_length=size, **kwargs)
BASE = models.IntegerField()
BASE.null = BASE.unique = BASE.db_index = False
COMMON = [('a', BASE), ('b', Own(size=7))]
ONE = BASE.clone()
ONE.null = True
TWO = copy.deepcopy(COMMON)
TWO[0][1].unique = True
THREE = copy.copy(BASE)
THREE.db_index = True
NAMED = [f.clone() for _, f in COMMON]
ADDED = functools.reduce(operator.add, [['x'], ['y']])
TEXT = '{a}-{b}'.format_map({'a': 1, 'b': 'z'})
";
    let tree = Tree::migration(
        before,
        "operations = [BASE.null, BASE.unique, BASE.db_index, ONE.null, TWO[0][1].unique, TWO[1][1].max_length, \
         THREE.db_index, NAMED[1].max_length, TWO is COMMON, *ADDED, TEXT]",
    );
    tree.check(&[
        "False", "False", "False", "True", "True", "7", "True", "7", "False", "\"x\"", "\"y\"", "\"1-z\"",
    ]);
}

/// What a class makes of its children counts, by a metaclass or without one.
#[test]
fn a_class_that_changes_its_children_is_followed() {
    let before = "class Meta(type(migrations.Migration)):\n    def __new__(mcs, name, bases, names):\n        \
                  names['operations'] = [*names['operations'], 'new']\n        return super().__new__(mcs, name, bases, names)\n    \
                  def __init__(cls, name, bases, names):\n        cls.operations = cls.operations + ['init']\n\
                  class Base:\n    def __init_subclass__(cls, **kwargs):\n        super().__init_subclass__(**kwargs)\n        \
                  cls.operations = ['before'] + cls.operations\n";
    let text = format!(
        "{before}class Migration(Base, migrations.Migration, metaclass=Meta):\n    operations = [1]\n"
    );
    Tree::migration_text(&text).check(&["\"before\"", "1", "\"new\"", "\"init\""]);
    let lost = "class Migration(migrations.Migration, metaclass=load()):\n    operations = [1]\n";
    Tree::migration_text(lost).check(&["?names load, which is bound nowhere"]);
}

#[test]
fn a_file_outside_of_the_sources_is_not_read() {
    Tree::migration("", "operations = [open('/etc/hostname').read()]")
        .check(&["?calls `read` of an instance of `builtins.open`"]);
}

#[test]
fn functions_are_told_without_being_run() {
    let before = "def rows(apps, schema_editor):\n    Book = apps.get_model('Shop', 'Book')\n    \
        if schema_editor.connection.vendor != 'sqlite':\n        Book.objects.using(schema_editor.connection.alias).all()\n\n\
        def ddl(apps, schema_editor):\n    drop(schema_editor)\n\n\
        def drop(editor):\n    editor.execute('ALTER TABLE shop_book DROP COLUMN x')\n\n\
        def nothing(apps, schema_editor):\n    '''Select nothing.'''\n    pass\n";
    let project = Tree::migration(
        before,
        "operations = [migrations.RunPython(rows, nothing), migrations.RunPython(ddl, hints={'x': 1}), \
         migrations.RunPython(lambda apps, editor: editor.connection.cursor(), hints={'x': 1})]",
    )
    .read();
    let function = |at: usize, arg: usize| match &object(&only(&project).operations[at]).args[arg] {
        Value::Function(function) => function.clone(),
        other => panic!("{other:?}"),
    };
    let rows = function(0, 0);
    assert_eq!(&*rows.path, "shop.migrations.0001_initial.rows");
    assert!(!rows.touches_schema);
    assert_eq!(rows.models, [("shop".into(), "book".into())]);
    assert_eq!(function(0, 1).body, Body::Empty);
    let ddl = function(1, 0);
    assert!(ddl.touches_schema);
    assert_eq!(ddl.sql.iter().map(|it| &**it).collect::<Vec<_>>(), ["ALTER TABLE shop_book DROP COLUMN x"]);
    assert!(function(2, 0).touches_schema);
}

/// Each body with whether it touches the schema, on SQLite.
#[test]
fn the_editor_is_followed_where_it_goes_and_a_vendor_that_is_another_is_not() {
    let before = "from django.db import connection\n\n\
        def count(url, width):\n    return url.get(width)\n\n\
        def rows(apps, schema_editor):\n    count(apps, 3)\n\n\
        def quiet(width, editor):\n    return editor.connection.alias\n\n\
        def passed(apps, schema_editor):\n    quiet(3, editor=schema_editor)\n\n\
        def loud(editor, width):\n    editor.execute('DROP TABLE x')\n\n\
        def drops(apps, schema_editor):\n    loud(schema_editor, 3)\n\n\
        def elsewhere(apps, schema_editor):\n    if schema_editor.connection.vendor == 'postgresql':\n        schema_editor.execute('x')\n\n\
        def leaves(apps, schema_editor):\n    if connection.vendor not in ('mysql', 'postgresql'):\n        return\n    schema_editor.execute('x')\n\n\
        def here(apps, schema_editor):\n    if schema_editor.connection.vendor != 'postgresql':\n        schema_editor.execute('x')\n\n\
        def outside(apps, schema_editor):\n    unheard(schema_editor)\n\n";
    let names = ["rows", "passed", "drops", "elsewhere", "leaves", "here", "outside"];
    let calls: Vec<String> =
        names.iter().map(|it| format!("migrations.RunPython({it}, hints={{'x': 1}})")).collect();
    let project =
        Tree::migration(before, &format!("operations = [{}]", calls.join(", "))).on(Dialect::Sqlite).read();
    let touches: Vec<bool> = (only(&project).operations.iter())
        .map(|operation| match &object(operation).args[0] {
            Value::Function(function) => function.touches_schema,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(touches, [false, false, true, false, false, true, true]);
}

#[test]
fn a_field_of_the_sources_is_followed_to_its_base() {
    let fields = "from django.db import models\n\nclass Mixin:\n    def __init__(self, *args, **kwargs):\n        \
        kwargs.setdefault('max_length', 2)\n        super().__init__(*args, **kwargs)\n\n\
        class CountryField(Mixin, models.CharField):\n    description = 'A country'\n    \
        def __init__(self, *args, **kwargs):\n        self.multiple = kwargs.pop('multiple', False)\n        \
        super(CountryField, self).__init__(*args, **kwargs)\n\n    def db_type(self, connection):\n        \
        if connection.vendor == 'postgresql':\n            return 'char(%s)' % self.max_length\n        return None\n\n    \
        def get_internal_type(self):\n        return super().get_internal_type()\n\n\
        class Old(models.CharField):\n    def __init__(self, *args, **kwargs):\n        kwargs['max_length'] = 9\n        \
        models.CharField.__init__(self, *args, **kwargs)\n";
    let tree = Tree::migration(
        "import shop.fields\n",
        "operations = [migrations.AddField('a', 'b', field=shop.fields.CountryField(multiple=True, null=True)), \
         migrations.AddField('a', 'c', field=shop.fields.Old(null=True))]",
    )
    .file("shop/fields.py", fields);
    let project = tree.read();
    let country = field(&project);
    assert_eq!(&*country.class, "shop.fields.CountryField");
    let lineage: Vec<&str> = country.lineage.iter().map(|it| &**it).collect();
    assert_eq!(lineage, ["shop.fields.CountryField", "shop.fields.Mixin", "django.db.models.CharField"]);
    let base = country.base.as_ref().unwrap();
    assert_eq!(&*base.class, "django.db.models.CharField");
    let kwargs: Vec<String> =
        base.kwargs.iter().map(|(name, value)| format!("{name}={}", show(value))).collect();
    assert_eq!(kwargs, ["null=True", "max_length=2"]);
    assert_eq!(show(attribute(country, "multiple")), "True");
    assert_eq!(show(attribute(country, "description")), "\"A country\"");
    assert_eq!(result(country, "db_type"), "\"char(2)\"");
    assert_eq!(result(country, "get_internal_type"), "\"CharField\"");
    let internal = country.methods.iter().find(|(name, _)| &**name == "get_internal_type").unwrap();
    assert_eq!(internal.1.function.body, Body::Super);
    let old = object(&object(&only(&project).operations[1]).kwargs[0].1);
    assert_eq!(show(&old.base.as_ref().unwrap().kwargs[1].1), "9");
}

/// As in opaque-keys and openedx: only the collation is the field's own, by the vendor.
#[test]
fn parameters_of_a_column_that_are_only_added_to_are_the_usual_ones() {
    let fields = "from django.db import models\n\nclass Keyed(models.CharField):\n    \
        def db_parameters(self, connection):\n        parameters = models.Field.db_parameters(self, connection)\n        \
        if connection.vendor in self.collations:\n            parameters['collation'] = 'x'\n        return parameters\n    \
        collations = {'postgresql': 'C'}\n\n\
        class Short(models.TextField):\n    def db_parameters(self, connection):\n        \
        parameters = super().db_parameters(connection)\n        parameters['type'] = 'char(2)'\n        return parameters\n";
    let tree = Tree::migration(
        "import shop.fields\n",
        "operations = [migrations.AddField('a', 'b', field=shop.fields.Keyed(max_length=9)), \
         migrations.AddField('a', 'c', field=shop.fields.Short())]",
    )
    .file("shop/fields.py", fields);
    let project = tree.read();
    assert!(field(&project).methods.is_empty(), "{:?}", field(&project).methods);
    let short = object(&object(&only(&project).operations[1]).kwargs[0].1);
    assert!(result(short, "db_parameters").starts_with("{\"type\": \"char(2)\""));
}

/// As in jsonfield: Python puts `TextField` before the `Field` that the mixin derives from.
#[test]
fn a_mixin_that_derives_from_field_itself_leads_to_the_other_base() {
    let fields = "from django.db import models\n\nclass JSONFieldMixin(models.Field):\n    \
        def __init__(self, *args, dump_kwargs=None, **kwargs):\n        self.dump_kwargs = dump_kwargs\n        \
        super().__init__(*args, **kwargs)\n\n\
        class JSONField(JSONFieldMixin, models.TextField):\n    pass\n\n\
        class Base(models.URLField):\n    pass\n\nclass Short(JSONFieldMixin, Base):\n    pass\n";
    let tree = Tree::migration(
        "import shop.fields\n",
        "operations = [migrations.AddField('a', 'b', field=shop.fields.JSONField(null=True)), \
         migrations.AddField('a', 'c', field=shop.fields.Short())]",
    )
    .file("shop/fields.py", fields);
    let project = tree.read();
    let json = field(&project);
    assert_eq!(&*json.base.as_ref().unwrap().class, "django.db.models.TextField");
    let lineage: Vec<&str> = json.lineage.iter().map(|it| &**it).collect();
    let of_django = ["django.db.models.TextField", "django.db.models.Field"];
    assert_eq!(lineage, [&["shop.fields.JSONField", "shop.fields.JSONFieldMixin"][..], &of_django].concat());
    let short = object(&object(&only(&project).operations[1]).kwargs[0].1);
    assert_eq!(&*short.base.as_ref().unwrap().class, "django.db.models.URLField");
}

#[test]
fn a_constructor_that_is_not_followed_is_told() {
    let before = "import missing\nclass Odd(models.CharField):\n    def __init__(self, *args, **kwargs):\n        \
        if missing.x():\n            super().__init__(max_length=1)\n        else:\n            \
        super().__init__(max_length=2)\n\nclass Foreign(missing.Field):\n    pass\n";
    let project = Tree::migration(
        before,
        "operations = [migrations.AddField('a', 'b', field=Odd()), migrations.AddField('a', 'b', field=Foreign(x=1))]",
    )
    .read();
    let odd = field(&project);
    assert!(odd.base.is_none());
    assert_eq!(odd.notice.as_deref(), Some("its constructor calls several others"));
    let foreign = object(&object(&only(&project).operations[1]).kwargs[0].1);
    assert_eq!(&*foreign.base.as_ref().unwrap().class, "missing.Field");
}

#[test]
fn an_operation_of_the_sources_shows_its_methods() {
    let before = "class FakeAddIndex(migrations.AddIndex):\n    def database_forwards(self, *args):\n        \
        '''Nothing.'''\n\nclass Plain(migrations.AddField):\n    reversible = False\n    \
        def database_forwards(self, app_label, schema_editor, from_state, to_state):\n        \
        super().database_forwards(app_label, schema_editor, from_state, to_state)\n";
    let project = Tree::migration(
        before,
        "operations = [FakeAddIndex(model_name='a', index=models.Index(fields=['x'])), Plain('a', 'b')]",
    )
    .read();
    let fake = object(&only(&project).operations[0]);
    assert_eq!(fake.methods[0].1.function.body, Body::Empty);
    assert_eq!(&*fake.base.as_ref().unwrap().class, "django.db.migrations.AddIndex");
    let plain = object(&only(&project).operations[1]);
    assert_eq!(plain.methods[0].1.function.body, Body::Super);
    assert_eq!(show(attribute(plain, "reversible")), "False");
}

#[test]
fn enumerations_give_their_choices() {
    let before = "import enum\nclass Status(models.TextChoices):\n    NEW = 'n', 'New one'\n    OLD_ONE = 'o'\n\n\
        class Size(models.IntegerChoices):\n    SMALL = 1\n\nclass Color(enum.Enum):\n    RED = 'red'\n";
    Tree::migration(
        before,
        "operations = [Status.choices, Status.NEW, max(len(it) for it in Status.values), Size.SMALL, \
         Size.labels, Color.RED.value, [it.name for it in Color]]",
    )
    .check(&[
        "[(\"n\", \"New one\"), (\"o\", \"Old One\")]",
        "\"n\"",
        "1",
        "1",
        "[\"Small\"]",
        "\"red\"",
        "[\"RED\"]",
    ]);
}

#[test]
fn a_metaclass_of_the_sources_may_make_the_attributes() {
    let before = "class Meta(type):\n    def __new__(cls, name, bases, names):\n        \
        names['choices'] = tuple((k, v) for k, v in names.items() if not k.startswith('_'))\n        \
        return type.__new__(cls, name, bases, names)\n\nclass Enum(metaclass=Meta):\n    pass\n\n\
        class Kind(Enum):\n    card = 'Card'\n";
    Tree::migration(before, "operations = [Kind.choices]").check(&["((\"card\", \"Card\"))"]);
}

#[test]
fn the_abstract_and_the_concrete_bases_are_named() {
    let tree = Tree::migration(
        "import shop.models\n",
        "operations = [migrations.CreateModel('A', bases=('shop.book', shop.models.Mixin, models.Model))]",
    )
    .file("shop/models.py", "from django.db import models\nclass Mixin(models.Model):\n    pass\n");
    tree.check(&["CreateModel(\"A\", bases=(\"shop.book\", shop.models.Mixin, django.db.models.Model))"]);
}

#[test]
fn settings_decide_what_a_key_points_to() {
    Tree::migration(
        "user = settings.AUTH_USER_MODEL\napp, model = user.split('.')\n",
        "operations = [models.ForeignKey(settings.AUTH_USER_MODEL, to_field=settings.TO), app, model.lower(), \
         models.CharField(db_index=settings.DB != 'mysql')]",
    )
    .set("AUTH_USER_MODEL", "accounts.User")
    .set("TO", "'id'")
    .set("DB", "'mysql'")
    .check(&[
        "ForeignKey(\"accounts.User\", to_field=\"id\")",
        "\"accounts\"",
        "\"user\"",
        "CharField(db_index=False)",
    ]);
}

#[test]
fn an_import_that_fails_takes_the_other_way_and_is_told() {
    let before = "try:\n    import missing.library\nexcept ImportError:\n    HAVE = False\nelse:\n    HAVE = True\n\
        try:\n    from shop.helpers import nothing\nexcept (ImportError, AttributeError):\n    nothing = 1\n";
    let tree = Tree::migration(before, "operations = [HAVE, nothing]").file("shop/helpers.py", "");
    tree.check(&["False", "1"]);
    assert_eq!(
        told(&tree.read()),
        ["assumed that `import missing.library` fails, for no source has missing"]
    );
}

#[test]
fn state_and_database_operations_may_be_class_attributes() {
    let text = format!(
        "{HEAD}class Migration(migrations.Migration):\n    state_operations = [migrations.DeleteModel('A')]\n    \
         database_operations = []\n    operations = [migrations.SeparateDatabaseAndState(\
         database_operations=database_operations, state_operations=state_operations)]\n"
    );
    Tree::new()
        .file("shop/migrations/0001_x.py", &text)
        .app("shop")
        .check(&["SeparateDatabaseAndState(database_operations=[], state_operations=[DeleteModel(\"A\")])"]);
}

impl Tree {
    /// The operations of one migration of several files.
    #[track_caller]
    fn check_of(&self, id: &str, operations: &[&str]) {
        let project = self.read();
        let migration = project.migrations.iter().find(|it| it.id.to_string() == id).unwrap();
        let shown: Vec<String> = migration.operations.iter().map(show).collect();
        assert_eq!(shown, operations, "{:#?}", project.notices);
    }
}
