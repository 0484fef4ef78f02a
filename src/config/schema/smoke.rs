//! The JSON Schema of smoke checks.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::{Count, Duration};

/// Smoke checks, run after each audit: whether the application works over this database.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape is used")]
pub(super) struct Smoke {
    /// Where the application is: http://shop.internal:8000. Its host is allowed.
    base_url: Option<String>,
    /// Further hosts to which requests may go, each as host or host:port. A redirect to any other is refused.
    hosts: Option<Vec<String>>,
    /// Headers of every request.
    headers: Option<BTreeMap<String, Header>>,
    /// Certificates in PEM to trust instead of the system's.
    ca_file: Option<String>,
    /// How long a run of all checks may take; 60s when not said.
    budget: Option<Duration>,
    /// How long one check may take; 10s when not said.
    timeout: Option<Duration>,
    /// The least time between two runs; when not said, one follows each audit.
    interval: Option<Duration>,
    /// Another role for queries than the audit's; it needs SELECT on what they read.
    url: Option<String>,
    /// A file that holds that URL.
    url_file: Option<String>,
    /// Whether checks may write, in transactions that are always rolled back.
    allow_write_checks: Option<bool>,
    /// The role for checks that write.
    write_url: Option<String>,
    /// A file that holds that URL.
    write_url_file: Option<String>,
    checks: Vec<Check>,
}

/// A smoke check. It has exactly one of `http`, `sql` and `write`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape is used")]
struct Check {
    /// Under which it is reported; one line, once in this database.
    name: String,
    /// The tables it needs, as table or schema.table: what is missing of them explains a failure.
    needs: Option<Vec<String>>,
    /// The checks that must have passed before; else this one is not tested.
    after: Option<Vec<String>>,
    /// How long it may take.
    timeout: Option<Duration>,
    /// A request: GET /me/settings/, HEAD https://shop.internal/. GET when no method is said.
    http: Option<String>,
    /// Headers of this request.
    headers: Option<BTreeMap<String, Header>>,
    /// The right status: 200, 200-299, or a list of these; 200-299 when not said.
    status: Option<StatusOrList>,
    /// What the body must hold.
    body: Option<Body>,
    /// How many bytes of the body are looked through at most; 1048576 when not said.
    largest_body: Option<Count>,
    /// Whether redirects are followed, to allowed hosts only.
    follow_redirects: Option<bool>,
    /// A query, run in a read-only transaction.
    sql: Option<String>,
    /// What the query must give; no_error when not said.
    expect: Option<Expect>,
    /// Statements that write, in a transaction that is always rolled back.
    write: Option<TextOrList>,
}

/// Text, or the file that holds it.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum Header {
    Text(String),
    File(HeaderFile),
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape is used")]
struct HeaderFile {
    /// Such as a mounted secret; read again when it changes.
    file: String,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum Status {
    Code(#[schemars(range(min = 100, max = 599))] u16),
    Range(#[schemars(regex(pattern = "^[1-5][0-9]{2}( *- *[1-5][0-9]{2})?$"))] String),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum StatusOrList {
    One(Status),
    List(Vec<Status>),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum TextOrList {
    One(String),
    List(Vec<String>),
}

/// Exactly one of the two.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape is used")]
struct Body {
    contains: Option<String>,
    /// A regular expression of Rust's regex crate.
    matches: Option<String>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum Expect {
    Word(ExpectWord),
    Value(ExpectValue),
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its shape is used")]
enum ExpectWord {
    NoError,
    Rows,
    NoRows,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape is used")]
struct ExpectValue {
    /// The first column of the first row, as the server writes it.
    value: Scalar,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its shape is used")]
enum Scalar {
    Text(String),
    Number(f64),
    Truth(bool),
}
