//! What is refused, and what within the limits is not.

use std::path::PathBuf;
use std::sync::Arc;

use super::scan::scan;
use super::{STACK, Source, SyntaxError, outline, parse};

fn on_a_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).unwrap().join().unwrap()
    })
}

fn parsed(text: &str) -> Result<Source, SyntaxError> {
    on_a_deep_stack(|| parse(Arc::new(PathBuf::from("a.py")), text.to_owned()))
}

/// Whether a text is the same part by part as parsed at once.
fn is_alike(text: &str) -> bool {
    let shown = |source: Result<Source, SyntaxError>| format!("{:?}", source.map(|it| it.body));
    on_a_deep_stack(|| {
        let file = || Arc::new(PathBuf::from("a.py"));
        shown(outline(file(), text.to_owned())) == shown(parse(file(), text.to_owned()))
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
                seen += usize::from(scan(&text).is_some_and(|it| it.is_tame));
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
