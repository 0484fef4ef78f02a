//! Classes, metaclasses and enumerations of the sources.

use super::Tree;

/// What a class makes of its children counts, by a metaclass or without one.
#[test]
fn a_class_that_changes_its_children_is_followed() {
    let before = "class Meta(type(migrations.Migration)):\n    def __new__(mcs, name, bases, names):\n        \
                  names['operations'] = [*names['operations'], 'new']\n        return super().__new__(mcs, name, bases, names)\n    \
                  def __init__(cls, name, bases, names):\n        cls.operations = cls.operations + ['init']\n\
                  class Base:\n    def __init_subclass__(cls, **kwargs):\n        super().__init_subclass__(**kwargs)\n        \
                  cls.operations = ['before'] + cls.operations\n";
    let text = format!(
        "{before}class Migration(Base, migrations.Migration, metaclass=Meta):\n    operations = [1]\n"
    );
    Tree::migration_text(&text).check(&["\"before\"", "1", "\"new\"", "\"init\""]);
    let lost = "class Migration(migrations.Migration, metaclass=load()):\n    operations = [1]\n";
    Tree::migration_text(lost).check(&["?names load, which is bound nowhere"]);
}

/// A library's own copy of it was taken for a class without bases: polymorphic's models had no `_meta`, nor had filer's.
#[test]
fn a_class_behind_with_metaclass_has_its_bases() {
    let before = "def with_metaclass(meta, *bases):\n    class metaclass(type):\n        def __new__(cls, name, these, names):\n            \
                  return meta(name, bases, names)\n    return type.__new__(metaclass, 'temporary', (), {})\n\
                  class Meta(type(models.Model)):\n    pass\nclass Poly(with_metaclass(Meta, models.Model)):\n    pass\n\
                  class File(Poly):\n    class Meta:\n        app_label = 'filer'\n";
    Tree::migration(before, "operations = [File._meta.app_label + '.' + File.__name__]")
        .check(&["\"filer.File\""]);
}

/// openwisp's applications delete the base of their configuration, so that Django does not take it for theirs.
#[test]
fn a_class_is_what_its_names_were_when_it_was_made() {
    let before =
        "SIZE = 3\nclass Base:\n    label = 'base'\nclass Mine(Base):\n    size = SIZE\ndel Base, SIZE\n";
    Tree::migration(before, "operations = [Mine.label, Mine.size]").check(&["\"base\"", "3"]);
}

#[test]
fn enumerations_give_their_choices() {
    let before = "import enum\nclass Status(models.TextChoices):\n    NEW = 'n', 'New one'\n    OLD_ONE = 'o'\n\n\
        class Size(models.IntegerChoices):\n    SMALL = 1\n\nclass Color(enum.Enum):\n    RED = 'red'\n";
    Tree::migration(
        before,
        "operations = [Status.choices, Status.NEW, max(len(it) for it in Status.values), Size.SMALL, \
         Size.labels, Color.RED.value, [it.name for it in Color]]",
    )
    .check(&[
        "[(\"n\", \"New one\"), (\"o\", \"Old One\")]",
        "\"n\"",
        "1",
        "1",
        "[\"Small\"]",
        "\"red\"",
        "[\"RED\"]",
    ]);
}

#[test]
fn a_metaclass_of_the_sources_may_make_the_attributes() {
    let before = "class Meta(type):\n    def __new__(cls, name, bases, names):\n        \
        names['choices'] = tuple((k, v) for k, v in names.items() if not k.startswith('_'))\n        \
        return type.__new__(cls, name, bases, names)\n\nclass Enum(metaclass=Meta):\n    pass\n\n\
        class Kind(Enum):\n    card = 'Card'\n";
    Tree::migration(before, "operations = [Kind.choices]").check(&["((\"card\", \"Card\"))"]);
}

/// As django-enum makes its fields.
#[test]
fn a_metaclass_may_leave_the_making_to_type() {
    let before = "class Factory(type):\n    def __call__(cls, primitive=None, **more):\n        \
        return type.__call__(cls, primitive=primitive, **more)\n\n\
        class Kind(models.CharField, metaclass=Factory):\n    def __init__(self, primitive, **more):\n        \
        super().__init__(**more)\n";
    let tree = Tree::migration(before, "operations = [Kind('a', max_length=3)]").read();
    let field = super::object(&super::only(&tree).operations[0]);
    let base = field.base.as_ref().unwrap();
    assert_eq!((&*base.class, base.kwargs.len()), ("django.db.models.CharField", 1), "{field:?}");
}

/// Of a module that is only imported, bodies of classes are run when they are asked for: what defining one tells others had
/// been lost.
#[test]
fn what_defining_a_class_tells_others_is_heard() {
    let kinds = "KINDS = {}\ndef kind(name):\n    def keep(cls):\n        KINDS[name] = cls\n        return cls\n    return keep\n\
                 @kind('a')\nclass A:\n    pass\n@kind('b')\nclass B:\n    pass\n";
    Tree::migration("from shop.kinds import KINDS", "operations = [sorted(KINDS)]")
        .file("shop/kinds.py", kinds)
        .check(&["[\"a\", \"b\"]"]);
    let bases = "class Base:\n    tag = 'none'\n    all = []\n    def __init_subclass__(cls, tag):\n        cls.tag = tag\n        \
                 cls.all.append(tag)\nclass One(Base, tag='one'):\n    pass\n";
    // Which of its children Python has seen hangs on what else it has imported.
    Tree::migration("from shop.bases import Base, One", "operations = [One.tag, Base.tag, Base.all]")
        .file("shop/bases.py", bases)
        .check(&["\"one\"", "\"none\"", "?is a list in which other classes may be entered"]);
}
