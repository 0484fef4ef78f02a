//! What a class of Django's has under a name, as its own source says it: nothing of it is run.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::super::Interpreter;
use super::super::class::is_object;
use super::super::live::*;
use crate::compile::django::read::syntax::Source;
use crate::compile::django::read::syntax::tree::*;

/// How many imports and bases lie between a name and what it leads to, at the most.
const DEEP: u32 = 24;

/// What is under a name.
#[derive(Clone, Debug)]
pub enum Member {
    /// Nothing: Python raises an AttributeError.
    Absent,
    Method,
    /// What the class says, or the constructor where it is not told otherwise.
    Value(Live),
    /// Something, or nothing, that its source does not tell.
    Unknown,
}

/// Whose attribute it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Of {
    Class,
    Instance,
}

/// A class and those that it derives from, as they are written.
type Chain = Vec<(Arc<Source>, Arc<ClassDef>)>;

/// By path; `None` where a part of them is not to be found, or a metaclass makes them.
pub type Chains = HashMap<Arc<str>, Option<Rc<Chain>>, RandomState>;

/// What was found, by the class, the name, and whose it is.
pub type Members = HashMap<(Arc<str>, Box<str>, Of), Member, RandomState>;

/// What nearly every class of a project calls of Django's: no source has to be opened for it.
const METHODS: &[&str] = &[
    "__init__",
    "allow_migrate_model",
    "apply",
    "clone",
    "constraint_sql",
    "contribute_to_class",
    "create_sql",
    "database_backwards",
    "database_forwards",
    "db_parameters",
    "db_type",
    "deconstruct",
    "formfield",
    "get_internal_type",
    "get_prep_value",
    "rel_db_type",
    "remove_sql",
    "state_forwards",
    "unapply",
];

