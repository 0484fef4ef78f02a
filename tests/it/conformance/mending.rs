//! Law 5 after each round of damage: the plan runs, the audit has nothing left that a plan mends, and a second run
//! changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schema_health::audit::{Expected, Observation, Report};
use schema_health::catalog::Session;
use schema_health::migration::Manifest;
use schema_health::repair::{Basis, Options, Plan, Variant, plan_for};
use schema_health::schema::{Schema, diff};

use super::ground::{Ground, look};

/// Plans made and plans proven.
#[derive(Default)]
pub struct Mending {
    made: usize,
    proven: usize,
    /// How many differences the plans left out, by the reason that they gave.
    pub left_out: BTreeMap<String, usize>,
    pub faults: Vec<String>,
}

impl fmt::Display for Mending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} plans proven / {} plans made, {} differences left out of them with a reason",
            self.proven,
            self.made,
            self.left_out.values().sum::<usize>()
        )
    }
}

fn plan_of(manifest: &Manifest, (observation, report): (&Observation, &Report), variant: Variant) -> Plan {
    let expected = Expected::of(manifest, observation);
    let basis = Basis { manifest, expected: &expected, observation, report };
    // Nothing here was removed on purpose: what code may have done is mended too.
    plan_for(basis, &Options { variant, blind_spots_too: true, ..Options::default() })
}

impl Mending {
    /// Mends what the round has broken; what stands then. `known`: the findings of the whole database.
    pub async fn mend(
        &mut self,
        ground: &Ground,
        session: &mut Session,
        manifest: &Manifest,
        known: &BTreeSet<String>,
        what: &str,
    ) -> Schema {
        let (observation, report) = look(session, manifest).await;
        let variant = if self.made.is_multiple_of(2) { Variant::Plain } else { Variant::ZeroDowntime };
        let plan = plan_of(manifest, (&observation, &report), variant);
        for it in &plan.left_out {
            *self.left_out.entry(it.reason.clone()).or_default() += 1;
        }
        if plan.statements.is_empty() {
            return observation.catalog.actual;
        }
        self.made += 1;
        let mut faults = Vec::new();
        if let Err(error) = ground.run_plan(&plan).await {
            faults.push(format!("refused: {error}"));
        }
        let (observation, report) = look(session, manifest).await;
        let once = observation.catalog.actual.clone();
        let again = plan_of(manifest, (&observation, &report), variant);
        let left_out = plan.left_out.iter().chain(&again.left_out);
        let left: BTreeSet<&String> = left_out.flat_map(|it| &it.findings).collect();
        for finding in &report.findings {
            let rule = finding.rule.name();
            let is_missing = rule.starts_with("missing_") || rule == "nullability_differs";
            if is_missing && !known.contains(&finding.id) && !left.contains(&finding.id) {
                faults.push(format!("not mended: {}", finding.message));
            }
        }
        faults.extend(again.statements.iter().map(|it| format!("planned again: {}", it.sql())));
        if let Err(error) = ground.run_plan(&plan).await {
            faults.push(format!("refused the second time: {error}"));
        }
        let (observation, _) = look(session, manifest).await;
        let twice = observation.catalog.actual;
        if once != twice {
            faults.push(format!("changed by the second run: {:?}", diff(&once, &twice).changes));
        }
        if faults.is_empty() {
            self.proven += 1;
        } else {
            self.faults.push(format!("mending {what}\n      {}", faults.join("\n      ")));
        }
        twice
    }
}
