//! Fields as migrations write them, and what they are.

use super::known::{FIELDS, Known};
use super::*;
use crate::compile::django::backend::Backend;
use crate::compile::django::project::{App, Body, Call, Function, Location, Method, Object};
use crate::compile::django::python;
use crate::dialect::Dialect;

const OF: fn() -> ModelKey = || ModelKey::new("shop", "Order");

fn field(source: &str) -> Field {
    Field::read("f", &python::value(source), &OF(), &python::project())
}

fn read(object: Object) -> Field {
    Field::read("f", &Value::Object(Arc::new(object)), &OF(), &python::project())
}

fn data_type(field: &Field) -> String {
    let backend = Backend { dialect: Dialect::Postgres, django: (5, 0) };
    match backend.column(field, "f", None) {
        Some(column) => column.data_type.to_string(),
        None => "no column".to_owned(),
    }
}

#[track_caller]
fn check(source: &str, expected: &str) {
    let field = field(source);
    assert_eq!(data_type(&field), expected, "{source}: {field:?}");
    assert!(!field.blind, "{source}: {field:?}");
}

#[test]
fn types() {
    check("CharField(max_length=30)", "varchar(30)");
    check("CharField('label', 'name', False, 12)", "varchar(12)");
    check("EmailField(max_length=254)", "varchar(254)");
    check("django.contrib.gis.db.models.PointField(srid=4326)", "geometry(Point,4326)");
    check("django.contrib.gis.db.models.GeometryField('label', 3)", "geometry(GeometryZ,4326)");
    check("EmailField()", "varchar(254)");
    check("URLField()", "varchar(200)");
    check("SlugField()", "varchar(50)");
    check("ImageField(upload_to='x')", "varchar(100)");
    check("FilePathField(path='/x')", "varchar(100)");
    check("DecimalField('label', 'name', 8, 2)", "numeric(8, 2)");
    check("CommaSeparatedIntegerField(max_length=9)", "varchar(9)");
    check("postgres.fields.ArrayField(CharField(max_length=9), size=3)", "varchar(9)[]");
    check("postgres.fields.ArrayField(base_field=postgres.fields.ArrayField(IntegerField()))", "integer[][]");
    check("postgres.fields.JSONField()", "jsonb");
    check("postgres.fields.HStoreField()", "hstore");
    check("postgres.fields.CIEmailField()", "citext");
    check("postgres.search.SearchVectorField(null=True)", "tsvector");
    check("postgres.fields.DateTimeRangeField()", "tstzrange");
    check("django.contrib.contenttypes.fields.GenericForeignKey('a', 'b')", "no column");
    check("ManyToManyField(to='shop.Item')", "no column");
    check("CompositePrimaryKey('a', 'b')", "no column");
    check("GeneratedField(expression=F('a'), output_field=IntegerField(), db_persist=True)", "integer");
    check("taggit.managers.TaggableManager(to='taggit.Tag', through='taggit.TaggedItem')", "no column");
    check("django_countries.fields.CountryField()", "varchar(2)");
    check("djmoney.models.fields.MoneyField(max_digits=10, decimal_places=2)", "numeric(10, 2)");
    check("multiselectfield.db.fields.MultiSelectField(choices=[])", "(not known)");
}

#[test]
fn what_a_column_is() {
    let of = field("ForeignKey(to='Item', on_delete=models.CASCADE)");
    assert!(of.db_index && !of.unique && of.column().as_deref() == Some("f_id"));
    let Kind::Relation(relation) = &of.kind else { panic!() };
    assert_eq!(relation.to.as_ref().unwrap().to_string(), "shop.item");
    assert!(relation.db_constraint && !relation.one_to_one && relation.on_delete == Action::NoAction);

    let Kind::Relation(relation) = field("ForeignKey('self', models.DB_SET_NULL, null=True)").kind else {
        panic!()
    };
    assert_eq!(relation.to, Some(OF()));
    assert_eq!(relation.on_delete, Action::SetNull);

    let one = field("OneToOneField(parent_link=True, primary_key=True, to='shop.Base', db_column='base')");
    assert!(one.unique && one.primary_key && one.column().as_deref() == Some("base"));
    assert!(field("SlugField()").db_index && !field("CharField(max_length=3)").db_index);
    assert!(field("AutoField(primary_key=True)").unique);
    assert!(field("NullBooleanField()").null);
    assert!(field("IntegerField(db_default=3)").db_default.is_some());
    assert!(field("IntegerField(default=3)").db_default.is_none());
    assert!(field("oscar.models.fields.NullCharField(max_length=3)").null);
}

