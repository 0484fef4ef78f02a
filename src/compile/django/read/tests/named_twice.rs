//! What has two names, of which a condition gave one to another.

use super::{Tree, only, show};

/// What `made` is shown as after these lines.
fn made(before: &str) -> String {
    let project = Tree::migration(&format!("import m\n{before}"), "operations = [made]").read();
    show(&only(&project).operations[0])
}

#[test]
fn a_list_that_may_be_another_leaves_both_in_doubt() {
    for change in ["a.append(3)", "a += [3]", "a[0] = 3", "a.clear()", "del a[0]", "add(a)"] {
        let before =
            format!("def add(x):\n    x.append(3)\na = [1]\nb = [2]\nif m.flag():\n    a = b\n{change}\n");
        assert!(made(&format!("{before}made = b\n")).contains('?'), "{change}");
    }
    // The other way round, and where nothing is changed.
    let before = "a = [1]\nb = [2]\nif m.flag():\n    a = b\n";
    assert!(made(&format!("{before}b.append(3)\nmade = a\n")).contains('?'));
    assert_eq!(made(&format!("{before}made = b\n")), "[2]");
    assert_eq!(made(&format!("{before}a = [4]\na.append(3)\nmade = b\n")), "[2]");
}

#[test]
fn what_a_condition_adds_to_stays_known_with_what_comes_after() {
    let before = "made = ['a']\nif m.flag():\n    made = made + ['b']\nmade.append('c')\n";
    let shown = made(before);
    assert!(shown.starts_with("[\"a\", ?") && shown.ends_with("\"c\"]"), "{shown}");
}

#[test]
fn dicts_objects_and_elements_are_left_in_doubt_too() {
    let dict = "made = {'a': 1}\nb = {}\nif m.flag():\n    b = made\nb['a'] = 2\n";
    assert!(made(dict).contains('?'));
    let object = "class C:\n    def __init__(self):\n        self.x = 1\n    def set(self, x):\n        self.x = x\n\
                  a, b = C(), C()\n";
    assert!(made(&format!("{object}if m.flag():\n    b = a\nb.x = 2\nmade = a.x\n")).contains('?'));
    assert!(made(&format!("{object}b.x = 5\nif m.flag():\n    b = a\nb.set(2)\nmade = a.x\n")).contains('?'));
    let element = "made = [1]\nall = [made, [2]]\nall[m.number()].append(3)\n";
    assert!(made(element).contains('?'));
    let by_or = "made = [*m.items()]\nb = [1]\n(made or b).append(2)\nmade = b\n";
    assert!(made(by_or).contains('?'));
}

#[test]
fn a_function_that_a_condition_chose_may_have_been_called() {
    let before = "made = [1]\nif m.flag():\n    add = lambda x: made.append(x)\nelse:\n    add = lambda x: None\nadd(2)\n";
    let shown = made(before);
    assert!(shown.starts_with("[1, ?"), "{shown}");
}

#[test]
fn a_key_that_a_library_gives_may_be_any() {
    assert!(made("d = {'a': 1}\nd[m.name()] = 2\nmade = d['a']\n").contains('?'));
    assert!(made("made = {'a': 1}.get(m.name(), 2)\n").contains('?'));
}
