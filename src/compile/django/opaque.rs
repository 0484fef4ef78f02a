//! Operations that no reading sees through: what they may have touched, as narrowly as is honest.

mod known;
mod undo;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::arguments::{self, Arguments};
use super::editor::{Editor, has_constraint, has_index, table_name};
use super::field::ModelKey;
use super::operation::identify;
use super::project::{Function, Location, Object, Stopped, Value};
use super::state::{Context, State};
use crate::migration::{MayTouch, Opaque};
use crate::schema::TableName;

pub use known::{REPAIR, is_harmless};

/// For a notice.
pub fn describe(may_touch: &MayTouch) -> String {
    match may_touch {
        MayTouch::Nothing => "changes rows only".to_owned(),
        MayTouch::Tables(tables) => {
            let names: Vec<String> = tables.iter().map(ToString::to_string).collect();
            format!("what it does to {} is not known", names.join(", "))
        }
        MayTouch::Anything => "what it does to the database is not known".to_owned(),
    }
}

/// For the end of a notice about what stands at `at`.
pub fn since(stopped: &Stopped, at: &Location) -> String {
    let Stopped { at: stop, why, .. } = stopped;
    if stop.file == at.file { format!(" (line {}: {why})", stop.line) } else { format!(" ({stop}: {why})") }
}

/// `RunPython`; nothing where it does nothing.
pub fn python(
    object: &Object,
    arguments: Arguments<'_>,
    state: &State,
    context: Context<'_>,
    editor: &Editor<'_>,
) -> Option<Opaque> {
    let code = arguments.get(0, "code")?;
    if matches!(code, Value::Name(path) if path.ends_with(".noop")) {
        return None;
    }
    let Some(function) = function(code).map(|it| with_what_it_may_do(it, object)) else {
        let what = match code {
            Value::Name(path) => path.to_string(),
            Value::Unknown(unknown) => format!("`{}` ({})", unknown.text, unknown.reason),
            Value::Object(object) => object.class.to_string(),
            _ => "something that is no function".to_owned(),
        };
        return Some(Opaque::new(format!("RunPython {what}"), MayTouch::Anything));
    };
    let class = arguments::last_part(&object.class);
    let reason = format!("{class} {}", arguments::last_part(&function.path));
    Some(of_code(reason, &function, state, context, editor))
}

/// What code does that is given the schema editor.
pub fn of_code(
    reason: String,
    function: &Function,
    state: &State,
    context: Context<'_>,
    editor: &Editor<'_>,
) -> Opaque {
    let may_touch = touched_by(function, state, context, editor);
    let may_undo = undo::undone(function, &may_touch, state, editor.schema(), context);
    Opaque { reason, may_touch, may_undo }
}

/// What is run by every `migrate`, where it says in SQL that it changes tables: their definitions are then not only those
/// of the migrations.
pub fn handler(
    handler: &Function,
    state: &State,
    context: Context<'_>,
    editor: &Editor<'_>,
) -> Option<Opaque> {
    let changes = handler.sql.iter().filter(|it| changes_tables(it));
    let tables: BTreeSet<TableName> = changes.flat_map(|text| tables_in(text, editor)).collect();
    if tables.is_empty() {
        return None;
    }
    let reason = format!("{}, which every migrate runs", arguments::last_part(&handler.path));
    let may_touch = MayTouch::Tables(tables);
    let may_undo = undo::undone(handler, &may_touch, state, editor.schema(), context);
    Some(Opaque { reason, may_touch, may_undo })
}

fn changes_tables(text: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(str::to_uppercase).collect();
    let has = |it: &str| words.iter().any(|word| word == it);
    let makes = has("CREATE") && (has("TABLE") || has("INDEX"));
    makes || has("ALTER") || has("DROP") || has("RENAME")
}

/// Through `functools.partial` too, and of an object that is called.
fn function(code: &Value) -> Option<Cow<'_, Function>> {
    match code {
        Value::Function(function) => Some(Cow::Borrowed(function)),
        Value::Object(object) if arguments::last_part(&object.class) == "partial" => {
            Arguments::of(object).get(0, "func").and_then(function)
        }
        Value::Object(object) => {
            let (_, call) = object.methods.iter().find(|(name, _)| &**name == "__call__")?;
            let mut function = Function::clone(&call.function);
            function.path = object.class.clone();
            function.words.extend(texts_of(object));
            Some(Cow::Owned(function))
        }
        _ => None,
    }
}

