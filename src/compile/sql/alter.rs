//! `ALTER TABLE` and its actions.

use super::column::{self, Defined};
use super::constraint;
use super::cursor::{Cursor, Unread};
use super::step::{ColumnPart, ConstraintKind, Key, Step, There};
use super::{Touched, cut, opaque_column, settings, unread};
use crate::dialect::Dialect;
use crate::dialect::token::Token;
use crate::schema::{Name, TableName};

/// Behind `ALTER`. An action that is not understood is told, and the others hold.
pub(super) fn table(cursor: &mut Cursor<'_, '_>, touched: &mut Touched) -> Result<Vec<Step>, Unread> {
    if cursor.is_mysql() {
        cursor.take_any(&["online", "ignore"]);
    }
    cursor.take("foreign");
    cursor.expect("table")?;
    if cursor.take_all("all in tablespace") {
        cursor.take_rest();
        return Ok(Vec::new());
    }
    let if_there = cursor.take_all("if exists");
    cursor.take("only");
    let table = cursor.table()?;
    cursor.take_symbol("*");
    touched.insert(table.clone());
    if cursor.is_mysql() && cursor.take_any(&["wait", "nowait"]) {
        cursor.next();
    }
    let mut steps = Vec::new();
    let mut names = touched.clone();
    for mut action in cursor.parts() {
        if settings::takes_the_rest(&action) {
            break;
        }
        let text = cut(action.text(), 60);
        let whole = action.clone();
        let mut of_action = Vec::new();
        let read = actions(&mut action, &table, &mut names, &mut of_action).and_then(|()| action.done());
        match read {
            Ok(()) => steps.append(&mut of_action),
            Err(reason) => steps.push(unread(&whole, format!("`{text}`: {reason}"), names.clone())),
        }
    }
    touched.extend(names);
    // All actions of one statement speak of the table by the name that it had.
    steps.sort_by_key(|step| matches!(step, Step::RenameTable { .. }));
    if if_there {
        steps = steps.into_iter().map(|step| only_if(&table, There::Table, step)).collect();
    }
    if steps.is_empty() && cursor.is_done() { Err(cursor.expected("an action")) } else { Ok(steps) }
}

fn only_if(table: &TableName, what: There, step: Step) -> Step {
    Step::IfThere { table: table.clone(), what, step: Box::new(step) }
}

type Did = Result<(), Unread>;

fn actions(
    action: &mut Cursor<'_, '_>,
    table: &TableName,
    touched: &mut Touched,
    steps: &mut Vec<Step>,
) -> Did {
    if action.take("add") {
        add(action, table, steps)
    } else if action.take("drop") {
        drop_(action, table, steps)
    } else if action.take("rename") {
        rename(action, table, touched, steps)
    } else if action.is("alter") && !action.peek_at(1).is_some_and(is_kind_of_key) {
        action.next();
        action.take("column");
        let if_there = action.take_all("if exists");
        let name = action.name()?;
        let begin = steps.len();
        alter_column(action, table, &name, steps)?;
        guard(if_there, table, &name, &mut steps[begin..]);
        Ok(())
    } else if action.is_mysql() && action.take("modify") {
        action.take("column");
        let if_there = action.take_all("if exists");
        defined_anew(action, table, None, if_there, steps)
    } else if action.is_mysql() && action.take("change") {
        action.take("column");
        let if_there = action.take_all("if exists");
        let from = action.name()?;
        defined_anew(action, table, Some(from), if_there, steps)
    } else {
        settings::read(action, table, steps)
    }
}

fn is_kind_of_key(word: &Token<'_>) -> bool {
    ["constraint", "index", "check"].iter().any(|kind| word.is_word(kind))
}

/// `MODIFY a int`, or `CHANGE from a int`.
fn defined_anew(
    action: &mut Cursor<'_, '_>,
    table: &TableName,
    from: Option<Name>,
    if_there: bool,
    steps: &mut Vec<Step>,
) -> Did {
    let Defined { column, keys, doubts } = column::column(action)?;
    let (table, to, begin) = (table.clone(), column.name.clone(), steps.len());
    let from = from.unwrap_or_else(|| to.clone());
    if action.dialect == Dialect::Mariadb {
        steps.push(Step::DropOwnChecks { table: table.clone(), column: from.clone() });
    }
    if from != to {
        steps.push(Step::RenameColumn { table: table.clone(), from: from.clone(), to: to.clone() });
    }
    guard(if_there, &table, &from, &mut steps[begin..]);
    let begin = steps.len();
    let part = ColumnPart::Whole(Box::new(column));
    steps.push(Step::AlterColumn { table: table.clone(), column: to.clone(), part });
    beside((&table, &to), keys, doubts, steps);
    guard(if_there, &table, &to, &mut steps[begin..]);
    Ok(())
}

