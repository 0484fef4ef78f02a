//! A Django project as it was read: its apps, settings and migrations, with every expression of theirs
//! as a [`Value`]. What `read` finds and what the model state and the schema editor build on.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::clue::Clue;
use super::notice::Notice;
use crate::dialect::Dialect;
use crate::migration::MigrationId;

/// A Django project, read for one dialect.
#[derive(Clone, Debug)]
pub struct Project {
    pub dialect: Dialect,
    /// `django.VERSION[:2]` of the sources.
    pub django: (u32, u32),
    /// Installed apps, in the order of `INSTALLED_APPS`.
    pub apps: Vec<App>,
    pub settings: Settings,
    /// The key of models that name none, where DEFAULT_AUTO_FIELD is a class of the sources.
    pub automatic_key: Option<Value>,
    /// Of installed apps, and none other; in no particular order.
    pub migrations: Vec<SourceMigration>,
    pub routes: Routes,
    /// What could not be seen through, or was taken for granted, with file, line and reason, in the order of the
    /// sources. Of operations, only those are told here that are unknown as a whole.
    pub notices: Vec<Notice>,
    /// The files that were read and the folders that were listed: when none of them changes, the project is
    /// the same.
    pub files: Vec<PathBuf>,
}

/// `hints={"target": "other"}`, as it was read.
pub type Hints = [(Value, Value)];

/// What DATABASE_ROUTERS say of the apps of which they do not say the same whatever the model is.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    /// By the app's label, then by the model's name in lower case, or none for code and SQL: whether they are migrated in
    /// the database at hand. What is not there is not known.
    pub by_app: BTreeMap<Arc<str>, BTreeMap<Option<Arc<str>>, bool>>,
    /// What they say of SQL and code that hints go with, by the app's label and [`Self::key`]; `None` where there is no router.
    pub by_hints: Option<BTreeMap<(Arc<str>, String), bool>>,
}

impl Routes {
    /// The same of SQL and code that hints go with.
    pub fn allow_with(&self, app: &Arc<str>, hints: &Hints) -> Option<bool> {
        let Some(all) = &self.by_hints else { return Some(true) };
        all.get(&(app.clone(), Self::key(hints))).copied()
    }

    pub fn key(hints: &Hints) -> String {
        format!("{hints:?}")
    }

    /// `ConnectionRouter.allow_migrate` of `django/db/utils.py`; `None` when it is not known.
    pub fn allow(&self, app: &str, model: Option<&str>) -> Option<bool> {
        let Some(of_app) = self.by_app.get(app) else { return Some(true) };
        of_app.get(&model.map(|it| it.to_lowercase().into())).copied()
    }
}

/// An installed app.
#[derive(Clone, Debug)]
pub struct App {
    pub label: Arc<str>,
    /// The dotted name of its package: `django.contrib.auth`.
    pub module: Arc<str>,
    pub path: PathBuf,
    /// `AppConfig.default_auto_field` as a dotted path, else the setting's, else Django's own default.
    pub default_auto_field: Arc<str>,
    /// The dotted name of the package of its migrations, whether there is one or not; `None` when
    /// `MIGRATION_MODULES` turns them off.
    pub migrations_module: Option<Arc<str>>,
    /// What its configuration connects to the signals `pre_migrate` and `post_migrate`: run by every `migrate`.
    pub migrate_handlers: Vec<Arc<Function>>,
}

/// The settings that were read. A name that is not there was set nowhere; one that could not be seen
/// through is there as [`Value::Unknown`]. When others may be set where it was not seen (a star import of
/// what is in no source), `*` stands for them, and is unknown.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub values: std::collections::BTreeMap<Arc<str>, Value>,
}

impl Settings {
    /// Whether the settings file says it in a way that was not seen through.
    pub fn is_unknown(&self, name: &str) -> bool {
        matches!(self.values.get(name), Some(Value::Unknown(_)))
    }
}

