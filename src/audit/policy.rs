//! What the people who own a database have decided about findings: severities, ignore rules and
//! acknowledgements. Pure: the day on which it is applied comes from the caller.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use globset::{Glob, GlobMatcher};
use jiff::civil::Date;

use super::{Rule, Severity, Subject};

/// Everything that changes how a proven fact is judged in one database.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// `None` is off: the rule makes no finding. A rule that does not stand here keeps its default.
    pub severities: BTreeMap<Rule, Option<Severity>>,
    pub ignores: Vec<IgnoreRule>,
    pub acknowledgements: Vec<Acknowledgement>,
    /// The day of the audit: an acknowledgement holds up to and including its `until`.
    pub today: Date,
}

/// Findings that it matches are not told at all.
#[derive(Clone, Debug, PartialEq)]
pub struct IgnoreRule {
    pub matches: FindingPattern,
    pub origin: RuleOrigin,
}

/// Findings that it matches are told, with the reason, but do not count for health until it expires.
#[derive(Clone, Debug, PartialEq)]
pub struct Acknowledgement {
    pub matches: FindingPattern,
    pub reason: String,
    /// The last day on which it holds.
    pub until: Date,
    pub origin: RuleOrigin,
}

/// Where a rule stands, so that a person finds it again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleOrigin {
    /// `schema-health.yaml:14:7`
    pub position: String,
    /// It stands for all databases, so that matching nothing in one of them says nothing.
    pub global: bool,
}

/// Every key that is given must match; a key that the subject lacks does not match.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FindingPattern {
    pub rules: Option<BTreeSet<Rule>>,
    pub schema: Option<NameGlob>,
    pub table: Option<NameGlob>,
    pub column: Option<NameGlob>,
    pub name: Option<NameGlob>,
}

/// A glob over the whole of a name: `audit_*`, `*_{old,backup}`. Case counts.
#[derive(Clone, Debug)]
pub struct NameGlob(GlobMatcher);

impl NameGlob {
    /// # Errors
    /// The sentence with which globset refuses the pattern.
    pub fn new(pattern: &str) -> Result<Self, String> {
        Glob::new(pattern).map(|glob| Self(glob.compile_matcher())).map_err(|error| error.to_string())
    }

    pub fn matches(&self, name: &str) -> bool {
        self.0.is_match(name)
    }
}

impl PartialEq for NameGlob {
    fn eq(&self, other: &Self) -> bool {
        self.0.glob() == other.0.glob()
    }
}

impl fmt::Display for NameGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.glob().glob())
    }
}

impl FindingPattern {
    /// Without any key it would match everything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it can match findings of this rule and of no other.
    pub fn is_only_about(&self, rule: Rule) -> bool {
        self.rules.as_ref().is_some_and(|rules| rules.len() == 1 && rules.contains(&rule))
    }

    /// Whether it can match findings of a comparison with a snapshot, and no others.
    pub fn is_only_about_snapshots(&self) -> bool {
        self.rules.as_ref().is_some_and(|rules| rules.iter().all(|it| Rule::OF_SNAPSHOTS.contains(it)))
    }

    pub fn matches(&self, rule: Rule, subject: &Subject) -> bool {
        self.rules.as_ref().is_none_or(|rules| rules.contains(&rule))
            && glob_matches(self.schema.as_ref(), subject.schema.as_deref())
            && glob_matches(self.table.as_ref(), subject.table.as_deref())
            && glob_matches(self.column.as_ref(), subject.column.as_deref())
            && glob_matches(self.name.as_ref(), subject.name.as_deref())
    }
}

fn glob_matches(glob: Option<&NameGlob>, name: Option<&str>) -> bool {
    match (glob, name) {
        (None, _) => true,
        (Some(glob), Some(name)) => glob.matches(name),
        (Some(_), None) => false,
    }
}

/// What the policy says of one fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// No finding: the rule is off, or an ignore rule matches.
    Ignored,
    Acknowledged {
        severity: Severity,
        reason: String,
    },
    Counts(Severity),
}

