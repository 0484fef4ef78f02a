//! Attributes and elements of what is not followed: Django's connection and version, the interpreter's own modules.

use std::rc::Rc;
use std::sync::Arc;

use super::super::handed::{STATE, template};
use super::super::import::Imported;
use super::super::live::*;
use super::super::names::canonical;
use super::super::{Interpreter, format};
use super::member::{Member, Of};
use crate::compile::django::notice::Concern;
use crate::compile::django::project::Value;
use crate::compile::django::read::DEFAULT_ALIAS;
use crate::compile::django::read::syntax::tree::Span;
use crate::dialect::Dialect;

impl Interpreter<'_> {
    /// `path.name`
    pub fn outside_attribute(&mut self, path: &str, name: &str) -> Evaluated {
        let full = [path, ".", name].concat();
        if path == STATE {
            self.watch_state(name);
        }
        let connection = is_connection(path);
        let dialect = self.world.dialect;
        let version = i128::from(self.world.django.0);
        Ok(match (path, name) {
            ("schema_editor", "collect_sql") => Live::Bool(false),
            ("schema_editor", name) if let Some(text) = template(name, dialect, self.world.django) => {
                Live::str(text)
            }
            (_, "vendor") if connection => Live::str(match dialect {
                Dialect::Postgres => "postgresql",
                Dialect::Mysql | Dialect::Mariadb => "mysql",
                Dialect::Sqlite => "sqlite",
            }),
            (_, "mysql_is_mariadb") if connection => Live::Bool(dialect == Dialect::Mariadb),
            (_, "alias") if connection => Live::str(self.world.database),
            (_, "settings_dict") if connection => {
                let engine = match dialect {
                    Dialect::Postgres => "django.db.backends.postgresql",
                    Dialect::Mysql | Dialect::Mariadb => "django.db.backends.mysql",
                    Dialect::Sqlite => "django.db.backends.sqlite3",
                };
                let engine = self.engine_of_its_own().unwrap_or_else(|| engine.into());
                // Which database it is on which server no source says.
                let unknown = || {
                    self.unknown_in(&Module::nowhere(), Span::default(), "asks the connection where it leads")
                };
                let open = ["NAME", "USER", "PASSWORD", "HOST", "PORT"].map(|it| (Live::str(it), unknown()));
                Live::dict([(Live::str("ENGINE"), Live::Str(engine))].into_iter().chain(open).collect())
            }
            (_, name)
                if path.strip_suffix(".features").is_some_and(is_connection)
                    && let Some(value) = self.feature(name) =>
            {
                value
            }
            ("django", "VERSION") => {
                let minor = i128::from(self.world.django.1);
                Live::tuple(vec![
                    Live::Int(version),
                    Live::Int(minor),
                    Live::Int(i128::from(self.world.micro)),
                    Live::str("final"),
                    Live::Int(0),
                ])
            }
            ("django", "__version__") => self.django_as_text(),
            ("django.db", "DEFAULT_DB_ALIAS") | ("django.db.utils", "DEFAULT_DB_ALIAS") => {
                Live::str(DEFAULT_ALIAS)
            }
            ("django.db.migrations.RunSQL", "noop") => Live::str(""),
            ("django.db", "connection") => Live::name("django.db.connection"),
            ("os", "environ") => Live::name("os.environ"),
            ("string", "ascii_lowercase") => Live::str("abcdefghijklmnopqrstuvwxyz"),
            ("string", "ascii_uppercase") => Live::str("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            ("string", "ascii_letters") => Live::str("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            ("string", "digits") => Live::str("0123456789"),
            ("os", "sep") => Live::str("/"),
            ("os.path", "sep") => Live::str("/"),
            ("sys", "argv") => Live::list(vec![Live::str("manage.py"), Live::str("migrate")]),
            // The versions that Django 5 and 6 run on; older Djangos' code asks for 2 and 3.
            ("sys", "version_info") => Live::tuple(vec![Live::Int(3), Live::Int(12), Live::Int(0)]),
            ("sys", "version") => Live::str("3.12.0"),
            ("sys", "hexversion") => Live::Int(0x030c_00f0),
            ("sys", "maxsize") => Live::Int(i128::from(i64::MAX)),
            ("sys", "platform") => Live::str("linux"),
            ("os", "name") => Live::str("posix"),
            ("sqlite3", "sqlite_version_info") => {
                Live::tuple(vec![Live::Int(3), Live::Int(45), Live::Int(0)])
            }
            ("builtins.dict" | "builtins.str" | "builtins.list", "__name__") => {
                Live::str(path.strip_prefix("builtins.").unwrap_or(path))
            }
            (_, "__name__" | "__qualname__") if is_class_of_django(path) => {
                Live::str(path.rsplit('.').next().unwrap_or(path))
            }
            ("typing", "TYPE_CHECKING") => Live::Bool(false),
            ("django.utils.version" | "django.utils.six" | "six", "PY2") => Live::Bool(false),
            ("django.utils.six" | "six", "PY3") => Live::Bool(true),
            _ => match self.library_value(path, name) {
                Some(found) => found,
                None => Live::Name(canonical(&full)),
            },
        })
    }

    /// What `DatabaseFeatures` of `django/db/backends/*/features.py` says as a constant, or by the server's version alone, of
    /// which the oldest is meant that this program reads.
    fn feature(&mut self, name: &str) -> Option<Live> {
        let is_mariadb = self.world.dialect == Dialect::Mariadb;
        match name {
            "can_introspect_json_field"
            | "supports_column_check_constraints"
            | "supports_json_field"
            | "supports_table_check_constraints" => return Some(Live::Bool(true)),
            "supports_expression_indexes" => return Some(Live::Bool(!is_mariadb)),
            _ => {}
        }
        let backend = match self.world.dialect {
            Dialect::Postgres => "postgresql",
            Dialect::Mysql | Dialect::Mariadb => "mysql",
            Dialect::Sqlite => "sqlite3",
        };
        let class = format!("django.db.backends.{backend}.features.DatabaseFeatures").into();
        match self.outside_member(&class, name, Of::Instance) {
            Member::Value(value) => Some(value),
            Member::Absent | Member::Method | Member::Unknown => None,
        }
    }

    /// `get_main_version` of `django/utils/version.py`.
    pub fn django_as_text(&self) -> Live {
        let ((major, minor), micro) = (self.world.django, self.world.micro);
        Live::str(if micro == 0 { format!("{major}.{minor}") } else { format!("{major}.{minor}.{micro}") })
    }

    /// What DATABASES says of the database at hand, where that is none of Django's own: those are the dialect's, whichever a
    /// developer's settings name.
    fn engine_of_its_own(&self) -> Option<Arc<str>> {
        let of = |value: &Value, name: &str| match value {
            Value::Dict(pairs) => pairs
                .iter()
                .find(|(key, _)| matches!(key, Value::Str(it) if **it == *name))
                .map(|(_, it)| it.clone()),
            _ => None,
        };
        let databases = self.world.settings?.values.get("DATABASES")?;
        match of(&of(databases, self.world.database)?, "ENGINE")? {
            Value::Str(engine) if !engine.starts_with("django.db.backends.") => Some(engine),
            _ => None,
        }
    }

    pub fn outside_subscript(
        &mut self,
        path: &str,
        index: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        Ok(match path {
            "django.db.connections" => {
                if index.as_str().is_none_or(|it| **it != *self.world.database) {
                    self.lose("it uses another database, or one that is not known");
                }
                Live::name("django.db.connection")
            }
            "sys.modules" => match index.as_str() {
                Some(name) if *name == scope.module.name => Live::Module(scope.module.clone()),
                Some(name) => match self.import(name)? {
                    Imported::Followed(module) => Live::Module(module),
                    Imported::Outside(_) | Imported::Missing => {
                        self.unknown(scope, span, format!("asks for the loaded module {name}"))
                    }
                },
                None => self.unknown(scope, span, "asks for a loaded module"),
            },
            "os.environ" => {
                let name = format::text(index).unwrap_or_default();
                if self.goes_on_unset {
                    let message = format!("assumed that {name} is not set in the environment");
                    self.tell(Concern::Assumed, &scope.module.clone(), span, message);
                    return Err(self.raise("KeyError", &name));
                }
                self.unknown(scope, span, format!("asks the environment for {name}"))
            }
            // Migrations write the member of an enumeration so.
            "django.db.models.Deferrable" => match format::text(index) {
                Some(member) => Live::name(format!("{path}.{member}")),
                None => self.unknown(scope, span, format!("takes an element of `{path}`")),
            },
            // `Generic[T]`, `list[str]`
            path if path.starts_with("typing.")
                || path.starts_with("builtins.")
                || path.starts_with("django.db.models.") =>
            {
                Live::name(path)
            }
            _ => self.unknown(scope, span, format!("takes an element of `{path}`")),
        })
    }
}

fn is_class_of_django(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or_default();
    path.starts_with("django.") && name.starts_with(|it: char| it.is_ascii_uppercase())
}

fn is_connection(path: &str) -> bool {
    matches!(path, "django.db.connection" | "schema_editor.connection" | "django.db.transaction.connection")
}

/// `max_name_length` of `django/db/backends/*/operations.py`.
pub fn longest_name(dialect: Dialect) -> Live {
    match dialect {
        Dialect::Postgres => Live::Int(63),
        Dialect::Mysql | Dialect::Mariadb => Live::Int(64),
        Dialect::Sqlite => Live::None,
    }
}
