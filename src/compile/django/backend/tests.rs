//! The types that Django says, and ours.

use super::*;
use crate::compile::django::field::ModelKey;
use crate::compile::django::project::{Location, Object, Project, Settings, Value};
use crate::schema::Comparison;

fn backend(dialect: &str, django: (u32, u32)) -> Backend {
    let dialect = match dialect {
        "postgres" => Dialect::Postgres,
        "mysql" => Dialect::Mysql,
        "mariadb" => Dialect::Mariadb,
        "sqlite" => Dialect::Sqlite,
        other => panic!("{other}"),
    };
    Backend { dialect, django }
}

/// `CharField(30)` and `DecimalField(10,2)` with their numbers.
fn field(text: &str) -> Field {
    let (class, numbers) = text.split_once('(').unwrap_or((text, ""));
    let class = match class {
        "Auto" | "BigAuto" | "SmallAuto" => format!("{class}Field"),
        other => other.to_owned(),
    };
    let numbers: Vec<i128> =
        numbers.trim_end_matches(')').split(',').filter_map(|number| number.parse().ok()).collect();
    let names: &[&str] = if numbers.len() == 2 { &["max_digits", "decimal_places"] } else { &["max_length"] };
    let kwargs = names.iter().zip(&numbers).map(|(name, number)| ((*name).into(), Value::Int(*number)));
    let object = Object {
        class: format!("django.db.models.{class}").into(),
        lineage: Vec::new(),
        args: Vec::new(),
        kwargs: kwargs.collect(),
        base: None,
        notice: None,
        stopped: None,
        attributes: Vec::new(),
        methods: Vec::new(),
        at: Location { file: Arc::new("models.py".into()), line: 1 },
    };
    let project = Project {
        routes: Default::default(),
        dialect: Dialect::Postgres,
        django: (5, 2),
        apps: Vec::new(),
        settings: Settings::default(),
        automatic_key: None,
        migrations: Vec::new(),
        notices: Vec::new(),
        files: Default::default(),
    };
    Field::read("col", &Value::Object(Arc::new(object)), &ModelKey::new("app", "model"), &project)
}

/// As Django 2.2 to 6.1 answered, asked for MySQL 8.0.30 and MariaDB 10.11.
#[test]
fn types_are_those_that_django_says() {
    let mut seen = 0;
    for line in include_str!("golden.txt").lines().filter(|line| !line.starts_with('#')) {
        let [dialect, label, db_type, rel_db_type, check, suffix, versions] =
            line.split('|').collect::<Vec<_>>().try_into().unwrap();
        let field = field(label);
        let Kind::Scalar(scalar) = &field.kind else { panic!("{line}: {:?}", field.kind) };
        for version in versions.split(' ') {
            let (major, minor) = version.split_once('.').unwrap();
            let backend = backend(dialect, (major.parse().unwrap(), minor.parse().unwrap()));
            let dialect = backend.dialect;
            let may_be = |text: &str, wanted: &str| {
                let (types, wanted) = (dialect.canonical_type(text), dialect.canonical_type(wanted));
                types.compare_type(&wanted) == Comparison::Same || types.text() == wanted.text()
            };
            let here = backend.column(&field, "col", None).unwrap();

            let numbered =
                db_type.ends_with("AUTO_INCREMENT") || db_type.ends_with("serial") || suffix != "None";
            assert_eq!(here.auto_increment, numbered, "{line}");
            let plain = match db_type {
                "serial" => "integer",
                "bigserial" => "bigint",
                "smallserial" => "smallint",
                other => other.trim_end_matches(" AUTO_INCREMENT"),
            };
            match here.data_type.text() {
                Some(text) => assert!(may_be(text, plain), "{text} {line}"),
                None => assert!(plain.contains("None"), "{line}"),
            }
            assert_eq!(here.check.as_deref().unwrap_or("None"), check, "{line}");
            assert_eq!(here.indexable, !matches!(plain, "longtext" | "longblob" | "json"), "{line}");

            let mut key = field.clone();
            key.kind = Kind::Relation(Relation {
                to: None,
                to_field: None,
                db_constraint: true,
                one_to_one: false,
                parent_link: false,
                on_delete: crate::schema::Action::NoAction,
                db_type: None,
            });
            let pointing = backend.column(&key, "col_id", Some(scalar)).unwrap();
            match pointing.data_type.text() {
                Some(text) => assert!(may_be(text, rel_db_type), "{text} {line}"),
                None => assert!(rel_db_type.contains("None"), "{line}"),
            }
            assert!(pointing.check.is_none() && !pointing.auto_increment, "{line}");
            seen += 1;
        }
    }
    assert!(seen > 1_000, "{seen}");
}
