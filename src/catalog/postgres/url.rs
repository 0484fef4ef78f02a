//! The URL of a PostgreSQL database as options to connect by; what is wrong with it is told without repeating it.

use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

use super::error::invalid_url;
use crate::catalog::{CatalogError, FailureReason};

/// What sqlx understands. It logs all else with its value, which may be a misspelt password.
const UNDERSTOOD: [&str; 18] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "statement-cache-capacity",
    "options",
];

/// What libpq understands and an audit can do without
/// (<https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS>).
const LEFT_OUT: [&str; 14] = [
    "connect_timeout",
    "target_session_attrs",
    "load_balance_hosts",
    "channel_binding",
    "gssencmode",
    "sslcompression",
    "sslnegotiation",
    "client_encoding",
    "fallback_application_name",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
];

pub fn connect_options(url: &SecretString) -> Result<PgConnectOptions, CatalogError> {
    let url = SecretString::from(with_known_parameters(url.expose_secret())?);
    // Its error repeats the parameter that it could not read, which may hold a password.
    let options = PgConnectOptions::from_str(url.expose_secret()).map_err(|_| invalid_url())?;
    // Connection poolers refuse extra_float_digits when a session begins.
    Ok(options.application_name("schema-health").extra_float_digits(None).disable_statement_logging())
}

fn with_known_parameters(url: &str) -> Result<String, CatalogError> {
    let Some((address, query)) = url.split_once('?') else { return Ok(url.to_owned()) };
    let mut kept = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split('=').next().unwrap_or_default();
        if UNDERSTOOD.contains(&name) || (name.starts_with("options[") && name.ends_with(']')) {
            kept.push(pair);
        } else if !LEFT_OUT.contains(&name) {
            return Err(CatalogError::new(
                FailureReason::InvalidUrl,
                format!(
                    "behind the ? of the URL stands a parameter that is not known; known are {}; a ? in the \
                     password must be written %3F",
                    UNDERSTOOD.join(", ")
                ),
            ));
        }
    }
    Ok(if kept.is_empty() { address.to_owned() } else { format!("{address}?{}", kept.join("&")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libpq_knows_is_no_mistake() {
        let url = "postgres://u@h/d?connect_timeout=3&sslmode=require&channel_binding=require";
        assert_eq!(with_known_parameters(url).unwrap(), "postgres://u@h/d?sslmode=require");
        assert_eq!(with_known_parameters("postgres://u@h/d?keepalives=1").unwrap(), "postgres://u@h/d");
    }

    #[test]
    fn a_mistake_is_told_without_repeating_it() {
        for url in [
            "postgres://u@h/d?pasword=canary",
            "postgres://u@h/d?sslmode=canary",
            "postgres://u@h/d?port=canary",
            "postgres://u@h/d?hostaddr=canary",
            "postgres://u:12?canary@h/d",
            "postgres://u:canary@h:x/d",
            "postgres://u:%zzcanary%ff@h/d",
        ] {
            let error = connect_options(&SecretString::from(url)).err().unwrap_or_else(|| panic!("{url}"));
            assert_eq!(error.reason, FailureReason::InvalidUrl, "{url}");
            assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        }
    }
}
