//! MySQL and MariaDB take no DDL back: a plan is proven in a scratch database that has the structure alone.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};

use super::prove::try_out;
use super::run::rows_here;
use super::writer::{WriteError, Writer, observe_apart, refused};
use super::{Look, MendError, Request};
use crate::dialect::Dialect;
use crate::repair::{Plan, Proof, ProofMethod};

/// Scratch databases begin with this, so that a right can be given on them by a pattern.
const PREFIX: &str = "schema_health_scratch_";

pub async fn prove(request: &Request) -> Result<(Plan, Proof), MendError> {
    // One connection makes and drops it, another works in it and may be lost.
    let mut keeper = Writer::open(request).await?;
    // The scratch database has no rows: whether there are some is seen in the original.
    let look = Look::at(request, observe_apart(request).await?);
    let plan = look.plan(request, BTreeMap::new());
    let has_rows = Some(rows_here(&mut keeper, &look, &plan).await.map_err(refused)?);
    let request = &Request { has_rows, ..request.clone() };
    let planned = look.plan(request, request.has_rows.clone().unwrap_or_default());
    let name = format!("{PREFIX}{:016x}", RandomState::new().build_hasher().finish());
    let Some(original) = one_text(&mut keeper, "SELECT CAST(DATABASE() AS CHAR)").await.map_err(refused)?
    else {
        let message = "the URL names no database".to_owned();
        return Err(MendError::Refused { message, advice: "add it behind the host".to_owned() });
    };
    create(&mut keeper, &name).await?;
    let proven = tokio::select! {
        proven = in_scratch(request, &original, &name) => proven,
        _ = tokio::signal::ctrl_c() => Err(interrupted()),
    };
    let dropped = drop_it(keeper, request, &name).await;
    let (tried, mut proof) = proven?;
    dropped?;
    // Findings have their ids by the database's name: those of the scratch database are nobody's.
    let plan = if is_the_same(&tried, &planned) { planned } else { tried };
    if !plan.statements.is_empty() {
        proof.remarks.push(
            "it was proven on the structure alone: whether the rows keep what is to be promised shows only when it is \
             applied"
                .to_owned(),
        );
    }
    Ok((plan, proof))
}

fn is_the_same(one: &Plan, other: &Plan) -> bool {
    let commands = |plan: &Plan| Vec::from_iter(plan.statements.iter().map(|it| it.commands.clone()));
    let left_out = |plan: &Plan| Vec::from_iter(plan.left_out.iter().map(|it| it.what.clone()));
    commands(one) == commands(other) && left_out(one) == left_out(other)
}

fn interrupted() -> MendError {
    MendError::Refused {
        message: "interrupted".to_owned(),
        advice: "the scratch database is dropped".to_owned(),
    }
}

async fn create(keeper: &mut Writer, name: &str) -> Result<(), MendError> {
    let defaults = "SELECT CAST(DEFAULT_CHARACTER_SET_NAME AS CHAR), CAST(DEFAULT_COLLATION_NAME AS CHAR) \
                    FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = DATABASE()";
    let rows = keeper.texts(defaults).await.map_err(refused)?;
    let of_schema = match rows.first().map(Vec::as_slice) {
        Some([characters, collation]) => format!(" CHARACTER SET {characters} COLLATE {collation}"),
        Some(_) | None => String::new(),
    };
    let sql = format!("CREATE DATABASE {}{of_schema}", Dialect::Mysql.quote(name));
    keeper.execute(&sql).await.map_err(|error| MendError::Refused {
        message: format!("no scratch database could be made, and nothing was tried: {}", error.message),
        advice: format!(
            "let the role make one: GRANT ALL ON `{}%`.* TO it, or prove with another role",
            PREFIX.replace('_', "\\_")
        ),
    })
}

/// Whatever happened before; over a new connection where the old one is gone.
async fn drop_it(mut keeper: Writer, request: &Request, name: &str) -> Result<(), MendError> {
    let sql = format!("DROP DATABASE IF EXISTS {}", Dialect::Mysql.quote(name));
    let mut dropped = keeper.execute(&sql).await;
    if dropped.is_err() {
        keeper = Writer::open(request).await?;
        dropped = keeper.execute(&sql).await;
    }
    keeper.close().await;
    dropped.map_err(|error| MendError::Refused {
        message: format!("the scratch database {name} could not be dropped: {}", error.message),
        advice: format!("run {sql}"),
    })
}

async fn in_scratch(request: &Request, original: &str, name: &str) -> Result<(Plan, Proof), MendError> {
    let mut here = request.clone();
    here.database.target.schema = Some(name.to_owned());
    let mut writer = Writer::open(&here).await?;
    copy_structure(&mut writer, request, original).await.map_err(refused)?;
    let (writer, plan, proof) = try_out(writer, &here, ProofMethod::ScratchDatabase).await?;
    if let Some(open) = writer {
        open.close().await;
    }
    Ok((plan, proof))
}

/// Every table without its rows, and the ledger with them.
async fn copy_structure(writer: &mut Writer, request: &Request, original: &str) -> Result<(), WriteError> {
    let dialect = Dialect::Mysql;
    let list = format!(
        "SELECT CAST(TABLE_NAME AS CHAR), CAST(TABLE_TYPE AS CHAR) FROM information_schema.TABLES WHERE TABLE_SCHEMA = {}",
        dialect.quote_literal(original)
    );
    let pair = |row: Vec<String>| <[String; 2]>::try_from(row).ok().map(|[name, kind]| (name, kind));
    let relations: Vec<(String, String)> = writer.texts(&list).await?.into_iter().filter_map(pair).collect();
    writer.execute("SET SESSION foreign_key_checks = 0").await?;
    for (name, kind) in &relations {
        let quoted = dialect.quote(name);
        match kind.as_str() {
            // What they do matters to no plan, but that their names are not free.
            "VIEW" => writer.execute(&format!("CREATE VIEW {quoted} AS SELECT 1 AS stand_in")).await?,
            "SEQUENCE" => writer.execute(&format!("CREATE SEQUENCE {quoted}")).await?,
            _ => {
                let from = format!("{}.{quoted}", dialect.quote(original));
                let rows = writer.texts(&format!("SHOW CREATE TABLE {from}")).await?;
                if let Some([_, create, ..]) = rows.first().map(Vec::as_slice) {
                    writer.execute(create).await?;
                }
            }
        }
    }
    writer.execute("SET SESSION foreign_key_checks = 1").await?;
    let ledger = request.database.target.ledger.table_name();
    if ledger.schema.is_none()
        && relations.iter().any(|(name, kind)| **name == *ledger.name && kind != "VIEW")
    {
        let name = dialect.quote(&ledger.name);
        writer
            .execute(&format!("INSERT INTO {name} SELECT * FROM {}.{name}", dialect.quote(original)))
            .await?;
    }
    Ok(())
}

async fn one_text(writer: &mut Writer, sql: &str) -> Result<Option<String>, WriteError> {
    let text = writer.texts(sql).await?.into_iter().flatten().next();
    Ok(text.filter(|it| !it.is_empty()))
}
