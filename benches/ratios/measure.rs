//! Costs of two ways to do the same work, taken in turns, and the table that they are printed in.

use std::time::{Duration, Instant};

use anyhow::Context;

/// Milliseconds that a probe may take at the 99th percentile.
const SLOWEST_ANSWER: u32 = 50;

/// What one piece of work cost: on the clock, and as CPU of the server's thread that did it, where the server
/// runs on this machine.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub wall: Duration,
    pub server: Option<Duration>,
}

impl Cost {
    /// Does `work` `times` times, so that one cost is long enough to be measured.
    pub async fn of(
        server: u32,
        times: u32,
        mut work: impl AsyncFnMut() -> anyhow::Result<()>,
    ) -> anyhow::Result<Self> {
        let before = cpu(server);
        let began = Instant::now();
        for _ in 0..times {
            work().await?;
        }
        let wall = began.elapsed() / times;
        let server = before.zip(cpu(server)).map(|(before, after)| after.saturating_sub(before) / times);
        Ok(Self { wall, server })
    }
}

/// Costs of ours and of the bare base, from rounds in which both took their turn.
#[derive(Default)]
pub struct Costs {
    pub ours: Vec<Cost>,
    pub bare: Vec<Cost>,
}

impl Costs {
    pub fn tell(&self, report: &mut Report, what: &str, aims: (f64, Option<f64>)) {
        let server = |costs: &[Cost]| costs.iter().filter_map(|it| it.server).collect::<Vec<_>>();
        let wall = |costs: &[Cost]| costs.iter().map(|it| it.wall).collect::<Vec<_>>();
        if let (Some(ours), Some(bare)) = (median(server(&self.ours)), median(server(&self.bare))) {
            report.ratio(&format!("{what}, server CPU"), ours, bare, Some(aims.0));
        }
        if let (Some(ours), Some(bare)) = (median(wall(&self.ours)), median(wall(&self.bare))) {
            report.ratio(&format!("{what}, wall"), ours, bare, aims.1);
        }
    }
}

pub fn median<T: Copy + PartialOrd>(mut values: Vec<T>) -> Option<T> {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    values.get(values.len() / 2).copied()
}

/// The CPU that a thread of any process has used (`/proc/…/schedstat` counts nanoseconds, `stat` only ticks).
fn cpu(thread: u32) -> Option<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{thread}/schedstat")).ok()?;
    text.split_ascii_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// A line of `/proc/PID/status` that counts kilobytes, in bytes.
pub fn memory(process: u32, line: &str) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let kilobytes = (text.lines())
        .find_map(|it| it.strip_prefix(line)?.strip_prefix(':')?.split_ascii_whitespace().next())
        .with_context(|| format!("/proc/{process}/status does not tell {line}"))?;
    Ok(kilobytes.parse::<u64>()? * 1024)
}

/// The table, printed line by line as it grows.
#[derive(Default)]
pub struct Report {
    begun: bool,
}

impl Report {
    pub fn ratio(&mut self, what: &str, ours: Duration, bare: Duration, aim: Option<f64>) {
        let ratio = ours.as_secs_f64() / bare.as_secs_f64();
        let aim = aim.map_or_else(String::new, |aim| format!("≤ {aim}"));
        self.row(what, &milliseconds(ours), &milliseconds(bare), &format!("{ratio:.2}"), &aim);
    }

    pub fn rate(&mut self, what: &str, ours: f64, bare: f64, aim: Option<f64>) {
        let aim = aim.map_or_else(String::new, |aim| format!("≥ {aim}"));
        self.row(
            what,
            &format!("{ours:.0}/s"),
            &format!("{bare:.0}/s"),
            &format!("{:.2}", ours / bare),
            &aim,
        );
    }

    /// Milliseconds in which 99 of 100 requests were answered.
    pub fn slowest(&mut self, what: &str, ours: f64, bare: f64) {
        let aim = format!("≤ {SLOWEST_ANSWER} ms");
        self.row(
            what,
            &format!("{ours:.2} ms"),
            &format!("{bare:.2} ms"),
            &format!("{:.2}", ours / bare),
            &aim,
        );
    }

    pub fn megabytes(&mut self, what: &str, ours: u64, aim: Option<u64>) {
        let aim = aim.map_or_else(String::new, |aim| format!("≤ {aim} MB"));
        self.row(what, &format!("{:.1} MB", ours as f64 / 1e6), "", "", &aim);
    }

    pub fn time(&mut self, what: &str, ours: Duration, aim: Option<Duration>) {
        let aim = aim.map_or_else(String::new, |aim| format!("≤ {}", milliseconds(aim)));
        self.row(what, &milliseconds(ours), "", "", &aim);
    }

    fn row(&mut self, what: &str, ours: &str, bare: &str, ratio: &str, aim: &str) {
        if !self.begun {
            println!("| measured | ours | bare | ratio | aim |\n| --- | ---: | ---: | ---: | --- |");
            self.begun = true;
        }
        println!("| {what} | {ours} | {bare} | {ratio} | {aim} |");
    }
}

pub fn milliseconds(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1e3;
    match milliseconds {
        it if it < 10.0 => format!("{it:.2} ms"),
        it if it < 100.0 => format!("{it:.1} ms"),
        it => format!("{it:.0} ms"),
    }
}
