//! The configuration file: every mistake told at once, and its JSON Schema kept current.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use schema_health::audit::{Rule, Severity};
use schema_health::config::{Config, schema};
use tempfile::TempDir;

const MANIFEST: &str = "
format: 1
dialect: sqlite
ledger: django
migrations:
  - {app: a, name: '1', operations: [{create_table: {name: t, columns: {id: integer primary key}}}]}
";

fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("m.yaml"), MANIFEST).unwrap();
    folder
}

fn load(text: &str) -> Result<Config, Vec<String>> {
    let folder = folder();
    let file = folder.path().join("schema-health.yaml");
    std::fs::write(&file, text).unwrap();
    let environment = |name: &str| (name == "PASSWORD").then(|| "pw".to_owned());
    Config::load_with(&file, &environment).map_err(|error| {
        let prefix = format!("{}/", folder.path().display());
        error.mistakes.iter().map(|mistake| mistake.replace(&prefix, "")).collect()
    })
}

#[test]
fn the_example_of_the_promises_is_read() {
    let config = load(
        "listen: 127.0.0.1:8081\ninterval: 2m\nconcurrency: 3\nseverity: {missing_index: error, unexpected_table: off}\n\
         databases:\n  shop:\n    url: sqlite:shop-${PASSWORD}.db\n    manifest: m.yaml\n    schema: main\n    gate: true\n\
        \n    interval: 30s\n    budgets: {audit: 7s}\n    severity: {missing_index: info}\n  other: {url: 'sqlite:o.db', manifest: m.yaml}\n",
    )
    .unwrap();
    assert_eq!(config.listen.port(), 8081);
    assert_eq!(config.concurrency, 3);
    let (shop, other) = (&config.databases["shop"], &config.databases["other"]);
    assert_eq!((shop.interval, other.interval), (Duration::from_secs(30), Duration::from_secs(120)));
    assert_eq!(shop.stale_after, Duration::from_secs(3 * 30 + 7));
    assert!(shop.gate && !other.gate);
    assert!(!shop.keep_connection, "a SQLite file is opened anew");
    assert_eq!(shop.policy.severities[&Rule::MissingIndex], Some(Severity::Info));
    assert_eq!(other.policy.severities[&Rule::MissingIndex], Some(Severity::Error));
    assert_eq!(shop.policy.severities[&Rule::UnexpectedTable], None);
    assert!(std::sync::Arc::ptr_eq(&shop.manifest, &other.manifest), "read once");
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    let mistakes = load(
        "listen: here
interval: 60
colour: red
databases:
  a b: {url: 'sqlite:a.db', manifest: m.yaml}
  both:
    url: sqlite:a.db
    url_file: nowhere
    manifest: m.yaml
  neither: {manifest: nowhere.yaml}
  wrong:
    url: oracle://x
    manifest: m.yaml
    gate: perhaps
    gate: true
    severity: {missing_tabel: error, missing_table: loud}
    ignore: [{}, {table: '[', reason: x}]
    acknowledge: [{table: x}, {table: x, reason: r, until: soon}]
  other_dialect: {url: 'postgres://h/d', manifest: m.yaml}
  unset: {url: 'sqlite:${NOWHERE}', manifest: m.yaml}
log: {format: xml}
concurrency: 0
",
    )
    .unwrap_err();
    let place = |mistake: &str| mistake.split(": ").next().unwrap().to_owned();
    let places: Vec<_> = mistakes.iter().map(|mistake| place(mistake)).collect();
    insta::assert_snapshot!(mistakes.join("\n"));
    assert!(places.iter().all(|place| place.starts_with("schema-health.yaml:")), "{places:?}");
}

#[test]
fn a_file_that_is_no_yaml_or_not_there_is_told() {
    assert_eq!(load("databases: [").unwrap_err().len(), 1);
    assert!(load("").unwrap_err()[0].contains("must be a map"));
    assert!(load("databases: {}").unwrap_err()[0].contains("at least one database"));
    let error = Config::load(Path::new("/nowhere/x.yaml")).unwrap_err();
    assert!(error.to_string().contains("--config"), "{error}");
}