/// One migration file.
#[derive(Clone, Debug)]
pub struct SourceMigration {
    pub id: MigrationId,
    pub file: Arc<PathBuf>,
    /// With `swappable_dependency`, `__first__` and `__latest__` resolved, and what another migration's
    /// `run_before` adds.
    pub dependencies: Vec<MigrationId>,
    pub replaces: Vec<MigrationId>,
    /// The app whose models its operations change, where its constructor sets another than its own: Django records it
    /// for that app too.
    pub works_for: Option<Arc<str>>,
    /// The app whose models its operations change while it runs, which its `apply` and its `mutate_state` set for as long:
    /// Django records it for its own.
    pub runs_for: Option<Arc<str>>,
    /// What of its operations it does to the database.
    pub does: Does,
    /// What `initial` says, if it says anything.
    pub initial: Option<bool>,
    /// In order. One that could not be seen through is [`Value::Unknown`]; when not even their number is
    /// known, a single one stands for all.
    pub operations: Vec<Value>,
    /// Set when the class overrides `apply` or has a base that does, so that `operations` may not be the whole truth.
    pub beyond: Option<Beyond>,
    /// Where such an `apply` was followed: the operations are done on a condition, and only the models are taken along
    /// without. `beyond` holds where the condition is not known.
    pub applies_if: Option<AppliesIf>,
}

/// Why a migration's operations may not be all that it does, or not be done.
#[derive(Clone, Debug)]
pub struct Beyond {
    /// In one sentence.
    pub why: String,
    /// The `apply` that is all of the reason.
    pub apply: Option<Arc<Function>>,
}

impl From<String> for Beyond {
    fn from(why: String) -> Self {
        Self { why, apply: None }
    }
}

/// What an `apply` asks the database before it does its operations.
#[derive(Clone, Debug)]
pub struct AppliesIf {
    /// Each a [`QUESTION`].
    pub questions: Vec<Value>,
    /// As in [`ON_CONDITION`].
    pub condition: Value,
}

/// What a migration does of its operations, as its `apply` has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Does {
    #[default]
    All,
    /// None of them.
    Nothing,
    /// Others, or not all of them.
    Other,
}

/// What reading found a Python expression to be. A tree: nothing is shared or changed any more.
#[derive(Clone, Debug)]
pub enum Value {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(Arc<str>),
    Bytes(Arc<[u8]>),
    List(Vec<Value>),
    Tuple(Vec<Value>),
    Set(Vec<Value>),
    /// In the order of insertion.
    Dict(Vec<(Value, Value)>),
    /// Something that is named, not called: a class, a constant of a library that is not followed
    /// (`django.db.models.CASCADE`), by its canonical dotted path (see [`Object::class`]); Python's own are
    /// `builtins.dict`.
    Name(Arc<str>),
    /// A function or lambda that is named, not called.
    Function(Arc<Function>),
    /// What calling a class made.
    Object(Arc<Object>),
    Unknown(Arc<Unknown>),
}

/// A place in a source file; lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Location {
    pub file: Arc<PathBuf>,
    pub line: u32,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// Where code stopped being followed.
#[derive(Clone, Debug)]
pub struct Stopped {
    pub at: Location,
    /// A clause: "how often this loop runs is not known".
    pub why: String,
    /// What it asked the models until then: it may be that it would not have come there.
    pub assumed: Vec<Assumed>,
    pub may_do: MayDo,
    /// Of an operation: what it does to the models, where all of its own `state_forwards` was followed.
    pub models: Option<Vec<Value>>,
}

/// What code that was not followed to its end was seen to do, perhaps, before and after that place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MayDo {
    /// Its statements, with marks.
    pub sql: Vec<Arc<str>>,
    /// Labels and names of models.
    pub models: Vec<(Arc<str>, Arc<str>)>,
    /// Methods of the schema editor.
    pub calls: Vec<Arc<str>>,
    /// Names of fields, indexes and tables.
    pub words: Vec<Arc<str>>,
    /// Statements that are not known.
    pub other_sql: bool,
    /// Statements with what the database told.
    pub other_tables: bool,
    /// The editor got a model of which nothing is known.
    pub other_models: bool,
}

/// A text with marks, what was taken for it, and the number of the followed code in its migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumed {
    pub marked: Arc<str>,
    pub taken: Arc<str>,
    pub code: usize,
}

