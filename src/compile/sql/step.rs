//! What one statement does, as far as its own text tells.

use std::collections::BTreeSet;

use crate::migration::Opaque;
use crate::schema::{
    Check, Column, Deferrable, Exclusion, ForeignKey, Index, Name, PrimaryKey, Spelling, Table, TableName,
    UniqueConstraint,
};

/// A statement's doing. It may say less than a [`crate::schema::Change`] must (`ALTER COLUMN … SET NOT NULL`, `DROP INDEX x`,
/// `IF EXISTS`): [`super::complete()`] adds what the tables it meets are known to be.
///
/// Names and spellings are as written, but for PostgreSQL's bare names, which are in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// With `unless_there`, a table that is known already stays as it is.
    CreateTable {
        table: Box<Table>,
        unless_there: bool,
    },
    /// A table whose columns come from others.
    CopyTable(Box<Copied>),
    /// With `cascade`, the foreign keys of other tables that point to it go too.
    DropTable {
        table: TableName,
        cascade: bool,
    },
    RenameTable {
        from: TableName,
        to: TableName,
    },
    /// With `unless_there`, a column that is known already stays as it is, and none of the keys comes.
    AddColumn {
        table: TableName,
        column: Box<Column>,
        keys: Vec<Key>,
        unless_there: bool,
    },
    /// With `cascade`, foreign keys of other tables that point to it go too.
    DropColumn {
        table: TableName,
        column: Name,
        cascade: bool,
    },
    RenameColumn {
        table: TableName,
        from: Name,
        to: Name,
    },
    AlterColumn {
        table: TableName,
        column: Name,
        part: ColumnPart,
    },
    AddKey {
        table: TableName,
        key: Key,
        unless_there: bool,
    },
    /// PostgreSQL: a unique index becomes the index of a constraint, and bears its name.
    AddFromIndex {
        table: TableName,
        name: Option<Name>,
        index: Name,
        is_primary: bool,
    },
    DropPrimaryKey {
        table: TableName,
    },
    /// Whatever bears this name and is of this kind.
    DropConstraint {
        table: TableName,
        name: Name,
        kind: ConstraintKind,
        cascade: bool,
    },
    /// An index or a unique index; which table it is on, only the database and the known tables tell.
    DropIndex {
        schema: Option<Name>,
        name: Name,
        cascade: bool,
    },
    /// Indexes whose names are put together when the statement runs, with a mark for what is not known of
    /// them: of the tables among `said`, the words of the texts around it, or of any.
    DropSomeIndexes {
        name: Name,
        said: BTreeSet<Name>,
    },
    RenameIndex {
        schema: Option<Name>,
        from: Name,
        to: Name,
    },
    RenameConstraint {
        table: TableName,
        from: Name,
        to: Name,
    },
    /// Functions and their like go, with all that calls them.
    DropRoutines {
        names: Vec<Name>,
    },
    /// PostgreSQL: types go, with the columns that are of them, and what names them.
    DropTypes {
        names: Vec<Name>,
    },
    /// PostgreSQL: a function, and what calling it may do.
    MakeRoutine {
        name: TableName,
        steps: Vec<Step>,
    },
    /// PostgreSQL: a materialized view, which may have indexes as a table has.
    MakeView {
        name: TableName,
    },
    /// Functions that are called. Where no migration made them, they may do anything: see [`super::Objects`].
    Calls {
        routines: Vec<TableName>,
        reason: String,
    },
    /// PostgreSQL: a foreign key is checked at another time.
    Defer {
        table: TableName,
        name: Name,
        deferrable: Deferrable,
    },
    /// MariaDB: a column that is defined anew loses the checks of its old definition.
    DropOwnChecks {
        table: TableName,
        column: Name,
    },
    /// MySQL: every text of the table gets this collation, and a type that has room for as many characters.
    ConvertTexts {
        table: TableName,
        collation: Option<Name>,
    },
    /// `IF EXISTS`: nothing, where it is known that this is not there.
    IfThere {
        table: TableName,
        what: There,
        step: Box<Step>,
    },
    /// Statements that may be run, or not: they stand in a block, or in a text that is executed.
    Perhaps {
        reason: String,
        steps: Vec<Step>,
    },
    /// What was not understood; it may have changed what it names, and drops whole tables, or not.
    Unread {
        reason: String,
        tables: BTreeSet<TableName>,
        names: Vec<Name>,
        drops: bool,
    },
    /// A part of the statement, or what it means, was not seen through.
    Opaque(Opaque),
}

/// A table that is made of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// What is written of it.
    pub table: Table,
    pub unless_there: bool,
    pub like: Vec<Like>,
    pub inherits: Vec<TableName>,
    pub query: Option<Query>,
}

/// The columns of another table, and what else of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Like {
    pub of: TableName,
    /// Behind how many columns that are written.
    pub at: usize,
    pub with: Including,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Including {
    pub constraints: bool,
    pub defaults: bool,
    pub generated: bool,
    pub identity: bool,
    pub indexes: bool,
}

/// A query whose result becomes a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The names that the columns get instead, from the first on.
    pub names: Vec<Name>,
    /// The only table that it asks; `None` for several, or where a column's type is decided elsewhere.
    pub from: Option<TableName>,
    /// `None` where they are not known.
    pub items: Option<Vec<Item>>,
}

/// An entry of a query's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    All,
    /// The column of the table that it is, and its name.
    Column {
        of: Option<Name>,
        name: Name,
    },
}

/// What an `IF EXISTS` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum There {
    Table,
    Column(Name),
    Key(Name, ConstraintKind),
}

/// What an `ALTER COLUMN` says of a column; all else stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnPart {
    /// The collation falls back to the type's own when none is written.
    Type {
        data_type: Spelling,
        collation: Option<Name>,
    },
    Nullable(bool),
    /// No default any more, and no numbering by a sequence, when there is none.
    Default(Option<Spelling>),
    AutoIncrement(bool),
    /// A generated column becomes an ordinary one.
    NotGenerated,
    Expression(Spelling),
    /// MySQL's MODIFY: all of it but the keys, under the name it has.
    Whole(Box<Column>),
}

/// What can stand on a table beside its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    Primary(PrimaryKey),
    Unique(UniqueConstraint),
    Foreign(ForeignKey),
    Check(Check),
    Index(Index),
    Exclusion(Exclusion),
}

/// What a `DROP` by name may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstraintKind {
    /// A primary key, unique, foreign key, check or exclusion.
    Any,
    /// An index, a unique or, in MySQL, the primary key.
    Index,
    ForeignKey,
    Check,
}
