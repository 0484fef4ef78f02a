//! Operations and fields that are another by what code does with them before Django looks: what it sets, what it hands on
//! without saying it, what it changes afterwards. (By real Django 5.2.)

use super::{ITEM, check_body, check_class, lines, project, project_of};
use crate::dialect::Dialect;

const SUPER: &str = "super().database_forwards(app_label, schema_editor, from_state, to_state)";

/// What it sets on a model or field before it calls Django's, and what it takes out of what waits, decides what is made.
/// (By real Django 5.2: no foreign key, no index, a nullable column.)
#[test]
fn an_operation_that_turns_a_knob_of_djangos_may_make_another() {
    const FIELD: &str =
        "field = to_state.apps.get_model(app_label, self.model_name)._meta.get_field(self.name)\n        ";
    let check = |of: &str, body: &str, operation: &str, expected: &[&str]| {
        let class = format!(
            "
class Mine(migrations.{of}):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        {body}
"
        );
        let body = format!("dependencies = [('shop', '1')]\n    operations = [Mine({operation})]");
        check_body(&class, &body, expected);
    };
    let key = "'item', 'other', models.ForeignKey('shop.Item', models.CASCADE, null=True)";
    let opaque = |column: &str| {
        format!(
            "shop.migrations.2.Mine does its own to the database ?? shop_item -{column}'s definition -constraints (its own too)"
        )
    };
    let told = opaque("other_id");
    let expected = [
        "shop_item + other_id bigint NULL",
        "shop_item + other_id -> shop_item",
        &told,
        "shop_item + index other_id",
    ];
    for body in [
        format!("{FIELD}field.db_constraint = False\n        {SUPER}"),
        format!(
            "{FIELD}was = field.db_index\n        field.db_index = False\n        try:\n            {SUPER}\n        finally:\n            field.db_index = was"
        ),
        format!("{FIELD}setattr(field, 'db_index', False)\n        {SUPER}"),
        format!("{SUPER}\n        schema_editor.deferred_sql.clear()"),
        format!(
            "{SUPER}\n        schema_editor.deferred_sql = [it for it in schema_editor.deferred_sql if 'INDEX' not in str(it)]"
        ),
    ] {
        check("AddField", &body, key, &expected);
    }
    check(
        "AlterField",
        &format!(
            "to_state.apps.get_model('shop', 'item')._meta.get_field(self.name).null = True\n        {SUPER}"
        ),
        "'item', 'code', models.CharField(max_length=99)",
        &["shop_item ~ code varchar(99) NOT NULL", &opaque("code")],
    );
}

#[test]
fn what_is_put_into_an_operation_afterwards_counts() {
    let made = "migrations.CreateModel('B', [('id', models.AutoField(primary_key=True))])";
    for change in ["['db_table'] = 'bees'", ".update(db_table='bees')", ".setdefault('db_table', 'bees')"] {
        let body = format!("operations = [{made}]\n    operations[0].options{change}");
        check_body("", &body, &["create bees: id"]);
    }
}

/// What stands behind `**` was taken for nothing: a field that is null was expected NOT NULL.
#[test]
fn arguments_that_are_not_known_are_not_none() {
    let any = "import random\nkw = random.choice([{'null': True}])\n";
    check_class(
        any,
        "migrations.AddField('item', 'f', models.IntegerField(**kw))",
        &[
            "the arguments of a django.db.models.IntegerField were not seen through ?? shop_item -f (its own too), no more",
            "shop_item + f integer NOT NULL",
        ],
    );
    check_class(
        any,
        "migrations.AddField('item', 'f', models.IntegerField(db_column='g', **kw))",
        &[
            "the arguments of a django.db.models.IntegerField were not seen through ?? shop_item -g's definition, no more",
            "shop_item + g integer NOT NULL",
        ],
    );
    check_class(
        any,
        "migrations.AddIndex('item', models.Index(fields=['code'], name='i', **kw))",
        &["the arguments of an index were not seen through ?? shop_item, no more"],
    );
    check_class(
        any,
        "migrations.AddField('item', 'f', models.IntegerField(null=True, db_column='c' + str(random.random())))",
        &[
            "`db_column` was not seen through ?? shop_item -f (its own too), no more",
            "shop_item + f integer NULL",
        ],
    );
}