/// With what it was seen to do, perhaps, when it was followed.
fn with_what_it_may_do<'f>(function: Cow<'f, Function>, object: &Object) -> Cow<'f, Function> {
    let Some(may_do) = object.stopped.as_ref().map(|it| &it.may_do) else { return function };
    let mut function = function.into_owned();
    let models = may_do.models.iter().map(|(label, model)| (label.clone(), model.to_lowercase().into()));
    function.models.extend(models);
    function.sql.extend(may_do.sql.iter().cloned());
    function.words.extend(may_do.words.iter().cloned());
    function.editor_calls.extend(may_do.calls.iter().cloned());
    function.other_sql |= may_do.other_sql;
    function.other_tables |= may_do.other_tables;
    function.other_models |= may_do.other_models;
    Cow::Owned(function)
}

/// Whether it does something to tables of which neither its texts nor its models say which: where it makes a table's name of
/// parts, or goes through models that it got from elsewhere. What is put into `DROP TABLE %s` as a whole is the table of
/// a model that it names or a name among `others`, its texts that are no SQL, unless there is none or the database tells it.
fn is_open<'t>(
    function: &Function,
    mut others: impl Iterator<Item = &'t Arc<str>>,
    editor: &Editor<'_>,
) -> bool {
    if function.other_models && function.apps.is_empty() {
        return true;
    }
    let hides = |whole| function.other_sql && function.sql.iter().any(|it| hides_a_table(it, whole));
    let mut names_none = || {
        let has_models = !function.models.is_empty() || !function.apps.is_empty();
        !has_models && others.all(|text| tables_in(text, editor).is_empty())
    };
    hides(function.other_tables) || hides(true) && names_none()
}

/// `DROP TABLE {}_{}`, `ALTER TABLE shop_{}`, `DROP TABLE old_` with more behind it, and `DROP TABLE %s` where a name that is
/// put in as a whole counts.
fn hides_a_table(text: &str, counts_whole: bool) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is = |word: &str, all: &[&str]| all.iter().any(|it| word.eq_ignore_ascii_case(it));
    let statements = words
        .windows(2)
        .enumerate()
        .filter(|(_, both)| is(both[0], &["DROP", "ALTER", "TRUNCATE", "RENAME"]) && is(both[1], &["TABLE"]));
    statements.into_iter().any(|(at, _)| {
        let mut rest = words[at + 2..].iter().filter(|it| !is(it, &["IF", "EXISTS", "ONLY"]));
        match rest.next() {
            Some(name) => {
                let name = name.trim_matches(['"', '`', '\'', ';', ',', '(', ')']);
                let is_whole = |before: &str, after: &str| {
                    let inner = name.strip_prefix(before).and_then(|it| it.strip_suffix(after));
                    inner.is_some_and(|it| !it.contains(['%', '{']))
                };
                let is_one = name == "%s" || is_whole("{", "}") || is_whole("%(", ")s");
                (name.contains(['%', '{']) && (!is_one || counts_whole))
                    || (rest.next().is_none() && name.ends_with('_'))
            }
            None => counts_whole,
        }
    })
}

fn touched_by(function: &Function, state: &State, context: Context<'_>, editor: &Editor<'_>) -> MayTouch {
    if !function.touches_schema {
        return MayTouch::Nothing;
    }
    if is_open(function, function.words.iter(), editor) {
        return MayTouch::Anything;
    }
    let mut tables = BTreeSet::new();
    for (app, model) in &function.models {
        tables.extend(tables_of(&ModelKey::new(app.clone(), model), state, context));
    }
    for model in function.apps.iter().flat_map(|app| state.of_app(app)) {
        tables.extend(tables_of(&model.key, state, context));
    }
    for text in function.sql.iter().chain(&function.words) {
        tables.extend(tables_in(text, editor));
    }
    if !tables.is_empty() {
        tables.extend(function.sql.iter().flat_map(|text| made_in(text)));
        if function.editor_calls.iter().any(|it| &**it == "alter_db_table") {
            let names_a_model = |word: &str| {
                function
                    .models
                    .iter()
                    .any(|(app, model)| [app, model].iter().any(|it| word.eq_ignore_ascii_case(it)))
            };
            let others = function.words.iter().filter(|it| !names_a_model(it));
            tables.extend(others.map(|it| table_name(it)));
        }
    }
    if tables.is_empty() { MayTouch::Anything } else { MayTouch::Tables(tables) }
}

