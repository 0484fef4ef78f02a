//! Keeps one worker per configured database, and beats so that `/livez` can see it from outside.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::chance::Chance;
use super::smoke;
use super::store::{Database, Store};
use super::worker::{self, Lanes};
use crate::config::Config;

/// How often the scheduler looks after its workers.
pub const TICK: Duration = Duration::from_secs(2);
/// First audits are this far apart on average, so that a thousand databases do not start together and a few
/// of them answer at once.
const APART: Duration = Duration::from_millis(10);

pub struct Scheduler {
    store: Arc<Store>,
    lanes: Arc<ArcSwap<Lanes>>,
    /// Smoke checks have lanes of their own: an application that hangs takes no place from an audit.
    smoke_lanes: Arc<ArcSwap<Lanes>>,
    config: Arc<Config>,
    workers: BTreeMap<Arc<str>, Running>,
    chance: Chance,
}

struct Running {
    database: Arc<Database>,
    stop: CancellationToken,
    task: JoinHandle<()>,
    smoke: JoinHandle<()>,
}

impl Scheduler {
    /// The store has its databases when this returns; their audits begin with [`Scheduler::run`].
    pub fn new(store: Arc<Store>, config: &Arc<Config>) -> Self {
        let databases = (config.databases.iter())
            .map(|(name, config)| (Arc::clone(name), store.add_database(Arc::clone(config))))
            .collect();
        store.replace_roster(databases);
        let lanes = Arc::new(ArcSwap::from_pointee(Lanes::new(config.concurrency)));
        let smoke_lanes = Arc::new(ArcSwap::from_pointee(Lanes::new(config.concurrency)));
        let (workers, chance) = (BTreeMap::new(), Chance::default());
        Self { store, lanes, smoke_lanes, config: Arc::clone(config), workers, chance }
    }

    /// Runs until `stop`, then waits for the workers.
    pub async fn run(mut self, mut changes: mpsc::Receiver<Arc<Config>>, stop: CancellationToken) {
        let databases: Vec<_> = self.store.roster().databases.values().cloned().collect();
        let count = databases.len();
        for database in databases {
            let delay = self.chance.up_to(spread(count, database.config.load().interval));
            self.start(database, delay);
        }
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = tick.tick() => {
                    self.store.beat();
                    self.restart_crashed();
                }
                Some(config) = changes.recv() => self.apply(config),
            }
        }
        for worker in self.workers.values() {
            worker.stop.cancel();
        }
        for (_, worker) in self.workers {
            // A crash has been told already by the panic hook.
            let _ = worker.task.await;
            let _ = worker.smoke.await;
        }
    }

    fn start(&mut self, database: Arc<Database>, delay: Duration) {
        let stop = CancellationToken::new();
        let (store, lanes) = (Arc::clone(&self.store), Arc::clone(&self.lanes));
        let task = worker::run(Arc::clone(&database), store, lanes, delay, stop.clone());
        let smoke = smoke::follow(Arc::clone(&database), Arc::clone(&self.smoke_lanes), stop.clone());
        let name = Arc::clone(&database.config.load().name);
        let (task, smoke) = (tokio::spawn(task), tokio::spawn(smoke));
        self.workers.insert(name, Running { database, stop, task, smoke });
    }

    /// A worker ends only when it is told to; one that has ended otherwise has crashed.
    fn restart_crashed(&mut self) {
        let crashed: Vec<_> = (self.workers.values())
            .filter(|worker| worker.task.is_finished() || worker.smoke.is_finished())
            .map(|worker| (Arc::clone(&worker.database), worker.stop.clone()))
            .collect();
        for (database, stop) in crashed {
            stop.cancel();
            let config = database.config.load_full();
            error!(database = &*config.name, "the worker of this database crashed and is started again");
            self.start(database, config.interval.min(TICK));
        }
    }

    /// Puts a new configuration in force. What stays the same keeps all that is known of it.
    fn apply(&mut self, config: Arc<Config>) {
        if config.concurrency != self.config.concurrency {
            self.lanes.store(Arc::new(Lanes::new(config.concurrency)));
            self.smoke_lanes.store(Arc::new(Lanes::new(config.concurrency)));
        }
        if config.listen != self.config.listen || config.log != self.config.log {
            warn!("listen and log are read at start only: restart to put their change in force");
        }
        let gone: Vec<_> =
            self.workers.keys().filter(|name| !config.databases.contains_key(*name)).cloned().collect();
        for name in &gone {
            self.stop(name);
        }
        let added = (config.databases.iter())
            .filter(|(name, database)| {
                let running = self.workers.get(*name).map(|worker| worker.database.config.load());
                !running.is_some_and(|running| running.audits_the_same_place(database))
            })
            .count();
        for (name, database) in &config.databases {
            let running = self.workers.get(name).map(|worker| Arc::clone(&worker.database));
            match running {
                Some(running) if running.config.load().audits_the_same_place(database) => {
                    let is_other = !running.config.load().means_the_same(database);
                    running.config.store(Arc::clone(database));
                    if is_other {
                        running.wake.notify_one();
                    }
                }
                Some(_) | None => {
                    self.stop(name);
                    let fresh = self.store.add_database(Arc::clone(database));
                    let delay = self.chance.up_to(spread(added, database.interval));
                    self.start(fresh, delay);
                }
            }
        }
        let databases = self.workers.iter().map(|(name, it)| (Arc::clone(name), Arc::clone(&it.database)));
        self.store.replace_roster(databases.collect());
        info!(databases = config.databases.len(), added, removed = gone.len(), "configuration in force");
        self.config = config;
    }

    fn stop(&mut self, name: &str) {
        if let Some(worker) = self.workers.remove(name) {
            worker.stop.cancel();
        }
    }
}

/// Over which time the first audits of `count` databases are spread.
fn spread(count: usize, interval: Duration) -> Duration {
    APART.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX)).min(interval)
}
