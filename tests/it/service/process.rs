//! The real binary as a process of its own, with its log.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::harness::*;

/// Killed when dropped.
pub struct Process {
    child: Child,
    pub address: String,
    log: PathBuf,
}

impl Process {
    pub fn start(site: &Site) -> Self {
        Self::start_as(Command::new(env!("CARGO_BIN_EXE_schema-health")), site)
    }

    /// `command` is the binary, or something that turns into it.
    pub fn start_as(mut command: Command, site: &Site) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let log = site.folder.path().join(format!("log-{port}"));
        let child = command
            .args(["serve", "--listen", &address, "--config"])
            .arg(site.file())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let process = Self { child, address, log };
        let began = Instant::now();
        while process.status("/livez") != Some(200) {
            assert!(began.elapsed() < Duration::from_secs(10), "it does not come up: {}", process.log());
            std::thread::sleep(Duration::from_millis(10));
        }
        process
    }

    /// The same by asynchronous requests.
    pub fn api(&self) -> Api {
        Api::new(self.address.parse().unwrap())
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// The whole answer, header included, over a connection of its own.
    pub fn get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        Some(String::from_utf8_lossy(&answer).into_owned())
    }

    pub fn status(&self, path: &str) -> Option<u16> {
        self.get(path)?.split(' ').nth(1)?.parse().ok()
    }

    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap()).into_owned()
    }

    /// The lines of a log in JSON.
    pub fn log_lines(&self) -> Vec<serde_json::Value> {
        self.log().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How many threads it has now.
    pub fn threads(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap().count()
    }

    pub fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Waits for the end; tells how long that took and with which code.
    pub fn ended(&mut self) -> (Duration, Option<i32>) {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (began.elapsed(), status.code());
            }
            assert!(began.elapsed() < Duration::from_secs(30), "the service does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