impl Interpreter<'_> {
    /// What the classes that are not followed give this one, or an instance of it.
    pub fn member_of_bases(&mut self, class: &Rc<Class>, name: &str, of: Of) -> Result<Member, Stop> {
        for outside in self.lineage(class)?.iter() {
            match outside {
                Live::Class(_) => {}
                outside if is_object(outside) => {}
                Live::Name(path) => match self.outside_member(path, name, of) {
                    Member::Absent => {}
                    found => return Ok(found),
                },
                _ => return Ok(Member::Unknown),
            }
        }
        Ok(Member::Absent)
    }

    /// Whether what an instance has of a class that is not followed is surely a method, and no value.
    pub fn is_method(&mut self, bound: &Bound) -> bool {
        let (class, name) = match (&bound.callee, &bound.receiver) {
            (Callee::Base(class, name), _) => (class.clone(), name.clone()),
            (Callee::Method(name), Live::Instance(instance)) => match &instance.class {
                Live::Name(class) => (class.clone(), name.clone()),
                _ => return false,
            },
            _ => return false,
        };
        matches!(self.outside_member(&class, &name, Of::Instance), Member::Method)
    }

    /// Whether a class of Django's has an attribute, by the path of that; `None` where it cannot be told.
    pub fn is_member(&mut self, path: &str) -> Option<bool> {
        let (class, name) = path.rsplit_once('.')?;
        match self.outside_member(&class.into(), name, Of::Class) {
            Member::Absent => Some(false),
            Member::Method | Member::Value(_) => self.chain_of(&class.into()).map(|_| true),
            Member::Unknown => None,
        }
    }

    /// Whether instances of this class may hold nothing, and are false then.
    pub fn is_container(&mut self, class: &Rc<Class>) -> Result<bool, Stop> {
        let is_plain = |path: &str| {
            ["abc.", "django.", "enum.", "typing."].iter().any(|it| path.starts_with(it))
                || path.strip_prefix("builtins.").is_some_and(|it| {
                    it == "object" || ["Error", "Exception", "Warning"].iter().any(|end| it.ends_with(end))
                })
        };
        let lineage = self.lineage(class)?;
        Ok(lineage.iter().any(|it| matches!(it, Live::Name(path) if !is_plain(path))))
    }

    /// What a class that is not followed, or an instance of it, has.
    pub fn outside_member(&mut self, path: &Arc<str>, name: &str, of: Of) -> Member {
        if METHODS.contains(&name) {
            return Member::Method;
        }
        if matches!(&**path, "abc.ABC" | "typing.Generic") && !name.starts_with('_') {
            return Member::Absent;
        }
        let Some(chain) = self.chain_of(path) else { return Member::Unknown };
        let key = (path.clone(), name.into(), of);
        self.members.entry(key).or_insert_with(|| member_of_chain(&chain, name, of)).clone()
    }

    fn chain_of(&mut self, path: &Arc<str>) -> Option<Rc<Chain>> {
        if !path.starts_with("django.") {
            return None;
        }
        if let Some(known) = self.chains.get(path) {
            return known.clone();
        }
        let mut chain = Chain::new();
        let (module, name) = path.rsplit_once('.')?;
        let found = self.collect_chain(module, name, DEEP, &mut chain).map(|()| Rc::new(chain));
        self.chains.insert(path.clone(), found.clone());
        found
    }

    fn collect_chain(&self, module: &str, name: &str, depth: u32, chain: &mut Chain) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let place = self.world.sources.find(module)?;
        let source = self.world.sources.load(&place.file()?).ok()?;
        let package = if place.folder().is_some() { module } else { module.rsplit_once('.')?.0 };
        let Some(class) = class_in(&source.body, name) else {
            let (module, name) = self.imported_from(&source.body, package, name)?;
            return self.collect_chain(&module, &name, depth, chain);
        };
        let inside = class.inside();
        let makes_attributes = ["__getattr__", "__getattribute__"];
        if inside.metaclass.is_some() || makes_attributes.iter().any(|it| in_body(&inside.body, it).is_some())
        {
            return None;
        }
        chain.push((source.clone(), class.clone()));
        for base in &inside.bases {
            match &base.kind {
                ExprKind::Name(base) if **base == *"object" => {}
                ExprKind::Name(base) => self.collect_chain(module, base, depth, chain)?,
                ExprKind::Attribute(of, base) => {
                    let ExprKind::Name(of) = &of.kind else { return None };
                    let (outer, inner) = self.imported_from(&source.body, package, of)?;
                    self.collect_chain(&format!("{outer}.{inner}"), base, depth, chain)?;
                }
                _ => return None,
            }
        }
        Some(())
    }

    /// The module and the name that a module binds to this name by an import.
    fn imported_from(&self, body: &[Stmt], package: &str, wanted: &str) -> Option<(String, String)> {
        body.iter().find_map(|stmt| {
            let StmtKind::ImportFrom { module, level, names } = &stmt.kind else { return None };
            let mut parts: Vec<&str> = if *level == 0 { Vec::new() } else { package.split('.').collect() };
            parts.truncate(parts.len().saturating_sub(level.saturating_sub(1) as usize));
            parts.extend(module.as_deref());
            let from = parts.join(".");
            names.iter().find_map(|alias| match &*alias.name {
                "*" => {
                    let has = self.names_of(&from)?.iter().any(|it| it == wanted);
                    has.then(|| (from.clone(), wanted.to_owned()))
                }
                name => {
                    let bound = alias.bound_as.as_deref().unwrap_or(name);
                    (bound == wanted).then(|| (from.clone(), name.to_owned()))
                }
            })
        })
    }
}

fn member_of_chain(chain: &Chain, name: &str, of: Of) -> Member {
    let value = match chain.iter().find_map(|(_, class)| in_body(&class.inside().body, name)) {
        Some(Member::Value(value)) => Some(value),
        Some(found) => return found,
        None => None,
    };
    // What every class of them says of the name is looked for in its whole text.
    let mentions: Vec<Mentions> =
        chain.iter().map(|(source, class)| Mentions::of(text_of(source, class), name)).collect();
    if mentions.iter().any(|it| it.set > 0) {
        let kept = kept_default(chain, &mentions, name).filter(|_| of == Of::Instance);
        return kept.map_or(Member::Unknown, Member::Value);
    }
    match value {
        Some(value) => Member::Value(value),
        None if mentions.iter().any(|it| it.asked > 0) => Member::Unknown,
        None => Member::Absent,
    }
}

fn class_in<'s>(body: &'s [Stmt], name: &str) -> Option<&'s Arc<ClassDef>> {
    body.iter().rev().find_map(|stmt| match &stmt.kind {
        StmtKind::Class(class) if *class.name == *name => Some(class),
        _ => None,
    })
}

fn text_of<'s>(source: &'s Source, class: &ClassDef) -> &'s str {
    source.text.get(class.span.start as usize..class.span.end as usize).unwrap_or(&source.text)
}

