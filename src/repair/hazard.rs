//! What a statement of a repair may do to whoever works with the database meanwhile. A closed set.

mod given;

use std::fmt;

use crate::dialect::Dialect;
use crate::schema::{Change, Column, Name, TableName};

use super::Variant;

pub use given::given;

/// Something to know before a statement is run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hazard {
    /// It waits for, and then holds, this lock.
    TakesLock { lock: Lock, table: TableName },
    /// Nobody reads the table while it runs.
    BlocksReads { table: TableName },
    /// Nobody writes to the table while it runs.
    BlocksWrites { table: TableName },
    /// The whole table is written anew.
    RewritesTable { table: TableName },
    /// Every row is looked at.
    ScansTable { table: TableName },
    /// An index over every row is built.
    BuildsIndex { table: TableName },
    /// It fails where the table has a row.
    FailsIfRows { table: TableName },
    /// It fails where a row does not keep what is promised.
    FailsIfViolated { table: TableName },
    /// It runs by itself and cannot be taken back by ROLLBACK.
    NotTransactional,
    /// The rows that are there get values that a replica, which runs the same statement, does not give its own.
    DiffersOnReplicas { table: TableName },
    /// When it fails half-way, this stays behind, unfit for use.
    LeavesInvalidObject { name: Name },
}

/// A lock, by the name that its server has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    AccessExclusive,
    ShareRowExclusive,
    Share,
    ShareUpdateExclusive,
    /// MySQL and MariaDB.
    MetadataExclusive,
    /// SQLite: the whole file.
    WholeDatabase,
}

impl Lock {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::MetadataExclusive => "exclusive metadata lock",
            Self::WholeDatabase => "lock on the whole database",
        }
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Hazard {
    /// The kinds, as JSON and the OpenAPI document name them.
    pub const KINDS: [&'static str; 11] = [
        "takes_lock",
        "blocks_reads",
        "blocks_writes",
        "rewrites_table",
        "scans_table",
        "builds_index",
        "fails_if_rows",
        "fails_if_violated",
        "not_transactional",
        "differs_on_replicas",
        "leaves_invalid_object",
    ];

    pub fn kind(&self) -> &'static str {
        match self {
            Self::TakesLock { .. } => "takes_lock",
            Self::BlocksReads { .. } => "blocks_reads",
            Self::BlocksWrites { .. } => "blocks_writes",
            Self::RewritesTable { .. } => "rewrites_table",
            Self::ScansTable { .. } => "scans_table",
            Self::BuildsIndex { .. } => "builds_index",
            Self::FailsIfRows { .. } => "fails_if_rows",
            Self::FailsIfViolated { .. } => "fails_if_violated",
            Self::NotTransactional => "not_transactional",
            Self::DiffersOnReplicas { .. } => "differs_on_replicas",
            Self::LeavesInvalidObject { .. } => "leaves_invalid_object",
        }
    }

    /// The table it speaks of, if it speaks of one.
    pub fn table(&self) -> Option<&TableName> {
        match self {
            Self::TakesLock { table, .. }
            | Self::BlocksReads { table }
            | Self::BlocksWrites { table }
            | Self::RewritesTable { table }
            | Self::ScansTable { table }
            | Self::BuildsIndex { table }
            | Self::FailsIfRows { table }
            | Self::FailsIfViolated { table }
            | Self::DiffersOnReplicas { table } => Some(table),
            Self::NotTransactional | Self::LeavesInvalidObject { .. } => None,
        }
    }

    pub fn lock(&self) -> Option<Lock> {
        if let Self::TakesLock { lock, .. } = self { Some(*lock) } else { None }
    }
}

/// One sentence.
impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TakesLock { lock, table } => match lock {
                Lock::WholeDatabase => write!(f, "it holds the lock on the whole database while it runs"),
                Lock::AccessExclusive
                | Lock::ShareRowExclusive
                | Lock::Share
                | Lock::ShareUpdateExclusive => {
                    write!(f, "it takes the {lock} lock on {table}, and waits behind whoever holds another")
                }
                Lock::MetadataExclusive => write!(
                    f,
                    "it takes the {lock} of {table} at its beginning and end, and waits for open transactions on it"
                ),
            },
            Self::BlocksReads { table } => write!(f, "nobody can read {table} while it runs"),
            Self::BlocksWrites { table } => write!(f, "nobody can write to {table} while it runs"),
            Self::RewritesTable { table } => {
                write!(
                    f,
                    "it writes the whole of {table} anew: it takes as long, and as much disk, as {table} is large"
                )
            }
            Self::ScansTable { table } => write!(f, "it looks at every row of {table}"),
            Self::BuildsIndex { table } => write!(f, "it builds an index over every row of {table}"),
            Self::FailsIfRows { table } => {
                write!(
                    f,
                    "it fails, and changes nothing, where {table} has rows: they would have no value for it"
                )
            }
            Self::FailsIfViolated { table } => {
                write!(
                    f,
                    "it fails, and changes nothing, where a row of {table} does not keep what it promises"
                )
            }
            Self::NotTransactional => f.write_str(
                "it cannot be part of a transaction: once it has run, ROLLBACK does not take it back",
            ),
            Self::DiffersOnReplicas { table } => write!(
                f,
                "its default has another value each time: the rows of {table} get values that those of a replica, which \
                 runs the same statement, do not get"
            ),
            Self::LeavesInvalidObject { name } => write!(
                f,
                "when it fails half-way, {name} stays behind INVALID: drop it, or REINDEX it, before the next try"
            ),
        }
    }
}