#[test]
fn many_to_many() {
    let Kind::ManyToMany(many) =
        field("ManyToManyField(to='auth.Group', through='Member', db_table='x')").kind
    else {
        panic!()
    };
    assert_eq!(many.to, Some(ModelKey::new("auth", "group")));
    assert_eq!((many.through, many.db_table.as_deref()), (Some(ModelKey::new("shop", "member")), Some("x")));
    let Kind::ManyToMany(sorted) = field("sortedm2m.fields.SortedManyToManyField(to='auth.Group')").kind
    else {
        panic!()
    };
    assert_eq!(sorted.sort_column.as_deref(), Some("sort_value"));
}

#[test]
fn a_class_stands_for_its_model() {
    let mut project = python::project();
    for (label, module) in [("other", "site.shop"), ("shop", "site.shop.order")] {
        project.apps.push(App {
            migrate_handlers: Vec::new(),
            label: label.into(),
            module: module.into(),
            path: "x".into(),
            default_auto_field: "django.db.models.AutoField".into(),
            migrations_module: None,
        });
    }
    let to = Value::Name("site.shop.order.models.Line".into());
    let call = python::object("django.db.models.ForeignKey", vec![to], Vec::new());
    let Kind::Relation(relation) = Field::read("f", &Value::Object(Arc::new(call)), &OF(), &project).kind
    else {
        panic!()
    };
    assert_eq!(relation.to, Some(ModelKey::new("shop", "Line")));
}

fn method(name: &str, result: Option<Value>, body: Body) -> (Arc<str>, Method) {
    let function = Function {
        path: format!("own.fields.Own.{name}").into(),
        body,
        work: Default::default(),
        touches_schema: false,
        adds_fields: false,
        adds_to_meta: false,
        joins_model: false,
        changes_others: false,
        other_sql: false,
        other_tables: false,
        other_models: false,
        models: Vec::new(),
        apps: Vec::new(),
        sql: Vec::new(),
        editor_calls: Vec::new(),
        words: Vec::new(),
        at: Location { file: Arc::new("own/fields.py".into()), line: 3 },
    };
    (name.into(), Method { result, function: Arc::new(function) })
}

/// A class of the sources whose `__init__` ends in a call of Django's.
fn own(base: &str, methods: Vec<(Arc<str>, Method)>) -> Object {
    let Value::Object(call) = python::value(base) else { panic!() };
    Object {
        base: Some(Call { class: call.class.clone(), args: call.args.clone(), kwargs: call.kwargs.clone() }),
        lineage: vec!["own.fields.Own".into(), call.class.clone()],
        methods,
        ..python::object("own.fields.Own", Vec::new(), Vec::new())
    }
}

fn text(value: &str) -> Option<Value> {
    Some(Value::Str(value.into()))
}

#[test]
fn a_class_of_the_sources_is_what_its_methods_say() {
    let of = |base, methods| {
        let field = read(own(base, methods));
        assert!(!field.blind, "{field:?}");
        data_type(&field)
    };
    let said = |name: &str, value| vec![method(name, value, Body::Other)];
    assert_eq!(of("CharField(max_length=9)", Vec::new()), "varchar(9)");
    assert_eq!(of("CharField(max_length=9)", said("db_type", text("char(9)"))), "char(9)");
    assert_eq!(of("CharField(max_length=9)", said("db_type", None)), "(not known)");
    assert_eq!(of("CharField(max_length=9)", said("db_type", Some(Value::None))), "no column");
    let same = vec![method("db_type", None, Body::Super)];
    assert_eq!(of("CharField(max_length=9)", same), "varchar(9)");
    assert_eq!(of("Field(max_length=63)", said("get_internal_type", text("CharField"))), "varchar(63)");
    assert_eq!(of("CharField(max_length=9)", said("get_internal_type", text("TextField"))), "text");
    assert_eq!(of("Field()", Vec::new()), "no column");
    assert_eq!(of("Field()", said("db_type", text("ltree"))), "ltree");
    let none = Some(Value::Tuple(vec![Value::Str("f".into()), Value::None]));
    assert_eq!(of("Field()", said("get_attname_column", none)), "no column");
    assert_eq!(of("ForeignObject(to='shop.Item')", Vec::new()), "no column");
}

