//! What is refused, and what within the limits is not.

use std::path::PathBuf;
use std::sync::Arc;

use super::scan::scan;
use super::{STACK, Source, SyntaxError, by_ruff, outline, parse, quick};

fn on_a_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).unwrap().join().unwrap()
    })
}

fn parsed(text: &str) -> Result<Source, SyntaxError> {
    on_a_deep_stack(|| parse(Arc::new(PathBuf::from("a.py")), text.to_owned()))
}

/// Whether a text is the same in parts and by the quick parser as by ruff's alone.
fn is_alike(text: &str) -> bool {
    let shown = |source: Result<Source, SyntaxError>| format!("{:?}", source.map(|it| it.body));
    on_a_deep_stack(|| {
        let file = || Arc::new(PathBuf::from("a.py"));
        let by_ruff = format!("{:?}", by_ruff(text, 0, false));
        shown(outline(file(), text.to_owned())) == by_ruff && shown(parse(file(), text.to_owned())) == by_ruff
    })
}

#[track_caller]
fn refused(text: &str, why: &str) {
    let error = parsed(text).unwrap_err();
    assert!(error.message.contains(why), "{error:?}");
}

#[test]
fn nesting_that_no_person_wrote_is_refused() {
    refused(&"(".repeat(100_000), "nest more than 200");
    refused(&format!("x = {}{}", "[".repeat(300), "]".repeat(300)), "nest more than 200");
    refused(&format!("x = 1{}", " + 1".repeat(20_000)), "operators in a run");
    refused(&format!("x = a{}", ".b(c, d)".repeat(20_000)), "operators in a run");
    refused(&format!("x = {}1", "- ".repeat(20_000)), "operators in a run");
    let deep: String = (0..150).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect();
    refused(&format!("{deep}{}pass\n", " ".repeat(150)), "indented more than 100");
}

#[test]
fn long_chains_within_the_limits_are_parsed_and_dropped() {
    for link in [" + 1", ".b(c, d)", " if y else 2", " and 2", " ** 2", "[0]", " < 2"] {
        let times = 9_900 / link.matches([' ', '.', '(', '[']).count().max(1);
        parsed(&format!("x = a{}", link.repeat(times))).unwrap();
    }
    for prefix in ["- ", "not ", "lambda: ", "~ "] {
        parsed(&format!("x = {}a", prefix.repeat(4_900))).unwrap();
    }
    let elifs: String = (0..9_000).map(|at| format!("elif x == {at}:\n  pass\n")).collect();
    parsed(&format!("if x:\n  pass\n{elifs}")).unwrap();
}

#[test]
fn broken_python_is_told_with_its_line() {
    let error = parsed("x = 1\ny = (\n").unwrap_err();
    assert!(error.line >= 2, "{error:?}");
    assert_eq!(parsed("x = 1\ndef f(:\n  pass\n").unwrap_err().line, 2);
}

#[test]
fn lines_count_from_one() {
    let source = parsed("a = 1\n\nb = 2\n").unwrap();
    let lines: Vec<u32> = source.body.iter().map(|stmt| source.line(stmt.span.start)).collect();
    assert_eq!(lines, [1, 3]);
}

#[test]
fn a_text_is_the_same_part_by_part() {
    let texts = [
        "",
        "x = 1",
        "class A: pass",
        "class A: x = 1; y = 2\nz = 3\n",
        "# before\n@one\n# between\n@two(3)\nclass A(B, metaclass=C):\n  'doc'\n\n  # inner\n# outer\n  x = 1\n\n# after\n",
        "def f(a, b=1, *c, d=2, **e) -> {1: 2}[1]: return a\ndef g(): yield 1\nasync def h(\n  x,\n): pass\n",
        "@d\ndef f(): # why\n  global x\n  x = 1\n",
        "if x:\n  pass\nelif y:\n  pass\nelse:\n  class A: pass\nfor x in y:\n  pass\nelse:\n  pass\n",
        "try:\n  pass\nexcept A:\n  pass\nfinally:\n  pass\ndef f(): pass\n",
        "x = (1,\nclass_,\n)\ny = '''\nclass A:\n'''\nz = 1 \\\n + 2\nclass B:\n    '''\ndef f(\n'''\n",
        "class A:\r\n    x = 1\r\n    y = 'a\\\r\nb'\r\nz = 1\r\n",
        r#"def f(): return f"{x['a']!r:>{y}} {{}} {'b'}" + rb'\'' + '"'"#,
        r#"def f(): return f"{x["a"]} }" + f'{ {1: "}"}[1] }'"#,
        "class A:\n\tdef f(self):\n\t\treturn 'it''s' # ' \n\n\tg = f\n",
        "class Ä: pass\ndef ｆ(): pass\n",
        "def f(x: 'a=b', y=lambda: 1): pass\n",
        "def f(**a): return dict(b=1, **a)\n",
        " x = 1\n",
        "@d\n",
        "@d\n  def f(): pass\n",
        "x = 'a\n",
        "\x0cclass A: pass\n",
    ];
    for text in texts {
        assert!(is_alike(text), "{text}");
    }
}

#[test]
fn the_cases_are_the_same_part_by_part() {
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "py") {
                let Ok(text) = std::fs::read_to_string(&path) else { continue };
                assert!(is_alike(&text), "{}", path.display());
                let is_plain = on_a_deep_stack(|| quick::parse(&text, 0).is_some());
                seen += usize::from(is_plain && scan(&text).is_some_and(|it| it.is_tame));
            }
        }
    }
    assert!(seen > 50, "{seen} files were seen through");
}

