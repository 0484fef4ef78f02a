//! `Q`: `Query.build_where` and `WhereNode.as_sql` (`django/db/models/sql/query.py`, `where.py`), and the
//! lookups of `django/db/models/lookups.py`.

use super::{Writer, literal};
use crate::compile::django::field::{Arguments, BuiltIn, last_segment};
use crate::compile::django::index::ColumnFact;
use crate::compile::django::project::{Object, Value};
use crate::dialect::Dialect;

/// `WhereNode`.
struct Node {
    connector: Connector,
    negated: bool,
    children: Vec<Child>,
}

enum Child {
    Node(Node),
    Sql(String),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Connector {
    And,
    Or,
}

/// Whether the object is a condition by itself.
pub fn is_one(object: &Object) -> bool {
    let is_django = object.class.starts_with("django.");
    is_django && (last_segment(&object.class) == "Q" || operator(last_segment(&object.class)).is_some())
}

/// The classes of lookups that can stand alone, since Django 4.0.
fn operator(class: &str) -> Option<&'static str> {
    match class {
        "Exact" => Some("exact"),
        "GreaterThan" => Some("gt"),
        "GreaterThanOrEqual" => Some("gte"),
        "LessThan" => Some("lt"),
        "LessThanOrEqual" => Some("lte"),
        "IsNull" => Some("isnull"),
        _ => None,
    }
}

