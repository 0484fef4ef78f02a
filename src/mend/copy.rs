//! A plan for SQLite is proven on a copy of the file, with all its rows.

use secrecy::SecretString;
use tempfile::TempDir;

use super::prove::try_out;
use super::writer::{Writer, refused};
use super::{MendError, Request};
use crate::catalog::inside;
use crate::dialect::Dialect;
use crate::repair::{Plan, Proof, ProofMethod};

pub async fn prove(request: &Request) -> Result<(Plan, Proof), MendError> {
    // Gone when dropped, whatever happens.
    let folder = TempDir::with_prefix("schema-health-").map_err(|error| MendError::Refused {
        message: format!("no folder for the copy could be made: {}", error.kind()),
        advice: "name another one in the environment variable TMPDIR".to_owned(),
    })?;
    let path = folder.path().join("copy.sqlite3");
    let mut original =
        Writer::open_file(&inside::sqlite_file(&request.url).await?, request.lock_timeout).await?;
    let into = format!("VACUUM INTO {}", Dialect::Sqlite.quote_literal(&path.to_string_lossy()));
    original.execute(&into).await.map_err(|error| MendError::Refused {
        message: format!("the file could not be copied, and nothing was tried: {}", error.message),
        advice: "name a folder with room for a copy in the environment variable TMPDIR".to_owned(),
    })?;
    original.close().await;

    let here = Request {
        url: SecretString::from(format!("sqlite:{}", encoded(&path.to_string_lossy()))),
        ..request.clone()
    };
    let mut writer = Writer::open(&here).await?;
    writer.execute("BEGIN IMMEDIATE").await.map_err(refused)?;
    let (writer, plan, proof) = try_out(writer, &here, ProofMethod::Copy).await?;
    if let Some(open) = writer {
        open.close().await;
    }
    Ok((plan, proof))
}

/// The path as a URL has it.
fn encoded(path: &str) -> String {
    path.replace('%', "%25").replace('?', "%3f")
}