/// What carrying out `change` may do. `is_new`: the plan itself makes the table, so nobody works with it yet.
pub fn hazards(
    dialect: Dialect,
    variant: Variant,
    change: &Change,
    is_new: impl Fn(&TableName) -> bool,
    has_rows: Option<bool>,
) -> Vec<Hazard> {
    let mut hazards = match dialect {
        Dialect::Postgres => of_postgres(variant, change),
        Dialect::Mysql | Dialect::Mariadb => of_mysql(dialect, change),
        Dialect::Sqlite => of_sqlite(change),
    };
    if let Change::AddColumn { table, column } = change
        && has_no_value(column)
        && has_rows != Some(false)
    {
        hazards.push(Hazard::FailsIfRows { table: table.clone() });
    }
    hazards
        .retain(|it| it.table().is_none_or(|table| it.lock() == Some(Lock::WholeDatabase) || !is_new(table)));
    hazards
}

/// Rows that are there would have no value for it.
pub fn has_no_value(column: &Column) -> bool {
    !column.nullable && column.default.is_none() && column.generated.is_none() && !column.auto_increment
}

/// <https://www.postgresql.org/docs/current/sql-altertable.html>, "Notes", and
/// <https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES>
fn of_postgres(variant: Variant, change: &Change) -> Vec<Hazard> {
    let table = || change.table().clone();
    let lock = |lock| Hazard::TakesLock { lock, table: table() };
    let violated = || Hazard::FailsIfViolated { table: table() };
    let is_gentle = variant == Variant::ZeroDowntime;
    match change {
        Change::AddColumn { column, .. } => {
            let mut hazards = vec![lock(Lock::AccessExclusive)];
            if rewrites(column) {
                hazards.extend([
                    Hazard::BlocksReads { table: table() },
                    Hazard::BlocksWrites { table: table() },
                    Hazard::RewritesTable { table: table() },
                ]);
            }
            hazards
        }
        Change::AlterColumn { column, .. } if column.nullable => vec![lock(Lock::AccessExclusive)],
        Change::AlterColumn { .. } | Change::AddCheck { .. } => {
            let scan = [Hazard::ScansTable { table: table() }, violated()];
            if is_gentle {
                // VALIDATE CONSTRAINT leaves reads and writes alone.
                [lock(Lock::AccessExclusive), lock(Lock::ShareUpdateExclusive)]
                    .into_iter()
                    .chain(scan)
                    .collect()
            } else {
                let blocks =
                    [Hazard::BlocksReads { table: table() }, Hazard::BlocksWrites { table: table() }];
                [lock(Lock::AccessExclusive)].into_iter().chain(blocks).chain(scan).collect()
            }
        }
        Change::AddPrimaryKey { .. } | Change::AddUnique { .. } => {
            let build = [Hazard::BuildsIndex { table: table() }, violated()];
            if is_gentle {
                [lock(Lock::ShareUpdateExclusive)].into_iter().chain(build).collect()
            } else {
                let blocks =
                    [Hazard::BlocksReads { table: table() }, Hazard::BlocksWrites { table: table() }];
                [lock(Lock::AccessExclusive)].into_iter().chain(blocks).chain(build).collect()
            }
        }
        // Its index is built behind the lock, whatever the variant.
        Change::AddExclusion { .. } => vec![
            lock(Lock::AccessExclusive),
            Hazard::BlocksReads { table: table() },
            Hazard::BlocksWrites { table: table() },
            Hazard::BuildsIndex { table: table() },
            violated(),
        ],
        Change::AddIndex { .. } if is_gentle => {
            vec![lock(Lock::ShareUpdateExclusive), Hazard::BuildsIndex { table: table() }]
        }
        Change::AddIndex { .. } => vec![
            lock(Lock::Share),
            Hazard::BlocksWrites { table: table() },
            Hazard::BuildsIndex { table: table() },
        ],
        Change::AddForeignKey { foreign_key, .. } => {
            let referenced = foreign_key.references.clone();
            let mut hazards = vec![
                lock(Lock::ShareRowExclusive),
                Hazard::TakesLock { lock: Lock::ShareRowExclusive, table: referenced.clone() },
            ];
            if !is_gentle {
                hazards.push(Hazard::BlocksWrites { table: table() });
                hazards.push(Hazard::BlocksWrites { table: referenced });
            }
            hazards.extend([Hazard::ScansTable { table: table() }, violated()]);
            hazards.dedup();
            hazards
        }
        Change::CreateTable(_)
        | Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => Vec::new(),
    }
}

