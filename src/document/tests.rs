//! What names from outside may do to a document: nothing.

use super::block::{Block, Line, Span, Tone};
use super::*;

const HOSTILE: &str = "a|b`c``d\n# e <script>alert(1)</script> </summary> [x](javascript:y) ![i](http://z) *s* _t_ &amp; \u{202e}\u{1b}[31m ~~~ @all \\";

fn spans() -> Line {
    let name = || HOSTILE.to_owned();
    vec![
        Span::Text(name()),
        Span::Strong(name()),
        Span::Code(name()),
        Span::Link { text: name(), url: name() },
        Span::Mark { tone: Tone::Bad, text: name() },
    ]
}

fn document() -> Document {
    let code = Block::Code { language: "sql", text: format!("SELECT {HOSTILE};\n````\n") };
    let table = Block::Table { heads: vec!["A", "B"], rows: vec![vec![spans(), spans()]] };
    let blocks = vec![
        Block::Heading { level: 1, text: HOSTILE.to_owned() },
        Block::Heading { level: 2, text: HOSTILE.to_owned() },
        Block::Facts(vec![("Name", spans())]),
        Block::Paragraph(spans()),
        Block::List { ordered: true, items: vec![spans()] },
        table.clone(),
        Block::Callout { tone: Tone::Warning, line: spans() },
        Block::Details { summary: spans(), blocks: vec![table, code.clone()] },
        code,
    ];
    Document { title: HOSTILE.to_owned(), tone: Tone::Bad, blocks }
}

/// Cells of a row, as GitHub counts them: a backslash takes a pipe's meaning away.
fn cells(row: &str) -> usize {
    let mut count = 0;
    let mut escaped = false;
    for character in row.chars() {
        count += usize::from(character == '|' && !escaped);
        escaped = character == '\\' && !escaped;
    }
    count - 1
}

#[test]
fn a_name_stays_in_its_place_in_markdown() {
    let text = document().to_markdown();
    let (prose, _) = text.split_once("`````sql").unwrap();
    assert!(!text.contains('\u{202e}') && !text.contains('\u{1b}'));
    for line in prose.lines().filter(|line| line.starts_with('|')) {
        assert_eq!(cells(line), 2, "{line}");
    }
    // Outside of code no markup is left standing, and no line begins that nobody wrote.
    assert!(prose.contains("\\<script\\>") && prose.contains("\\[x\\](javascript:y) \\!\\[i\\]"), "{prose}");
    assert!(!prose.lines().any(|line| line.starts_with("# e")), "{prose}");
    assert!(prose.contains("&lt;/summary&gt;"), "{prose}");
}

#[test]
fn a_name_stays_in_its_place_in_html() {
    let html = document().to_html().unwrap();
    assert!(!html.contains("<script") && !html.contains("javascript:y\""), "{html}");
    assert!(!html.contains('\u{202e}') && !html.contains('\u{1b}'));
    let count = |what: &str| html.matches(what).count();
    for element in
        ["table", "td", "ul", "ol", "li", "details", "summary", "code", "pre", "strong", "dl", "dd"]
    {
        let (opened, closed) = (
            count(&format!("<{element}>")) + count(&format!("<{element} ")),
            count(&format!("</{element}>")),
        );
        assert_eq!(opened, closed, "{element}");
    }
    assert!(html.starts_with("<!DOCTYPE html>"));
    for outside in ["<script", "<img", "<link", "@import", "url(", "src="] {
        assert!(!html.contains(outside), "{outside}");
    }
}

#[test]
fn an_underscore_inside_of_a_word_needs_no_backslash() {
    let line = vec![Span::Text("table user_profile_highlight is _not_ there; 3. x".to_owned())];
    let document = Document { title: String::new(), tone: Tone::Good, blocks: vec![Block::Paragraph(line)] };
    assert_eq!(document.to_markdown(), "table user_profile_highlight is \\_not\\_ there; 3. x\n");
}

/// A migration of which nine objects and more are missing names them all in one cell.
#[test]
fn a_cell_holds_as_many_names_as_there_are() {
    let names: Line = (0..40).map(|number| Span::Code(format!("t{number}"))).collect();
    let table = Block::Table { heads: vec!["Missing"], rows: vec![vec![names]] };
    let document = Document { title: String::new(), tone: Tone::Bad, blocks: vec![table] };
    assert_eq!(document.to_html().unwrap().matches("<code>t").count(), 40);
}
