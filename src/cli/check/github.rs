//! Annotations of GitHub Actions
//! (<https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>).

use crate::audit::{Health, Severity};
use crate::view::DatabaseView;

pub(super) fn render(views: &[DatabaseView]) -> String {
    let mut text = String::new();
    for view in views {
        for finding in view.findings.iter().filter(|finding| finding.acknowledged.is_none()) {
            let command = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "notice",
            };
            let title = format!("{}: {}", view.database, finding.rule.name());
            text.push_str(&format!("::{command} title={}::{}\n", property(&title), data(&finding.message)));
        }
        if view.health == Health::Unknown && view.findings.is_empty() {
            let title = format!("{}: could not tell", view.database);
            let reason = view.reason.as_deref().unwrap_or("the database could not be audited");
            text.push_str(&format!("::error title={}::{}\n", property(&title), data(reason)));
        }
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