fn rewrites(column: &Column) -> bool {
    given(Dialect::Postgres, column).writes || column.auto_increment || column.generated.is_some()
}

/// <https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html>,
/// <https://mariadb.com/kb/en/innodb-online-ddl-overview/>
fn of_mysql(dialect: Dialect, change: &Change) -> Vec<Hazard> {
    let table = || change.table().clone();
    let lock = || Hazard::TakesLock { lock: Lock::MetadataExclusive, table: table() };
    let copies = || [Hazard::BlocksWrites { table: table() }, Hazard::RewritesTable { table: table() }];
    let violated = || Hazard::FailsIfViolated { table: table() };
    let mut hazards = match change {
        Change::CreateTable(_) => Vec::new(),
        Change::AddColumn { column, .. } => {
            let mut hazards = vec![lock()];
            let given = given(dialect, column);
            if given.writes || column.generated.as_ref().is_some_and(|it| it.stored) {
                hazards.extend(copies());
            }
            if given.differs {
                hazards.push(Hazard::DiffersOnReplicas { table: table() });
            }
            hazards
        }
        Change::AlterColumn { column, .. } if column.nullable => {
            vec![lock(), Hazard::RewritesTable { table: table() }]
        }
        Change::AlterColumn { .. } => {
            vec![lock(), Hazard::RewritesTable { table: table() }, violated()]
        }
        Change::AddPrimaryKey { .. } => {
            vec![lock(), Hazard::RewritesTable { table: table() }, violated()]
        }
        Change::AddUnique { .. } => vec![lock(), Hazard::BuildsIndex { table: table() }, violated()],
        Change::AddCheck { .. } => [lock()].into_iter().chain(copies()).chain([violated()]).collect(),
        Change::AddForeignKey { foreign_key, .. } => {
            let referenced =
                Hazard::TakesLock { lock: Lock::MetadataExclusive, table: foreign_key.references.clone() };
            [lock(), referenced].into_iter().chain(copies()).chain([violated()]).collect()
        }
        Change::AddIndex { index, .. } => {
            let is_special = index
                .method
                .as_ref()
                .is_some_and(|it| it.eq_ignore_ascii_case("fulltext") || it.eq_ignore_ascii_case("spatial"));
            let mut hazards = vec![lock(), Hazard::BuildsIndex { table: table() }];
            if is_special {
                hazards.push(Hazard::BlocksWrites { table: table() });
            }
            hazards
        }
        Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::AddExclusion { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => return Vec::new(),
    };
    hazards.push(Hazard::NotTransactional);
    hazards
}

/// <https://www.sqlite.org/lockingv3.html>: one writer at a time, for the whole file.
fn of_sqlite(change: &Change) -> Vec<Hazard> {
    let table = || change.table().clone();
    let mut hazards = vec![Hazard::TakesLock { lock: Lock::WholeDatabase, table: table() }];
    let violated = || Hazard::FailsIfViolated { table: table() };
    match change {
        Change::AddIndex { .. } => hazards.push(Hazard::BuildsIndex { table: table() }),
        Change::AddUnique { .. } => hazards.extend([Hazard::BuildsIndex { table: table() }, violated()]),
        Change::AlterColumn { .. }
        | Change::AddPrimaryKey { .. }
        | Change::AddForeignKey { .. }
        | Change::AddCheck { .. } => hazards.extend([Hazard::RewritesTable { table: table() }, violated()]),
        Change::AddColumn { column, .. } => {
            let is_stored = column.generated.as_ref().is_some_and(|it| it.stored);
            if is_stored || column.auto_increment || given(Dialect::Sqlite, column).writes {
                hazards.push(Hazard::RewritesTable { table: table() });
            }
        }
        Change::CreateTable(_)
        | Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::AddExclusion { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => {}
    }
    hazards
}
