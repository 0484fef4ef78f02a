//! What raises within a `try`, and what may.

use super::Tree;

#[track_caller]
fn check(before: &str, operation: &str) {
    Tree::migration(before, "operations = [made]").check(&[operation]);
}

#[test]
fn an_operation_that_certainly_raises_leads_to_its_handler() {
    let raises = |statement: &str, handler: &str| {
        check(&format!("try:\n    {statement}\n    made = 1\nexcept {handler}:\n    made = 2\n"), "2");
    };
    raises("1 // 0", "ZeroDivisionError");
    raises("1 % 0", "ArithmeticError");
    raises("'a' + 1", "TypeError");
    raises("-'a'", "TypeError");
    raises("1 < 'a'", "(ValueError, TypeError)");
    raises("2 in 5", "TypeError");
    raises("'abc'[5]", "LookupError");
    raises("assert [] == [1]", "AssertionError");
    raises("[1, 2].index(3)", "ValueError");
    raises("('a', 'b').index('c')", "ValueError");
}

#[test]
fn an_operation_that_may_raise_leaves_both_ways() {
    let may_raise = |statement: &str, handler: &str| {
        let text = format!(
            "import os, lib\nkept = [0]\ntry:\n    {statement}\n    kept.append(1)\nexcept {handler}:\n    kept = [2]\n\
             made = kept\n"
        );
        let migration = Tree::migration(&text, "operations = [made]").read();
        let shown = super::show(&super::only(&migration).operations[0]);
        assert!(shown.contains('?'), "{statement}: {shown}");
    };
    may_raise("int(lib.number())", "ValueError");
    may_raise("assert lib.flag()", "AssertionError");
    may_raise("1 // lib.number()", "ZeroDivisionError");
    may_raise("{}.nothing", "AttributeError");
    may_raise("a, b = [*lib.items()]", "ValueError");
    may_raise("[1, lib.number()].index(3)", "ValueError");
}

/// A library that is not there, and what modules lack (of Python 3.12).
#[test]
fn what_is_not_there_leads_to_its_handler() {
    let raises = |statement: &str, handler: &str| {
        let text = format!(
            "import importlib, importlib.util, collections\nfrom django.apps import apps\nfrom django.db import models\n\
             from django.utils.module_loading import import_string\ntry:\n    {statement}\n    made = 1\n\
             except {handler}:\n    made = 2\n"
        );
        let django = "class Field: pass\n";
        let project = Tree::migration(&text, "operations = [made]")
            .file("django/__init__.py", "")
            .file("django/db/__init__.py", "")
            .file("django/db/models/__init__.py", django)
            .read();
        assert_eq!(super::show(&super::only(&project).operations[0]), "2", "{statement}");
    };
    raises("importlib.import_module('nowhere')", "ImportError");
    raises("x = importlib.import_module('.nowhere', 'shop')", "ModuleNotFoundError");
    raises("__import__('nowhere')", "ImportError");
    raises("import_string('nowhere.X')", "ImportError");
    raises("importlib.util.find_spec('nowhere.x')", "ModuleNotFoundError");
    raises("models.Nothing", "AttributeError");
    raises("x = getattr(models, 'Nothing')", "AttributeError");
    raises("from collections import Mapping", "ImportError");
    raises("apps.get_app_config('nowhere')", "LookupError");
    raises("undefined", "NameError");
    check("try:\n    import tomllib, lzma\n    made = 1\nexcept ImportError:\n    made = 2\n", "1");
    check("from django.db import models\nmade = getattr(models, 'Field', 2)", "django.db.models.Field");
}

/// On Django 5.2.
#[test]
fn what_this_django_does_not_take_raises() {
    let text = |call: &str| {
        format!(
            "from django.db import models\ntry:\n    models.{call}\n    made = 1\nexcept TypeError:\n    made = 2\n"
        )
    };
    let of = |django: (u32, u32), call: &str| {
        let mut tree = Tree::migration(&text(call), "operations = [made]");
        tree.request.django = Some(django);
        super::show(&super::only(&tree.read()).operations[0])
    };
    assert_eq!(of((4, 2), "IntegerField(db_default=1)"), "2");
    assert_eq!(of((5, 0), "IntegerField(db_default=1)"), "1");
    assert_eq!(of((5, 0), "CheckConstraint(condition=models.Q(x=1), name='c')"), "2");
    assert_eq!(of((6, 0), "CheckConstraint(check=models.Q(x=1), name='c')"), "2");
    assert_eq!(of((4, 2), "UniqueConstraint(fields=['x'], name='u', nulls_distinct=False)"), "2");
}

#[test]
fn a_member_is_asked_for_by_its_value() {
    let kind = "from enum import Enum\nclass Kind(Enum):\n    A = 'a'\n    B = 'b'\n";
    check(&format!("{kind}made = 1 if Kind('b') is Kind.B else 2\n"), "1");
    check(&format!("{kind}made = 1 if Kind('b') is Kind.A else 2\n"), "2");
    check(&format!("{kind}made = Kind('b').name\n"), "\"B\"");
    check("from django.db.models import Q\nmade = 1 if Q() else 2\n", "2");
    check("from django.db.models import Q\nmade = 1 if Q(a=1) else 2\n", "1");
}

#[test]
fn what_a_function_that_is_not_followed_may_raise_leaves_both_ways() {
    let is_known = |statement: &str, handler: &str| {
        let text = format!(
            "import json, importlib.metadata, lib\nmade = 0\ntry:\n    {statement}\n    made = 1\nexcept {handler}:\n    made = 2\n"
        );
        let project = Tree::migration(&text, "operations = [made]").read();
        !super::show(&super::only(&project).operations[0]).contains('?')
    };
    assert!(!is_known("importlib.metadata.version('nowhere')", "importlib.metadata.PackageNotFoundError"));
    assert!(!is_known("open('/nowhere')", "FileNotFoundError"));
    assert!(!is_known("json.loads('x')", "ValueError"));
    assert!(!is_known("lib.run()", "Exception"));
    // No failed import is what it raises.
    assert!(is_known("lib.run()", "ImportError"));
    assert!(is_known("json.loads('[]')", "ValueError"));
}

#[test]
fn what_only_a_failed_import_would_catch_is_no_doubt() {
    check(
        "import lib\ntry:\n    x = 1 // lib.number()\n    made = 1\nexcept ImportError:\n    made = 2\n",
        "1",
    );
}

#[test]
fn what_an_inner_try_does_not_catch_an_outer_one_may() {
    let text = "import lib\nmade = 0\ntry:\n    try:\n        x = 1 // lib.number()\n    except KeyError:\n        pass\n    \
                made = 1\nexcept ArithmeticError:\n    made = 2\n";
    let project = Tree::migration(text, "operations = [made]").read();
    assert!(super::show(&super::only(&project).operations[0]).starts_with('?'));
}

#[test]
fn suppress_is_a_try() {
    let text = "from contextlib import suppress\nmade = 1\nwith suppress(KeyError):\n    x = {}['a']\n    made = 2\n";
    check(text, "1");
    check(&text.replace("{}", "{'a': 1}"), "2");
}

/// A frozen record: found by programs written by chance.
#[test]
fn a_class_that_refuses_an_attribute_hides_no_other_way() {
    let text = "import missing
class Frozen:
    def __setattr__(self, name, value): raise AttributeError(name)
made = 1
try:
    largest = max(missing.items())
    try:
        Frozen().a = 9
    except AttributeError:
        made = 2
except ValueError:
    made = 3
";
    check(text, "?makes an instance of `missing.items`, which may raise");
}
