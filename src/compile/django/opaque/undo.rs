//! What code visibly drops or alters of what earlier migrations made.

use std::collections::BTreeSet;

use crate::compile::django::editor::table_name;
use crate::compile::django::field::ModelKey;
use crate::compile::django::project::Function;
use crate::compile::django::state::{Context, State};
use crate::migration::{MayTouch, MayUndo};
use crate::schema::{Name, Schema, TableName};

/// Methods of `BaseDatabaseSchemaEditor` by which a constraint or an index goes, by whatever name
/// (`django/db/backends/base/schema.py`).
const CONSTRAINTS: &[&str] = &[
    "alter_field",
    "alter_index_together",
    "alter_unique_together",
    "remove_constraint",
    "remove_field",
    "remove_index",
];

/// The same for tables.
const TABLES: &[&str] = &["alter_db_table", "delete_model"];

/// The same for columns.
const COLUMNS: &[&str] = &["alter_field", "remove_field"];

/// Columns only where the code says their name, or that of the field they belong to; where it says no table, and puts the
/// names of what it drops together, it may be any of all.
pub fn undone(
    function: &Function,
    may_touch: &MayTouch,
    state: &State,
    schema: &Schema,
    context: Context<'_>,
) -> MayUndo {
    let every;
    let (tables, is_anything) = match may_touch {
        MayTouch::Tables(tables) => (tables, false),
        MayTouch::Anything if visibly_undoes(function) => {
            // Beside names of older days it may say tables that are there.
            let says_others = says_others(function, schema);
            let is_meant =
                |it: &&TableName| !says_others || function.words.iter().any(|word| **word == *it.name);
            every = schema.tables.keys().filter(is_meant).cloned().collect();
            (&every, !says_others)
        }
        MayTouch::Anything | MayTouch::Nothing => return MayUndo::default(),
    };
    // Of all these tables it may be any that is meant, whose name it does not say.
    let is_any_table = is_anything || !function.apps.is_empty();
    let calls = |known: &[&str]| function.editor_calls.iter().any(|it| known.contains(&&**it));
    // The verb of a statement is put into it.
    let hides = !is_anything && function.sql.iter().any(|it| hides_its_verb(it));
    // What another operation has done, whatever that was.
    let takes_back = calls(&["database_backwards"]);
    // Another operation, of which no more is known than its models.
    let hands_on = calls(&["database_forwards"]);
    // `_delete_composed_index`, `_delete_constraint_sql` and their like.
    let deletes = function.editor_calls.iter().any(|it| it.starts_with("_delete") || it.contains("drop"));
    // A name that is put into the text is one that the code says elsewhere.
    let said_elsewhere = |text: &str| is_computed(text).then_some(&function.words).into_iter().flatten();
    let with_names = |text| words(text).chain(said_elsewhere(text).map(|it| &**it)).collect::<Vec<&str>>();
    let statements: Vec<Vec<&str>> = function.sql.iter().map(|it| words(it).collect()).collect();
    let named: Vec<Vec<&str>> = function.sql.iter().map(|it| with_names(it)).collect();
    let says = |statement: &[&str], all: &[&str]| {
        all.iter().all(|wanted| statement.iter().any(|word| word.eq_ignore_ascii_case(wanted)))
    };
    let drops = |what: &str| statements.iter().any(|it| says(it, &["DROP", what]));
    let constraints = takes_back
        || hands_on
        || hides
        || calls(CONSTRAINTS)
        || deletes
        || ["CONSTRAINT", "INDEX", "KEY", "COLUMN"].into_iter().any(drops);
    let said_by = |ways: &[&[&str]]| -> BTreeSet<&str> {
        let any = |(statement, _): &(&Vec<&str>, &Vec<&str>)| ways.iter().any(|all| says(statement, all));
        statements.iter().zip(&named).filter(any).flat_map(|(_, all)| all).copied().collect()
    };
    let mut said = said_by(&[&["DROP", "COLUMN"], &["RENAME", "COLUMN"], &["CHANGE"]]);
    if calls(COLUMNS) {
        said.extend(function.words.iter().map(|it| &**it));
    }
    // Whose columns stay, and are others.
    let redefined = said_by(&[&["ALTER", "COLUMN"], &["MODIFY"]]);
    let fields =
        function.models.iter().filter_map(|(app, model)| state.concrete(&ModelKey::new(app.clone(), model)));
    let of_fields: BTreeSet<_> =
        fields.flat_map(|model| said.iter().filter_map(|word| model.field(word)?.column())).collect();
    let columns = tables.iter().filter_map(|table| schema.tables.get(table)).flat_map(|table| &table.columns);
    let names = columns.map(|it| &it.name);
    // A name that only the database tells may be that of any column.
    let is_said_elsewhere = |it: &&Name| function.words.iter().any(|word| **word == ***it);
    let says_no_column = names.clone().find(is_said_elsewhere).is_none();
    let says_none = is_any_table || says_no_column;
    let in_sql = |ways: &[&str]| says_none && function.sql.iter().any(|text| names_a_column(text, ways));
    // It goes through the columns, or the models.
    let says_no_field = of_fields.is_empty() && says_no_column || is_any_table && function.models.is_empty();
    let is_any =
        takes_back || hands_on || hides || calls(COLUMNS) && says_no_field || in_sql(&["DROP", "RENAME"]);
    let is_any_redefined = hides || in_sql(&["ALTER", "MODIFY"]);
    let (gone, stay): (BTreeSet<&Name>, BTreeSet<&Name>) =
        names.partition(|name| is_any || said.contains(&***name) || of_fields.contains(&***name));
    MayUndo {
        columns: gone.into_iter().cloned().collect(),
        constraints,
        definitions: (stay.into_iter())
            .filter(|name| is_any_redefined || redefined.contains(&***name))
            .cloned()
            .collect(),
        tables: if takes_back {
            tables.clone()
        } else {
            tables_gone(function, tables, is_any_table, &statements, state, context)
        },
        ..MayUndo::default()
    }
}

