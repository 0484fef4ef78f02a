//! SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>), for code scanning.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::audit::{Health, Rule, Severity};
use crate::view::{DatabaseView, FindingView};

pub(super) fn render(views: &[DatabaseView]) -> String {
    let used: BTreeSet<Rule> = views.iter().flat_map(|view| view.findings.iter().map(|it| it.rule)).collect();
    let rules: Vec<Value> = used
        .iter()
        .map(|rule| {
            json!({
                "id": rule.name(),
                "shortDescription": { "text": rule.meaning() },
                "defaultConfiguration": { "level": level(rule.default_severity()) },
            })
        })
        .collect();
    let results: Vec<Value> =
        views.iter().flat_map(|view| view.findings.iter().map(|finding| result(view, finding))).collect();
    let unknown: Vec<Value> = views
        .iter()
        .filter(|view| view.health == Health::Unknown)
        .map(|view| {
            let reason = view.reason.as_deref().unwrap_or("the database could not be audited");
            json!({ "level": "error", "message": { "text": format!("{}: {reason}", view.database) } })
        })
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "schema-health",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "invocations": [{ "executionSuccessful": unknown.is_empty(), "toolExecutionNotifications": unknown }],
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

fn result(view: &DatabaseView, finding: &FindingView) -> Value {
    let subject = &finding.subject;
    let parts =
        [Some(&view.database), subject.schema.as_ref(), subject.table.as_ref(), subject.column.as_ref()];
    let mut name: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    name.extend(subject.name.as_deref());
    let mut result = json!({
        "ruleId": finding.rule.name(),
        "level": level(finding.severity),
        "message": { "text": format!("{}: {}", view.database, finding.message) },
        "locations": [{ "logicalLocations": [{ "fullyQualifiedName": name.join("."), "kind": "resource" }] }],
        "partialFingerprints": { "findingId/v1": format!("{}/{}", view.database, finding.id) },
    });
    if let Some(reason) = &finding.acknowledged {
        result["suppressions"] = json!([{ "kind": "external", "justification": reason }]);
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}
