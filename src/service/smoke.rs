//! Runs the smoke checks of one database behind its audits, without ever holding one up.
//!
//! ```text
//! worker ──an audit has ended──> smoker ──run──> judgement ──confirmed──> database.smoke()
//! ```

mod ground;
mod http;
mod run;
mod tls;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{error, info, warn};

use super::one_line;
use super::store::{Database, Moment};
use super::worker::Lanes;
use crate::config::SmokeConfig;
use crate::smoke::{SmokeJudgement, SmokeOutcome, SmokeRun, judge_run};

pub use ground::Ground;
pub use run::run as run_once;

/// A state that changes from run to run is told as it is after so many.
const MOST_RUNS: u32 = 3;
/// Between the beginnings of two runs, however many people ask: the application is not to feel a crowd at our door.
const LEAST_PAUSE: Duration = Duration::from_secs(1);

/// What is known of the smoke checks of one database.
#[derive(Clone, Debug)]
pub struct SmokeState {
    pub judgement: SmokeJudgement,
    pub ended: Moment,
    /// By finding id.
    pub first_seen: BTreeMap<String, Timestamp>,
}

/// Runs the checks of `database` whenever an audit has ended, until `stop`.
pub async fn follow(database: Arc<Database>, lanes: Arc<arc_swap::ArcSwap<Lanes>>, stop: CancellationToken) {
    let mut smoker = Smoker { database, lanes, last_began: None };
    tokio::select! {
        () = stop.cancelled() => {}
        () = smoker.follow() => {}
    }
}

struct Smoker {
    database: Arc<Database>,
    lanes: Arc<arc_swap::ArcSwap<Lanes>>,
    last_began: Option<Instant>,
}

impl Smoker {
    async fn follow(&mut self) {
        let mut asked = self.database.smoke_turns.asked.subscribe();
        loop {
            let turn = *asked.borrow_and_update();
            if turn > *self.database.smoke_turns.done.borrow() {
                self.take_turn().await;
                self.database.smoke_turns.done.send_replace(turn);
            }
            // The sender lives as long as the database itself.
            if asked.changed().await.is_err() {
                return;
            }
        }
    }

    async fn take_turn(&mut self) {
        let is_wanted = self.database.smoke_turns.take_demand();
        let config = self.database.config.load_full();
        let Some(smoke) = config.smoke.clone() else { return self.database.set_smoke(None) };
        // A database that cannot be read is audited again and again within its interval: the application is not asked
        // so often.
        let is_failing = self.database.state().failure.is_some();
        let pause = if is_failing { smoke.interval.max(config.interval) } else { smoke.interval };
        // An audit may come a tenth early.
        let is_early = self.last_began.is_some_and(|began| began.elapsed() < pause.mul_f64(0.9));
        if is_early && !is_wanted {
            return;
        }
        if let Some(began) = self.last_began {
            sleep_until(began + LEAST_PAUSE).await;
        }
        self.last_began = Some(Instant::now());
        self.run_until_confirmed(&smoke).await;
    }

    /// Runs, and runs again where a check fails anew.
    async fn run_until_confirmed(&self, smoke: &Arc<SmokeConfig>) {
        let mut noticed: BTreeMap<String, Timestamp> = BTreeMap::new();
        for count in 1..=MOST_RUNS {
            let Some(run) = self.run(smoke).await else { return };
            let in_force = self.database.smoke();
            let known: BTreeSet<&str> = (in_force.iter())
                .flat_map(|it| &it.judgement.run.results)
                .filter(|it| it.outcome.is_failure())
                .map(|it| it.check.as_str())
                .collect();
            let failures =
                run.results.iter().filter(|it| it.outcome.is_failure() && !known.contains(&*it.check));
            let new: BTreeMap<String, Timestamp> = failures
                .map(|it| (it.check.clone(), noticed.get(&it.check).copied().unwrap_or(run.ended)))
                .collect();
            let confirm_after = self.database.config.load().confirm_after;
            let is_confirmed = new.keys().all(|check| noticed.contains_key(check));
            if is_confirmed || confirm_after.is_zero() || count == MOST_RUNS {
                self.publish(run, &new);
                return;
            }
            noticed = new;
            sleep(confirm_after).await;
        }
    }

    /// One run in a place of its own among those of other databases; `None` when it crashed.
    async fn run(&self, smoke: &Arc<SmokeConfig>) -> Option<SmokeRun> {
        let state = self.database.state().clone();
        let ground = Ground {
            judged: state.verdict.as_ref().map(|verdict| Arc::clone(&verdict.judged)),
            unreadable: state.failure.as_ref().map(|(error, _)| error.message.clone()),
        };
        let smoke_state = self.database.smoke();
        let failed = smoke_state.map_or(0, |it| it.judgement.run.count_of(SmokeOutcome::Failed));
        let lanes = self.lanes.load_full();
        let permit = lanes.enter(failed == 0).await;
        let (smoke, name) = (Arc::clone(smoke), Arc::clone(&self.database.config.load().name));
        let running = tokio::spawn({
            let name = Arc::clone(&name);
            async move { run::run(&name, &smoke, &ground).await }
        });
        let ran = AbortOnDropHandle::new(running).await;
        drop(permit);
        if ran.is_err() {
            // The panic's own text may hold anything; the panic hook has told the place.
            error!(
                database = &*name,
                "the smoke checks of this database crashed: please report this with the log"
            );
        }
        ran.ok()
    }

    fn publish(&self, run: SmokeRun, noticed: &BTreeMap<String, Timestamp>) {
        let config = self.database.config.load_full();
        // It may have been taken out of the configuration meanwhile.
        if config.smoke.is_none() {
            return self.database.set_smoke(None);
        }
        let ended = Moment::now();
        let today = TimeZone::UTC.to_datetime(ended.timestamp).date();
        let judgement = judge_run(run, &config.policy.on(today));
        let earlier = self.database.smoke();
        self.tell(&config.name, earlier.as_deref(), &judgement.run);
        let first_seen = judgement.findings.iter().map(|finding| {
            let known = earlier.as_ref().and_then(|it| it.first_seen.get(&finding.id)).copied();
            let noticed = finding.subject.name.as_ref().and_then(|check| noticed.get(check)).copied();
            (finding.id.clone(), known.or(noticed).unwrap_or(ended.timestamp))
        });
        let first_seen = first_seen.collect();
        self.database.set_smoke(Some(SmokeState { judgement, ended, first_seen }));
    }

    /// One line for each check whose outcome has changed.
    fn tell(&self, database: &str, earlier: Option<&SmokeState>, run: &SmokeRun) {
        for result in &run.results {
            let before =
                earlier.and_then(|it| it.judgement.run.result_of(&result.check)).map(|it| it.outcome);
            if before == Some(result.outcome) {
                continue;
            }
            let (check, summary) = (&*result.check, one_line(&result.summary()));
            match result.outcome {
                SmokeOutcome::Failed | SmokeOutcome::Blocked => {
                    warn!(database, check, action = result.action, "smoke check {summary}");
                }
                SmokeOutcome::NotTested => info!(database, check, "smoke check {summary}"),
                SmokeOutcome::Passed if before.is_some() => info!(database, check, "smoke check {summary}"),
                SmokeOutcome::Passed => {}
            }
        }
    }
}

/// How long a request for an audit waits for the smoke checks behind it.
pub fn patience(smoke: &SmokeConfig, confirm_after: Duration) -> Duration {
    (smoke.budget + confirm_after) * MOST_RUNS
}