/// Which ignore rules and acknowledgements have matched something in one audit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyUsage {
    /// Positions in [`Policy::ignores`].
    pub ignores: BTreeSet<usize>,
    /// Positions in [`Policy::acknowledgements`], expired ones too.
    pub acknowledgements: BTreeSet<usize>,
}

impl Policy {
    /// Judges a fact that would be of severity `by_default`, and notes in `usage` what has matched.
    pub fn judge(
        &self,
        rule: Rule,
        subject: &Subject,
        by_default: Severity,
        usage: &mut PolicyUsage,
    ) -> Judgement {
        let Some(severity) = self.severities.get(&rule).copied().unwrap_or(Some(by_default)) else {
            return Judgement::Ignored;
        };
        let ignored = positions(&self.ignores, |it| it.matches.matches(rule, subject));
        if !ignored.is_empty() {
            usage.ignores.extend(ignored);
            return Judgement::Ignored;
        }
        let acknowledged = positions(&self.acknowledgements, |it| it.matches.matches(rule, subject));
        let in_force = acknowledged.iter().map(|&at| &self.acknowledgements[at]).find(|it| self.holds(it));
        let judgement = match in_force {
            Some(it) => Judgement::Acknowledged { severity, reason: it.reason.clone() },
            None => Judgement::Counts(severity),
        };
        usage.acknowledgements.extend(acknowledged);
        judgement
    }

    fn holds(&self, acknowledgement: &Acknowledgement) -> bool {
        self.today <= acknowledgement.until
    }

    /// One sentence for each `concerned` rule of this database's own that matched nothing, and for each
    /// `concerned` acknowledgement that has expired while its finding is still there.
    pub fn remarks(&self, usage: &PolicyUsage, concerned: impl Fn(&FindingPattern) -> bool) -> Vec<String> {
        let concerned = &concerned;
        let unused_ignores = (self.ignores.iter().enumerate())
            .filter(|(at, it)| !it.origin.global && !usage.ignores.contains(at) && concerned(&it.matches))
            .map(|(_, it)| format!("{}: this ignore rule matches nothing: remove it", it.origin.position));
        let acknowledgements =
            self.acknowledgements.iter().enumerate().filter(|(_, it)| concerned(&it.matches));
        let acknowledgements = acknowledgements.filter_map(|(at, it)| {
            match (usage.acknowledgements.contains(&at), self.holds(it)) {
                (true, true) => None,
                (true, false) => Some(format!(
                    "{}: this acknowledgement expired after {}: mend what it speaks of, or renew it",
                    it.origin.position, it.until
                )),
                (false, _) if it.origin.global => None,
                (false, _) => {
                    Some(format!("{}: this acknowledgement matches nothing: remove it", it.origin.position))
                }
            }
        });
        unused_ignores.chain(acknowledgements).collect()
    }

    /// One sentence for each `concerned` rule of all databases that matched nothing in this one: to be told where it
    /// is idle in every other one too.
    pub fn idle(&self, usage: &PolicyUsage, concerned: impl Fn(&FindingPattern) -> bool) -> BTreeSet<String> {
        let say = |origin: &RuleOrigin, what: &str| {
            format!("{}: this {what} matches nothing in any database: remove it", origin.position)
        };
        let is_idle = |origin: &RuleOrigin, pattern: &FindingPattern, is_used: bool| {
            origin.global && !is_used && concerned(pattern)
        };
        let ignores = (self.ignores.iter().enumerate())
            .filter(|(at, it)| is_idle(&it.origin, &it.matches, usage.ignores.contains(at)))
            .map(|(_, it)| say(&it.origin, "ignore rule"));
        let acknowledgements = (self.acknowledgements.iter().enumerate())
            .filter(|(at, it)| is_idle(&it.origin, &it.matches, usage.acknowledgements.contains(at)))
            .map(|(_, it)| say(&it.origin, "acknowledgement"));
        ignores.chain(acknowledgements).collect()
    }
}

