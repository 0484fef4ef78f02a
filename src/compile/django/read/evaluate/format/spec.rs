//! Python's mini-language of formats (<https://docs.python.org/3/library/string.html#format-specification-mini-language>).

use super::super::live::*;
use super::{float, text};

/// Wider texts are not made.
const MAX_WIDTH: usize = 1_000;

/// `[[fill]align][sign][#][0][width][grouping][.precision][type]`
#[derive(Default)]
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    zero: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Spec {
    fn read(text: &str) -> Option<Self> {
        let mut made = Self::default();
        let letters: Vec<char> = text.chars().collect();
        let mut rest = letters.as_slice();
        let is_align = |it: &char| matches!(it, '<' | '>' | '=' | '^');
        match rest {
            [fill, align, ..] if is_align(align) => {
                (made.fill, made.align, rest) = (Some(*fill), Some(*align), &rest[2..]);
            }
            [align, ..] if is_align(align) => (made.align, rest) = (Some(*align), &rest[1..]),
            _ => {}
        }
        let mut take = |wanted: &[char]| match rest.split_first() {
            Some((first, others)) if wanted.contains(first) => {
                rest = others;
                Some(*first)
            }
            _ => None,
        };
        made.sign = take(&['+', '-', ' ']);
        made.alternate = take(&['#']).is_some();
        made.zero = take(&['0']).is_some();
        made.width = number(&mut rest)?.unwrap_or(0);
        let mut take = |wanted: &[char]| match rest.split_first() {
            Some((first, others)) if wanted.contains(first) => {
                rest = others;
                Some(*first)
            }
            _ => None,
        };
        made.grouping = take(&[',', '_']);
        if take(&['.']).is_some() {
            made.precision = Some(number(&mut rest)??);
        }
        match rest {
            [] => {}
            [kind] => made.kind = Some(*kind),
            _ => return None,
        }
        (made.width <= MAX_WIDTH && made.precision.is_none_or(|it| it <= MAX_WIDTH)).then_some(made)
    }

    fn padded(&self, sign: &str, body: &str, usual: char) -> String {
        let zero = self.zero && self.align.is_none();
        let fill = self.fill.unwrap_or(if self.zero { '0' } else { ' ' });
        let align = self.align.unwrap_or(if zero && usual == '>' { '=' } else { usual });
        let missing = self.width.saturating_sub(sign.chars().count() + body.chars().count());
        let fills = |count: usize| std::iter::repeat_n(fill, count).collect::<String>();
        match align {
            '<' => format!("{sign}{body}{}", fills(missing)),
            '=' => format!("{sign}{}{body}", fills(missing)),
            '^' => format!("{}{sign}{body}{}", fills(missing / 2), fills(missing - missing / 2)),
            _ => format!("{}{sign}{body}", fills(missing)),
        }
    }

    fn sign_of(&self, is_negative: bool) -> &'static str {
        match (is_negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            (false, _) => "",
        }
    }

    fn of_text(&self, value: &str) -> Option<String> {
        let is_plain =
            self.sign.is_none() && !self.alternate && self.grouping.is_none() && self.align != Some('=');
        if !is_plain || !matches!(self.kind, None | Some('s')) {
            return None;
        }
        let cut: String = value.chars().take(self.precision.unwrap_or(usize::MAX)).collect();
        Some(self.padded("", &cut, '<'))
    }

    fn of_integer(&self, value: i128) -> Option<String> {
        if self.precision.is_some() && !matches!(self.kind, Some('f' | 'F' | 'e' | 'E' | '%')) {
            return None;
        }
        let size = value.unsigned_abs();
        let (prefix, digits) = match self.kind {
            None | Some('d') => ("", size.to_string()),
            Some('x') => ("0x", format!("{size:x}")),
            Some('X') => ("0X", format!("{size:X}")),
            Some('o') => ("0o", format!("{size:o}")),
            Some('b') => ("0b", format!("{size:b}")),
            Some('c') => return None,
            // Beyond this a float has not all of its digits.
            Some(_) if size < 1 << 53 => return self.of_float(value as f64),
            Some(_) => return None,
        };
        let sign = format!("{}{}", self.sign_of(value < 0), if self.alternate { prefix } else { "" });
        self.grouped(&sign, digits, self.kind.is_none_or(|it| it == 'd'))
    }

    fn of_float(&self, value: f64) -> Option<String> {
        if !value.is_finite() || self.alternate {
            return None;
        }
        let size = value.abs();
        let digits = match (self.kind, self.precision) {
            (None, None) => float(size),
            (Some('f' | 'F'), precision) => fixed(size, precision.unwrap_or(6))?,
            (Some('%'), precision) => format!("{}%", fixed(size * 100.0, precision.unwrap_or(6))?),
            _ => return None,
        };
        self.grouped(self.sign_of(value.is_sign_negative()), digits, true)
    }

    fn grouped(&self, sign: &str, digits: String, by_three: bool) -> Option<String> {
        let Some(separator) = self.grouping else { return Some(self.padded(sign, &digits, '>')) };
        // The zeros before a number are grouped, too.
        if !by_three || (self.zero && self.width > 0) || digits.contains('e') {
            return None;
        }
        let end = digits.find(['.', '%']).unwrap_or(digits.len());
        let (whole, rest) = digits.split_at(end);
        let mut made = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at) % 3 == 0 {
                made.push(separator);
            }
            made.push(digit);
        }
        made.push_str(rest);
        Some(self.padded(sign, &made, '>'))
    }
}

/// `Some(None)` where no digit stands, `None` where there are too many.
fn number(rest: &mut &[char]) -> Option<Option<usize>> {
    let digits: String = rest.iter().take_while(|it| it.is_ascii_digit()).collect();
    *rest = &rest[digits.len()..];
    if digits.is_empty() { Some(None) } else { digits.parse().ok().map(Some) }
}

/// With so many digits behind the point, as C rounds: to the nearest, and of two to the even one. `None` for a tie, of
/// which libraries make different things.
fn fixed(value: f64, precision: usize) -> Option<String> {
    let exact = format!("{value:.1100}");
    let point = exact.find('.')?;
    let behind = exact.get(point + 1 + precision..)?;
    let is_tie = behind.starts_with('5') && behind[1..].bytes().all(|it| it == b'0');
    (!is_tie).then(|| format!("{value:.precision$}"))
}

/// `format(value, spec)`; `None` where it is not known.
pub fn spec(value: &Live, spec: &str) -> Option<String> {
    if spec.is_empty() {
        return text(value);
    }
    let spec = Spec::read(spec)?;
    match value {
        Live::Str(it) => spec.of_text(it),
        Live::Int(it) => spec.of_integer(*it),
        // A boolean is shown as a number, but for a format that says no type.
        Live::Bool(it) if spec.kind.is_some() => spec.of_integer(i128::from(*it)),
        Live::Float(it) => spec.of_float(*it),
        _ => None,
    }
}
