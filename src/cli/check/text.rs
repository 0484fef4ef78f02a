//! The report for a person at a terminal.

mod smoke;

use crate::audit::{Health, Rule, Severity, Verdict};
use crate::schema::count_of;
use crate::service::one_line;
use crate::view::{DatabaseView, FindingView, HypothesisView, SubjectView};

struct Paint {
    on: bool,
}

impl Paint {
    fn health(&self, health: Health) -> String {
        let code = match health {
            Health::Healthy => "32",
            Health::Degraded => "33",
            Health::Unhealthy => "31",
            Health::Unknown => "35",
        };
        self.code(code, health.as_str())
    }

    fn severity(&self, severity: Severity, text: &str) -> String {
        let code = match severity {
            Severity::Info => "36",
            Severity::Warning => "33",
            Severity::Error => "31",
        };
        self.code(code, text)
    }

    fn code(&self, code: &str, text: &str) -> String {
        if self.on { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// The whole report of one database, ending with a newline.
pub fn render(view: &DatabaseView, colour: bool) -> String {
    let paint = Paint { on: colour };
    let mut text = format!("{}: {}", one_line(&view.database), paint.health(view.health));
    if let Some(reason) = view.reason.as_deref().filter(|_| view.findings.is_empty()) {
        text.push_str(&format!(" ({})", one_line(reason)));
    }
    text.push('\n');
    if let Some(failure) = &view.failure {
        text.push_str(&format!("  {}: {}\n", failure.reason, failure.advice));
    }
    text.push_str(&summary(view));
    text.push_str(&table(&view.findings, &paint));
    // What smoke checks found stands beside those that passed.
    let stands_below = |it: &&FindingView| it.subject.table.is_none() && it.rule != Rule::SmokeCheckFailed;
    for finding in view.findings.iter().filter(stands_below) {
        text.push_str(&format!("  {}\n", one_line(&finding.message)));
    }
    text.push_str(&diagnosis(&view.diagnosis));
    for note in &view.history {
        text.push_str(&format!("  history: {}\n", one_line(&note.message)));
    }
    text.push_str(&smoke::render(view, &paint));
    for remark in &view.remarks {
        text.push_str(&format!("  note: {}\n", one_line(remark)));
    }
    const SHOWN: usize = 5;
    for spot in view.blind_spots.iter().take(SHOWN) {
        text.push_str(&format!("  not verified: {}\n", one_line(spot)));
    }
    if view.blind_spots.len() > SHOWN {
        let rest = view.blind_spots.len() - SHOWN;
        text.push_str(&format!("  not verified: {rest} more; all of them with --format json\n"));
    }
    text
}

/// `  123 objects expected, 123 checked; 40 migrations: 38 verified, 2 phantom`.
fn summary(view: &DatabaseView) -> String {
    let Some(coverage) = view.coverage.filter(|it| it.expected > 0 || !view.migrations.is_empty()) else {
        return String::new();
    };
    if view.migrations.is_empty() {
        return format!(
            "  {} expected, {} checked\n",
            count_of(coverage.expected, "object"),
            coverage.checked
        );
    }
    let verdicts: Vec<String> = Verdict::ALL
        .into_iter()
        .filter_map(|verdict| {
            let count = view.migrations.iter().filter(|it| it.verdict == verdict).count();
            (count > 0).then(|| format!("{count} {verdict}"))
        })
        .collect();
    format!(
        "  {} expected, {} checked; {}: {}\n",
        count_of(coverage.expected, "object"),
        coverage.checked,
        count_of(view.migrations.len(), "migration"),
        verdicts.join(", ")
    )
}

/// `  why: faked, likelihood high (80 of 100): 9 migrations were recorded without being run`, and what speaks for
/// and against it.
fn diagnosis(hypotheses: &[HypothesisView]) -> String {
    let mut text = String::new();
    for it in hypotheses {
        text.push_str(&format!(
            "  why: {}, likelihood {} ({} of 100): {}\n",
            it.cause,
            it.likelihood,
            it.rank,
            one_line(&it.summary)
        ));
        for (sign, evidence) in [('+', &it.evidence_for), ('-', &it.evidence_against)] {
            evidence.iter().for_each(|said| text.push_str(&format!("    {sign} {}\n", one_line(said))));
        }
        for line in it.command.iter().flat_map(|it| it.lines()) {
            text.push_str(&format!("    $ {}\n", one_line(line)));
        }
    }
    text
}

/// The findings about tables and what belongs to them, in columns.
fn table(findings: &[FindingView], paint: &Paint) -> String {
    let rows: Vec<[String; 4]> = (findings.iter())
        .filter(|finding| finding.subject.table.is_some())
        .map(|finding| {
            let migration = finding.migration.as_ref().map(|it| format!("{}.{}", it.app, it.name));
            let mark = if finding.acknowledged.is_some() { " (acknowledged)" } else { "" };
            [
                finding.severity.to_string(),
                format!("{}{mark}", finding.rule.name()),
                one_line(&migration.unwrap_or_default()),
                one_line(&object(finding)),
            ]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let heads = ["SEVERITY", "RULE", "MIGRATION", "OBJECT"].map(str::to_owned);
    let width = |column: usize| {
        rows.iter().chain([&heads]).map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths = [width(0), width(1), width(2)];
    let line = |row: &[String; 4], severity: Option<Severity>| {
        let first = format!("{:<1$}", row[0], widths[0]);
        let first = severity.map_or(first.clone(), |it| paint.severity(it, &first));
        format!(
            "  {first}  {:<rule$}  {:<migration$}  {}\n",
            row[1],
            row[2],
            row[3],
            rule = widths[1],
            migration = widths[2]
        )
    };
    let body = rows.iter().zip(findings.iter().filter(|it| it.subject.table.is_some()));
    line(&heads, None) + &body.map(|(row, finding)| line(row, Some(finding.severity))).collect::<String>()
}

/// `table.column`, `table (constraint)`, or what it is for one without a name.
fn object(finding: &FindingView) -> String {
    let SubjectView { table, column, name, .. } = &finding.subject;
    let table = table.as_deref().unwrap_or_default();
    match (column, name) {
        (Some(column), _) => format!("{table}.{column}"),
        (None, Some(name)) => format!("{table} ({name})"),
        (None, None) if is_about_a_table(finding) => table.to_owned(),
        (None, None) => {
            let described = finding.expected.as_deref().or(finding.actual.as_deref()).unwrap_or_default();
            format!("{table}: {described}")
        }
    }
}

fn is_about_a_table(finding: &FindingView) -> bool {
    matches!(finding.rule, Rule::MissingTable | Rule::WrongKind | Rule::UnexpectedTable)
}
