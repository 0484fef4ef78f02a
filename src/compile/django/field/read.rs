//! From the call of a field's class to the field.

use std::sync::Arc;

use super::arguments::{Argument, Arguments, last_segment};
use super::class::{SPATIAL, Stored, built_in, length, positional, stored_under};
use super::known::{Known, Length};
use super::methods::{self, Check, Column};
use super::{
    Adds, BuiltIn, ColumnName, CustomType, Field, Generated, Kind, ManyToMany, ModelKey, Number, Relation,
    Scalar, relation, spatial,
};
use crate::compile::django::arguments::text;
use crate::compile::django::project::{Object, Project, Value};
use crate::dialect::Dialect;

pub fn read(name: &str, value: &Value, of: &ModelKey, project: &Project) -> Field {
    let mut reader = Reader {
        of,
        project,
        notice: None,
        blind: false,
        open_check: false,
        is_unnamed: false,
        followed: true,
    };
    let mut field = reader.field(name, value);
    field.notice = reader.notice;
    field.blind = reader.blind;
    field.open_check = reader.open_check;
    field
}

/// `base_field` of an array, `output_field` of a generated column: the type only.
pub fn scalar(value: &Value, of: &ModelKey, project: &Project) -> Option<Scalar> {
    read("", value, of, project).kind.scalar().cloned()
}

pub(super) struct Reader<'a> {
    of: &'a ModelKey,
    project: &'a Project,
    notice: Option<String>,
    blind: bool,
    open_check: bool,
    /// What its column is called was not seen through.
    pub(super) is_unnamed: bool,
    /// The class was followed to one of Django's, or is in the table.
    pub(super) followed: bool,
}