#[test]
fn broken_syntax_is_told_by_what_it_stands_in() {
    let text = "x = 1\nclass A(B):\n  y = = 1\nclass C:\n  pass\ndef f(a):\n  return 1 2\n";
    let shown = on_a_deep_stack(|| format!("{:?}", outline(Arc::default(), text.to_owned()).unwrap().body));
    assert_eq!(shown.matches("broken").count(), 2, "{shown}");
}

#[test]
fn what_the_quick_parser_takes_is_what_ruff_makes_of_it() {
    let lines = [
        "a = b = (1, 2.5, -3 ** -x, +y, ~z), [], {}, {1}, {1: 2, **c}, (), ...",
        "a, b = b, a",
        "a += 1; a //= 2; a **= b; a @= c; a >>= 1",
        "x: int; y: str = 'a'; z.w: int = 1",
        "f(a, *b, c=1, **d)(x for x in y if x if not x)[1, 2:3, ::4, :].e",
        "[x for x, y in z for (w) in x]; {x for x in y}; {x: y for x in z}; (x for x in y)",
        "a if b else c if d else e; a or b and not c or d; a < b <= c != d is not e not in f in g is h",
        "a | b ^ c & d << e >> f + g - h * i / j // k % l @ m; (a + b) * c; -(a).b",
        "lambda: 0; lambda a, b=1, *c, d, e=2, **f: a; lambda *, a: (yield)",
        "'a' 'b' r'\\d' u'ü' '\\d\\n\\x41\\u00e9\\\\\\'' \"\\\"\"; b'abc'; '''a\"'''; ''; \"\"\"b''c\"\"\"",
        "import a.b, c as d; from . import e; from ...f.g import h as i, j; from k import (l, m,); from n import *",
        "del a, b[1], c.d; assert a, b; raise A(b) from c; pass; global_ = 1; raise",
        "return; return a",
        "@a.b(c)\n@d\ndef f(a, /, b: int, c=1, *d: x, e, **f) -> g:\n  global x\n  nonlocal y\n  yield\n  x = yield 1, 2\n  yield from z\n  return a, b\n",
        "@a\nclass A(B, c.D, metaclass=E, x=1):\n  'doc'\n\n  def f(self): return 1; x\n\n# c\nclass B: pass\nclass C():\n  x = 1 # d\n  # e\n",
        "if a:\n  b\nelif c:\n  d\nelif e: f\nelse:\n  g\n\nif a: b\nelse: c\n",
        "for a, b in c, d:\n  break\nelse:\n  continue\nwhile a:\n  pass\nelse: pass\nfor a.b in c: d\n",
        "try:\n  a\nexcept (B, C) as d:\n  e\nexcept F: g\nexcept:\n  h\nelse:\n  i\nfinally:\n  j\ntry: a\nfinally: b\n",
        "with a as b, c.d(): e\nwith f:\n  g\n",
        "x = (\n  1, # one\n\n  2\n)\ny = [\n]\nz = a + \\\n  b\n",
        "f(a)(b)(c); f(lambda x: x, y=lambda: [1]); f(x=(1), y=(2,))",
        "match = 1; type = match; print(match[1], case)",
        "match x:\n  case 1: pass\n",
        "type X = int",
    ];
    for text in lines {
        assert!(is_alike(text), "{text}");
    }
    let plain = on_a_deep_stack(|| lines.iter().filter(|it| quick::parse(it, 0).is_some()).count());
    assert_eq!(plain, lines.len() - 2);
}

#[test]
fn the_quick_parser_takes_nothing_that_is_wrong() {
    let wrong = [
        "a b",
        "a =",
        "= a",
        "f() = 1",
        "1 = a",
        "a + 1 = b",
        "f() += 1",
        "a, b += 1",
        "del f()",
        "f(a=1, b)",
        "f(**a, *b)",
        "f(x for x in y, 1)",
        "f(1, x for x in y)",
        "f(a b)",
        "[1, , 2]",
        "{1: 2, 3}",
        "{1, 2: 3}",
        "a if b",
        "a not b",
        "not",
        "lambda a b: c",
        "lambda a=1, b: c",
        "def f(a=1, b): pass",
        "def f(*): pass",
        "def f(*, **a): pass",
        "def f(**a, b): pass",
        "def f(a, /, /): pass",
        "def f(): ",
        "def f():\npass",
        "  x",
        "if a:\n  b\n c",
        "if a:\n  b\n    c",
        "else:\n  a",
        "try:\n  a\n",
        "print 'a'",
        "exec 'a' in b",
        "from . import",
        "from x import a,",
        "from import a",
        "import",
        "import a.",
        "from x import (a",
        "a = 'b",
        "a = '''b",
        "x = 0777",
        "x = 1_",
        "x = 1a",
        "a <> b",
        "a ? b",
        "a $ b",
        "for x y: pass",
        "for 1 in x: pass",
        "for f() in x: pass",
        "@a\nx = 1",
        "class 1: pass",
        "class A(: pass",
        "x = (1",
        "x = 1)",
        "x = [1)",
        "return = 1",
        "None = 1",
        "a.None",
        "x: int: str",
        "[x for x]",
        "[x for 1 in y]",
        "raise a, b",
        "except A, b: pass",
        "while: pass",
        "a = yield = 1",
        "b'ä'",
        "'\\N{x}'",
        "global",
        "assert",
        "with: pass",
        "with a as 1: pass",
        "a[]",
        "a[1",
        "x = {**}",
        "f(**)",
        "f(*)",
        "(*a)",
    ];
    for text in wrong {
        assert!(on_a_deep_stack(|| quick::parse(text, 0)).is_none(), "{text}");
        assert!(parsed(text).is_err(), "{text}");
    }
}