/// What the body of a class binds to the name.
fn in_body(body: &[Stmt], name: &str) -> Option<Member> {
    body.iter().rev().find_map(|stmt| match &stmt.kind {
        StmtKind::Function(it) if *it.name == *name => {
            let are_plain = it.head().decorators.iter().all(
                |it| matches!(&it.kind, ExprKind::Name(name) if matches!(&**name, "classmethod" | "staticmethod")),
            );
            Some(if are_plain { Member::Method } else { Member::Unknown })
        }
        StmtKind::Class(it) if *it.name == *name => Some(Member::Unknown),
        StmtKind::Assign { targets, value } if targets.iter().any(|it| is_name(it, name)) => {
            Some(literal(value).map_or(Member::Unknown, Member::Value))
        }
        StmtKind::If { then, otherwise, .. } => {
            in_body(then, name).or_else(|| in_body(otherwise, name)).map(|_| Member::Unknown)
        }
        StmtKind::Pass | StmtKind::Expr(_) | StmtKind::Function(_) | StmtKind::Class(_) => None,
        StmtKind::Assign { targets, .. } if targets.iter().all(|it| matches!(it.kind, ExprKind::Name(_))) => None,
        _ => Some(Member::Unknown),
    })
}

fn is_name(expr: &Expr, name: &str) -> bool {
    matches!(&expr.kind, ExprKind::Name(it) if **it == *name)
}

fn literal(expr: &Expr) -> Option<Live> {
    let ExprKind::Literal(literal) = &expr.kind else { return None };
    Some(match literal {
        Literal::None => Live::None,
        Literal::Bool(it) => Live::Bool(*it),
        Literal::Int(it) => Live::Int(*it),
        Literal::Str(it) => Live::Str(it.clone()),
        Literal::Ellipsis | Literal::Float(_) | Literal::Bytes(_) => return None,
    })
}

/// What a constructor that keeps its argument as it is has where nothing is given: `self.name = name`, and nothing else sets it.
fn kept_default(chain: &Chain, mentions: &[Mentions], name: &str) -> Option<Live> {
    if mentions.iter().map(|it| it.set).sum::<usize>() != 1 {
        return None;
    }
    for ((_, class), mentioned) in chain.iter().zip(mentions) {
        let constructor = class.inside().body.iter().find_map(|stmt| match &stmt.kind {
            StmtKind::Function(it) if &*it.name == "__init__" => Some(it.inside()),
            _ => None,
        });
        let Some(constructor) = constructor else { continue };
        let Parameters { positional, keyword_only, .. } = &constructor.parameters;
        let Some(parameter) = positional.iter().chain(keyword_only).find(|it| *it.name == *name) else {
            // It may hand on another.
            if mentioned.asked > 0 {
                return None;
            }
            continue;
        };
        let of_self = |it: &Expr| matches!(&it.kind, ExprKind::Attribute(object, it) if **it == *name && is_name(object, "self"));
        let keeps = constructor.body.iter().any(|stmt| {
            matches!(&stmt.kind, StmtKind::Assign { targets, value } if targets.iter().any(of_self) && is_name(value, name))
        });
        return literal(parameter.default.as_ref()?).filter(|_| keeps);
    }
    None
}

/// How often the text of a class speaks of an attribute, and how often it may set it: `.name = …`, `.name, other = …`.
struct Mentions {
    asked: usize,
    set: usize,
}

impl Mentions {
    fn of(text: &str, name: &str) -> Self {
        // Under which name is computed.
        let is_open =
            ["setattr(self,", "self.__dict__[", "self.__dict__.update("].iter().any(|it| text.contains(it));
        let mut found = Self { asked: 0, set: if is_open { 2 } else { 0 } };
        let is_word = |it: char| it.is_alphanumeric() || it == '_';
        for (at, _) in text.match_indices(name) {
            let (before, after) = (text[..at].chars().next_back(), &text[at + name.len()..]);
            if after.starts_with(is_word) || !before.is_some_and(|it| matches!(it, '.' | '"' | '\'')) {
                continue;
            }
            let after = after.trim_start_matches(' ').trim_start_matches(['+', '-', '|', '&', '*']);
            let on_the_line = after.lines().next().unwrap_or_default();
            let is_set = after.starts_with('=') && !after.starts_with("==")
                || after.starts_with([',', ':']) && on_the_line.contains('=');
            if is_set && before == Some('.') { found.set += 1 } else { found.asked += 1 }
        }
        found
    }
}
