//! What the audit said of what fell, against what it should have said.

use std::collections::BTreeMap;
use std::fmt;

use schema_health::audit::{Finding, Rule};
use schema_health::dialect::Dialect;

use super::super::mending::Mending;
use super::super::origins::Origins;
use super::fallen::Fallen;

#[derive(Default)]
pub struct Tally {
    pub dropped: BTreeMap<&'static str, usize>,
    /// Audits that looked at it.
    pub audits: usize,
    /// Objects that fell and that a migration made.
    fallen: usize,
    /// Findings that name one of them.
    told: usize,
    /// Objects that are told as not verified, because code visibly drops such things.
    unverified: usize,
    /// Findings that name something else.
    wrong: usize,
    /// Findings without the migration that made the object.
    without_origin: usize,
    /// Findings whose migration was held against the one that was seen to make the object.
    origins: usize,
    /// Those of them that named another.
    wrong_origins: usize,
    /// Indexes that InnoDB leaves when it loses the foreign key for which it made them.
    left_over: usize,
    pub faults: Vec<String>,
    pub mending: Mending,
    /// What the server would not let be dropped.
    pub refused: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent =
            |part: usize, whole: usize| if whole == 0 { 100.0 } else { 100.0 * part as f64 / whole as f64 };
        let dropped: Vec<String> =
            self.dropped.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        write!(
            f,
            "dropped in {} rounds: {}; {} objects fell, recall {:.2} % by findings, {:.2} % with the {} that were \
             announced as not verified, precision {:.2} %; {} without origin, {} origins held against what was seen, {} \
             of them wrong; {} indexes left by InnoDB, {} could not be dropped; {}",
            self.audits,
            dropped.join(", "),
            self.fallen,
            percent(self.told, self.fallen),
            percent(self.told + self.unverified, self.fallen),
            self.unverified,
            percent(self.told, self.told + self.wrong),
            self.without_origin,
            self.origins,
            self.wrong_origins,
            self.left_over,
            self.refused.len(),
            self.mending,
        )
    }
}

impl Tally {
    /// With what came of mending each round, and what went wrong there.
    pub fn with(mut self, mending: Mending, faults: Vec<String>) -> Self {
        self.mending = mending;
        self.faults.extend(faults);
        self
    }

    /// `findings` and `spots` are those that the whole database did not have; `what` was dropped.
    pub fn judge(
        &mut self,
        what: &str,
        mut fallen: Vec<Fallen>,
        findings: &[Finding],
        mut spots: Vec<String>,
        (dialect, origins): (Dialect, Option<&Origins>),
    ) {
        self.audits += 1;
        self.fallen += fallen.len();
        // The one that is over most first: its finding contains the words of the others.
        fallen.sort_by_key(|it| std::cmp::Reverse((it.over.len(), it.over.concat().len())));
        let mut faults = Vec::new();
        let lost_keys: Vec<_> = (fallen.iter().filter(|it| it.rule == Rule::MissingForeignKey))
            .map(|it| it.table.clone())
            .collect();
        // Those that say a name first, so that none of them is taken by one that only fits.
        let by_name = |finding: &Finding, it: &Fallen| {
            it.name.is_some() && finding.subject.name.as_deref() == it.name.as_deref()
        };
        let is_named =
            |finding: &&Finding| fallen.iter().any(|it| names(finding, it) && by_name(finding, it));
        let (named, others): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(is_named);
        for finding in named.into_iter().chain(others) {
            // InnoDB's own index under a foreign key outlives it, and then is nobody's.
            let is_left_over = matches!(dialect, Dialect::Mysql | Dialect::Mariadb)
                && finding.rule == Rule::UnexpectedConstraint
                && lost_keys.iter().any(|it| finding.subject.table.as_deref() == Some(&**it))
                && finding.actual.as_deref().is_some_and(|it| it.starts_with("INDEX"));
            if is_left_over {
                self.left_over += 1;
                continue;
            }
            let at = fallen.iter().position(|it| names(finding, it) && by_name(finding, it));
            match at.or_else(|| fallen.iter().position(|it| names(finding, it))) {
                Some(at) => {
                    self.told += 1;
                    self.without_origin += usize::from(finding.migration.is_none());
                    faults.extend(self.judge_origin(finding, &fallen.remove(at), origins));
                }
                None => {
                    self.wrong += 1;
                    faults.push(format!(
                        "wrong: {} {:?} expected {:?} actual {:?}",
                        finding.rule.name(),
                        finding.subject,
                        finding.expected,
                        finding.actual
                    ));
                }
            }
        }
        fallen.retain(|it| {
            let found = spots.iter().position(|spot| it.is_told_by(spot));
            self.unverified += usize::from(found.is_some());
            found.map(|at| spots.remove(at)).is_none()
        });
        faults.extend(fallen.iter().map(|it| format!("not told: {it:?}")));
        if !faults.is_empty() {
            self.faults.push(format!("{what}\n      {}", faults.join("\n      ")));
        }
    }

    /// What is wrong with the migration that the finding names, if it was seen which one made the object.
    fn judge_origin(
        &mut self,
        finding: &Finding,
        fallen: &Fallen,
        origins: Option<&Origins>,
    ) -> Option<String> {
        let makers = origins?.of(fallen)?;
        self.origins += 1;
        let named = finding.migration.as_ref().map(ToString::to_string).unwrap_or_default();
        if makers.contains(&named) {
            return None;
        }
        self.wrong_origins += 1;
        Some(format!(
            "of another origin: {fallen:?} is told as of {named}, but was seen after {}",
            makers.join(", ")
        ))
    }
}

/// Whether the finding speaks of this object: a constraint is described with all it is over.
fn names(finding: &Finding, fallen: &Fallen) -> bool {
    // MySQL gives a name to what has none.
    let is_unnamed = fallen.name.as_ref().is_none_or(|it| it.starts_with(&*format!("{}_chk_", fallen.table)));
    finding.rule == fallen.rule
        && finding.subject.table.as_deref() == Some(&*fallen.table)
        && (fallen.column.is_none()
            || finding.subject.column == fallen.column.as_ref().map(ToString::to_string))
        && (fallen.over.iter().all(|it| finding.expected.as_ref().is_some_and(|text| text.contains(&**it)))
            || (fallen.name.is_some() && finding.subject.name.as_deref() == fallen.name.as_deref())
            // MariaDB keeps the old column's name in the text of a check without a name.
            || (fallen.rule == Rule::MissingCheck && is_unnamed && finding.subject.name.is_none()))
}
