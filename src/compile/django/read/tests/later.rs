//! What is run later, once, in part or never: generators, `map(…)`, and functions that are given to a library.

use super::{Tree, only, show};

/// What `made` is shown as after these lines.
fn made(before: &str) -> String {
    let project = Tree::migration(&format!("import m\n{before}"), "operations = [made]").read();
    show(&only(&project).operations[0])
}

#[test]
fn a_generator_that_nobody_goes_through_does_nothing() {
    let generator = "made = []\ndef g():\n    made.append(1)\n    yield 2\n";
    assert_eq!(made(&format!("{generator}g()\n")), "[]");
    assert_eq!(made(&format!("{generator}x = g()\n")), "[]");
    assert_eq!(made(&format!("{generator}x = list(g())\n")), "[1]");
    assert_eq!(made("made = []\nmap(made.append, [1])\n"), "[]");
    assert_eq!(made("made = []\nx = (made.append(e) for e in [1])\n"), "[]");
    assert_eq!(made("made = []\nx = [*(made.append(e) for e in [1])]\n"), "[1]");
}

#[test]
fn an_iterator_is_gone_through_once() {
    assert_eq!(made("it = iter([1, 2])\nmade = [next(it), next(it), next(it, 3)]\n"), "[1, 2, 3]");
    assert_eq!(made("it = (e for e in [1, 2])\nmade = [list(it), list(it)]\n"), "[[1, 2], []]");
    assert_eq!(made("it = iter([1, 2, 3])\nfor e in it: break\nmade = list(it)\n"), "[2, 3]");
    assert_eq!(made("it = iter([])\nmade = [bool(it), isinstance(it, list)]\n"), "[True, False]");
    assert_eq!(
        made("it = iter([1, 2, 3])\nmade = []\nfor e in it: made.append((e, next(it, 0)))\n"),
        "[(1, 2), (3, 0)]"
    );
    assert_eq!(made("l = [1]\nit = (e for e in l)\nl.append(2)\nmade = list(it)\n"), "[1, 2]");
}

#[test]
fn what_is_taken_of_an_iterator_is_not_known_where_it_is_not_known_how_far_it_went() {
    for taken in ["next(it)", "any(e == 1 for e in it)", "x = list(zip([1], it))", "x = 1 in it"] {
        let shown = made(&format!("it = iter([0, *m.items()])\nnext(it)\n{taken}\nmade = [1 for e in it]\n"));
        assert!(shown.contains('?'), "{taken}: {shown}");
    }
    let through_another = "it = iter([1, 2, 3])\nany(e == 1 for e in it)\nmade = list(it)\n";
    assert!(made(through_another).contains('?'));
}

#[test]
fn a_list_that_the_other_side_of_an_addition_binds_anew_is_the_one_that_grows() {
    let before = "made = [1]\ndef g():\n    global made\n    made = [7]\n    yield 2\nmade += g()\n";
    assert_eq!(made(before), "[1, 2]");
    let itself = "made = [1]\ndef g():\n    made.append(3)\n    yield 2\nmade.extend(g())\n";
    assert!(made(itself).starts_with("[1, ?"), "{}", made(itself));
}

#[test]
fn a_list_that_grows_while_it_is_gone_through() {
    assert_eq!(made("made = [1]\nfor e in made:\n    if e < 3: made.append(e + 1)\n"), "[1, 2, 3]");
    assert_eq!(made("made = [1, 1, 2]\nfor e in made:\n    if e == 1: made.remove(e)\n"), "[1, 2]");
}

#[test]
fn what_a_callback_may_change_is_not_known() {
    for call in [
        "m.each([1], lambda e: made.append(e))",
        "x = m.each([1], f=lambda e: made.append(e))",
        "m.each([1], made.append)",
        "m.each([1], f)",
        "m.each([f])",
        "m.Kept(f).run()",
        "(m.flag() and m.each)([1], f)",
        "sorted(m.items(), key=f)",
        "x = list(map(f, m.items()))",
        "x = max([1, *m.items()], key=f)",
    ] {
        let shown = made(&format!("made = [1]\ndef f(e):\n    made.append(e)\n    return e\n{call}\n"));
        assert!(shown.starts_with("[1, ?") || shown.starts_with("[?"), "{call}: {shown}");
    }
    // What they only read stays.
    assert_eq!(made("made = [1]\nm.each([1], lambda e: len(made))\n"), "[1]");
}