/// An expression that was not seen through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    pub at: Location,
    /// In one sentence: "calls `load_fields`, which reads a file".
    pub reason: String,
    /// The expression as it is written, cut after some 80 characters.
    pub text: String,
    /// Only the plan of migrations has the answer.
    pub clue: Option<Arc<Clue>>,
}

/// The class of a question that followed code asked the database: its number, the kind of what is looked for, its
/// table, and its name.
pub const QUESTION: &str = "«question»";

/// The class of an operation that does what `SchemaEditor.alter_field` does: the model's name, the field's, and the field
/// before and after, each `None` where it is the one that the models have.
pub const ALTER_COLUMN: &str = "«alterColumn»";

/// The class of an operation that the database may refuse, which nothing follows from: the number of the `try`, and the
/// operation.
pub const TRIED: &str = "«tried»";

/// The class of an operation that is done if a condition holds: the condition, and the operation.
pub const ON_CONDITION: &str = "«onCondition»";

/// Stands for the field's name in the name of a column that a class makes of it.
pub const FIELD_NAME: &str = "«fieldName»";

/// The attribute of a field that says under which name it has the column that it says.
pub const COLUMN_FOR: &str = "«columnFor»";

/// Stands for the column's name in the check that a class makes of it.
pub const COLUMN_NAME: &str = "«columnName»";

/// Stands in what a class's `db_type` says for what Django's own says.
pub const BASE_TYPE: &str = "\u{e000}base type\u{e001}";

/// Stands for the label of the migration's app.
pub const APP_LABEL: &str = "app_label";

/// Stand in a text before and after `app.model`, for the name of the model's table at that time.
pub const TABLE_OF: [&str; 2] = ["\u{e000}table ", "\u{e001}"];

/// Stand in a text before and after `app.model.field`, for the name of the field's column at that time.
pub const COLUMN_OF: [&str; 2] = ["\u{e000}column ", "\u{e001}"];

/// Stand in a text before and after `app.model.field`, for what the field's `db_type` gives at that time.
pub const TYPE_OF: [&str; 2] = ["\u{e000}type ", "\u{e001}"];

/// As [`TYPE_OF`], for what its `rel_db_type` gives: the type of a foreign key to it.
pub const KEY_TYPE_OF: [&str; 2] = ["\u{e000}keytype ", "\u{e001}"];

/// Stand in a text before and after `app.model.field`, for the name of a many-to-many field's table at that time.
pub const THROUGH_OF: [&str; 2] = ["\u{e000}through ", "\u{e001}"];

/// Stand in a text before and after `app.model`, for whether there is such a model at that time: `True` or `False`.
pub const IS_MODEL: [&str; 2] = ["\u{e000}model ", "\u{e001}"];

/// Stand in a text before and after `app.model`, for the name of the model's class.
pub const CLASS_OF: [&str; 2] = ["\u{e000}class ", "\u{e001}"];

/// Stand in a text before and after `app.model.field`, for whether the model has such a field at that time.
pub const IS_FIELD: [&str; 2] = ["\u{e000}field ", "\u{e001}"];

/// What an index or a constraint keeps of what it is given, which its class may set otherwise.
pub const OF_INDEXES: &[&str] = &[
    "condition",
    "deferrable",
    "expressions",
    "fields",
    "fields_orders",
    "include",
    "nulls_distinct",
    "opclasses",
];

/// Stands in a text for the label of the migration's app.
pub const LABEL_IN_TEXT: &str = "\u{e000}label app_label\u{e001}";

/// Whether something in the text is only filled in later: neither its length nor a part of it is known.
pub fn is_marked(text: &str) -> bool {
    // Asked wherever two texts are compared: the search for one byte first is what makes it cheap.
    text.as_bytes().contains(&MARK_STARTS) && text.contains('\u{e000}')
}

/// The first byte of U+E000 in UTF-8.
const MARK_STARTS: u8 = 0xee;

/// Stand in a text before and after `app.model.what` or `app.model.field.what`, for what a model's `_meta`, or one of its
/// fields, says at that time.
pub const SAID_OF: [&str; 2] = ["\u{e000}said ", "\u{e001}"];

