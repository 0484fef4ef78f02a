//! How `operations` are written.

use super::{HEAD, Tree, attribute, object, only, show, told};
use crate::compile::django::project::Body;
use crate::dialect::Dialect;

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
fn the_abstract_and_the_concrete_bases_are_named() {
    let tree = Tree::migration(
        "import shop.models\n",
        "operations = [migrations.CreateModel('A', bases=('shop.book', shop.models.Mixin, models.Model))]",
    )
    .file("shop/models.py", "from django.db import models\nclass Mixin(models.Model):\n    pass\n");
    tree.check(&["CreateModel(\"A\", bases=(\"shop.book\", shop.models.Mixin, django.db.models.Model))"]);
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

/// Helpers that take an operation, some, or a generator of them.
#[test]
fn what_may_be_gone_through_is_known() {
    let before = "import collections.abc, types\n\
        def one(): yield 1\n\
        def a(it): return [*it] if isinstance(it, types.GeneratorType) else [it]\n\
        def b(it): return [*it] if isinstance(it, collections.abc.Iterable) else [it]\n\
        def c(it): return [*it] if hasattr(it, '__iter__') else [it]\n\
        def d(it): return [it] if isinstance(it, migrations.RunSQL) else [*it]\n\
        sql = migrations.RunSQL('')\n";
    let all = |it: &str| format!("*a({it}), *b({it}), *c({it}), *d({it})");
    let operations = format!("operations = [{}, {}]", all("one()"), all("sql"));
    let expected = [["1"; 4], ["RunSQL(\"\")"; 4]].concat();
    Tree::migration(before, &operations).check(&expected);
}

#[test]
fn a_dataclass_may_have_a_class_of_djangos() {
    let before = "from dataclasses import dataclass\n@dataclass\nclass Col:\n    name: str\n    kind: type = models.IntegerField\n";
    let operations = "operations = [migrations.AddField('A', it.name, it.kind(null=True)) for it in [Col('a'), Col('b', models.TextField)]]";
    Tree::migration(before, operations).check(&[
        "AddField(\"A\", \"a\", IntegerField(null=True))",
        "AddField(\"A\", \"b\", TextField(null=True))",
    ]);
}