/// Whether anything that earlier migrations made may be gone or another by it.
fn visibly_undoes(function: &Function) -> bool {
    const WORDS: [&str; 5] = ["ALTER", "CHANGE", "DROP", "MODIFY", "RENAME"];
    let says = |text: &str| words(text).any(|it| WORDS.iter().any(|wanted| it.eq_ignore_ascii_case(wanted)));
    let undoes = |it: &str| {
        [CONSTRAINTS, TABLES, COLUMNS].iter().any(|all| all.contains(&it))
            || matches!(it, "database_backwards" | "database_forwards")
            || it.starts_with("_delete")
            || it.contains("drop")
    };
    function.editor_calls.iter().any(|it| undoes(it)) || function.sql.iter().any(|it| says(it))
}

/// Whether the code says names that nothing of the migrations bears, as that of tables of older days: what it puts into its
/// SQL is those.
fn says_others(function: &Function, schema: &Schema) -> bool {
    const OF_CATALOGS: [&str; 5] =
        ["column_name", "constraint_name", "information_schema", "table_name", "table_schema"];
    let is_name = |it: &str| {
        let of_letters = it.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_');
        let of_catalog = OF_CATALOGS.contains(&it) || it.starts_with("pg_") || it.starts_with("sqlite_");
        of_letters && it.contains('_') && !of_catalog
    };
    let bears =
        |it: &str| schema.tables.iter().any(|(name, table)| *name.name == *it || table.column(it).is_some());
    function.words.iter().any(|it| is_name(it) && !bears(it))
}

/// `DROP COLUMN %s`, `ALTER COLUMN {}`: by a name that is put into the text.
fn names_a_column(text: &str, ways: &[&str]) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is = |word: &str, all: &[&str]| all.iter().any(|it| word.eq_ignore_ascii_case(it));
    words.windows(2).enumerate().any(|(at, both)| {
        let named = words[at + 2..].iter().find(|it| !is(it, &["IF", "EXISTS"]));
        is(both[0], ways) && is(both[1], &["COLUMN"]) && named.is_none_or(|it| is_computed(it))
    })
}

/// `ALTER TABLE %s %s COLUMN %s`
fn hides_its_verb(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    matches!(words.as_slice(), [alter, table, _, verb, ..] if is_computed(verb)
        && alter.eq_ignore_ascii_case("ALTER") && table.eq_ignore_ascii_case("TABLE"))
}

fn is_computed(text: &str) -> bool {
    text.contains(['{', '%'])
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == '$'))
        .filter(|it| !it.is_empty())
}

/// Tables that statements drop or rename by their name, or by one that the code says elsewhere; and those of the models
/// that the code names, where the editor does it.
fn tables_gone(
    function: &Function,
    touched: &BTreeSet<TableName>,
    is_any_table: bool,
    statements: &[Vec<&str>],
    state: &State,
    context: Context<'_>,
) -> BTreeSet<TableName> {
    let goes = [["DROP", "TABLE"], ["RENAME", "TABLE"], ["RENAME", "TO"], ["RENAME", "AS"]];
    let is = |both: &[&str], wanted: &[&str; 2]| {
        both.iter().zip(wanted).all(|(it, wanted)| it.eq_ignore_ascii_case(wanted))
    };
    let named_by = |word: &str| touched.iter().find(|table| *table.name == *word).cloned();
    let mut gone = BTreeSet::new();
    for statement in statements {
        if !statement.windows(2).any(|both| goes.iter().any(|it| is(both, it))) {
            continue;
        }
        let named: BTreeSet<TableName> = statement.iter().filter_map(|word| named_by(word)).collect();
        let before = gone.len();
        if named.is_empty() {
            gone.extend(function.words.iter().filter_map(|word| named_by(word)));
        } else {
            gone.extend(named);
        }
        let is_open = is_any_table && function.sql.iter().any(|it| is_computed(it));
        // In the editor's own words, as `sql_delete_table % {…}`.
        let is_editors = statement.iter().any(|it| ["table", "old_table"].contains(it));
        if (is_open || is_editors) && gone.len() == before {
            gone.extend(touched.iter().cloned());
        }
    }
    let calls = |known: &[&str]| function.editor_calls.iter().any(|it| known.contains(&&**it));
    let models = || {
        function.models.iter().filter_map(|(app, model)| state.concrete(&ModelKey::new(app.clone(), model)))
    };
    // A many-to-many's table goes with its field, and with the model.
    if calls(TABLES) || calls(COLUMNS) {
        let throughs = models().flat_map(|model| state.throughs(model, context));
        gone.extend(throughs.map(|(_, through)| table_name(&through.table(context))));
    }
    if calls(TABLES) {
        let before = gone.len();
        gone.extend(models().map(|model| table_name(&model.table(context))));
        // An operation has its models' names from its arguments.
        if gone.len() == before && (is_any_table || function.models.is_empty()) {
            gone.extend(touched.iter().cloned());
        }
    }
    gone
}
