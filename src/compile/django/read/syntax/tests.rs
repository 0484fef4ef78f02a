//! What is refused, and what within the limits is not.

use std::path::PathBuf;
use std::sync::Arc;

use super::{STACK, Source, SyntaxError, parse};

fn parsed(text: &str) -> Result<Source, SyntaxError> {
    let text = text.to_owned();
    std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || parse(Arc::new(PathBuf::from("a.py")), text))
        .unwrap()
        .join()
        .unwrap()
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
