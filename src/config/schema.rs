//! The JSON Schema of the configuration file, for editors. A test holds its keys to those that are read.

mod smoke;

use std::collections::BTreeMap;

use schemars::JsonSchema;

/// The JSON Schema, as `schema-health config schema` prints it.
pub fn json_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Configuration).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".to_owned(), "schema-health.yaml".into());
    }
    schema
}

/// What schema-health watches, and how.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape is used")]
struct Configuration {
    /// Address and port of the HTTP server; 127.0.0.1:8080 when not said. A change needs a restart.
    listen: Option<String>,
    /// The databases, by the name under which they appear in URLs and metrics.
    databases: BTreeMap<String, Database>,
    /// How many databases are audited at the same time; 32 when not said.
    concurrency: Option<Count>,
    /// How long requests are still answered after SIGTERM, with /readyz failing; 5s when not said.
    drain: Option<Duration>,
    log: Option<Log>,
    /// Hosts to which smoke checks of every database may go, beside their own: shop.internal, shop.internal:8000.
    smoke_hosts: Option<Vec<String>>,
    #[schemars(flatten)]
    common: Common,
}

/// One database. It has `url` or `url_file`, and `manifest` or `django`, never both.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape is used")]
struct Database {
    /// postgres://, mysql://, mariadb:// or sqlite:; ${NAME} stands for an environment variable.
    url: Option<String>,
    /// A file that holds the URL, such as a mounted secret; read again when it changes.
    url_file: Option<String>,
    /// Of a role that may write: for `repair --prove` and `--apply` alone.
    repair_url: Option<String>,
    /// A file that holds repair_url; the service never opens it.
    repair_url_file: Option<String>,
    /// The manifest's file; a relative path starts at this file's folder.
    manifest: Option<String>,
    django: Option<Django>,
    /// The schema to audit; the role's current schema when not said.
    schema: Option<String>,
    ledger: Option<Ledger>,
    /// Whether /readyz fails while this database is unhealthy or unknown.
    gate: Option<bool>,
    smoke: Option<smoke::Smoke>,
    #[schemars(flatten)]
    common: Common,
}

/// A Django project, whose migrations are compiled to the manifest without running any of it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape is used")]
struct Django {
    /// The folders that Python would look for modules in: the project's own, and its site-packages.
    source: Vec<String>,
    /// The settings: their file, or their module as `DJANGO_SETTINGS_MODULE` names it.
    settings: Option<String>,
    /// Settings that the file does not say literally, each as Python writes it.
    set: Option<BTreeMap<String, String>>,
    /// Apps that are not found under their module's name: where they are, by label.
    apps: Option<BTreeMap<String, String>>,
    /// What is installed beside what the settings say.
    installed_apps: Option<Vec<String>>,
    /// Which of DATABASES the database is, by its alias: what DATABASE_ROUTERS are asked about; default when not said.
    database: Option<String>,
    /// Which of the two the server is, when the url begins with mysql://.
    dialect: Option<MysqlOrMariadb>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its shape is used")]
enum MysqlOrMariadb {
    Mysql,
    Mariadb,
}

/// What may stand for all databases and, stronger, for one.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its shape is used")]
struct Common {
    /// How far apart audits are; 60s when not said.
    interval: Option<Duration>,
    /// A new error is looked at again after this time before it counts; 5s when not said, 0s for at once.
    confirm_after: Option<Duration>,
    /// After this time without a successful audit the health is unknown; 3 intervals and the audit budget
    /// when not said.
    stale_after: Option<Duration>,
    /// Whether the connection stays open between audits; when not said, for servers with intervals up to 5m.
    keep_connections: Option<bool>,
    budgets: Option<Budgets>,
    /// Where findings find their section of the runbook, a URL or a path; deploy/runbook.md when not said.
    runbook: Option<String>,
    /// Other severities than the usual ones, by rule.
    severity: Option<BTreeMap<crate::audit::Rule, Severity>>,
    /// Findings that are not told.
    ignore: Option<Vec<Ignore>>,
    /// Findings that are told, but do not count for a while.
    acknowledge: Option<Vec<Acknowledge>>,
}

/// How long each step may take.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape is used")]
struct Budgets {
    /// 5s when not said.
    connect: Option<Duration>,
    /// 2s when not said.
    lock: Option<Duration>,
    /// 10s when not said.
    statement: Option<Duration>,
    /// 30s when not said.
    audit: Option<Duration>,
}

/// Where the ledger is, if not where the migration tool puts it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape is used")]
struct Ledger {
    table: Option<String>,
    schema: Option<String>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape is used")]
struct Log {
    format: Option<LogFormat>,
    /// error, warn, info, debug, trace, or a filter such as schema_health=debug,info.
    level: Option<String>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its shape is used")]
enum LogFormat {
    Text,
    Json,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its shape is used")]
enum Severity {
    Error,
    Warning,
    Info,
    Off,
}

/// Globs over whole names; every key that is given must match, and at least one must be given.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape is used")]
struct Ignore {
    #[schemars(flatten)]
    pattern: Pattern,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape is used")]
struct Acknowledge {
    #[schemars(flatten)]
    pattern: Pattern,
    /// Why the finding may stay for now.
    reason: String,
    /// The last day of the acknowledgement, such as 2026-12-31.
    until: String,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its shape is used")]
struct Pattern {
    rule: Option<String>,
    schema: Option<String>,
    table: Option<String>,
    column: Option<String>,
    /// The name of a constraint or index.
    name: Option<String>,
}

/// A number with its unit: 500ms, 60s, 5m, 1h30m.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its shape is used")]
struct Duration(String);

/// A whole number above 0.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its shape is used")]
struct Count(#[schemars(range(min = 1))] usize);
