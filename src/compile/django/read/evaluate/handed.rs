//! Operations that hold others and hand their work on to them: what they come to is told by running their methods, with
//! a stand-in for the schema editor and for the states.

use std::rc::Rc;

use super::Interpreter;
use super::live::*;

/// What stands for the schema editor and for the state.
const EDITOR: &str = "schema_editor";
pub const STATE: &str = "project_state";
/// What a method of an operation may ask of a state without changing it.
const ASKED_OF_STATE: [&str; 2] = ["clone", "apps"];

/// The operations to which a method handed its work, as long as nothing else was seen.
pub struct Handed {
    method: &'static str,
    holder: Rc<Instance>,
    operations: Vec<Live>,
    /// Something of its own, or on a condition.
    lost: bool,
}

impl Interpreter<'_> {
    /// An operation of a class of the sources that does nothing but what others do, as the `SeparateDatabaseAndState` of
    /// these.
    pub fn handed_on(&mut self, instance: &Rc<Instance>, scope: &Rc<Scope>) -> Option<Rc<Instance>> {
        let Live::Class(class) = &instance.class else { return None };
        let class = class.clone();
        if self.handed.is_some() || !self.is_bare_operation(&class).ok()? || !self.holds_operations(instance)
        {
            return None;
        }
        let state = self.handed_by(instance, &class, "state_forwards", &[STATE], scope)?;
        let states = [EDITOR, "from_state", "to_state"];
        let database = self.handed_by(instance, &class, "database_forwards", &states, scope)?;
        let keywords = vec![
            ("database_operations".into(), Live::list(database)),
            ("state_operations".into(), Live::list(state)),
        ];
        Some(Rc::new(Instance {
            class: Live::name("django.db.migrations.SeparateDatabaseAndState"),
            args: Vec::new(),
            keywords,
            attributes: SharedNames::default(),
            base_calls: Default::default(),
            notice: Default::default(),
            module: instance.module.clone(),
            span: instance.span,
        }))
    }

    /// Derived from `Operation` itself.
    fn is_bare_operation(&mut self, class: &Rc<Class>) -> Result<bool, Stop> {
        let lineage = self.lineage(class)?;
        let mut outside = lineage.iter().filter_map(|it| match it {
            Live::Name(path) if path.starts_with("django.") => Some(path.clone()),
            _ => None,
        });
        Ok(outside
            .next()
            .is_some_and(|it| it.starts_with("django.db.migrations.") && it.ends_with(".Operation"))
            && outside.next().is_none())
    }

    fn holds_operations(&mut self, instance: &Rc<Instance>) -> bool {
        let values: Vec<Live> = instance.attributes.borrow().iter().map(|(_, value)| value.clone()).collect();
        values.iter().any(|it| match it {
            Live::List(items) => items.borrow().clone().iter().any(|it| self.is_operation(it)),
            Live::Tuple(items) => items.iter().any(|it| self.is_operation(it)),
            one => self.is_operation(one),
        })
    }

    fn is_operation(&mut self, value: &Live) -> bool {
        let Live::Instance(instance) = value else { return false };
        match &instance.class {
            Live::Name(path) => path.starts_with("django.db.migrations."),
            Live::Class(class) => {
                let class = class.clone();
                let is_djangos =
                    |it: &Live| matches!(it, Live::Name(path) if path.starts_with("django.db.migrations."));
                self.lineage(&class).is_ok_and(|it| it.iter().any(is_djangos))
            }
            _ => false,
        }
    }

    fn handed_by(
        &mut self,
        instance: &Rc<Instance>,
        class: &Rc<Class>,
        method: &'static str,
        others: &[&str],
        scope: &Rc<Scope>,
    ) -> Option<Vec<Live>> {
        let Ok(Some(Live::Function(closure))) = self.class_attribute(class, method) else { return None };
        self.handed = Some(Handed { method, holder: instance.clone(), operations: Vec::new(), lost: false });
        let args = std::iter::once("app_label").chain(others.iter().copied()).map(Live::name).collect();
        let receiver = Live::Instance(instance.clone());
        let done = self.call_closure(&closure, Some(&receiver), args, Vec::new(), scope, instance.span);
        let handed = self.handed.take()?;
        let is_known = !handed.lost && matches!(done, Ok(it) if !it.is_unknown());
        is_known.then_some(handed.operations)
    }

    /// A call while a method is followed for what it hands on. `None` where it is to be made as any other.
    pub fn hand_on(&mut self, receiver: &Live, method: &str, args: &[Live]) -> Option<Live> {
        let wanted = self.handed.as_ref()?.method;
        if method == "allow_migrate_model" || method == "allow_migrate" {
            return Some(Live::Bool(true));
        }
        if !matches!(method, "state_forwards" | "database_forwards") {
            return None;
        }
        let is_certain = self.journals.is_empty() && self.trying == 0;
        let is_other = |it: &Handed| !matches!(receiver, Live::Instance(one) if Rc::ptr_eq(one, &it.holder));
        let is_operation = self.is_operation(receiver);
        let editor = matches!(args.get(1), Some(Live::Name(it)) if **it == *EDITOR);
        let handed = self.handed.as_mut()?;
        if !is_operation || !is_other(handed) {
            handed.lost = true;
        } else if method == wanted {
            handed.lost |= !is_certain || (method == "database_forwards" && !editor);
            handed.operations.push(receiver.clone());
        }
        Some(Live::None)
    }

    /// Something that is not followed is called, or asked for.
    pub fn watch_outside(&mut self, path: &str, args: &[Live]) {
        let Some(handed) = &mut self.handed else { return };
        let below = |root: &str| path.strip_prefix(root).and_then(|it| it.strip_prefix('.'));
        let is_editor = |it: &Live| matches!(it, Live::Name(name) if **name == *EDITOR || **name == *STATE);
        handed.lost |= below(EDITOR).is_some_and(|it| !it.starts_with("connection.alias"))
            || below(STATE)
                .is_some_and(|it| !ASKED_OF_STATE.contains(&it.split('.').next().unwrap_or_default()))
            || args.iter().any(is_editor);
    }
}
