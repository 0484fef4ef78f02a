//! What is done any number of times is known to be done, and not how often.

use super::{Tree, only, show};

/// What the migration's operations are shown as, when this stands before its class.
fn shown(before: &str, value: &str) -> String {
    let tree = Tree::migration(&format!("import m\n{before}"), &format!("operations = [{value}]"));
    show(&only(&tree.read()).operations[0])
}

#[test]
fn a_list_that_a_loop_over_something_unknown_fills() {
    for body in [
        "ops.append(it)",
        "x = ops.append(it)",
        "ops += [it]",
        "add(it)",
        "x = add(it)",
        "ops.extend(map(add, [it]))",
        "[ops.append(1) for x in (1, 2)]",
        "if ops.append(1):\n        pass",
        "if m.d():\n        add(it)",
        "def f():\n        ops.append(1)\n    f()",
        "other.append(1)",
        "both[0].append(1)",
        "for o in both:\n        o.append(1)",
        "holder.add(it)",
        "Holder(it)",
    ] {
        let before = format!(
            "ops = [1]\nother = ops\nboth = [ops]\ndef add(x):\n    ops.append(x)\n    return x\nclass Holder:\n    \
             def __init__(self, x):\n        add(x)\nclass Adder:\n    def add(self, x):\n        add(x)\nholder = Adder()\n\
             for it in m.c():\n    {body}\n"
        );
        let shown = shown(&before, "ops");
        assert!(shown.starts_with("[1, ?"), "{body}: {shown}");
    }
}

#[test]
fn other_loops_that_turn_an_unknown_number_of_times() {
    for (loops, value, expected) in [
        ("while m.c():\n    add(1)\n", "ops", "[?hangs on an instance of `m.c`, which is not known]"),
        ("[add(it) for it in m.c()]\n", "ops", "[?unpacks an instance of `m.c`, which is not known]"),
        ("x = [it for it in (1, 2) if m.c(it) and 1 if add(it)]\n", "ops", "[]"),
        (
            "x = {add(it): 1 for it in [m.c()] for y in it}\n",
            "ops",
            "[?unpacks an instance of `m.c`, which is not known]",
        ),
        (
            "for it in m.c():\n    del other[0]\n",
            "other",
            "[?unpacks an instance of `m.c`, which is not known]",
        ),
        (
            "for it in m.c():\n    count.n = count.n + 1\n",
            "count.n",
            "?unpacks an instance of `m.c`, which is not known",
        ),
        (
            "for it in m.c():\n    pairs['a'] = 3\n",
            "pairs['b']",
            "?unpacks an instance of `m.c`, which is not known",
        ),
        ("m.each(other)\n", "other", "[1, 2, ?is given to `m.each`, which is not followed]"),
        ("m.each(one=other)\n", "other", "[1, 2, ?is given to `m.each`, which is not followed]"),
        ("x = m.Each(other)\nprint(other)\n", "other", "[1, 2]"),
    ] {
        let before = format!(
            "ops = []\nother = [1, 2]\npairs = {{'a': 1, 'b': 2}}\nclass Count:\n    n = 0\ncount = Count()\ndef add(x):\n    \
             ops.append(x)\n    return x\n{loops}"
        );
        assert_eq!(shown(&before, value), expected, "{loops}");
    }
}

#[test]
fn what_a_generator_may_have_given() {
    for (body, expected) in [
        (
            "if m.c():\n        yield 1\n    yield 2",
            "[?hangs on an instance of `m.c`, which is not known, 2]",
        ),
        (
            "if m.c():\n        yield 1\n    else:\n        yield 2",
            "[?hangs on an instance of `m.c`, which is not known]",
        ),
        (
            "yield 1\n    for it in m.c():\n        yield 2",
            "[1, ?unpacks an instance of `m.c`, which is not known]",
        ),
        (
            "for it in m.c():\n        yield from [1, it]",
            "[?unpacks an instance of `m.c`, which is not known]",
        ),
    ] {
        assert_eq!(shown(&format!("def made():\n    {body}\n"), "list(made())"), expected, "{body}");
    }
}

#[test]
fn a_statement_that_stops_leaves_what_it_did_in_doubt() {
    let before =
        "ops = [1]\nother = [2]\ndef fill():\n    ops.clear()\n    while True:\n        ops.append(3)\n";
    let tree = Tree::migration("import tables", "operations = [tables.ops[-1], tables.other]")
        .file("tables.py", &format!("{before}fill()\n"));
    let shown: Vec<String> = only(&tree.read()).operations.iter().map(show).collect();
    assert_eq!(shown, ["?takes too many steps to follow", "[2]"]);
}