fn guard(if_there: bool, table: &TableName, column: &Name, steps: &mut [Step]) {
    for step in steps.iter_mut().filter(|_| if_there) {
        *step = only_if(table, There::Column(column.clone()), step.clone());
    }
}

fn beside(
    (table, column): (&TableName, &Name),
    keys: Vec<Key>,
    doubts: Vec<&'static str>,
    steps: &mut Vec<Step>,
) {
    let keys = keys.into_iter();
    steps.extend(keys.map(|key| Step::AddKey { table: table.clone(), key, unless_there: false }));
    steps.extend(doubts.into_iter().map(|doubt| opaque_column(doubt, table, column)));
}

fn add(action: &mut Cursor<'_, '_>, table: &TableName, steps: &mut Vec<Step>) -> Did {
    if action.is_mysql() && action.is("period") {
        return Err("is not understood".to_owned());
    }
    if action.is_mysql() && action.take_all("system versioning") {
        return Ok(());
    }
    if action.dialect == Dialect::Postgres
        && let Some(step) = from_index(action, table)?
    {
        steps.push(step);
        return Ok(());
    }
    if constraint::is_table_constraint(action) {
        if action.dialect == Dialect::Sqlite {
            return Err("is not understood".to_owned());
        }
        return add_key(action, table, steps);
    }
    action.take("column");
    let unless_there = action.take_all("if not exists");
    if action.is_mysql() && action.is_symbol("(") {
        for mut part in action.group()?.parts() {
            if constraint::is_table_constraint(&part) {
                add_key(&mut part, table, steps)?;
            } else {
                add_column(&mut part, table, false, steps)?;
            }
        }
        return Ok(());
    }
    add_column(action, table, unless_there, steps)
}

fn add_key(part: &mut Cursor<'_, '_>, table: &TableName, steps: &mut Vec<Step>) -> Did {
    let unless_there = part.rest().windows(2).any(|two| two[0].is_word("if") && two[1].is_word("not"));
    let key = constraint::table_constraint(part)?;
    steps.push(Step::AddKey { table: table.clone(), key, unless_there });
    Ok(())
}

fn add_column(
    part: &mut Cursor<'_, '_>,
    table: &TableName,
    unless_there: bool,
    steps: &mut Vec<Step>,
) -> Did {
    let Defined { column, keys, doubts } = column::column(part)?;
    let name = column.name.clone();
    steps.push(Step::AddColumn { table: table.clone(), column: Box::new(column), keys, unless_there });
    beside((table, &name), Vec::new(), doubts, steps);
    Ok(())
}

/// `ADD [CONSTRAINT x] {UNIQUE | PRIMARY KEY} USING INDEX y …`
fn from_index(action: &mut Cursor<'_, '_>, table: &TableName) -> Result<Option<Step>, Unread> {
    let mut ahead = action.clone();
    let name = if ahead.take("constraint") { Some(ahead.name()?) } else { None };
    let is_primary = ahead.take_all("primary key");
    if !(is_primary || ahead.take("unique")) || !ahead.take_all("using index") || ahead.is("tablespace") {
        return Ok(None);
    }
    let index = ahead.name()?;
    while !ahead.is_done() {
        let mut key = Key::Unique(crate::schema::UniqueConstraint::on_columns::<Name>([]));
        if !constraint::attributes(&mut ahead, Some(&mut key))? {
            return Err(ahead.expected("its end"));
        }
        if let Key::Unique(unique) = key
            && unique.deferrable != crate::schema::Deferrable::No
        {
            return Err("a constraint from an index that is deferrable is not understood".to_owned());
        }
    }
    *action = ahead;
    Ok(Some(Step::AddFromIndex { table: table.clone(), name, index, is_primary }))
}

fn cascade(action: &mut Cursor<'_, '_>) -> bool {
    !action.take("restrict") && action.take("cascade")
}

fn drop_(action: &mut Cursor<'_, '_>, table: &TableName, steps: &mut Vec<Step>) -> Did {
    let table = table.clone();
    if action.is_mysql() && action.is("period") {
        return Err("is not understood".to_owned());
    }
    if action.is_mysql() && action.take_all("system versioning") {
        return Ok(());
    }
    let named = |action: &mut Cursor<'_, '_>| Ok::<_, Unread>((action.take_all("if exists"), action.name()?));
    let drop_key = |(if_there, name): (bool, Name), kind, cascade| {
        let there = There::Key(name.clone(), kind);
        let step = Step::DropConstraint { table: table.clone(), name, kind, cascade };
        if if_there { only_if(&table, there, step) } else { step }
    };
    if action.take("constraint") {
        let named = named(action)?;
        let cascade = cascade(action);
        steps.push(drop_key(named, ConstraintKind::Any, cascade));
    } else if action.is_mysql() && action.take_all("primary key") {
        steps.push(Step::DropPrimaryKey { table });
    } else if let Some(kind) = kind_of_mysql(action) {
        let named = named(action)?;
        steps.push(drop_key(named, kind, false));
    } else {
        action.take("column");
        let (_, column) = named(action)?;
        let cascade = cascade(action);
        steps.push(Step::DropColumn { table, column, cascade });
    }
    Ok(())
}

