//! `demo`: the service over an embedded SQLite database that holds a real incident.

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use anyhow::Context;
use clap::Args;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::{Exit, check, colours, say, serve};
use crate::config::{Config, LogConfig};
use crate::service::http::view_of;
use crate::service::{Service, logging};

/// A Django project whose migration table says applied, of which 7 tables and a column are not there.
const DATABASE: &str = include_str!("../../migrations-manifest/demo/deltacrown.sql");
const MANIFEST: &str = include_str!("../../migrations-manifest/demo/deltacrown.sqlite.json");

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Where to serve; port 0 takes any that is free.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

pub fn run(arguments: &DemoArgs) -> anyhow::Result<Exit> {
    let listener = serve::bind(arguments.listen)?;
    let address = listener.local_addr()?;
    let folder = tempfile::Builder::new().prefix("schema-health-demo-").tempdir()?;
    let config = config(folder.path(), address)?;
    logging::init(&LogConfig { level: Some("warn".to_owned()), ..LogConfig::default() });
    super::runtime()?.block_on(async {
        make_database(&folder.path().join("deltacrown.sqlite")).await?;
        let service = Service::start(listener, config)?;
        serve::obey_signals(service.controls())?;
        service.first_audits().await;
        service.first_smoke_checks().await;
        tell(&service, address, folder.path())?;
        service.run().await.context("the server ended")
    })?;
    Ok(Exit::Healthy)
}

/// A configuration as a person would write it, lying beside the database for him to try.
fn config(folder: &Path, address: SocketAddr) -> anyhow::Result<Config> {
    fs::write(folder.join("deltacrown.sqlite.json"), MANIFEST)?;
    fs::write(folder.join("schema-health.yaml"), configuration(address))?;
    // The database is made before the service first looks.
    fs::File::create(folder.join("deltacrown.sqlite"))?;
    Ok(Config::load(&folder.join("schema-health.yaml"))?)
}

/// With the smoke checks of the incident's report. There is no application here: its pages are stood for by the queries
/// that they make, and what is asked over HTTP is this service.
fn configuration(address: SocketAddr) -> String {
    let host = if address.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { address.ip() };
    let own = SocketAddr::new(host, address.port());
    format!(
        "listen: {address}
interval: 5s
confirm_after: 500ms
drain: 0s
databases:
  deltacrown:
    url: sqlite:deltacrown.sqlite
    manifest: deltacrown.sqlite.json
    smoke:
      base_url: http://{own}
      allow_write_checks: true
      write_url: sqlite:deltacrown.sqlite
      checks:
        - name: user creation
          write:
            - INSERT INTO accounts_user (password, is_superuser, username, first_name, last_name, email, is_staff,
                                         is_active, date_joined, is_verified)
              VALUES ('!', 0, 'schema-health', '', '', 'schema-health@deltacrown.example', 0, 1, '2026-01-14 20:10:00', 0)
            - INSERT INTO user_profile_publicidcounter (year, counter, created_at, updated_at)
              VALUES (26, 1, '2026-01-14 20:10:00', '2026-01-14 20:10:00')
              ON CONFLICT (year) DO UPDATE SET counter = user_profile_publicidcounter.counter + 1
        - name: settings page
          sql: SELECT u.username, d.* FROM accounts_user u LEFT JOIN accounts_accountdeletionrequest d ON d.user_id = u.id
        - name: profile page
          sql: SELECT display_name, public_id FROM user_profile_userprofile
          after: [settings page]
        - name: this service
          http: GET /livez
"
    )
}

async fn make_database(path: &Path) -> anyhow::Result<()> {
    let mut connection = SqliteConnectOptions::new().filename(path).create_if_missing(true).connect().await?;
    sqlx::raw_sql(AssertSqlSafe(DATABASE.to_owned())).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// What was found, as a short table, and the URLs to try.
fn tell(service: &Service, address: SocketAddr, folder: &Path) -> anyhow::Result<()> {
    let mut text = String::new();
    for database in service.store().roster().databases.values() {
        text.push_str(&check::text::render(&view_of(database), colours()));
    }
    text.push_str(&format!(
        "
Its migration table says that all of these are applied. Ask the running service:

  curl http://{address}/v1/databases/deltacrown           the whole report
  curl http://{address}/v1/databases/deltacrown/report    the same for people
  curl http://{address}/metrics                           schema_health_missing_tables and its sisters
  curl http://{address}/readyz/deltacrown                 503, and why
  curl http://{address}/readyz                            the service itself is ready

The database and its configuration lie in {}; end with Ctrl-C.
",
        folder.display()
    ));
    say(&text)?;
    std::io::stdout().flush()?;
    Ok(())
}