impl Writer<'_> {
    pub(super) fn condition(&mut self, value: &Value) -> Option<String> {
        let Value::Object(object) = value else { return None };
        if is_q(object) {
            self.node(object, false)?.sql()
        } else {
            self.standing_lookup(object).or_else(|| self.expression(value))
        }
    }

    /// `Query._add_q`.
    fn node(&mut self, object: &Object, negated: bool) -> Option<Node> {
        let q = Arguments::of(object, |_| &[]);
        let connector = match q.get("_connector") {
            None => Connector::And,
            Some(Value::Str(text)) if &**text == "AND" => Connector::And,
            Some(Value::Str(text)) if &**text == "OR" => Connector::Or,
            Some(_) => return None,
        };
        let here = match q.get("_negated") {
            None | Some(Value::Bool(false)) => false,
            Some(Value::Bool(true)) => true,
            Some(_) => return None,
        };
        let negated = negated != here;
        let mut node = Node { connector, negated: here, children: Vec::new() };
        for child in q.rest() {
            match child {
                Value::Object(inner) if is_q(inner) => node.add(self.node(inner, negated)?),
                Value::Object(_) => node.children.push(Child::Sql(self.condition(child)?)),
                Value::Tuple(pair) | Value::List(pair) => {
                    let [Value::Str(key), value] = pair.as_slice() else { return None };
                    node.add(self.leaf(key, value, negated)?);
                }
                _ => return None,
            }
        }
        // `Q.__init__` sorts them.
        let mut keywords: Vec<_> =
            q.keywords().filter(|(name, _)| !matches!(&***name, "_connector" | "_negated")).collect();
        keywords.sort_by_key(|(name, _)| *name);
        for (key, value) in keywords {
            node.add(self.leaf(key, value, negated)?);
        }
        Some(node)
    }

    /// `Query.build_filter`: the lookup, and that a column which may be null is not, where it is negated.
    fn leaf(&mut self, key: &str, value: &Value, negated: bool) -> Option<Node> {
        let (name, lookup) = match key.split_once("__") {
            None => (key, "exact"),
            Some((name, lookup)) => (name, lookup),
        };
        let fact = self.fact(name)?;
        let (lookup, value) = match (lookup, value) {
            ("exact" | "iexact", Value::None) => ("isnull", &Value::Bool(true)),
            other => other,
        };
        let column = self.column(&fact);
        let sql = self.lookup(&column, Some(&fact), lookup, value)?;
        let mut node = Node { connector: Connector::And, negated: false, children: vec![Child::Sql(sql)] };
        if negated && lookup != "isnull" {
            if fact.nullable {
                node.children.push(Child::Sql(format!("{column} IS NOT NULL")));
            }
            if let Value::Object(_) = value
                && let Some(other) = self.field_of(value)
                && other.nullable
            {
                let other = self.column(&other);
                node.children.push(Child::Sql(format!("{other} IS NOT NULL")));
            }
        }
        Some(node)
    }

    /// `lhs` is a column, then with its fact, or another expression.
    fn lookup(&mut self, lhs: &str, fact: Option<&ColumnFact>, lookup: &str, rhs: &Value) -> Option<String> {
        let operator = match lookup {
            "isnull" => {
                return match rhs {
                    Value::Bool(true) => Some(format!("{lhs} IS NULL")),
                    Value::Bool(false) => Some(format!("{lhs} IS NOT NULL")),
                    _ => None,
                };
            }
            "in" => {
                let (Value::List(values) | Value::Tuple(values)) = rhs else { return None };
                let values: Option<Vec<_>> = values.iter().map(|value| self.literal(value, fact)).collect();
                let values = values.filter(|values| !values.is_empty())?;
                return Some(format!("{lhs} IN ({})", values.join(", ")));
            }
            "range" => {
                let (Value::List(values) | Value::Tuple(values)) = rhs else { return None };
                let [from, to] = values.as_slice() else { return None };
                let (from, to) = (self.literal(from, fact)?, self.literal(to, fact)?);
                return Some(format!("{lhs} BETWEEN {from} AND {to}"));
            }
            "exact" => {
                if let (Value::Bool(flag), Some(fact)) = (rhs, fact)
                    && is_boolean(fact)
                {
                    return Some(self.exact_boolean(lhs, *flag));
                }
                "="
            }
            "gt" => ">",
            "gte" => ">=",
            "lt" => "<",
            "lte" => "<=",
            _ => return self.pattern(lhs, fact?, lookup, rhs),
        };
        let rhs = match rhs {
            Value::Object(object) if !literal::is_literal(object) => {
                let sql = self.expression(rhs)?;
                let is_value = super::is_value(object);
                self.within_brackets(sql, is_value)
            }
            _ => self.literal(rhs, fact)?,
        };
        Some(format!("{lhs} {operator} {rhs}"))
    }

    /// `PatternLookup` and its like over a column of text: `operators` of each backend's `DatabaseWrapper`.
    fn pattern(&self, lhs: &str, fact: &ColumnFact, lookup: &str, rhs: &Value) -> Option<String> {
        const TEXTS: [BuiltIn; 5] =
            [BuiltIn::Char, BuiltIn::Slug, BuiltIn::Text, BuiltIn::File, BuiltIn::FilePath];
        let scalar = fact.scalar.as_ref().filter(|it| it.db_type.is_none() && TEXTS.contains(&it.class));
        let (Some(_), false, Value::Str(rhs)) = (scalar, fact.relation, rhs) else { return None };
        let (ignores_case, kind) = match lookup.strip_prefix('i') {
            Some(kind) if kind != "n" => (true, kind),
            _ => (false, lookup),
        };
        // `prep_for_like_query`
        let plain = rhs.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
        let pattern = match kind {
            "startswith" => format!("{plain}%"),
            "endswith" => format!("%{plain}"),
            "contains" => format!("%{plain}%"),
            "exact" if self.backend.dialect == Dialect::Postgres => rhs.to_string(),
            "exact" if ignores_case => plain,
            "regex" => rhs.to_string(),
            _ => return None,
        };
        let text = literal::text(&pattern, self.backend)?;
        let is_regex = kind == "regex";
        match self.backend.dialect {
            // A backslash has another kind of literal there.
            Dialect::Postgres if pattern.contains('\\') => None,
            Dialect::Postgres => Some(match (ignores_case, is_regex, kind) {
                (true, true, _) => format!("{lhs}::text ~* {text}"),
                (false, true, _) => format!("{lhs}::text ~ {text}"),
                (true, false, "exact") => format!("UPPER({lhs}::text) = UPPER({text})"),
                (true, false, _) => format!("UPPER({lhs}::text) LIKE UPPER({text})"),
                (false, false, _) => format!("{lhs}::text LIKE {text}"),
            }),
            Dialect::Sqlite => Some(match (ignores_case, is_regex) {
                (true, true) => format!("{lhs} REGEXP '(?i)' || {text}"),
                (false, true) => format!("{lhs} REGEXP {text}"),
                (_, false) => format!(r"{lhs} LIKE {text} ESCAPE '\'"),
            }),
            Dialect::Mysql | Dialect::Mariadb if !is_regex => {
                let binary = if ignores_case { "" } else { "BINARY " };
                Some(format!("{lhs} LIKE {binary}{text}"))
            }
            Dialect::Mysql => {
                let case = if ignores_case { 'i' } else { 'c' };
                Some(format!("REGEXP_LIKE({lhs}, {text}, '{case}')"))
            }
            Dialect::Mariadb if ignores_case => Some(format!("{lhs} REGEXP {text}")),
            Dialect::Mariadb => Some(format!("{lhs} REGEXP BINARY {text}")),
        }
    }

    /// `Exact.as_sql`: a column that is a truth value stands for itself where the backend says so, from
    /// Django 3.1 on (`conditional_expression_supported_in_where_clause`).
    fn exact_boolean(&self, lhs: &str, flag: bool) -> String {
        let django = self.backend.django;
        let stands_alone = match self.backend.dialect {
            Dialect::Postgres => django >= (3, 1),
            Dialect::Mysql | Dialect::Mariadb => ((3, 1)..(4, 1)).contains(&django),
            Dialect::Sqlite => ((3, 1)..(6, 1)).contains(&django),
        };
        match (stands_alone, flag) {
            (true, true) => lhs.to_owned(),
            (true, false) => format!("NOT {lhs}"),
            (false, _) => format!("{lhs} = {}", literal::boolean(flag, self.backend)),
        }
    }

    /// `Lookup.process_rhs`.
    fn within_brackets(&self, sql: String, is_value: bool) -> String {
        let django = self.backend.django;
        let brackets = django < (3, 0) || (django >= (4, 0) && !(is_value && django >= (5, 1)));
        if brackets && (django < (3, 0) || !sql.starts_with('(')) { format!("({sql})") } else { sql }
    }

    fn literal(&self, value: &Value, fact: Option<&ColumnFact>) -> Option<String> {
        match fact {
            Some(fact) => {
                let scalar = fact.scalar.as_ref().filter(|scalar| scalar.db_type.is_none())?;
                literal::of_column(value, scalar.class, self.backend)
            }
            None => match value {
                Value::Int(_) | Value::Str(_) => literal::plain(value, self.backend),
                _ => None,
            },
        }
    }

    /// `GreaterThan(F("a"), F("b"))`.
    fn standing_lookup(&mut self, object: &Object) -> Option<String> {
        let lookup = operator(last_segment(&object.class))?;
        let arguments = Arguments::of(object, |_| &["lhs", "rhs"]);
        let (lhs, rhs) = (arguments.get("lhs")?, arguments.get("rhs")?);
        let fact = self.field_of(lhs);
        let lhs = self.expression(lhs)?;
        self.lookup(&lhs, fact.as_ref(), lookup, rhs)
    }
}

