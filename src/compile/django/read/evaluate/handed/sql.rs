//! SQL that followed code executes.

use std::rc::Rc;
use std::sync::Arc;

use super::super::Interpreter;
use super::super::live::*;
use super::bare;
use crate::compile::django::project::{
    APP_LABEL, CLASS_OF, COLUMN_OF, KEY_TYPE_OF, LABEL_IN_TEXT, Marked, OfField, TABLE_OF, THROUGH_OF,
    TYPE_OF, What, is_marked, names_filled_in,
};
use crate::compile::django::read::syntax::tree::*;
use crate::compile::django::said::Inquiry;
use crate::compile::sql;
use crate::migration::MayTouch;
use crate::schema::TableName;

impl Interpreter<'_> {
    /// `execute(text, parameters)`
    pub(super) fn hand_on_statement(&mut self, text: Option<Live>, parameters: Option<Live>) {
        let Some(holder) = self.handed.as_ref().map(|it| it.holder.clone()) else { return };
        if text.as_ref().is_some_and(|it| self.hand_on_made(it)) {
            return;
        }
        self.hand_on_sql(text, parameters, &holder);
    }

    /// As `RunSQL` of the same. What changes no schema need not be certain, and is not kept.
    pub(super) fn hand_on_sql(
        &mut self,
        text: Option<Live>,
        parameters: Option<Live>,
        holder: &Rc<Instance>,
    ) {
        let text = text.map(|it| self.imported(&it));
        let parameters = parameters.map(|it| self.imported(&it)).filter(|it| !is_empty(it));
        let texts: Vec<Live> = match &text {
            Some(Live::Str(_)) => text.clone().into_iter().collect(),
            Some(Live::List(items)) => items.borrow().clone(),
            Some(Live::Tuple(items)) => items.to_vec(),
            _ => return self.lose_statement(text.as_ref()),
        };
        let is_known = |it: &Live| match it {
            Live::Str(_) => true,
            Live::Tuple(pair) => matches!(&**pair, [Live::Str(_), ..]),
            Live::List(pair) => matches!(&**pair.borrow(), [Live::Str(_), ..]),
            _ => false,
        };
        if let Some(unknown) = texts.iter().find(|it| !is_known(it)) {
            let unknown = unknown.clone();
            return self.lose_statement(Some(&unknown));
        }
        // Code is a blind spot of the tables that it names; a statement that may do anything would be one of all.
        let effects: Vec<sql::Effect> = texts.iter().flat_map(|it| self.effects(it)).collect();
        // To read SQL takes longer than a step, and what changes more than rows is kept.
        let is_of_rows = effects.iter().all(|it| matches!(it, sql::Effect::Nothing));
        let length: usize = texts.iter().filter_map(|it| it.as_str()).map(|it| it.len()).sum();
        self.charge(if is_of_rows { 2 + length / 128 } else { 16 + length / 16 });
        let steps = effects.iter().filter_map(|it| match it {
            sql::Effect::Steps(steps) => Some(steps),
            sql::Effect::Opaque(_) | sql::Effect::Nothing => None,
        });
        let made: Vec<&TableName> = steps
            .flatten()
            .filter_map(|it| match it {
                sql::Step::MakeRoutine { name, .. } => Some(name),
                _ => None,
            })
            .collect();
        let calls_another = |it: &sql::Step| matches!(it, sql::Step::Calls { routines, .. } if routines.iter().any(|it| !made.contains(&it)));
        let anything = |it: &sql::Effect| match it {
            sql::Effect::Opaque(it) => it.may_touch == MayTouch::Anything,
            sql::Effect::Steps(steps) => steps.iter().any(calls_another),
            sql::Effect::Nothing => false,
        };
        if effects.iter().any(anything) {
            self.lose("what its SQL does is not known");
            // For what it may touch.
            let operation = bare(holder, "django.db.migrations.RunSQL", vec![Live::list(texts)], Vec::new());
            return self.hand(Live::Instance(operation));
        }
        // Functions and views change no table, but those that are certainly made are known from there on.
        let makes_some = effects.iter().any(|it| *it != sql::Effect::Nothing);
        if effects.iter().all(changes_no_table) && !(makes_some && self.is_certain()) {
            return;
        }
        if parameters.as_ref().is_some_and(is_lacking) {
            return self.lose("what is put into its SQL is not known");
        }
        let texts = match (&text, parameters) {
            (Some(text @ Live::Str(_)), Some(parameters)) => {
                vec![Live::tuple(vec![text.clone(), parameters])]
            }
            _ => texts,
        };
        let operation = bare(holder, "django.db.migrations.RunSQL", vec![Live::list(texts)], Vec::new());
        self.hand(Live::Instance(operation));
    }

    /// A statement of which not all is known; what is written of it may say that it is one about rows.
    fn lose_statement(&mut self, text: Option<&Live>) {
        let is_of_rows = |it: &str| {
            let is = |wanted: &str| it.to_ascii_uppercase().contains(wanted);
            ["INSERT ", "UPDATE ", "DELETE ", "SELECT "].into_iter().any(is)
                && !["ALTER", "CREATE", "DROP", "RENAME"].into_iter().any(is)
        };
        let is_open = !matches!(text, Some(Live::Unknown(why)) if is_of_rows(&why.text));
        let is_told = matches!(text, Some(Live::Unknown(why)) if ["asks the connection", "asks the database"].iter().any(|it| why.reason.contains(it)));
        self.handed.iter_mut().for_each(|it| {
            it.other_sql |= is_open;
            it.other_tables |= is_told;
        });
        self.lose(&unknown_text(text));
    }

    /// A text that only the models tell, where a part of it is asked for, or it is looked for: what they said when the
    /// operation was done before, else taken for Django's usual one, which is held against them when the operation is done.
    /// `None` where neither is known.
    pub(super) fn assumed(&mut self, text: &Arc<str>) -> Option<Arc<str>> {
        let own = self.label_of_holder();
        let of = |label: &str| if label == APP_LABEL { own.clone() } else { Some(label.into()) };
        let usual = |marked: Marked<'_>| match marked {
            Marked::Label => own.as_deref().map(str::to_owned),
            Marked::Of { label, model, what, .. } => match what {
                What::Table => Some(format!("{}_{model}", of(label)?)),
                What::Field(field, OfField::Through) => Some(format!("{}_{model}_{field}", of(label)?)),
                // A foreign key's is another: then all is read twice.
                What::Field(field, OfField::Column) => Some(field.to_owned()),
                What::Class => Some(model.to_owned()),
                What::IsThere | What::Field(_, OfField::IsThere) => Some("True".to_owned()),
                // Each is asked for, whatever it is.
                What::Models
                | What::Said(_)
                | What::Field(_, OfField::Said(_) | OfField::Type | OfField::KeyType) => Some(String::new()),
            },
        };
        let code = self.handed.as_ref()?.number;
        let inquiry = Inquiry { file: self.file.clone(), code, marked: text.clone() };
        let settled: Arc<str> = match self.world.said.get(&inquiry) {
            Some(said) => said.clone()?,
            None => names_filled_in(text, usual)?.into(),
        };
        let assumed = (text.clone(), settled.clone());
        let handed = self.handed.as_mut()?;
        if !handed.assumed.contains(&assumed) {
            handed.assumed.push(assumed);
        }
        Some(settled)
    }

    /// The label of the app in whose module the operation at hand stands.
    fn label_of_holder(&self) -> Option<Arc<str>> {
        self.label_of(&self.handed.as_ref()?.holder.module.name)
    }

    /// A value without marks, of a text or of the texts of a tuple: unknown where they cannot be settled.
    pub fn assume(&mut self, value: &Live) -> Live {
        match value {
            Live::Str(text) if is_marked(text) => match self.assumed(text) {
                Some(settled) => Live::Str(settled),
                None => {
                    let nowhere = Rc::new(Module::nowhere());
                    self.unknown_in(
                        &nowhere,
                        Span::default(),
                        "is a name that only the models at that time tell",
                    )
                }
            },
            Live::Name(name) if **name == *APP_LABEL => {
                self.assumed(&LABEL_IN_TEXT.into()).map_or_else(|| value.clone(), Live::Str)
            }
            Live::Tuple(items) if items.iter().any(|it| matches!(it, Live::Str(text) if is_marked(text))) => {
                Live::tuple(items.iter().map(|it| self.assume(it)).collect())
            }
            other => other.clone(),
        }
    }

    /// As [`assume`](Self::assume), of the texts of a list too: of something that is only looked at.
    pub fn assume_all(&mut self, value: &Live) -> Live {
        match value {
            Live::List(items) => {
                let items = items.borrow().clone();
                Live::list(items.iter().map(|it| self.assume(it)).collect())
            }
            value => self.assume(value),
        }
    }

    /// With the constants of other modules that nobody has looked at before.
    fn imported(&mut self, value: &Live) -> Live {
        match value {
            Live::Import(_) => self.force(value).unwrap_or_else(|_| value.clone()),
            Live::List(items) => {
                let items = items.borrow().clone();
                Live::list(items.iter().map(|it| self.imported(it)).collect())
            }
            Live::Tuple(items) => Live::tuple(items.iter().map(|it| self.imported(it)).collect()),
            _ => value.clone(),
        }
    }

    /// What each statement of a text does, or of a text with its parameters.
    fn effects(&self, text: &Live) -> Vec<sql::Effect> {
        match text {
            Live::Str(text) => self.effects_of(text),
            Live::Tuple(pair) => pair.first().map(|it| self.effects(it)).unwrap_or_default(),
            Live::List(pair) => pair.borrow().first().map(|it| self.effects(it)).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    fn effects_of(&self, text: &str) -> Vec<sql::Effect> {
        let filled = names_filled_in(text, |_| Some("x".to_owned()));
        // A parameter is no table.
        let text = filled.unwrap_or_default().replace("%s", "NULL");
        sql::read(self.world.dialect, &text).into_iter().map(|it| it.effect).collect()
    }

    /// Stands for an argument of `execute` of which not all is known, where what is known shows that it changes rows, or
    /// nothing of a table: rights, comments, the settings of a database.
    pub fn row_statement(&mut self, expr: &Expr, function: &Live) -> Option<Live> {
        let executes = match function {
            Live::Name(path) => &**path == "schema_editor.execute",
            Live::Bound(bound) => {
                matches!(&bound.receiver, Live::Instance(it) if super::editor::is_cursor(it))
                    && matches!(bound.callee.name(), "execute" | "executemany")
            }
            _ => false,
        };
        if !executes {
            return None;
        }
        let text = written(expr)?;
        let begins = text.trim_start().get(..7).map(str::to_ascii_uppercase)?;
        let is_of_rows = ["INSERT ", "UPDATE ", "DELETE ", "SELECT "].contains(&&*begins);
        let effects = self.effects_of(&text);
        let changes_rows_only = is_of_rows && effects.iter().all(changes_no_table);
        // Where later statements go hangs on that.
        let leads_elsewhere = text.to_ascii_lowercase().contains("search_path");
        let does_nothing = !leads_elsewhere && effects.iter().all(|it| *it == sql::Effect::Nothing);
        (changes_rows_only || does_nothing).then(|| Live::str("SELECT 1"))
    }
}

/// Whether some of the parameters are not known.
fn is_lacking(parameters: &Live) -> bool {
    let is_unknown = |it: &Live| matches!(it, Live::Unknown(_));
    match parameters {
        Live::List(items) => items.borrow().iter().any(is_unknown),
        Live::Tuple(items) => items.iter().any(is_unknown),
        other => is_unknown(other),
    }
}

fn changes_no_table(effect: &sql::Effect) -> bool {
    match effect {
        sql::Effect::Nothing => true,
        sql::Effect::Steps(steps) => steps.iter().all(sql::makes),
        sql::Effect::Opaque(_) => false,
    }
}

/// What is written of a text, with `x` for whatever is put into it.
fn written(expr: &Expr) -> Option<String> {
    let mut expr = expr;
    loop {
        match &expr.kind {
            ExprKind::Literal(Literal::Str(text)) => return Some(without_places(text)),
            ExprKind::FString(pieces) => {
                let piece = |it: &Piece| match it {
                    Piece::Text(text) => text.to_string(),
                    Piece::Value { .. } => "x".to_owned(),
                };
                return Some(pieces.iter().map(piece).collect());
            }
            ExprKind::Binary(left, Operator::Mod, _) => expr = left,
            ExprKind::Call(call) => match &call.function.kind {
                ExprKind::Attribute(text, name) if &**name == "format" => expr = text,
                ExprKind::Attribute(_, name) | ExprKind::Name(name) if &**name == "SQL" => {
                    expr = call.args.first()?;
                }
                _ => return None,
            },
            _ => return None,
        }
    }
}

/// Without `%s`, `%(name)s` and `{name}`.
fn without_places(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['%', '{']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let close = if rest.starts_with("%(") { ")s" } else { "}" };
        let taken = match rest.strip_prefix("%s") {
            Some(_) => Some(2),
            None if rest.starts_with("%(") || rest.starts_with('{') => {
                rest.find(close).map(|it| it + close.len())
            }
            None => None,
        };
        out.push_str(if taken.is_some() { "x" } else { &rest[..1] });
        rest = &rest[taken.unwrap_or(1)..];
    }
    out + rest
}

