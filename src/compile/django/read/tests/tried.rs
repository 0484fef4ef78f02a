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
    check(text, "?unpacks an instance of `missing.items`, which is not known");
}