/// The keys of each object of the schema, by where the object stands in a file.
fn schema_keys(definition: &str) -> BTreeSet<String> {
    let schema = schema::json_schema();
    let object = if definition.is_empty() { &schema } else { &schema["$defs"][definition] };
    object["properties"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn the_json_schema_knows_the_keys_that_are_read() {
    for (definition, text) in [
        ("", "XX: 1"),
        ("Database", "databases: {a: {XX: 1}}"),
        ("Budgets", "budgets: {XX: 1}"),
        ("Log", "log: {XX: 1}"),
        ("Ledger", "databases: {a: {ledger: {XX: 1}}}"),
        ("Django", "databases: {a: {django: {XX: 1}}}"),
        ("Smoke", "databases: {a: {url: 'sqlite:a.db', manifest: m.yaml, smoke: {XX: 1}}}"),
        ("Ignore", "ignore: [{XX: 1}]"),
        ("Acknowledge", "acknowledge: [{XX: 1}]"),
    ] {
        let mistakes = load(text).unwrap_err();
        let told = mistakes.iter().find_map(|it| it.split("\"XX\": the keys here are ").nth(1)).unwrap();
        let read: BTreeSet<String> = told.split(", ").map(str::to_owned).collect();
        assert_eq!(read, schema_keys(definition), "{definition}");
    }
}

#[test]
fn the_committed_json_schema_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/schema-health.schema.json");
    let committed: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(
        committed,
        schema::json_schema(),
        "run: schema-health config schema > deploy/schema-health.schema.json"
    );
}

/// A project small enough to be read whole: two apps, one of them with a setting of its own.
fn project(folder: &Path) {
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("django/__init__.py", "VERSION = (5, 2, 0, 'final', 0)\n");
    write("settings.py", "INSTALLED_APPS = ['shop']\nDEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\n");
    write("shop/__init__.py", "");
    write("shop/apps.py", "from django.apps import AppConfig\nclass Shop(AppConfig):\n    name = 'shop'\n");
    write("shop/lengths.py", "NOTE = 9\n");
    write("shop/migrations/__init__.py", "");
    write(
        "shop/migrations/0001_initial.py",
        "from django.db import migrations, models\nfrom shop.lengths import NOTE\n\nclass Migration(migrations.Migration):\n    initial = True\n    \
         dependencies = []\n    operations = [\n        migrations.CreateModel('Order', [('id', models.BigAutoField(primary_key=True)), \
         ('note', models.CharField(max_length=NOTE))]),\n    ]\n",
    );
}

#[test]
fn a_django_project_stands_in_place_of_a_manifest() {
    let folder = TempDir::new().unwrap();
    project(&folder.path().join("app"));
    let file = folder.path().join("schema-health.yaml");
    let text = "databases:\n  a: {url: 'sqlite:a.db', django: {source: [app], settings: app/settings.py, set: {DEBUG: false}}}\n  \
                b: {url: 'sqlite:b.db', django: {source: [app], settings: app/settings.py, set: {DEBUG: false}}}\n";
    std::fs::write(&file, text).unwrap();
    let config = Config::load(&file).unwrap();
    let manifest = &config.databases["a"].manifest;
    assert_eq!(manifest.migrations.len(), 1);
    assert!(manifest.to_json().contains("\"note\": \"varchar(9) not null\""), "{}", manifest.to_json());
    assert!(std::sync::Arc::ptr_eq(manifest, &config.databases["b"].manifest), "compiled once");
    // A further migration is noticed, and a change of any file that was read.
    for watched in [
        "app/settings.py",
        "app/django/__init__.py",
        "app/shop/apps.py",
        "app/shop/lengths.py",
        "app/shop/migrations",
        "app/shop/migrations/0001_initial.py",
    ] {
        assert!(config.sources.contains(&folder.path().join(watched)), "{watched}: {:?}", config.sources);
    }
}

#[test]
fn mistakes_of_a_django_project_are_told() {
    let mistakes =
        load("databases: {a: {url: 'sqlite:a.db', manifest: m.yaml, django: {source: [.]}}}").unwrap_err();
    assert_eq!(
        mistakes,
        ["schema-health.yaml:1:55: database \"a\" has both manifest and django: remove one of the two"]
    );
    let mistakes = load("databases: {a: {url: 'sqlite:a.db', django: {settings: s.py}}}").unwrap_err();
    assert!(mistakes[0].contains("django needs source"), "{mistakes:?}");
    let mistakes = load("databases: {a: {url: 'sqlite:a.db', django: {source: [nowhere]}}}").unwrap_err();
    assert!(mistakes[0].contains("there is no folder nowhere"), "{mistakes:?}");
}
