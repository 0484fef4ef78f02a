//! A model's field, as far as it decides what stands in the database.

mod arguments;
mod class;
mod deconstructed;
mod known;
mod methods;
mod read;
mod relation;
mod scalar;
mod spatial;

use std::fmt;
use std::sync::Arc;

use super::project::{FIELD_NAME, Project, Value};
use crate::schema::Action;

pub use arguments::{Argument, Arguments, last_segment};
pub use class::{built_in, positional, usual_length};
pub use deconstructed::{deconstruct, is_left_out};
pub use scalar::{BuiltIn, CustomType, Number, Scalar, SpatialIndex};

/// A model: its app's label, and its name in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelKey {
    pub app: Arc<str>,
    pub model: Arc<str>,
}

impl ModelKey {
    pub fn new(app: impl Into<Arc<str>>, model: &str) -> Self {
        Self { app: app.into(), model: model.to_lowercase().into() }
    }

    /// What a reference means for a model of this key: `self`, `Model` of its own app, `app.Model`.
    /// <https://docs.djangoproject.com/en/5.2/ref/models/fields/#lazy-relationships>
    pub fn resolve(&self, reference: &str) -> Self {
        match reference.rsplit_once('.') {
            Some((app, model)) => Self::new(app, model),
            None if reference == "self" => self.clone(),
            None => Self::new(self.app.clone(), reference),
        }
    }
}

impl fmt::Display for ModelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.app, self.model)
    }
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: Arc<str>,
    pub kind: Kind,
    pub null: bool,
    pub primary_key: bool,
    /// Effective: a primary key and a `OneToOneField` are unique.
    pub unique: bool,
    /// Effective: a `ForeignKey` and a `SlugField` have one unless told otherwise.
    pub db_index: bool,
    pub db_column: Option<Arc<str>>,
    pub naming: ColumnName,
    /// `None` when nothing is said: Django's `default` is no default of the database.
    pub db_default: Option<Value>,
    /// Django's own default, and whether an empty text stands for one that is not said: MySQL keeps some of them.
    pub default: Option<Value>,
    pub blank: bool,
    /// Not compared, but a change of it makes MySQL and MariaDB define the column anew.
    pub db_comment: Option<Arc<str>>,
    /// What was not seen through, in one sentence.
    pub notice: Option<String>,
    /// What was not seen through is more than the type: whether it has a column, of what name, whether it
    /// may be null, is unique, has an index or a foreign key. What is said here of the field is a guess, and
    /// its table is a blind spot.
    pub blind: bool,
    /// Nothing but a check is what was not seen through.
    pub open_check: bool,
    /// It may add others to its model.
    pub adds: Option<Arc<Adds>>,
}

/// Fields that the code of a field adds to its model.
#[derive(Debug, PartialEq, Eq)]
pub struct Adds {
    /// The class whose code it is.
    pub class: Arc<str>,
    /// `None` where not all of them are known.
    pub names: Option<Vec<Arc<str>>>,
    /// It speaks of the model's indexes or constraints too, which no operation names.
    pub to_meta: bool,
}

/// Where the name of a field's column comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnName {
    /// `db_column`, or the field's name.
    Usual,
    /// A class of the sources makes it, with [`FIELD_NAME`] for the field's name.
    Own(Arc<str>),
    /// As a class of the sources makes it for a field of this name; for another it is not known.
    OwnFor { name: Arc<str>, column: Arc<str> },
    /// What is said here is a guess.
    Unknown,
}

#[derive(Clone, Debug)]
pub enum Kind {
    /// No column: `GenericForeignKey`, `GenericRelation`, a custom `db_type` that is `None`.
    Absent,
    Scalar(Scalar),
    Generated(Generated),
    Relation(Relation),
    ManyToMany(ManyToMany),
    /// No column, but the table's primary key, by the names of fields: Django 5.2 and later.
    CompositePrimaryKey(Vec<Arc<str>>),
    /// A column whose type is not known.
    Unknown,
}