impl Reader<'_> {
    /// What follows is told and guessed.
    pub(super) fn unseen(&mut self, notice: impl Into<String>) {
        (self.blind, self.open_check) = (true, false);
        self.notice.get_or_insert(notice.into());
    }

    fn flag(&mut self, arguments: &Arguments<'_>, object: &Object, name: &str, usual: bool) -> bool {
        let said = match arguments.flag(name) {
            Argument::Unset => usual,
            Argument::Is(flag) => flag,
            Argument::Unknown => {
                self.unseen(format!("`{name}` of a {} was not seen through", arguments.class));
                usual
            }
        };
        match methods::attribute(object, name) {
            None => said,
            Some(Value::Bool(flag)) if *flag == said || methods::is_known(object) => *flag,
            // Set by the class itself, before or after Django's constructor: that is not known.
            Some(_) => {
                self.unseen(format!("{} sets `{name}` itself", object.class));
                said
            }
        }
    }

    fn field(&mut self, name: &str, value: &Value) -> Field {
        let object = match value {
            Value::Object(object) => object,
            Value::Unknown(unknown) => {
                self.unseen(format!("the field `{name}` was not seen through: {}", unknown.reason));
                return unseen_field(name);
            }
            Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Str(_)
            | Value::Bytes(_)
            | Value::List(_)
            | Value::Tuple(_)
            | Value::Set(_)
            | Value::Dict(_)
            | Value::Name(_)
            | Value::Function(_) => {
                self.unseen(format!("what stands for the field `{name}` is no call of a class"));
                return unseen_field(name);
            }
        };
        let (line, class) = self.class(object);
        let class: &str = &class;
        let arguments = Arguments::of(object, |_| positional(class));
        let nullable = matches!(line, Some(Known::Nullable(..))) || class == "NullBooleanField";
        let is_relation = matches!(class, "ForeignKey" | "OneToOneField");
        let is_open = arguments.is_open();
        if is_open {
            self.unseen(format!("the arguments of a {} were not seen through", arguments.class));
            self.followed = false;
        }
        let kind = match line {
            Some(Known::Absent) => Kind::Absent,
            Some(Known::Sorted) => self.sorted(object, &arguments),
            Some(Known::Like(_, length) | Known::Nullable(_, length)) => {
                self.kind(class, object, &arguments, length)
            }
            None => self.kind(class, object, &arguments, Length::Usual),
        };
        let mut field = Field {
            name: name.into(),
            null: nullable || self.flag(&arguments, object, "null", false),
            primary_key: self.flag(&arguments, object, "primary_key", false),
            unique: match methods::attribute(object, "_unique") {
                // `Field.unique` asks it. (One that is set afterwards is lost when Django clones the field.)
                Some(_) if class != "OneToOneField" || !object.class.starts_with("django.") => {
                    self.flag(&arguments, object, "_unique", class == "OneToOneField")
                }
                _ => class == "OneToOneField" || self.flag(&arguments, object, "unique", false),
            },
            db_index: self.flag(&arguments, object, "db_index", is_relation || class == "SlugField"),
            db_column: self.db_column(&arguments, object),
            naming: ColumnName::Usual,
            db_default: self.db_default(&arguments, object),
            // A class of the project's own may have a default that its constructor says.
            default: arguments
                .get("default")
                .cloned()
                .or_else(|| (!object.class.starts_with("django.")).then(|| Value::Name("not known".into()))),
            blank: matches!(arguments.flag("blank"), Argument::Is(true)),
            db_comment: match arguments.text("db_comment") {
                Argument::Is(text) => Some(text.clone()),
                Argument::Unset | Argument::Unknown => None,
            },
            kind,
            notice: None,
            blind: false,
            open_check: false,
            adds: adds(object).filter(|_| line.is_none()),
        };
        field.unique |= field.primary_key;
        let is_named = field.db_column.is_some();
        if (is_open || self.is_unnamed) && !is_named {
            field.naming = ColumnName::Unknown;
        }
        // A relation to many has no column, whatever it does when it is put into its class.
        let naming = match field.kind {
            Kind::ManyToMany(_) | Kind::CompositePrimaryKey(_) | Kind::Absent => Column::Usual,
            Kind::Scalar(_) | Kind::Relation(_) | Kind::Generated(_) | Kind::Unknown => {
                methods::column(object)
            }
        };
        match naming {
            Column::Usual => {}
            Column::Absent => field.kind = Kind::Absent,
            Column::Named(made) => field.naming = ColumnName::Own(made),
            Column::NamedFor { name, column } => field.naming = ColumnName::OwnFor { name, column },
            Column::Unknown => {
                field.naming = ColumnName::Unknown;
                self.unseen(format!("{} names its column itself", object.class));
            }
        }
        if line.is_none() && stays_out(object) && field.column().is_some() {
            field.naming = ColumnName::Unknown;
            self.unseen(format!("{} was not seen to put itself into its model", object.class));
        }
        if matches!(field.kind, Kind::Absent) {
            self.blind = false;
        }
        field
    }

    fn kind(&mut self, class: &str, object: &Object, arguments: &Arguments<'_>, usual: Length) -> Kind {
        match class {
            "ForeignKey" | "OneToOneField" => {
                return Kind::Relation(self.relation(class, object, arguments));
            }
            // Django's editors ask the field for it, and not for its class.
            "ManyToManyField"
                if matches!(methods::attribute(object, "many_to_many"), Some(Value::Bool(false))) =>
            {
                return Kind::Absent;
            }
            "ManyToManyField" => {
                let many = self.many_to_many(arguments);
                return Kind::ManyToMany(self.named_by_itself(object, many));
            }
            "GenericForeignKey" | "GenericRelation" | "ForeignObject" => return Kind::Absent,
            "GeneratedField" => return self.generated(arguments),
            "CompositePrimaryKey" => {
                let names = arguments.rest().iter().map(super::arguments::as_text).collect();
                return match names {
                    Some(names) => Kind::CompositePrimaryKey(names),
                    None => {
                        self.unseen("the fields of a CompositePrimaryKey were not seen through");
                        Kind::Absent
                    }
                };
            }
            _ => {}
        }
        let db_type = methods::db_type(object);
        let internal = methods::internal_type(object);
        let built_in = match &internal {
            methods::Said::Nothing if self.is_of_field_itself(object, arguments) => {
                match stored_under(last_segment(&object.class)) {
                    Stored::As(built_in) => Some(built_in),
                    Stored::Unclear | Stored::Nothing => None,
                }
            }
            methods::Said::Nothing => built_in(class),
            methods::Said::Text(name) => BuiltIn::named(name),
            methods::Said::None | methods::Said::Unknown => None,
        };
        let built_in = built_in.filter(|it| *it != BuiltIn::Other);
        let db_type = match db_type {
            methods::Said::None => return Kind::Absent,
            methods::Said::Nothing => None,
            methods::Said::Text(text) => Some(CustomType::Text(text)),
            methods::Said::Unknown => Some(CustomType::Unknown),
        };
        if db_type.is_none() && self.has_no_type(object, arguments, &internal) {
            return Kind::Absent;
        }
        let Some(built_in) = built_in else {
            return self.without_built_in(class, object, arguments, db_type);
        };
        let mut scalar = Scalar {
            max_length: length(class, arguments, usual),
            max_digits: arguments.number("max_digits"),
            decimal_places: arguments.number("decimal_places"),
            ..Scalar::new(built_in)
        };
        if !self.followed {
            // What the class gives to Django's is not what is written.
            scalar.max_length = Number::Unknown;
            (scalar.max_digits, scalar.decimal_places) = (Number::Unknown, Number::Unknown);
        }
        for (name, number) in [
            ("max_length", &mut scalar.max_length),
            ("max_digits", &mut scalar.max_digits),
            ("decimal_places", &mut scalar.decimal_places),
        ] {
            match methods::attribute(object, name) {
                Some(Value::Int(set)) if methods::is_known(object) => {
                    *number = u32::try_from(*set).map_or(Number::Unknown, Number::Is);
                }
                Some(Value::None) if methods::is_known(object) => *number = Number::Unset,
                Some(Value::Int(set)) if u32::try_from(*set).is_ok_and(|set| *number == Number::Is(set)) => {}
                Some(_) => *number = Number::Unknown,
                None => {}
            }
        }
        if built_in == BuiltIn::Array && self.followed {
            scalar.inner = arguments
                .get("base_field")
                .and_then(|value| self::scalar(value, self.of, self.project))
                .map(Box::new);
        }
        let collation =
            methods::attribute(object, "db_collation").map_or(arguments.text("db_collation"), as_argument);
        scalar.collation = match collation {
            Argument::Unset => None,
            Argument::Is(name) => Some(name.clone()),
            Argument::Unknown => {
                self.notice.get_or_insert_with(|| "`db_collation` was not seen through".to_owned());
                None
            }
        };
        scalar.db_type = db_type;
        scalar.db_type_beside = methods::db_type_beside(object).map(|said| match said {
            methods::Said::Nothing => None,
            methods::Said::Text(text) => Some(CustomType::Text(text)),
            methods::Said::None | methods::Said::Unknown => Some(CustomType::Unknown),
        });
        scalar.rel_db_type = methods::rel_db_type(object);
        match methods::has_check(object) {
            None => {}
            Some(Check::Absent) => scalar.unchecked = true,
            Some(Check::Text(text)) => scalar.check = Some(text),
            Some(Check::Unknown) => {
                scalar.unchecked = true;
                let is_all = !self.blind;
                self.unseen(format!("{} has a check of its own", object.class));
                self.open_check = is_all;
            }
        }
        Kind::Scalar(scalar)
    }

    /// A column that is of none of Django's types.
    fn without_built_in(
        &mut self,
        class: &str,
        object: &Object,
        arguments: &Arguments<'_>,
        db_type: Option<CustomType>,
    ) -> Kind {
        let is_spatial = SPATIAL.contains(&class);
        if is_spatial
            && self.project.dialect == Dialect::Postgres
            && let Some(spatial) = spatial::scalar(class, object, arguments)
        {
            let db_type = db_type.or(spatial.db_type);
            return Kind::Scalar(Scalar { db_type, ..spatial });
        }
        match db_type {
            Some(db_type) => {
                let scalar = Scalar { db_type: Some(db_type), ..Scalar::new(BuiltIn::Other) };
                Kind::Scalar(Scalar { rel_db_type: methods::rel_db_type(object), ..scalar })
            }
            None => {
                if is_spatial {
                    self.unseen(format!("{class}, of GeoDjango, has an index of its own"));
                }
                let what = if class.is_empty() { &*object.class } else { class };
                self.notice.get_or_insert_with(|| format!("the type of {what} is not known"));
                Kind::Unknown
            }
        }
    }

    fn relation(&mut self, class: &str, object: &Object, arguments: &Arguments<'_>) -> Relation {
        let to = match arguments.get("to") {
            Some(value) => relation::target(value, self.of, self.project),
            None => None,
        };
        if to.is_none() {
            self.unseen("what a foreign key points at was not seen through");
        }
        let to_field = match arguments.text("to_field") {
            Argument::Unset => None,
            Argument::Is(name) => Some(name.clone()),
            Argument::Unknown => {
                self.unseen("`to_field` of a foreign key was not seen through");
                None
            }
        };
        Relation {
            to,
            to_field,
            db_constraint: self.flag(arguments, object, "db_constraint", true),
            one_to_one: class == "OneToOneField",
            parent_link: self.flag(arguments, object, "parent_link", false),
            on_delete: relation::on_delete(arguments.get("on_delete")),
            db_type: match methods::db_type(object) {
                methods::Said::Nothing => None,
                methods::Said::Text(text) => Some(CustomType::Text(text)),
                methods::Said::None | methods::Said::Unknown => Some(CustomType::Unknown),
            },
        }
    }

    fn many_to_many(&mut self, arguments: &Arguments<'_>) -> ManyToMany {
        let to = arguments.get("to").and_then(|value| relation::target(value, self.of, self.project));
        if to.is_none() {
            self.unseen("what a many-to-many points at was not seen through");
        }
        let through = arguments.get("through").map(|value| relation::target(value, self.of, self.project));
        if matches!(through, Some(None)) {
            self.unseen("`through` of a many-to-many was not seen through");
        }
        let db_table = match arguments.text("db_table") {
            Argument::Unset => None,
            Argument::Is(name) => Some(name.clone()),
            Argument::Unknown => {
                self.unseen("`db_table` of a many-to-many was not seen through");
                None
            }
        };
        let db_constraint = match arguments.flag("db_constraint").or(true) {
            Argument::Is(flag) => flag,
            Argument::Unset | Argument::Unknown => {
                self.unseen("`db_constraint` of a many-to-many was not seen through");
                true
            }
        };
        ManyToMany {
            to,
            through: through.flatten(),
            db_table,
            names_its_table: false,
            db_constraint,
            sort_column: None,
        }
    }

    /// The table's name as the class says it: an attribute that it sets, `_get_m2m_db_table`.
    fn named_by_itself(&mut self, object: &Object, many: ManyToMany) -> ManyToMany {
        let db_table = match methods::attribute(object, "db_table") {
            Some(Value::Str(name)) if !name.contains(['«', '»']) => Some(name.clone()),
            Some(Value::None) | None => many.db_table.clone(),
            Some(_) => {
                self.unseen(format!("{} names its table itself", object.class));
                many.db_table.clone()
            }
        };
        let has_method = methods::is_overridden(object, "_get_m2m_db_table");
        if has_method {
            self.unseen(format!("{} names its table itself", object.class));
        }
        let sets_it = db_table.is_some() && methods::attribute(object, "column").is_some();
        ManyToMany { db_table, names_its_table: has_method || sets_it, ..many }
    }

    /// `sortedm2m.fields.SortedManyToManyField`: what it keeps for itself is an attribute where its class was
    /// followed, else an argument.
    fn sorted(&mut self, object: &Object, arguments: &Arguments<'_>) -> Kind {
        let said = |name| methods::attribute(object, name).or_else(|| arguments.get(name));
        let sorted = !matches!(said("sorted"), Some(Value::Bool(false)));
        let column: Arc<str> = match said("sort_value_field_name") {
            Some(Value::Str(name)) => name.clone(),
            None => "sort_value".into(),
            Some(_) => {
                self.unseen("the column of a SortedManyToManyField was not seen through");
                "sort_value".into()
            }
        };
        let sort_column = sorted.then_some(column);
        Kind::ManyToMany(ManyToMany { sort_column, ..self.many_to_many(arguments) })
    }

    fn generated(&mut self, arguments: &Arguments<'_>) -> Kind {
        let stored = match arguments.flag("db_persist") {
            Argument::Is(flag) => flag,
            Argument::Unset | Argument::Unknown => {
                self.unseen("`db_persist` of a GeneratedField was not seen through");
                true
            }
        };
        let expression = arguments.get("expression").cloned().unwrap_or(Value::None);
        let output =
            arguments.get("output_field").and_then(|value| self::scalar(value, self.of, self.project));
        Kind::Generated(Generated { output, expression, stored })
    }

    fn db_column(&mut self, arguments: &Arguments<'_>, object: &Object) -> Option<Arc<str>> {
        match methods::attribute(object, "db_column").map_or(arguments.text("db_column"), as_argument) {
            Argument::Unset => None,
            Argument::Is(name) => Some(name.clone()),
            Argument::Unknown => {
                self.unseen("`db_column` was not seen through");
                self.is_unnamed = true;
                None
            }
        }
    }

    fn db_default(&mut self, arguments: &Arguments<'_>, object: &Object) -> Option<Value> {
        let value = methods::attribute(object, "db_default").or_else(|| arguments.said("db_default"))?;
        let unset = matches!(value, Value::Name(name) if last_segment(name) == "NOT_PROVIDED");
        (!unset).then(|| value.clone())
    }
}