/// `INDEX`, `FOREIGN KEY` or `CHECK`.
fn kind_of_mysql(action: &mut Cursor<'_, '_>) -> Option<ConstraintKind> {
    if !action.is_mysql() {
        None
    } else if action.take_any(&["index", "key"]) {
        Some(ConstraintKind::Index)
    } else if action.take_all("foreign key") {
        Some(ConstraintKind::ForeignKey)
    } else {
        action.take("check").then_some(ConstraintKind::Check)
    }
}

fn rename(
    action: &mut Cursor<'_, '_>,
    table: &TableName,
    touched: &mut Touched,
    steps: &mut Vec<Step>,
) -> Did {
    let table = table.clone();
    let from_to = |action: &mut Cursor<'_, '_>| {
        let if_there = action.take_all("if exists");
        let from = action.name()?;
        action.expect("to")?;
        Ok::<_, Unread>((if_there, from, action.name()?))
    };
    if action.take("constraint") || (action.is_mysql() && action.take_any(&["index", "key"])) {
        let (_, from, to) = from_to(action)?;
        steps.push(Step::RenameConstraint { table, from, to });
        return Ok(());
    }
    let is_table =
        action.take("to") || action.is_mysql() && (action.take_any(&["as"]) || action.take_symbol("="));
    let is_bare = action.is_mysql() && action.rest().len() == 1;
    if is_table || is_bare {
        let mut to = action.table()?;
        if to.schema.is_none() && !action.is_mysql() {
            to.schema.clone_from(&table.schema);
        }
        touched.insert(to.clone());
        steps.push(Step::RenameTable { from: table, to });
        return Ok(());
    }
    action.take("column");
    let (if_there, from, to) = from_to(action)?;
    let (what, step) = (There::Column(from.clone()), Step::RenameColumn { table: table.clone(), from, to });
    steps.push(if if_there { only_if(&table, what, step) } else { step });
    Ok(())
}

fn alter_column(action: &mut Cursor<'_, '_>, table: &TableName, name: &Name, steps: &mut Vec<Step>) -> Did {
    let part = if action.take_all("set not null") {
        ColumnPart::Nullable(false)
    } else if action.take_all("drop not null") {
        ColumnPart::Nullable(true)
    } else if action.take_all("set default") {
        ColumnPart::Default(Some(action.take_rest().spelling()))
    } else if action.take_all("drop default") {
        ColumnPart::Default(None)
    } else if action.is_mysql() {
        // SET VISIBLE and its like.
        return if action.take_all("set visible") || action.take_all("set invisible") {
            Ok(())
        } else {
            Err(action.expected("SET or DROP"))
        };
    } else if action.take_all("set data type") || action.take("type") {
        let data_type = column::data_type(action)?;
        let collation = if action.take("collate") { Some(column::collation(action)?) } else { None };
        if action.take("using") {
            action.take_rest();
        }
        ColumnPart::Type { data_type, collation }
    } else if action.take("add") {
        action.expect("generated")?;
        action.take_rest();
        ColumnPart::AutoIncrement(true)
    } else if action.take_all("drop identity") {
        if action.take_all("if exists") {
            return Err("whether the column is an identity is not told by its text".to_owned());
        }
        ColumnPart::AutoIncrement(false)
    } else if action.take_all("drop expression") {
        action.take_all("if exists");
        ColumnPart::NotGenerated
    } else if action.take_all("set expression as") {
        ColumnPart::Expression(action.group()?.spelling())
    } else if action.is_any(&["set", "reset", "restart"]) {
        return column_settings(action);
    } else {
        return Err(action.expected("an action on the column"));
    };
    steps.push(Step::AlterColumn { table: table.clone(), column: name.clone(), part });
    Ok(())
}

/// `SET STATISTICS`, `SET STORAGE`, `SET (…)`, and the settings of an identity's sequence.
fn column_settings(action: &mut Cursor<'_, '_>) -> Did {
    const OF_NO_MATTER: [&str; 11] = [
        "statistics",
        "storage",
        "compression",
        "generated",
        "increment",
        "minvalue",
        "maxvalue",
        "start",
        "cache",
        "cycle",
        "no",
    ];
    if action.take("restart") {
        action.take_rest();
        return Ok(());
    }
    action.next();
    if action.is_any(&OF_NO_MATTER) || action.is_symbol("(") {
        action.take_rest();
        return Ok(());
    }
    Err(action.expected("a setting of the column"))
}