/// The table of a model and its automatic many-to-many tables.
pub fn tables_of(key: &ModelKey, state: &State, context: Context<'_>) -> Vec<TableName> {
    let Some(model) = state.concrete(key) else {
        return vec![table_name(&context.backend.table_name(&key.app, &key.model))];
    };
    let mut tables = vec![table_name(&model.table(context))];
    for (_, through) in state.throughs(model, context) {
        tables.push(table_name(&through.table(context)));
    }
    tables
}

/// The tables so far whose names stand in a text as words, or those of an index that it takes away by its own name.
fn tables_in(text: &str, editor: &Editor<'_>) -> Vec<TableName> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    let words: BTreeSet<&str> = text.split(|letter| !is_word(letter)).filter(|it| !it.is_empty()).collect();
    let says = |wanted: &str| words.iter().any(|it| it.eq_ignore_ascii_case(wanted));
    let is_of_an_index = says("INDEX") && (says("DROP") || says("ALTER"));
    let schema = editor.schema();
    let has_it = |table: &TableName| {
        words.iter().any(|it| has_index(schema, table, it) || has_constraint(schema, table, it))
    };
    let is_meant = |table: &&TableName| words.contains(&*table.name) || is_of_an_index && has_it(table);
    schema.tables.keys().filter(is_meant).cloned().collect()
}

/// Names that a text gives to tables: `CREATE TABLE name`, `RENAME TO name`.
fn made_in(text: &str) -> Vec<TableName> {
    let is_quote = |letter: char| matches!(letter, '"' | '`' | '\'' | ';' | '(' | ')');
    let words: Vec<&str> = text.split_whitespace().map(|it| it.trim_matches(is_quote)).collect();
    let is = |word: &str, all: &[&str]| all.iter().any(|it| word.eq_ignore_ascii_case(it));
    let after = words.windows(2).enumerate().filter(|(_, both)| {
        is(both[0], &["CREATE", "TEMPORARY", "UNLOGGED"]) && is(both[1], &["TABLE"])
            || is(both[0], &["RENAME"]) && is(both[1], &["TO", "AS"])
    });
    let named =
        after.filter_map(|(at, _)| words[at + 2..].iter().find(|it| !is(it, &["IF", "NOT", "EXISTS"])));
    let named = named.map(|it| it.split('(').next().unwrap_or(it).trim_matches(is_quote));
    named.filter(|it| !it.contains(['%', '{'])).map(table_name).collect()
}

/// What an operation of the project's own may touch: nothing when it visibly leaves the schema alone, else
/// the tables of the models it names, else anything.
pub fn named_by(
    reason: String,
    object: &Object,
    app: &str,
    from: &State,
    to: &State,
    context: Context<'_>,
    editor: &Editor<'_>,
) -> Opaque {
    let forwards = object.methods.iter().find(|(name, _)| &**name == "database_forwards").map(|(_, it)| it);
    let forwards = forwards.map(|it| with_what_it_may_do(Cow::Borrowed(&*it.function), object));
    if let Some(function) = &forwards
        && !function.touches_schema
    {
        return Opaque::new(reason, MayTouch::Nothing);
    }
    let mut tables = tables_named_by(object, app, from, to, context);
    let said = texts_of(object);
    let statements = || said.iter().filter(|it| changes_tables(it)).cloned();
    tables.extend(statements().flat_map(|it| tables_in(&it, editor)));
    if let Some(function) = &forwards {
        for (app, model) in &function.models {
            let key = ModelKey::new(app.clone(), model);
            tables.extend(tables_of(&key, if from.get(&key).is_some() { from } else { to }, context));
        }
        for text in function.sql.iter().chain(&function.words) {
            tables.extend(tables_in(text, editor));
        }
    }
    let is_open = tables.is_empty()
        || forwards.as_ref().is_some_and(|it| is_open(it, it.words.iter().chain(&said), editor));
    let may_touch = if is_open { MayTouch::Anything } else { MayTouch::Tables(tables) };
    let undone = |it: &Cow<'_, Function>| {
        let mut function = Function::clone(it);
        function.sql.extend(statements());
        function.words.extend(said.iter().cloned());
        undo::undone(&function, &may_touch, to, editor.schema(), context)
    };
    let mut may_undo = forwards.as_ref().map(undone).unwrap_or_default();
    if let MayTouch::Tables(tables) = &may_touch {
        // As django-add-default-value: what it names it may define anew.
        let said = object.args.iter().chain(object.kwargs.iter().map(|(_, it)| it));
        let said: BTreeSet<Arc<str>> = said.filter_map(arguments::text).collect();
        let columns =
            tables.iter().filter_map(|it| editor.schema().tables.get(it)).flat_map(|it| &it.columns);
        may_undo.definitions.extend(columns.map(|it| it.name.clone()).filter(|it| said.contains(it)));
    }
    Opaque { reason, may_touch, may_undo }
}