fn unseen_field(name: &str) -> Field {
    Field {
        name: name.into(),
        kind: Kind::Unknown,
        null: false,
        primary_key: false,
        unique: false,
        db_index: false,
        db_column: None,
        naming: ColumnName::Unknown,
        db_default: None,
        default: None,
        blank: false,
        db_comment: None,
        notice: None,
        blind: true,
        open_check: false,
        adds: None,
    }
}

fn as_argument(set: &Value) -> Argument<&Arc<str>> {
    match set {
        Value::None => Argument::Unset,
        Value::Str(text) => Argument::Is(text),
        _ => Argument::Unknown,
    }
}

/// Whether a field has a `contribute_to_class` that leaves out what Django's does: as one does that stands for others, or that
/// has no column.
fn stays_out(object: &Object) -> bool {
    let method = object.methods.iter().find(|(name, _)| &**name == "contribute_to_class");
    method.is_some_and(|(_, it)| !it.function.joins_model)
}

fn adds(object: &Object) -> Option<Arc<Adds>> {
    let (_, method) = object.methods.iter().find(|(name, _)| &**name == "contribute_to_class")?;
    let names = match &method.result {
        Some(Value::List(names)) => names.iter().map(text).collect::<Option<Vec<_>>>(),
        _ => None,
    };
    let to_meta = method.function.adds_to_meta;
    let does = method.function.adds_fields && names.as_ref().is_none_or(|it| !it.is_empty());
    (does || to_meta).then(|| Arc::new(Adds { class: object.class.clone(), names, to_meta }))
}
