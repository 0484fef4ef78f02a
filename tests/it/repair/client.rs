//! A script as a person runs it: by the server's own client.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::shop::{Engine, Shop};

impl Shop {
    /// What the client said, when it did not run to its end.
    pub async fn run_script(&self, script: &str) -> Result<(), String> {
        let client = match self.engine() {
            Engine::Postgres => postgres(&self.url()),
            Engine::Mysql => mysql(&self.url()),
            Engine::Sqlite => sqlite(&self.sqlite().path()),
        };
        let done = self.fed_with(script, client).await;
        if done.status.success() { Ok(()) } else { Err(said(&done)) }
    }

    /// What SQLite's shell says that is told to behave as before a person.
    pub async fn run_script_in_a_shell_that_goes_on(&self, script: &str) -> String {
        let mut client = sqlite(&self.sqlite().path());
        client.arg("-interactive");
        said(&self.fed_with(script, client).await)
    }

    async fn fed_with(&self, script: &str, mut client: Command) -> Output {
        let file = self.folder.path().join("script.sql");
        std::fs::write(&file, script).unwrap();
        client.current_dir(self.folder.path()).stdin(Stdio::from(std::fs::File::open(file).unwrap()));
        tokio::task::spawn_blocking(move || client.output().unwrap()).await.unwrap()
    }
}

fn said(done: &Output) -> String {
    String::from_utf8_lossy(&done.stderr).into_owned()
}

fn postgres(url: &str) -> Command {
    let mut client = Command::new("psql");
    client.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname", url]);
    client
}

/// MariaDB's client takes MySQL's password plugins, too.
fn mysql(url: &str) -> Command {
    let (user, place) = url.strip_prefix("mysql://").unwrap().split_once('@').unwrap();
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    let (server, database) = place.split_once('/').unwrap();
    let (host, port) = server.split_once(':').unwrap();
    let mut client = Command::new("mariadb");
    client.args(["--no-defaults", "-u", user, "-h", host, "-P", port]);
    client.arg(database.split('?').next().unwrap()).env("MYSQL_PWD", password);
    client
}

fn sqlite(file: &Path) -> Command {
    let mut client = Command::new("sqlite3");
    client.arg("-init").arg("/dev/null").arg(file);
    client
}