fn is_q(object: &Object) -> bool {
    object.class.starts_with("django.") && last_segment(&object.class) == "Q"
}

fn is_boolean(fact: &ColumnFact) -> bool {
    fact.scalar.as_ref().is_some_and(|it| matches!(it.class, BuiltIn::Boolean | BuiltIn::NullBoolean))
}

impl Node {
    /// `Node.add` (`django/utils/tree.py`): what is joined in the same way becomes one.
    fn add(&mut self, other: Self) {
        if !other.negated && (other.connector == self.connector || other.children.len() == 1) {
            self.children.extend(other.children);
        } else {
            self.children.push(Child::Node(other));
        }
    }

    /// `WhereNode.as_sql`; `None` for a node that says nothing.
    fn sql(&self) -> Option<String> {
        let parts: Option<Vec<String>> = (self.children.iter())
            .map(|child| match child {
                Child::Node(node) => node.sql(),
                Child::Sql(sql) => Some(sql.clone()),
            })
            .collect();
        let parts = parts.filter(|parts| !parts.is_empty())?;
        let connector = match self.connector {
            Connector::And => " AND ",
            Connector::Or => " OR ",
        };
        let joined = parts.join(connector);
        Some(match (self.negated, parts.len()) {
            (true, _) => format!("NOT ({joined})"),
            (false, 1) => joined,
            (false, _) => format!("({joined})"),
        })
    }
}