#[test]
fn a_type_that_says_more_than_a_type() {
    let field = |text_of: &str| read(own("Field()", vec![method("db_type", text(text_of), Body::Other)]));
    let mysql = Backend { dialect: Dialect::Mysql, django: (5, 0) };
    let column = mysql.column(&field("bigint UNSIGNED AUTO_INCREMENT"), "f", None).unwrap();
    assert_eq!((column.data_type.to_string().as_str(), column.auto_increment), ("bigint UNSIGNED", true));
    let column = mysql.column(&field("timestamp NULL DEFAULT CURRENT_TIMESTAMP"), "f", None).unwrap();
    assert_eq!(column.data_type, crate::schema::Spelling::Unread);
    assert_eq!(column.default, Some(crate::schema::Spelling::Unread));
    assert!(!mysql.column(&field("longtext"), "f", None).unwrap().indexable);
}

#[test]
fn what_was_not_seen_through_is_told() {
    let unknown = field("lost.fields.StateField(max_length=9, null=True)");
    assert!(unknown.blind && unknown.null, "{unknown:?}");
    assert!(unknown.notice.unwrap().contains("not in the sources"));
    assert!(matches!(unknown.kind, Kind::Unknown));

    let key = field("lost.fields.CachedForeignKey(to='shop.Item')");
    assert!(key.blind && matches!(key.kind, Kind::Relation(_)));
    assert_eq!(key.column().as_deref(), Some("f_id"));

    let mut lost = own("CharField(max_length=9)", Vec::new());
    (lost.base, lost.notice) = (None, Some("`__init__` reads a file".to_owned()));
    let lost = read(lost);
    assert!(lost.blind && data_type(&lost) == "(not known)");

    let mut lost = own("CharField(max_length=9)", Vec::new());
    (lost.base, lost.attributes) = (None, vec![("max_length".into(), Value::Int(12))]);
    assert_eq!(data_type(&read(lost)), "(not known)");

    let raster = field("django.contrib.gis.db.models.RasterField()");
    assert!(raster.blind && matches!(raster.kind, Kind::Unknown));
    assert!(field("ForeignKey(to=None)").blind);
    assert!(field("CharField(max_length=9, db_index=own.INDEXED)").blind);
    assert!(!field("CharField(max_length=own.LENGTH)").blind);
}

/// Behind its constructor, or by a property: they are what the field has.
#[test]
fn attributes_win_over_arguments() {
    let set = |source: &str, attributes: &[(&str, Value)]| {
        let mut object = own(source, Vec::new());
        object.attributes = attributes.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
        read(object)
    };
    assert_eq!(data_type(&set("CharField(max_length=9)", &[("max_length", Value::Int(12))])), "varchar(12)");
    let flags = ["null", "unique", "db_index"].map(|it| (it, Value::Bool(true)));
    let all = set("CharField(max_length=9)", &flags);
    assert!(all.null && all.unique && all.db_index && !all.blind);
    let Kind::Relation(loose) =
        set("ForeignKey(to='Item', on_delete=models.CASCADE)", &[("db_constraint", Value::Bool(false))]).kind
    else {
        panic!()
    };
    assert!(!loose.db_constraint);
    let named = set("IntegerField()", &[("column", Value::Str("own_«fieldName»_x".into()))]);
    assert_eq!(named.column().as_deref(), Some("own_f_x"));
    let unknown = set("IntegerField()", &[("column", Value::Bool(true))]);
    assert!(unknown.blind && unknown.naming == ColumnName::Unknown);
    let many = set("ManyToManyField(to='Item')", &[("column", Value::Bool(true))]);
    assert!(!many.blind && matches!(many.kind, Kind::ManyToMany(_)));
    let number = set("IntegerField()", &[("db_column", Value::Str("n".into()))]);
    assert_eq!(number.column().as_deref(), Some("n"));
}

