//! `check --smoke` and `report --smoke`: the smoke checks behind the one audit.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::place::Place;
use crate::audit::{Expected, Observation, Report};
use crate::catalog::CatalogError;
use crate::config::SmokeConfig;
use crate::service::smoke::{Ground, run_once};
use crate::service::store::Judged;
use crate::service::tables::TableIndex;
use crate::smoke::judge_run;
use crate::view::DatabaseView;

/// The view with what came of the smoke checks.
pub async fn add(
    view: DatabaseView,
    smoke: &SmokeConfig,
    place: &Place,
    observed: Result<Observation, CatalogError>,
    report: Option<Report>,
    now: Timestamp,
) -> DatabaseView {
    let ground = match (observed, report, &place.manifest) {
        (Ok(observation), Some(report), Some(manifest)) => {
            let expected = Expected::of(manifest, &observation);
            let tables = TableIndex::of(Arc::clone(manifest), &expected, &observation);
            Ground { judged: Some(Arc::new(Judged::new(report, tables))), unreadable: None }
        }
        (Err(error), _, _) => Ground { judged: None, unreadable: Some(error.message) },
        (Ok(_), _, _) => Ground { judged: None, unreadable: None },
    };
    let run = run_once(&place.name, smoke, &ground).await;
    let policy = place.policy.on(jiff::tz::Offset::UTC.to_datetime(now).date());
    view.with_smoke(&judge_run(run, &policy), &BTreeMap::new())
}
