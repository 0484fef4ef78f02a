//! `F`, `Value`, arithmetic, and the functions of `django/db/models/functions/`.

use super::{Writer, is_special, is_value, literal};
use crate::compile::django::field::{Arguments, last_segment};
use crate::compile::django::index::ColumnFact;
use crate::compile::django::project::{Object, Value};
use crate::dialect::Dialect;

impl Writer<'_> {
    /// `Expression.as_sql` of the backend; a plain string is a field's name.
    pub(super) fn expression(&mut self, value: &Value) -> Option<String> {
        if let Some(fact) = self.field_of(value) {
            return Some(self.column(&fact));
        }
        let Value::Object(object) = value else { return None };
        if !object.class.starts_with("django.") {
            return None;
        }
        let class = last_segment(&object.class);
        match class {
            "Value" => {
                let arguments = Arguments::of(object, |_| &["value"]);
                literal::plain(arguments.get("value").unwrap_or(&Value::None), self.backend)
            }
            "CombinedExpression" => self.combined(object),
            "ExpressionWrapper" => {
                let arguments = Arguments::of(object, |_| &["expression", "output_field"]);
                let inner = arguments.get("expression")?;
                match inner {
                    Value::Object(object) if super::condition::is_one(object) => self.condition(inner),
                    _ => self.expression(inner),
                }
            }
            "RawSQL" => {
                let arguments = Arguments::of(object, |_| &["sql", "params"]);
                let (Value::List(parameters) | Value::Tuple(parameters)) = arguments.get("params")? else {
                    return None;
                };
                let Value::Str(sql) = arguments.get("sql")? else { return None };
                (parameters.is_empty() && !sql.contains('%')).then(|| format!("({sql})"))
            }
            // A key's operator class and order stand outside of an expression.
            "OpClass" | "OrderBy" => None,
            "Now" => match self.backend.dialect {
                Dialect::Postgres => Some("STATEMENT_TIMESTAMP()".to_owned()),
                Dialect::Mysql | Dialect::Mariadb if self.backend.django < (4, 2) => {
                    Some("CURRENT_TIMESTAMP".to_owned())
                }
                Dialect::Mysql | Dialect::Mariadb => Some("CURRENT_TIMESTAMP(6)".to_owned()),
                Dialect::Sqlite if self.backend.django < (4, 2) => Some("CURRENT_TIMESTAMP".to_owned()),
                Dialect::Sqlite => Some("STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')".to_owned()),
            },
            // Django brings SQLite a function that the server does not have: no plan could use it.
            "Pi" if self.backend.dialect != Dialect::Sqlite => Some("PI()".to_owned()),
            "TransactionNow" => Some("CURRENT_TIMESTAMP".to_owned()),
            "RandomUUID" => Some("GEN_RANDOM_UUID()".to_owned()),
            "Collate" => {
                let arguments = Arguments::of(object, |_| &["expression", "collation"]);
                let Value::Str(collation) = arguments.get("collation")? else { return None };
                let inner = self.expression(arguments.get("expression")?)?;
                Some(format!("{inner} COLLATE {}", self.backend.dialect.quote(collation)))
            }
            "Func" => {
                let arguments = Arguments::of(object, |_| &[]);
                if arguments.get("template").is_some() || arguments.get("arg_joiner").is_some() {
                    return None;
                }
                let Value::Str(function) = arguments.get("function")? else { return None };
                let function = function.to_string();
                self.call(&function, arguments.rest())
            }
            "Left" => {
                let arguments = Arguments::of(object, |_| &["expression", "length"]);
                let (text, length) = (arguments.get("expression")?.clone(), arguments.get("length")?.clone());
                if self.backend.dialect == Dialect::Sqlite {
                    self.call("SUBSTR", &[text, Value::Int(1), length])
                } else {
                    self.call("LEFT", &[text, length])
                }
            }
            "Substr" => {
                let arguments = Arguments::of(object, |_| &["expression", "pos", "length"]);
                let parts = ["expression", "pos", "length"].map(|name| arguments.get(name).cloned());
                let parts: Vec<Value> = parts.into_iter().flatten().collect();
                let name = if self.backend.dialect == Dialect::Sqlite { "SUBSTR" } else { "SUBSTRING" };
                (parts.len() >= 2).then(|| self.call(name, &parts))?
            }
            _ => {
                let name = self.function(class)?;
                let arguments = Arguments::of(object, |_| &[]);
                // `output_field`, `filter` and what templates take: not for these.
                if arguments.keywords().next().is_some() {
                    return None;
                }
                self.call(name, arguments.rest())
            }
        }
    }

    /// The function's name, for those that are written alike wherever they are.
    fn function(&self, class: &str) -> Option<&'static str> {
        let is_sqlite = self.backend.dialect == Dialect::Sqlite;
        Some(match class {
            "Lower" => "LOWER",
            "Upper" => "UPPER",
            "Length" if self.is_mysql() => "CHAR_LENGTH",
            "Length" => "LENGTH",
            "Coalesce" => "COALESCE",
            "Abs" => "ABS",
            "Trim" => "TRIM",
            "LTrim" => "LTRIM",
            "RTrim" => "RTRIM",
            "MD5" => "MD5",
            "Reverse" => "REVERSE",
            "NullIf" => "NULLIF",
            "Greatest" if is_sqlite => "MAX",
            "Least" if is_sqlite => "MIN",
            "Greatest" => "GREATEST",
            "Least" => "LEAST",
            _ => return None,
        })
    }

    fn call(&mut self, name: &str, arguments: &[Value]) -> Option<String> {
        let arguments: Option<Vec<String>> = (arguments.iter())
            .map(|argument| match argument {
                // Strings are names of fields, other values are themselves: `Func._parse_expressions`.
                Value::Int(_) | Value::Bool(_) | Value::Float(_) => literal::plain(argument, self.backend),
                _ => self.expression(argument),
            })
            .collect();
        Some(format!("{name}({})", arguments?.join(", ")))
    }

    fn combined(&mut self, object: &Object) -> Option<String> {
        let arguments = Arguments::of(object, |_| &["lhs", "connector", "rhs", "output_field"]);
        let Value::Str(connector) = arguments.get("connector")? else { return None };
        if !matches!(&**connector, "+" | "-" | "*" | "/") {
            return None;
        }
        let mut operands = Vec::new();
        for operand in [arguments.get("lhs")?, arguments.get("rhs")?] {
            let fact = self.field_of(operand);
            if let Some(fact) = &fact {
                let class = fact.scalar.as_ref()?.class;
                if is_special(class, self.backend.dialect) {
                    return None;
                }
            }
            operands.push(match operand {
                Value::Int(_) | Value::Float(_) => literal::plain(operand, self.backend)?,
                _ => self.expression(operand)?,
            });
        }
        Some(format!("({})", operands.join(&format!(" {connector} "))))
    }

    /// The field that `F("name")`, or a plain string, names.
    pub(super) fn field_of(&self, value: &Value) -> Option<ColumnFact> {
        match value {
            Value::Str(name) => self.fact(name),
            Value::Object(object) if is_f(object) => {
                match Arguments::of(object, |_| &["name"]).get("name")? {
                    Value::Str(name) => self.fact(name),
                    _ => None,
                }
            }
            Value::Object(object) if is_value(object) => None,
            _ => None,
        }
    }
}

fn is_f(object: &Object) -> bool {
    object.class.starts_with("django.") && last_segment(&object.class) == "F"
}