/// Stand in a text before and after `app.`, for the models that an app has at that time: `app.Model`, between commas.
pub const MODELS_OF: [&str; 2] = ["\u{e000}models ", "\u{e001}"];

/// Of which state something is asked: the one before the operation, the one after it, or one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Before,
    After,
    Either,
}

impl When {
    /// What stands before the label in a mark.
    const SIGNS: [(Self, char); 2] = [(Self::Before, '<'), (Self::After, '>')];

    /// The label of a model of this state, as marks have it.
    pub fn signed(self, label: &str) -> String {
        let sign = Self::SIGNS.iter().find(|(when, _)| *when == self).map(|(_, sign)| *sign);
        sign.into_iter().chain(label.chars()).collect()
    }

    /// The state, and the label by itself.
    pub fn of(label: &str) -> (Self, &str) {
        let found = Self::SIGNS.iter().find_map(|(when, sign)| Some((*when, label.strip_prefix(*sign)?)));
        found.unwrap_or((Self::Either, label))
    }
}

/// What a text has a mark for.
#[derive(Clone, Copy, Debug)]
pub enum Marked<'t> {
    /// That of the migration's app.
    Label,
    Of {
        when: When,
        label: &'t str,
        model: &'t str,
        what: What<'t>,
    },
}

/// What is asked of a model.
#[derive(Clone, Copy, Debug)]
pub enum What<'t> {
    Table,
    Class,
    IsThere,
    /// Of its app: all models.
    Models,
    /// Something that its `_meta` says.
    Said(&'t str),
    Field(&'t str, OfField<'t>),
}

/// What is asked of a field.
#[derive(Clone, Copy, Debug)]
pub enum OfField<'t> {
    Column,
    Through,
    Type,
    /// That of a foreign key to it.
    KeyType,
    IsThere,
    Said(&'t str),
}

/// `table app.model`
fn mark(what: &str) -> Option<Marked<'_>> {
    let (kind, path) = what.split_once(' ')?;
    if kind == "label" {
        return Some(Marked::Label);
    }
    let mut parts = path.split('.');
    let (signed, model) = (parts.next()?, parts.next()?);
    let rest: Vec<&str> = parts.collect();
    let what = match (kind, rest.as_slice()) {
        ("table", []) => What::Table,
        ("class", []) => What::Class,
        ("model", []) => What::IsThere,
        ("models", []) => What::Models,
        ("said", [what]) => What::Said(what),
        ("said", [field, what]) => What::Field(field, OfField::Said(what)),
        ("column", [field]) => What::Field(field, OfField::Column),
        ("through", [field]) => What::Field(field, OfField::Through),
        ("type", [field]) => What::Field(field, OfField::Type),
        ("keytype", [field]) => What::Field(field, OfField::KeyType),
        ("field", [field]) => What::Field(field, OfField::IsThere),
        _ => return None,
    };
    let (when, label) = When::of(signed);
    Some(Marked::Of { when, label, model, what })
}

/// What a text has marks for; those that were cut are left out.
pub fn marks(text: &str) -> impl Iterator<Item = Marked<'_>> {
    text.split('\u{e000}').skip(1).filter_map(|it| mark(it.split_once('\u{e001}')?.0))
}