/// A name that is not known was taken for the usual one, which was missed.
#[test]
fn what_bears_a_name_that_is_not_known_is_not_missed_under_another() {
    let any = "import random\nany = 't_%s' % random.random()\n";
    let own = |it: &str| format!("{it} ?? shop_item -table shop_item (its own too)");
    let told = |operation: &str| {
        let body = format!(
            "{any}class Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    operations = [{operation}]"
        );
        let all = lines(&project("", &[("1", ITEM), ("2", &body)]));
        all.iter().filter_map(|it| it.strip_prefix("2: ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let renamed = told("migrations.RenameModel('Item', any)");
    assert!(renamed[0].ends_with("?? shop_item -table shop_item (its own too)"), "{renamed:?}");
    assert_eq!(
        told("migrations.AlterModelTable('item', any)"),
        [own("AlterModelTable: the new table was not seen through")]
    );
    let deleted = told("migrations.DeleteModel(any)");
    assert!(deleted[0].ends_with("?? shop_item -table shop_item"), "{deleted:?}");
    let id = "[('id', models.AutoField(primary_key=True))]";
    for option in ["'db_table': any", "'managed': any == 't'"] {
        let made = told(&format!("migrations.CreateModel('B', {id}, options={{{option}}})"));
        let doubt = "?? shop_b -id -constraints -table shop_b (its own too)";
        assert!(made.iter().any(|it| it.ends_with(doubt)), "{made:?}");
    }
    let many = told("migrations.AddField('item', 'm', models.ManyToManyField('shop.Item', db_table=any))");
    assert!(many.iter().any(|it| it.ends_with("-constraints -table shop_item_m (its own too)")), "{many:?}");
}

/// The recipe by which helpers copy a field with a change.
#[test]
fn a_field_made_of_what_another_gives_back_is_known() {
    let helper = "x = models.IntegerField('label', null=True)\ndef changed(field, **more):\n    _, _, args, kwargs = field.deconstruct()\n    kwargs.update(more)\n    return field.__class__(*args, **kwargs)\n";
    check_class(
        helper,
        "migrations.AddField('item', 'f', changed(x, db_index=True))",
        &["shop_item + f integer NULL", "shop_item + index f"],
    );
}

/// `_field_db_check` of Django 5.0 asks the internal type.
#[test]
fn a_check_of_a_classs_own_is_not_compared() {
    let check = |django, expected: &[&str]| {
        let first = "class Own(models.PositiveIntegerField):
    def db_check(self, connection):
        return None
class Migration(migrations.Migration):
    operations = [migrations.CreateModel('M', [('id', models.AutoField(primary_key=True)), ('c', Own())])]";
        let second = "class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.AlterField('m', 'c', models.PositiveIntegerField())]";
        let all = lines(&project_of(django, Dialect::Postgres, "", &[("1", first), ("2", second)]));
        let made: Vec<&str> = all.iter().filter_map(|it| it.strip_prefix("2: ")).collect();
        assert_eq!(made, expected);
    };
    check((5, 2), &[]);
    check((4, 2), &["shop_m + check c"]);
}

/// What a field of a class is once Django has cloned it for a model, and put it there.
#[test]
fn a_field_is_what_its_clone_makes_of_itself() {
    let check = |class: &str, field: &str, expected: &[&str]| {
        check_class(class, &format!("migrations.AddField('item', 'f', {field})"), expected);
    };
    let lossy = "class F(models.CharField):
    def __init__(self, *args, **kwargs):
        kwargs.setdefault('max_length', 5)
        super().__init__(*args, **kwargs)
    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop('max_length')
        return name, path, args, kwargs
";
    check(lossy, "F(max_length=50, null=True)", &["shop_item + f varchar(5) NULL"]);
    // What is as Django has it is not told.
    let usual = "class F(models.IntegerField):
    def __init__(self, *args, **kwargs):
        kwargs.setdefault('null', True)
        super().__init__(*args, **kwargs)
";
    check(usual, "F(null=False, default=1)", &["shop_item + f integer NULL"]);
    let own = "class F(models.IntegerField):
    def clone(self):
        made = super().clone()
        made.null = True
        return made
";
    check(own, "F()", &["shop_item + f integer NULL"]);
    let lost = "class F(models.IntegerField):
    def clone(self):
        return made_by_another(self)
";
    let told = "shop.migrations.2.F: it is cloned in a way that was not seen through ?? shop_item -f's definition, no more";
    check(lost, "F(null=True)", &[told, "shop_item + f integer NULL"]);
    let size = "class F(models.IntegerField):
    def __init__(self, bits=32, *args, **kwargs):
        self.bits = bits
        super().__init__(*args, **kwargs)
    def db_type(self, connection):
        return {32: 'integer', 64: 'bigint'}[self.bits]
";
    check(size, "F(64, null=True)", &["shop_item + f integer NULL"]);
}

#[test]
fn what_a_field_sets_of_itself_in_its_model_counts() {
    let contributes = |base: &str, body: &str| {
        format!(
            "class F(models.{base}):\n    def contribute_to_class(self, cls, name, **kwargs):\n        {body}\n        super().contribute_to_class(cls, name, **kwargs)\n"
        )
    };
    check_class(
        &contributes("IntegerField", "self.null = True"),
        "migrations.AddField('item', 'f', F())",
        &["shop_item + f integer NULL"],
    );
    // As django-localized-fields does it.
    for (module, class, data_type) in [
        ("postgres.fields", "HStoreField", "hstore"),
        ("postgres.search", "SearchVectorField", "tsvector"),
        ("gis.db.models", "PointField", "geometry(Point,4326)"),
    ] {
        let text = format!(
            "from django.contrib.{module} import {class}\nclass F({class}):\n    def contribute_to_class(self, cls, name, **kwargs):\n        super().contribute_to_class(cls, name, **kwargs)\n        setattr(cls, self.name, self.described())\n"
        );
        let index = class == "PointField";
        let mut expected = vec![format!("shop_item + f {data_type} NULL")];
        expected.extend(index.then(|| "shop_item + index f".to_owned()));
        let expected: Vec<&str> = expected.iter().map(|it| &**it).collect();
        check_class(&text, "migrations.AddField('item', 'f', F(null=True))", &expected);
    }
    check_class(
        &contributes("ForeignKey", "self.db_constraint = self.db_index = False"),
        "migrations.AddField('item', 'f', F('shop.Item', models.CASCADE, null=True))",
        &["shop_item + f_id bigint NULL"],
    );
    let many = |class: &str| {
        let text = format!(
            "{class}class Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    operations = [migrations.AddField('item', 'm', F('shop.Item'))]"
        );
        let all = lines(&project("", &[("1", ITEM), ("2", &text)]));
        all.iter().filter_map(|it| it.strip_prefix("2: create ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let table = "other: id from_item_id to_item_id";
    assert_eq!(many(&contributes("ManyToManyField", "self.db_table = 'other'")), [table]);
    assert_eq!(many("class F(models.ManyToManyField):\n    many_to_many = False\n"), [""; 0]);
}

/// What is set on a field, an index or an operation otherwise than by its constructor.
#[test]
fn what_a_class_sets_behind_djangos_constructor_counts() {
    check_class(
        "f = models.SlugField(unique=True, null=True)\nf._unique = False\n",
        "migrations.AddField('item', 'f', f)",
        &["shop_item + f varchar(50) NULL", "shop_item + index f", "shop_item + index f varchar_pattern_ops"],
    );
    check_class(
        "class I(models.Index):\n    def __init__(self, *args, **kwargs):\n        super().__init__(*args, **kwargs)\n        self.condition = models.Q(code='x')\n",
        "migrations.AddIndex('item', I(fields=['code'], name='i'))",
        &["shop.migrations.2.I has a `condition` of its own ?? shop_item, no more"],
    );
    check_class(
        "class O(migrations.AddField):\n    def allow_migrate_model(self, alias, model):\n        return False\n",
        "O('item', 'f', models.IntegerField(null=True))",
        &[
            "shop_item + f integer NULL",
            "shop.migrations.2.O does its own to the database ?? shop_item -f -f's definition (its own too)",
        ],
    );
}

/// (By real Django 5.2.)
#[test]
fn what_is_set_on_an_index_or_a_constraint_counts() {
    check_class(
        "one = models.UniqueConstraint(fields=['code'], name='one')\none.fields = ('name',)\ntwo = one.clone()\ntwo.name = 'two'\n\
         i = models.Index(fields=['code'], name='i')\nj = i.clone()\nj.name = 'j'\nk = i.clone()\nk.fields = ['name']\n",
        "migrations.AddConstraint('item', one), migrations.AddConstraint('item', two), migrations.RemoveConstraint('item', 'one'), \
         migrations.AddIndex('item', i), migrations.AddIndex('item', j), migrations.RemoveIndex('item', 'i'), migrations.AddIndex('item', k)",
        &[
            "shop_item + unique name",
            "shop_item + unique name",
            "shop_item - unique by name",
            "shop_item + index code",
            "shop_item + index code",
            "shop_item - index by name",
            "the arguments of an index were not seen through ?? shop_item, no more",
        ],
    );
}

/// As those of pgvector and of django-rum do.
#[test]
fn an_index_class_says_its_method() {
    let class = |suffix: &str| {
        format!(
            "from django.contrib.postgres.indexes import PostgresIndex\nclass I(PostgresIndex):\n    suffix = '{suffix}'\n    def __init__(self, *args, lists=None, **kwargs):\n        self.lists = lists\n        super().__init__(*args, **kwargs)\n    def get_with_params(self):\n        return ['lists = %d' % self.lists]\n"
        )
    };
    let index =
        "migrations.AddIndex('item', I(fields=['code'], name='i', lists=9, opclasses=['vector_ip_ops']))";
    check_class(&class("ivfflat"), index, &["shop_item + index code vector_ip_ops"]);
    check_class(
        &class("rum"),
        index,
        &["an index of shop.migrations.2.I, a class that is not known ?? shop_item, no more"],
    );
    let named = "migrations.AddIndex('item', pgvector.django.HnswIndex(fields=['code'], name='i'))";
    check_class("import pgvector.django\n", named, &["shop_item + index code"]);
}

/// As pgvector's does, and Django's own before 6.0.
#[test]
fn an_extension_may_name_itself() {
    let class = "from django.contrib.postgres.operations import CreateExtension\nclass E(CreateExtension):\n    def __init__(self):\n        self.name = 'vector'\n";
    check_class(class, "E()", &[]);
    check_class("import pgvector.django\n", "pgvector.django.VectorExtension()", &[]);
}

/// What is done to an object of Django's otherwise than by an attribute that its constructor sets: nothing of it is certain.
#[test]
fn what_is_changed_by_its_dict_or_its_hooks_is_told() {
    let lines_of = |change: &str, made: &str| {
        let text = format!(
            "it = {made}\n{change}\nclass Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    operations = [it]"
        );
        let all = lines(&project("", &[("1", ITEM), ("2", &text)]));
        all.iter().filter_map(|it| it.strip_prefix("2: ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let field = "migrations.AddField('item', 'f', models.IntegerField(null=True))";
    let index = "migrations.AddIndex('item', models.Index(fields=['code'], name='i'))";
    let table = "migrations.RunSQL('CREATE TABLE t (id integer)')";
    assert_eq!(lines_of("it.atomic = False", field), ["shop_item + f integer NULL"]);
    for change in ["it.__dict__.update(name='g')", "it.__dict__['name'] = 'g'"] {
        assert_eq!(lines_of(change, field), ["shop_item + g integer NULL"], "{change}");
    }
    for (change, made) in [
        ("vars(it)['name'] = 'g'", field),
        ("it.field.__class__ = models.BigIntegerField", field),
        ("vars(it.field)['null'] = False", field),
        ("it.index.fields_orders = [('code', 'DESC')]", index),
        ("it.database_forwards = lambda *args: None", table),
    ] {
        let told = lines_of(change, made);
        assert!(told.iter().any(|it| it.contains(" ?? ")), "{change}: {told:?}");
    }
}

#[test]
fn operations_may_be_put_into_one_after_its_constructor() {
    check_class(
        "class Translated(migrations.SeparateDatabaseAndState):\n    def __init__(self, model, name):\n        super().__init__()\n        \
         for it in ('de', 'fr'):\n            self.database_operations.append(migrations.AddField(model, f'{name}_{it}', models.IntegerField(null=True)))\n        \
         self.state_operations = list(self.database_operations)\n",
        "Translated('item', 't'), migrations.AlterField('item', 't_de', models.TextField(null=True))",
        &["shop_item + t_de integer NULL", "shop_item + t_fr integer NULL", "shop_item ~ t_de text NULL"],
    );
}
