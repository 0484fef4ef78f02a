//! A server of a test's own, which may be stopped and started again.

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Ended, and its data gone, when dropped.
pub struct PrivateServer {
    folder: TempDir,
    kind: Kind,
    port: u16,
    child: Option<Child>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Postgres,
    Mariadb,
}

/// How a server is stopped.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    Orderly,
    Crash,
}

impl PrivateServer {
    pub fn postgres() -> Self {
        let mut server = Self::new(Kind::Postgres);
        let pgdata = format!("--pgdata={}", server.data().display());
        let settings =
            ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
        server.set_up(server.command(&postgres_bin().join("initdb")).arg(pgdata).args(settings));
        server.start();
        server
    }

    pub fn mariadb() -> Self {
        let mut server = Self::new(Kind::Mariadb);
        let data = format!("--datadir={}", server.data().display());
        let settings = ["--auth-root-authentication-method=normal", "--skip-test-db"];
        let program = Path::new("mariadb-install-db");
        server.set_up(server.command(program).arg("--no-defaults").arg(data).args(settings));
        let users = "CREATE USER IF NOT EXISTS root@127.0.0.1; GRANT ALL ON *.* TO root@127.0.0.1;";
        std::fs::write(server.folder.path().join("users.sql"), users.replace("; ", ";\n")).unwrap();
        server.start();
        server
    }

    fn new(kind: Kind) -> Self {
        // Below the range from which the kernel gives out free ones, so that no client takes it meanwhile.
        let first = 20_000 + u16::try_from(std::process::id() % 11_000).unwrap();
        let port = (first..).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap();
        let folder = TempDir::with_prefix("schema-health-private.").unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
        let server = Self { folder, kind, port, child: None };
        std::fs::create_dir(server.home()).unwrap();
        if let Some(user) = server.user() {
            chown(server.home(), Some(number("-u", user)), Some(number("-g", user))).unwrap();
        }
        server
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn start(&mut self) {
        let (data, home) = (self.data(), self.home());
        let port = self.port;
        let mut command = match self.kind {
            Kind::Postgres => {
                let mut command = self.command(&postgres_bin().join("postgres"));
                command.args(["-F", "-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=32MB"]);
                command.arg("-D").arg(data).arg("-p").arg(port.to_string());
                command.arg("-c").arg(format!("unix_socket_directories={}", home.display()));
                command
            }
            Kind::Mariadb => {
                let mut command = self.command(Path::new("mariadbd"));
                command.args(["--no-defaults", "--bind-address=127.0.0.1", "--skip-log-bin"]);
                command.args(["--innodb-use-native-aio=0", "--innodb-buffer-pool-size=32M"]);
                command.arg(format!("--datadir={}", data.display())).arg(format!("--port={port}"));
                command.arg(format!("--socket={}", home.join("socket").display()));
                command.arg(format!("--pid-file={}", home.join("pid").display()));
                command.arg(format!("--init-file={}", self.folder.path().join("users.sql").display()));
                command
            }
        };
        self.child = Some(command.spawn().unwrap());
    }

    pub fn stop(&mut self, how: Stop) {
        let mut child = self.child.take().unwrap();
        let signal = match (self.kind, how) {
            (Kind::Postgres, Stop::Orderly) => "-INT",
            (Kind::Postgres, Stop::Crash) => "-QUIT",
            (Kind::Mariadb, Stop::Orderly) => "-TERM",
            (Kind::Mariadb, Stop::Crash) => "-KILL",
        };
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let began = Instant::now();
        while child.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < Duration::from_secs(30), "the server does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Both servers refuse to run as root.
    fn user(&self) -> Option<&'static str> {
        let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
        is_root.then_some(match self.kind {
            Kind::Postgres => "postgres",
            Kind::Mariadb => "mysql",
        })
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    fn data(&self) -> PathBuf {
        self.home().join("data")
    }

    /// `program` as the user that the server wants; it dies with us, however we die.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]);
        if let Some(user) = self.user() {
            command.args(["--reuid", user, "--regid", user, "--init-groups"]);
        }
        let path = format!("{}:/usr/sbin", std::env::var("PATH").unwrap());
        command.arg(program).env("PATH", path).current_dir(self.home());
        // A MariaDB that starts deletes the temporary tables of every other one that uses the same folder.
        command.env("TMPDIR", self.home());
        let log =
            std::fs::File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        command
    }

    fn set_up(&self, command: &mut Command) {
        let status = command.status().unwrap();
        let log = || std::fs::read_to_string(self.folder.path().join("log")).unwrap();
        assert!(status.success(), "{}", log());
    }
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.stop(Stop::Crash);
        }
    }
}

/// The folder of the newest PostgreSQL on the machine.
pub fn postgres_bin() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("install postgresql");
    let newest = versions
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .max()
        .expect("install postgresql");
    PathBuf::from(format!("/usr/lib/postgresql/{newest}/bin"))
}

fn number(of: &str, user: &str) -> u32 {
    let output = Command::new("id").args([of, user]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}
