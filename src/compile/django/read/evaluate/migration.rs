//! A class `Migration`, as Django instantiates it.

use std::rc::Rc;
use std::sync::Arc;

use super::Interpreter;
use super::handed::{APPLY, EDITOR, STATE};
use super::live::*;
use super::operator::equal;
use crate::compile::django::project::{AppliesIf, Beyond, Does, ON_CONDITION, QUESTION, Reach, Value, Work};
use crate::compile::django::read::syntax::tree::*;

/// What a migration says, as values.
pub struct Read {
    pub operations: Vec<Value>,
    pub dependencies: Vec<Value>,
    pub run_before: Vec<Value>,
    pub replaces: Vec<Value>,
    pub initial: Value,
    pub beyond: Option<Beyond>,
    /// What the constructor leaves in `app_label`, where that is another label.
    pub works_for: Option<Arc<str>>,
    /// What it sets in `app_label` while it runs.
    pub runs_for: Option<Arc<str>>,
    pub does: Does,
    pub applies_if: Option<AppliesIf>,
}

impl Read {
    /// Whatever else is a reason.
    fn is_beyond(&mut self, why: String) {
        match &mut self.beyond {
            Some(beyond) => beyond.apply = None,
            None => self.beyond = Some(why.into()),
        }
    }
}