fn unknown_text(text: Option<&Live>) -> String {
    match text {
        Some(Live::Unknown(unknown)) => format!("its SQL is not known: it {}", unknown.reason),
        Some(_) | None => "its SQL is not known".to_owned(),
    }
}

fn is_empty(value: &Live) -> bool {
    match value {
        Live::None => true,
        Live::Tuple(items) => items.is_empty(),
        Live::List(items) => items.borrow().is_empty(),
        _ => false,
    }
}

/// Stands in a text for the name of a model's table, which only the models at that time tell.
pub fn table_of(label: &str, model: &str) -> Live {
    let [before, after] = TABLE_OF;
    Live::str(format!("{before}{label}.{}{after}", model.to_lowercase()))
}

/// As [`table_of`], for the name of the model's class, which may be given in any case.
pub fn class_of(label: &str, model: &str) -> Live {
    let [before, after] = CLASS_OF;
    Live::str(format!("{before}{label}.{model}{after}"))
}

/// As [`table_of`], for the name of a field's column.
pub fn column_of(label: &str, model: &str, field: &str) -> Live {
    of_field(COLUMN_OF, label, model, field)
}

/// As [`table_of`], for the table of a many-to-many field.
pub fn through_of(label: &str, model: &str, field: &str) -> Live {
    of_field(THROUGH_OF, label, model, field)
}

/// As [`table_of`], for the type of a field's column, or of a foreign key to it.
pub fn type_of(label: &str, model: &str, field: &str, of_key: bool) -> Live {
    of_field(if of_key { KEY_TYPE_OF } else { TYPE_OF }, label, model, field)
}

fn of_field([before, after]: [&str; 2], label: &str, model: &str, field: &str) -> Live {
    Live::str(format!("{before}{label}.{}.{field}{after}", model.to_lowercase()))
}
