//! The smoke checks in the report for a person.

use super::Paint;
use crate::audit::Rule;
use crate::service::one_line;
use crate::smoke::SmokeOutcome;
use crate::view::{DatabaseView, SmokeCheckView};

/// The smoke checks, in the order in which they were tried.
pub(super) fn render(view: &DatabaseView, paint: &Paint) -> String {
    let checks = &view.smoke_checks;
    if checks.is_empty() {
        return String::new();
    }
    let counts = SmokeOutcome::ALL.into_iter().filter_map(|outcome| {
        let count = checks.iter().filter(|it| it.outcome == outcome).count();
        (count > 0).then(|| format!("{count} {outcome}"))
    });
    let mut text = format!("  smoke checks: {}\n", counts.collect::<Vec<_>>().join(", "));
    let width = checks.iter().map(|it| it.check.chars().count()).max().unwrap_or_default();
    for check in checks {
        let code = match check.outcome {
            SmokeOutcome::Passed => "32",
            SmokeOutcome::Failed | SmokeOutcome::Blocked => "31",
            SmokeOutcome::NotTested => "33",
        };
        let known = view.findings.iter().any(|it| {
            it.acknowledged.is_some()
                && it.rule == Rule::SmokeCheckFailed
                && it.subject.name.as_deref() == Some(&check.check)
        });
        let mark = if known { " (acknowledged)" } else { "" };
        text.push_str(&format!(
            "    {:<width$}  {}{mark}, {}: {}\n",
            one_line(&check.check),
            paint.code(code, &check.outcome.to_string()),
            one_line(&check.action),
            one_line(&why(check)),
        ));
    }
    text
}

/// What was met, and what explains it.
fn why(check: &SmokeCheckView) -> String {
    match check.outcome {
        SmokeOutcome::Blocked => check.summary.clone(),
        SmokeOutcome::Passed | SmokeOutcome::Failed | SmokeOutcome::NotTested => check.message.clone(),
    }
}