impl Interpreter<'_> {
    pub fn migration(&mut self, class: &Rc<Class>, name: &str, label: &str, scope: &Rc<Scope>) -> Read {
        // What another took is not taken from this one.
        let steps = std::mem::take(&mut self.module_steps);
        let read = self.read_migration(class, name, label, scope);
        self.module_steps = steps;
        read
    }

    fn read_migration(&mut self, class: &Rc<Class>, name: &str, label: &str, scope: &Rc<Scope>) -> Read {
        let span = class.definition.as_ref().map(|it| it.span).unwrap_or_default();
        let args = vec![Live::str(name), Live::str(label)];
        let made = self.instantiate(class, args, Vec::new(), scope, span);
        let mut does = Does::default();
        let runs_for = match &made {
            Ok(Live::Instance(instance)) => self.label_while_it_runs(class, instance, scope),
            _ => None,
        };
        let beyond = if runs_for.is_some() { None } else { self.beyond(class, &mut does) };
        let applies_if = match &made {
            Ok(Live::Instance(instance)) if beyond.is_some() => self.applies_if(class, instance, scope),
            _ => None,
        };
        let mut list = |name: &str| -> Vec<Value> {
            let from_instance = match &made {
                Ok(Live::Instance(instance)) => instance.attributes.borrow().get(name).cloned(),
                _ => None,
            };
            let value = match from_instance {
                Some(value) => value,
                None => match self.class_attribute(class, name) {
                    Ok(value) => value.unwrap_or_else(|| Live::list(Vec::new())),
                    Err(stop) => self.stopped(scope, span, &stop),
                },
            };
            self.list_value(&value, scope, span)
        };
        // Following what operations do may take all the steps that there are.
        let [dependencies, run_before, replaces] = ["dependencies", "run_before", "replaces"].map(&mut list);
        let mut read = Read {
            operations: list("operations"),
            dependencies,
            run_before,
            replaces,
            initial: Value::None,
            beyond,
            works_for: None,
            runs_for,
            does,
            applies_if,
        };
        if let Ok(Some(initial)) = self.class_attribute(class, "initial") {
            read.initial = self.value(&initial, scope);
        }
        match made {
            Ok(Live::Instance(instance)) => {
                let works_for = instance.attributes.borrow().get("app_label").cloned();
                match works_for.map(|it| self.value(&it, scope)) {
                    Some(Value::Str(other)) if *other != *label => read.works_for = Some(other),
                    Some(Value::Unknown(why)) => {
                        read.applies_if = None;
                        read.is_beyond(format!("its `app_label` {}", why.reason));
                    }
                    _ => {}
                }
                if let Some(notice) = instance.notice.borrow().clone() {
                    read.applies_if = None;
                    read.is_beyond(notice);
                }
            }
            Ok(_) => {
                read.is_beyond(format!("`{}` makes no instance of itself", class.path));
            }
            Err(stop) => {
                if let Live::Unknown(why) = self.stopped(scope, span, &stop) {
                    read.is_beyond(format!("the constructor of `{}` {}", class.path, why.reason));
                }
            }
        }
        read
    }

    /// The label that both `apply` and `mutate_state` set before they call Django's, where they do no more than that and set
    /// it back.
    fn label_while_it_runs(
        &mut self,
        class: &Rc<Class>,
        instance: &Rc<Instance>,
        scope: &Rc<Scope>,
    ) -> Option<Arc<str>> {
        let mut labels = Vec::new();
        for method in ["mutate_state", "apply"] {
            let Some(Live::Function(function)) = self.class_attribute(class, method).ok()? else {
                return None;
            };
            if !function.definition.inside().body.iter().all(|it| is_plain(it, method)) {
                return None;
            }
            let label = |it: &Instance| it.attributes.borrow().get("app_label").cloned();
            let before = label(instance)?;
            let outer = self.ran_for.replace(Vec::new());
            let args = vec![Live::name(STATE), Live::name(EDITOR)];
            let args = if method == "apply" { args } else { args[..1].to_vec() };
            let receiver = Live::Instance(instance.clone());
            let done = self.call_closure(&function, Some(&receiver), args, Vec::new(), scope, instance.span);
            let ran = std::mem::replace(&mut self.ran_for, outer)?;
            let after = label(instance)?;
            match ran.as_slice() {
                [Live::Str(label)] if done.is_ok() && equal(&before, &after) == Some(true) => {
                    labels.push(label.clone());
                }
                _ => {
                    instance.attributes.borrow_mut().set("app_label".into(), before);
                    return None;
                }
            }
        }
        match labels.as_slice() {
            [one, other] if one == other => Some(one.clone()),
            _ => None,
        }
    }

    /// What an `apply` of its own hangs on that calls Django's on a condition, and else takes only the models along.
    fn applies_if(
        &mut self,
        class: &Rc<Class>,
        instance: &Rc<Instance>,
        scope: &Rc<Scope>,
    ) -> Option<AppliesIf> {
        let is_own = |it: &Live| matches!(it, Live::Function(_));
        let apply = self.class_attribute(class, APPLY).ok()?.filter(is_own)?;
        if self.class_attribute(class, "mutate_state").ok()?.as_ref().is_some_and(is_own) {
            return None;
        }
        let followed = self.followed_apply(instance, &apply, scope)?;
        let mut followed: Vec<Value> = followed.iter().map(|it| self.value(it, scope)).collect();
        let Some(Value::Object(done)) = followed.pop() else { return None };
        let is = |it: &Value, class: &str| matches!(it, Value::Object(it) if &*it.class == class);
        match (&*done.class, done.args.as_slice()) {
            (ON_CONDITION, [condition, usual])
                if is(usual, APPLY) && followed.iter().all(|it| is(it, QUESTION)) =>
            {
                Some(AppliesIf { questions: followed, condition: condition.clone() })
            }
            _ => None,
        }
    }

    /// Why `operations` may not be all that the migration does.
    fn beyond(&mut self, class: &Rc<Class>, does: &mut Does) -> Option<Beyond> {
        let lineage = match self.lineage(class) {
            Ok(lineage) => lineage,
            Err(_) => return Some(format!("the bases of `{}` are not known", class.path).into()),
        };
        let mut reaches = false;
        for it in lineage.iter() {
            match it {
                Live::Class(it) => {
                    if !Rc::ptr_eq(it, class) && it.names.borrow().get("__init_subclass__").is_some() {
                        let why = format!("`{}` runs code for each class that derives from it", it.path);
                        return Some(why.into());
                    }
                    for method in ["apply", "mutate_state"] {
                        let Some(found) = it.names.borrow().get(method).cloned() else { continue };
                        let apply = match &found {
                            Live::Function(apply) if method == "apply" => Some(self.function(apply)),
                            _ => None,
                        };
                        let unknown = Work { usual: Reach::Perhaps, ..Work::default() };
                        let work = apply.as_ref().map_or(&unknown, |it| &it.work);
                        match (work.usual, work.own) {
                            (Reach::Certainly, Reach::Never) => continue,
                            (Reach::Never, Reach::Never) => {
                                *does = Does::Nothing;
                                return None;
                            }
                            (Reach::Perhaps, Reach::Never) => {}
                            (_, Reach::Perhaps | Reach::Certainly) => *does = Does::Other,
                        }
                        let is_all = it.names.borrow().get("mutate_state").is_none();
                        let why = format!("`{}` overrides `{method}`", it.path);
                        return Some(Beyond { why, apply: apply.filter(|_| is_all) });
                    }
                }
                Live::Name(name) if &**name == "django.db.migrations.Migration" => reaches = true,
                Live::Name(name) if &**name == "builtins.object" => {}
                Live::Name(name) => {
                    let why = format!("it derives from `{name}`, which is in none of the sources");
                    return Some(why.into());
                }
                Live::Unknown(why) => return Some(format!("a base of it {}", why.reason).into()),
                _ => {}
            }
        }
        (!reaches).then(|| format!("`{}` does not derive from Django's Migration", class.path).into())
    }
}

/// Whether a statement only keeps something, says something, or calls the method of a base.
fn is_plain(stmt: &Stmt, method: &str) -> bool {
    let is_kept = |it: &Expr| match &it.kind {
        ExprKind::Name(_) => true,
        ExprKind::Attribute(object, name) => {
            matches!(object.kind, ExprKind::Name(_)) && &**name == "app_label"
        }
        _ => false,
    };
    let is_said = |it: &Expr| match &it.kind {
        ExprKind::Call(call) => match &call.function.kind {
            ExprKind::Attribute(_, name) if &**name == method => true,
            ExprKind::Attribute(object, _) => {
                matches!(&object.kind, ExprKind::Name(name) if matches!(&**name, "log" | "logger" | "logging"))
            }
            _ => false,
        },
        ExprKind::Literal(_) | ExprKind::Name(_) => true,
        ExprKind::Attribute(object, _) => matches!(object.kind, ExprKind::Name(_)),
        _ => false,
    };
    match &stmt.kind {
        StmtKind::Assign { targets, value } => targets.iter().all(is_kept) && is_said(value),
        StmtKind::Expr(value) | StmtKind::Return(Some(value)) => is_said(value),
        StmtKind::Pass => true,
        _ => false,
    }
}