impl Kind {
    /// What a column of its own holds.
    pub fn scalar(&self) -> Option<&Scalar> {
        match self {
            Self::Scalar(scalar) => Some(scalar),
            Self::Absent
            | Self::Generated(_)
            | Self::Relation(_)
            | Self::ManyToMany(_)
            | Self::CompositePrimaryKey(_)
            | Self::Unknown => None,
        }
    }
}

/// `GeneratedField`, of Django 5.0 and later.
#[derive(Clone, Debug)]
pub struct Generated {
    /// `None` when its type is not known.
    pub output: Option<Scalar>,
    pub expression: Value,
    pub stored: bool,
}

/// `ForeignKey`, `OneToOneField` and what derives from them.
#[derive(Clone, Debug)]
pub struct Relation {
    /// `None` when it was not seen through; then the field is blind.
    pub to: Option<ModelKey>,
    /// `None` is the primary key.
    pub to_field: Option<Arc<str>>,
    pub db_constraint: bool,
    pub one_to_one: bool,
    pub parent_link: bool,
    /// The database's own, of Django 6.1 and later (`DB_CASCADE`); else nothing.
    pub on_delete: Action,
    /// What a custom `db_type` said.
    pub db_type: Option<CustomType>,
}

#[derive(Clone, Debug)]
pub struct ManyToMany {
    /// `None` when it was not seen through; then the field is blind.
    pub to: Option<ModelKey>,
    /// `None`: a table that Django makes by itself.
    pub through: Option<ModelKey>,
    pub db_table: Option<Arc<str>>,
    /// A class of the sources gives the table its name, and may give it another with the next name of the field or its model.
    pub names_its_table: bool,
    pub db_constraint: bool,
    /// Of sortedm2m's field: the automatic table has a column of this name for the order.
    pub sort_column: Option<Arc<str>>,
}

impl Field {
    /// The field that `value` stands for, called `name`, of the model `of`.
    pub fn read(name: &str, value: &Value, of: &ModelKey, project: &Project) -> Self {
        read::read(name, value, of, project)
    }

    /// The models that it names: the other side, and the table between.
    pub fn targets(&self) -> impl Iterator<Item = &ModelKey> {
        let (to, through) = match &self.kind {
            Kind::Relation(relation) => (relation.to.as_ref(), None),
            Kind::ManyToMany(many) => (many.to.as_ref(), many.through.as_ref()),
            Kind::Absent
            | Kind::CompositePrimaryKey(_)
            | Kind::Scalar(_)
            | Kind::Generated(_)
            | Kind::Unknown => (None, None),
        };
        to.into_iter().chain(through)
    }

    pub fn points_at(&self, key: &ModelKey) -> bool {
        self.targets().any(|it| it == key)
    }

    /// Whether what [`Self::column`] says is a guess.
    pub fn is_guessed(&self) -> bool {
        match &self.naming {
            ColumnName::Usual | ColumnName::Own(_) => false,
            ColumnName::OwnFor { name, .. } => *name != self.name,
            ColumnName::Unknown => true,
        }
    }

    /// `Field.get_attname_column`: the column's name; none for a field without one.
    pub fn column(&self) -> Option<Arc<str>> {
        match &self.kind {
            Kind::Relation(_) | Kind::Scalar(_) | Kind::Generated(_) | Kind::Unknown
                if let ColumnName::Own(made) = &self.naming =>
            {
                Some(made.replace(FIELD_NAME, &self.name).into())
            }
            Kind::Relation(_) | Kind::Scalar(_) | Kind::Generated(_) | Kind::Unknown
                if let ColumnName::OwnFor { name, column } = &self.naming
                    && *name == self.name =>
            {
                Some(column.clone())
            }
            Kind::Absent | Kind::ManyToMany(_) | Kind::CompositePrimaryKey(_) => None,
            Kind::Relation(_) => Some(match &self.db_column {
                Some(column) => column.clone(),
                None => [&*self.name, "_id"].concat().into(),
            }),
            Kind::Scalar(_) | Kind::Generated(_) | Kind::Unknown => {
                Some(self.db_column.clone().unwrap_or_else(|| self.name.clone()))
            }
        }
    }
}

#[cfg(test)]
mod tests;