/// A text with the names in the place of [`LABEL_IN_TEXT`] and of what [`TABLE_OF`] and [`COLUMN_OF`] mark; `None` where
/// one is not known, or a mark was cut.
pub fn names_filled_in(text: &str, name: impl Fn(Marked<'_>) -> Option<String>) -> Option<String> {
    let mut pieces = text.split('\u{e000}');
    let mut filled = pieces.next()?.to_owned();
    for piece in pieces {
        let (what, rest) = piece.split_once('\u{e001}')?;
        filled.push_str(&name(mark(what)?)?);
        filled.push_str(rest);
    }
    (!filled.contains('\u{e001}')).then_some(filled)
}

/// The class of what holds an operation, and does it for the models of another app: its label, and the operation.
pub const FOR_APP: &str = "«forApp»";

/// The class of an operation that gives a table another name, and nothing else: the old one and the new one.
pub const RENAME_TABLE: &str = "«renameTable»";

/// Marks, among the arguments of `SeparateDatabaseAndState`, one that stands for an operation whose methods were followed:
/// what it does to the database may ask for the models after it.
/// Its value is [`OF_CODE`] where that was the code of a `RunPython`, to which the models are what they were.
pub const HANDED: &str = "«handed»";
pub const OF_CODE: &str = "code";

/// Marks, among the arguments of an operation, one that stands for a call of the schema editor.
pub const OF_EDITOR: &str = "«ofEditor»";

/// The class of what holds a statement that may be run, or not: why that is not known, and its `RunSQL`.
pub const PERHAPS: &str = "«perhaps»";

/// The class of an operation that gives a model other bases: its name, and the bases.
pub const SET_BASES: &str = "«setBases»";

/// The class of a path among the values of settings: its text.
pub const PATH: &str = "pathlib.Path";

/// The class of what stands before operations that were followed with a name that only the models tell taken for Django's
/// usual one: a text with marks, what was taken for it, and the number of the followed code in its migration.
pub const ASSUMES: &str = "«assumes»";

/// The class of an operation that gives a model other options: its name, and those that are set.
pub const SET_OPTIONS: &str = "«setOptions»";

/// The class of an operation that gives a model a field, whether it has one of that name or not: the model's name, its
/// own, and the field.
pub const SET_FIELD: &str = "«setField»";

/// The class of an operation that does what `SchemaEditor.add_constraint` does for a model of a state: the model's name, the
/// constraint, and the sign of the state ([`When::signed`]).
pub const ADD_CONSTRAINT: &str = "«addConstraint»";

/// The class of an operation that makes the column of a field that is there: its model's name, and its own.
pub const ADD_COLUMN: &str = "«addColumn»";

/// The class of an operation that makes the table of a model that is there: its name.
pub const CREATE_TABLE: &str = "«createTable»";

/// An instance: of a field, an operation, a constraint, an index, an expression, or of anything else.
///
/// A class of Django's is never followed into its source: it is named by its shortest public path
/// (`django.db.models.CharField`, `django.db.models.CASCADE`, `django.db.migrations.CreateModel`,
/// `django.contrib.postgres.fields.ArrayField`, `django.db.models.functions.Lower`), whatever path it was
/// imported by. A class of the given sources is followed: its `__init__` is interpreted up to the call
/// that reaches Django's own.
#[derive(Clone, Debug)]
pub struct Object {
    /// The class that was called: `django.db.models.CharField`, `django_countries.fields.CountryField`.
    pub class: Arc<str>,
    /// The method resolution order as far as known, this class first; ends with classes of Django's or of
    /// libraries that are not in the sources (of those, what they derive from is not said).
    pub lineage: Vec<Arc<str>>,
    /// Of the call as written. Among `kwargs`, `*` stands for an unknown number of further positional
    /// arguments and `**` for an unknown number of keyword arguments; both are unknown.
    ///
    /// Operators of expressions become the calls that Django makes of them: `Q(a) | Q(b)` is
    /// `django.db.models.Q(a, b, _connector="OR")`, `~Q(a)` is `Q(a, _negated=True)`, `F("a") + 1` is
    /// `django.db.models.expressions.CombinedExpression(F("a"), "+", 1)`, `F("a").desc()` is
    /// `django.db.models.OrderBy(F("a"), descending=True)`. What is translated is its text.
    pub args: Vec<Value>,
    pub kwargs: Vec<(Arc<str>, Value)>,
    /// For a class of the sources: the call of Django's constructor that its `__init__` ends in. `None`
    /// when it could not be followed (then why is told in `notice`), or when the class is not of the sources.
    pub base: Option<Call>,
    pub notice: Option<String>,
    /// Of an operation with code of its own that was not followed to its end.
    pub stopped: Option<Box<Stopped>>,
    /// For a class of the sources: attributes of the class and of the instance after `__init__`, those that
    /// classes of the sources set (Django's own defaults are not here).
    pub attributes: Vec<(Arc<str>, Value)>,
    /// For a class of the sources: methods that it or a base of the sources defines, by name.
    pub methods: Vec<(Arc<str>, Method)>,
    pub at: Location,
}

impl Object {
    /// One of which nothing but its class and its arguments is known.
    pub fn bare(class: &str, args: Vec<Value>, at: Location) -> Self {
        let class: Arc<str> = class.into();
        Self {
            lineage: vec![class.clone()],
            class,
            args,
            kwargs: Vec::new(),
            base: None,
            notice: None,
            stopped: None,
            attributes: Vec::new(),
            methods: Vec::new(),
            at,
        }
    }
}

/// A call that was followed to a class of Django's, or of a library that is not in the sources.
#[derive(Clone, Debug)]
pub struct Call {
    pub class: Arc<str>,
    pub args: Vec<Value>,
    pub kwargs: Vec<(Arc<str>, Value)>,
}

/// A method of a class of the sources.
#[derive(Clone, Debug)]
pub struct Method {
    /// What calling it gave, for those that are called with a connection of this dialect or with nothing:
    /// `db_type`, `rel_db_type`, `cast_db_type`, `get_internal_type`, `db_type_suffix`, `db_check`,
    /// `db_parameters`, `get_attname`, `get_attname_column`; of a `contribute_to_class` that adds fields, whether it does.
    /// `None` for other methods.
    pub result: Option<Value>,
    pub function: Arc<Function>,
}

/// What can be told of a function without running it.
#[derive(Clone, Debug)]
pub struct Function {
    /// `app.migrations.0002_fill.forwards`, or `…<lambda>`.
    pub path: Arc<str>,
    pub body: Body,
    /// What it does of a method that it overrides, and beside it.
    pub work: Work,
    /// It does something with the schema editor, a cursor or a connection, other than asking for the
    /// connection's alias or vendor.
    pub touches_schema: bool,
    /// It adds fields to a model: `add_to_class`, or another field's `contribute_to_class`.
    pub adds_fields: bool,
    /// It speaks of the indexes or constraints of a model's `_meta`.
    pub adds_to_meta: bool,
    /// It puts the field that it is of into a model: `contribute_to_class` of its base, or `Options.add_field`.
    pub joins_model: bool,
    /// It changes what is not its own: a name of its module, a list that others have too.
    pub changes_others: bool,
    /// The models that it names by `get_model("app", "Model")`: label and model, in lower case.
    pub models: Vec<(Arc<str>, Arc<str>)>,
    /// The labels of apps of which it asks for all models: `get_app_config("app")`.
    pub apps: Vec<Arc<str>>,
    /// String literals in its body that read like SQL.
    pub sql: Vec<Arc<str>>,
    /// The methods of the schema editor that it calls: `remove_field`.
    pub editor_calls: Vec<Arc<str>>,
    /// String literals in its body that are a single word, as a field's name is.
    pub words: Vec<Arc<str>>,
    /// It was seen to do something to what is not known, as [`MayDo`] says.
    pub other_sql: bool,
    pub other_tables: bool,
    pub other_models: bool,
    pub at: Location,
}

/// The shape of a function's body, docstring aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing, or `pass`.
    Empty,
    /// It calls the same method of `super()` with its own arguments, and does nothing else.
    Super,
    Other,
}

/// Whether something comes to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    #[default]
    Never,
    /// On a condition that was not seen through, or where it may be refused.
    Perhaps,
    Certainly,
}

/// What a method does with what it is given to change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// The same method of `super()`.
    pub usual: Reach,
    /// Anything else.
    pub own: Reach,
    /// The label of the app that it gives to `super()`.
    pub label: Label,
    /// What it may have Django's class make of another kind than the models say.
    pub twisted: Twisted,
}

/// What a method sets on a model, a field or the schema editor, where Django's looks at it afterwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Twisted {
    #[default]
    Nothing,
    /// Types, keys, constraints and indexes may be others.
    Definitions,
    /// Names too.
    Names,
}

/// For which app an operation does its usual work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Label {
    /// The one that it is called with.
    #[default]
    Own,
    Text(Arc<str>),
    /// An attribute of the operation.
    Attribute(Arc<str>),
    Unknown,
}
