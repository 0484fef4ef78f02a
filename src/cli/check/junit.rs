//! JUnit XML: a suite per database, a test case per migration, so that a CI shows which ones fail.

use std::fmt::Write;

use crate::audit::{Health, Rule, Severity, Verdict};
use crate::smoke::SmokeOutcome;
use crate::view::{DatabaseView, FindingView};

pub(super) fn render(views: &[DatabaseView]) -> String {
    let suites: String = views.iter().map(suite).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"schema-health\">\n{suites}</testsuites>\n"
    )
}

fn suite(view: &DatabaseView) -> String {
    let mut cases = String::new();
    let (mut tests, mut failures, mut errors, mut skipped) = (0, 0, 0, 0);
    let is_of_smoke = |finding: &FindingView| finding.rule == Rule::SmokeCheckFailed;
    let counts = |finding: &FindingView| {
        finding.acknowledged.is_none() && finding.severity > Severity::Info && !is_of_smoke(finding)
    };
    for migration in &view.migrations {
        tests += 1;
        let own: Vec<&FindingView> = (view.findings.iter())
            .filter(|it| counts(it))
            .filter(|it| {
                it.migration.as_ref().is_some_and(|id| id.app == migration.app && id.name == migration.name)
            })
            .collect();
        let mut body = String::new();
        if let Some(first) = own.first() {
            failures += 1;
            let all: Vec<&str> = own.iter().map(|it| it.message.as_str()).collect();
            let (kind, message) = (first.rule.name(), attribute(&first.message));
            body = format!(
                "<failure type=\"{kind}\" message=\"{message}\">{}</failure>",
                escape(&all.join("\n"))
            );
        } else if matches!(migration.verdict, Verdict::Unverifiable | Verdict::Unknown) {
            skipped += 1;
            body = format!("<skipped message=\"{}\"/>", migration.verdict);
        }
        write_case(&mut cases, &migration.app, &migration.name, &body);
    }
    let general = view.findings.iter().filter(|it| counts(it) && it.migration.is_none());
    for finding in general {
        tests += 1;
        failures += 1;
        let message = attribute(&finding.message);
        let body = format!("<failure type=\"{}\" message=\"{message}\"/>", finding.rule.name());
        write_case(&mut cases, "schema-health", finding.rule.name(), &body);
    }
    for check in &view.smoke_checks {
        tests += 1;
        let counts = view.findings.iter().any(|it| {
            is_of_smoke(it)
                && it.acknowledged.is_none()
                && it.severity > Severity::Info
                && it.subject.name.as_deref() == Some(&check.check)
        });
        let message = attribute(&check.summary);
        let body = match check.outcome {
            SmokeOutcome::Failed | SmokeOutcome::Blocked if counts => {
                failures += 1;
                format!("<failure type=\"{}\" message=\"{message}\"/>", Rule::SmokeCheckFailed.name())
            }
            SmokeOutcome::NotTested => {
                skipped += 1;
                format!("<skipped message=\"{message}\"/>")
            }
            SmokeOutcome::Passed | SmokeOutcome::Failed | SmokeOutcome::Blocked => String::new(),
        };
        write_case(&mut cases, "smoke", &check.check, &body);
    }
    if view.health == Health::Unknown {
        tests += 1;
        errors += 1;
        let reason = attribute(view.reason.as_deref().unwrap_or("the database could not be audited"));
        write_case(&mut cases, "schema-health", "audit", &format!("<error message=\"{reason}\"/>"));
    }
    format!(
        "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" \
         skipped=\"{skipped}\">\n{cases}  </testsuite>\n",
        attribute(&view.database)
    )
}

fn write_case(cases: &mut String, class: &str, name: &str, body: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(
        cases,
        "    <testcase classname=\"{}\" name=\"{}\">{body}</testcase>",
        attribute(class),
        attribute(name)
    );
}

fn attribute(text: &str) -> String {
    escape(text).replace('"', "&quot;").replace('\n', "&#10;")
}

/// Characters that XML 1.0 does not allow at all become U+FFFD (<https://www.w3.org/TR/xml/#charsets>).
fn escape(text: &str) -> String {
    let allowed =
        |c: char| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    let text: String =
        text.chars().map(|c| if allowed(c) { c } else { char::REPLACEMENT_CHARACTER }).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