/// `null=""`, as people write it: Django asks whether it is true.
#[test]
fn a_flag_is_what_its_truth_says() {
    let text = field("CharField(max_length=25, null='')");
    assert!(!text.null && !text.blind);
    let text = field("CharField(max_length=25, null='yes', unique=1, db_index=[])");
    assert!(text.null && text.unique && !text.db_index && !text.blind);
    assert!(!field("SlugField(db_index=None)").db_index);
    let key = field("ForeignKey('Item', models.CASCADE, db_index=None, db_constraint=None)");
    let Kind::Relation(relation) = &key.kind else { panic!() };
    assert!(!key.db_index && !relation.db_constraint && !key.blind);
}

/// The check that a positive number brings along may be gone, or be another.
#[test]
fn a_check_may_be_a_classs_own() {
    let backend = Backend { dialect: Dialect::Postgres, django: (5, 0) };
    let check = |methods: Vec<(Arc<str>, Method)>| {
        let field = read(own("PositiveIntegerField()", methods));
        (backend.column(&field, "f", None).unwrap().check.is_some(), field.blind)
    };
    assert_eq!(check(Vec::new()), (true, false));
    assert_eq!(check(vec![method("db_check", Some(Value::None), Body::Other)]), (false, false));
    assert_eq!(check(vec![method("db_check", text("f > 1"), Body::Other)]), (true, false));
    let parameters = |check: Value| {
        let key = |name: &str| Value::Str(name.into());
        Some(Value::Dict(vec![(key("type"), key("integer")), (key("check"), check)]))
    };
    assert_eq!(check(vec![method("db_parameters", parameters(Value::None), Body::Other)]), (false, false));
    assert_eq!(
        check(vec![method("db_parameters", parameters(Value::Str("x".into())), Body::Other)]),
        (false, true)
    );
}

/// PostgreSQL's index for patterns, and keys that point at the field, ask `db_type` and not `db_parameters`.
#[test]
fn what_db_parameters_says_is_the_columns_alone() {
    let backend = Backend { dialect: Dialect::Postgres, django: (5, 2) };
    let parameters = |of_type: Value| {
        let key = |name: &str| Value::Str(name.into());
        let entries = vec![(key("type"), of_type), (key("check"), Value::None)];
        method("db_parameters", Some(Value::Dict(entries)), Body::Other)
    };
    let seen = |methods: Vec<(Arc<str>, Method)>| {
        let Kind::Scalar(target) = read(own("CharField(max_length=9, unique=True)", methods)).kind else {
            panic!()
        };
        let column = backend.scalar(&target, "f");
        let key = backend.column(&field("ForeignKey(to='shop.Item')"), "f_id", Some(&target)).unwrap();
        [column.data_type.to_string(), column.like.unwrap_or("-").to_owned(), key.data_type.to_string()]
    };
    assert_eq!(
        seen(vec![parameters(Value::Str("text".into()))]),
        ["text", "varchar_pattern_ops", "varchar(9)"]
    );
    let db_type = method("db_type", text("text"), Body::Other);
    let passed_on = Value::Object(Arc::new(Object {
        class: "django.db.models.Field.db_type".into(),
        ..own("CharField()", Vec::new())
    }));
    assert_eq!(seen(vec![parameters(passed_on), db_type]), ["text", "text_pattern_ops", "text"]);
}

/// A key that points at a key that points at a text.
#[test]
fn a_relation_has_the_type_of_its_target() {
    let backend = Backend { dialect: Dialect::Postgres, django: (5, 0) };
    let Kind::Scalar(target) = field("CharField(max_length=9, db_collation='C', primary_key=True)").kind
    else {
        panic!()
    };
    let key = field("ForeignKey(to='shop.Item')");
    let column = backend.column(&key, "f_id", Some(&target)).unwrap();
    assert_eq!(column.data_type.to_string(), "varchar(9)");
    assert_eq!(column.like, Some("varchar_pattern_ops"));
    assert_eq!(column.collation.as_deref(), Some("C"));
    assert_eq!(
        backend.column(&key, "f_id", None),
        Some(crate::compile::django::backend::ColumnType::unknown())
    );
}

#[test]
fn the_table_names_classes_of_django() {
    for line in FIELDS {
        match line.is {
            Known::Like(base, _) | Known::Nullable(base, _) => {
                let is_relation = matches!(base, "ForeignKey" | "OneToOneField" | "ManyToManyField");
                assert!(is_relation || BuiltIn::named(base).is_some(), "{base}");
            }
            Known::Absent | Known::Sorted => {}
        }
    }
}
