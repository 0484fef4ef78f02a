//! Classes behind decorators.

use super::{HEAD, Tree, only, show, told};
use crate::compile::django::project::Value;

fn migration(before: &str, class: &str) -> Tree {
    let text = format!("{HEAD}{before}\n{class}\n");
    Tree::new().file("shop/migrations/0001_initial.py", &text).app("shop")
}

const TWO: &str = "class Migration(migrations.Migration):\n    operations = [1, 2]\n";

fn operations(tree: Tree) -> Vec<String> {
    only(&tree.read()).operations.iter().map(show).collect()
}

#[test]
fn a_decorator_of_the_sources_is_followed() {
    let adds = "def more(cls):\n    cls.operations = [*cls.operations, 3]\n    return cls\n";
    assert_eq!(operations(migration(adds, &format!("@more\n{TWO}"))), ["1", "2", "3"]);
    let appends = "def more(cls):\n    cls.operations.append(3)\n    return cls\n";
    assert_eq!(operations(migration(appends, &format!("@more\n{TWO}"))), ["1", "2", "3"]);
    let derives = "def more(by):\n    def inner(cls):\n        class Made(cls):\n            \
                   operations = cls.operations + [by]\n        return Made\n    return inner\n";
    assert_eq!(operations(migration(derives, &format!("@more(3)\n@more(4)\n{TWO}"))), ["1", "2", "4", "3"]);
}

#[test]
fn what_an_unknown_decorator_makes_of_a_migration_is_not_known() {
    let tree = migration("from nowhere import more\n", &format!("@more\n{TWO}"));
    assert_eq!(operations(tree), ["?is decorated by nowhere.more, and what that makes of it is not known"]);
    let forgets = "def more(cls):\n    cls.operations.append(3)\n";
    let made = operations(migration(forgets, &format!("@more\n{TWO}")));
    assert!(matches!(made.as_slice(), [only] if only.starts_with('?')), "{made:?}");
}

#[test]
fn a_decorator_that_changes_nothing_is_let_be() {
    let harmless =
        "from django.utils.deconstruct import deconstructible\nfrom functools import total_ordering\n";
    let class = format!("@deconstructible(path='shop.Migration')\n@total_ordering\n{TWO}");
    let project = migration(harmless, &class).read();
    assert_eq!(told(&project), Vec::<String>::new());
    assert_eq!(only(&project).operations.len(), 2);
}

#[test]
fn instances_of_a_class_behind_an_unknown_decorator_are_not_known() {
    let fields = "from attrs import define\nfrom django.db import models\n\
                  @define\nclass Column:\n    name: str = ''\n    null: bool = True\n\
                  def same(cls):\n    return cls\n\
                  @same\nclass Plain(models.IntegerField):\n    pass\n\
                  @define\nclass Odd(models.IntegerField):\n    pass\n\
                  class Odder(Odd):\n    pass\n";
    let head = format!("{HEAD}from shop.fields import Column, Odd, Odder, Plain\n");
    let body = "class Migration(migrations.Migration):\n    \
                operations = [Plain(null=True), Odd(null=True), Odder(null=True), Column('a', False).null]\n";
    let tree = Tree::new()
        .file("shop/fields.py", fields)
        .file("shop/migrations/0001_initial.py", &format!("{head}{body}"))
        .app("shop");
    let project = tree.read();
    let operations: Vec<String> = only(&project).operations.iter().map(show).collect();
    assert!(operations[0].starts_with("Plain("), "{operations:?}");
    assert!(operations[1].contains("decorated by attrs.define"), "{operations:?}");
    let Value::Object(odder) = &only(&project).operations[2] else { panic!("{operations:?}") };
    assert!(odder.base.is_none() && !odder.lineage.iter().any(|it| it.starts_with("django")), "{odder:?}");
    assert!(operations[3].contains("decorated by attrs.define"), "{operations:?}");
}

#[test]
fn a_base_that_runs_code_for_each_class_is_told() {
    let base = "class Base(migrations.Migration):\n    def __init_subclass__(cls):\n        \
                cls.operations = cls.operations + [3]\n";
    let class = "class Migration(Base):\n    operations = [1]\n";
    let project = migration(base, class).read();
    assert_eq!(
        only(&project).beyond.as_ref().map(|it| it.why.as_str()),
        Some("`shop.migrations.0001_initial.Base` runs code for each class that derives from it")
    );
}