/// The tables of the models that an operation names among its arguments.
pub fn tables_named_by(
    object: &Object,
    app: &str,
    from: &State,
    to: &State,
    context: Context<'_>,
) -> BTreeSet<TableName> {
    let mut tables = BTreeSet::new();
    let name = |value: Option<&Value>, tables: &mut BTreeSet<TableName>| {
        let Some(Value::Str(model)) = value else { return };
        let key = ModelKey::new(app, "").resolve(model);
        for state in [from, to].into_iter().filter(|state| state.get(&key).is_some()) {
            tables.extend(tables_of(&key, state, context));
        }
    };
    for arguments in [Arguments { args: &object.args, kwargs: &object.kwargs }, Arguments::of(object)] {
        for argument in ["model_name", "model", "name", "old_name", "new_name"] {
            name(arguments.named(argument), &mut tables);
        }
        // Django's own operations begin with the model's name.
        name(arguments.args.first(), &mut tables);
    }
    // Those that it holds it may do.
    for held in operations_of(object) {
        tables.extend(tables_named_by(held, app, from, to, context));
    }
    // One that is about models, and none of Django's, may be about any that it says.
    if !tables.is_empty() && identify::class(object).is_none() {
        texts_of(object).into_iter().for_each(|it| name(Some(&Value::Str(it)), &mut tables));
    }
    tables
}

/// Operations that an operation was given, or keeps, in lists or dicts.
fn operations_of(object: &Object) -> Vec<&Object> {
    fn collect<'o>(value: &'o Value, depth: u32, operations: &mut Vec<&'o Object>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match value {
            Value::Object(object) if identify::class(object).is_some() => operations.push(object),
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
                items.iter().for_each(|it| collect(it, depth, operations));
            }
            Value::Dict(pairs) => pairs.iter().for_each(|(_, it)| collect(it, depth, operations)),
            _ => {}
        }
    }
    let mut operations = Vec::new();
    let kept = object.attributes.iter().map(|(_, it)| it);
    let all = object.args.iter().chain(object.kwargs.iter().map(|(_, it)| it)).chain(kept);
    all.for_each(|it| collect(it, 3, &mut operations));
    operations
}

/// All that an operation was given, or keeps, in words.
pub fn texts_of(object: &Object) -> BTreeSet<Arc<str>> {
    fn collect(value: &Value, depth: u32, texts: &mut BTreeSet<Arc<str>>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match value {
            Value::Str(text) => {
                texts.insert(text.clone());
            }
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
                items.iter().for_each(|it| collect(it, depth, texts));
            }
            Value::Dict(pairs) => pairs.iter().for_each(|(key, it)| {
                collect(key, depth, texts);
                collect(it, depth, texts);
            }),
            _ => {}
        }
    }
    let mut texts = BTreeSet::new();
    let kept = object.attributes.iter().map(|(_, it)| it);
    let all = object.args.iter().chain(object.kwargs.iter().map(|(_, it)| it)).chain(kept);
    all.for_each(|it| collect(it, 3, &mut texts));
    texts
}