/// The rules of all databases that are idle in each of them.
pub fn idle_everywhere<'a>(of_each: impl IntoIterator<Item = &'a BTreeSet<String>>) -> Vec<String> {
    let mut each = of_each.into_iter();
    let Some(first) = each.next() else { return Vec::new() };
    let rest: Vec<&BTreeSet<String>> = each.collect();
    first.iter().filter(|it| rest.iter().all(|other| other.contains(*it))).cloned().collect()
}

fn positions<T>(items: &[T], is_wanted: impl Fn(&T) -> bool) -> Vec<usize> {
    items.iter().enumerate().filter(|(_, item)| is_wanted(item)).map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn table(name: &str) -> Subject {
        Subject { schema: Some("public".into()), table: Some(name.into()), ..Subject::default() }
    }

    fn tables(glob: &str) -> FindingPattern {
        FindingPattern { table: Some(NameGlob::new(glob).unwrap()), ..FindingPattern::default() }
    }

    fn judge(policy: &Policy, rule: Rule, subject: &Subject) -> (Judgement, Vec<String>) {
        let mut usage = PolicyUsage::default();
        let judgement = policy.judge(rule, subject, rule.default_severity(), &mut usage);
        (judgement, policy.remarks(&usage, |_| true))
    }

    #[test]
    fn a_rule_is_off_or_of_another_severity() {
        let severities = [(Rule::MissingIndex, Some(Severity::Error)), (Rule::UnexpectedTable, None)]
            .into_iter()
            .collect();
        let policy = Policy { severities, ..Policy::default() };
        assert_eq!(judge(&policy, Rule::MissingIndex, &table("a")).0, Judgement::Counts(Severity::Error));
        assert_eq!(judge(&policy, Rule::UnexpectedTable, &table("a")).0, Judgement::Ignored);
        assert_eq!(judge(&policy, Rule::MissingTable, &table("a")).0, Judgement::Counts(Severity::Error));
    }

    #[test]
    fn an_ignore_rule_matches_whole_names_and_is_told_when_it_matches_nothing() {
        let ignore = IgnoreRule {
            matches: tables("audit_*"),
            origin: RuleOrigin { position: "f.yaml:3:5".into(), global: false },
        };
        let policy = Policy { ignores: vec![ignore], ..Policy::default() };
        assert_eq!(judge(&policy, Rule::MissingTable, &table("audit_log")), (Judgement::Ignored, vec![]));
        let (judgement, remarks) = judge(&policy, Rule::MissingTable, &table("my_audit_log"));
        assert_eq!(judgement, Judgement::Counts(Severity::Error));
        assert_eq!(remarks, ["f.yaml:3:5: this ignore rule matches nothing: remove it"]);
    }

    #[test]
    fn an_acknowledgement_holds_through_its_last_day() {
        let acknowledgement = Acknowledgement {
            matches: tables("*"),
            reason: "known".into(),
            until: date(2026, 3, 31),
            origin: RuleOrigin { position: "f.yaml:9:5".into(), global: true },
        };
        let mut policy =
            Policy { acknowledgements: vec![acknowledgement], today: date(2026, 3, 31), ..Policy::default() };
        let held = Judgement::Acknowledged { severity: Severity::Error, reason: "known".into() };
        assert_eq!(judge(&policy, Rule::MissingTable, &table("a")), (held, vec![]));

        policy.today = date(2026, 4, 1);
        let (judgement, remarks) = judge(&policy, Rule::MissingTable, &table("a"));
        assert_eq!(judgement, Judgement::Counts(Severity::Error));
        assert_eq!(remarks.len(), 1);
    }

    #[test]
    fn a_key_that_the_subject_lacks_does_not_match() {
        let pattern =
            FindingPattern { column: Some(NameGlob::new("*").unwrap()), ..FindingPattern::default() };
        assert!(!pattern.matches(Rule::MissingTable, &table("a")));
    }
}
